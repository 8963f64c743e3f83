"""Addresses: reading and writing lists of people.

What is an address, and when two are the same, is told by :mod:`callcenter.addresses`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from callcenter.addresses import domain_to_ascii, is_valid_address, normalise_address
from mail.mime.address_lists import read_addresses
from mail.mime.model import NoticeBook, Person
from mail.mime.plain import clean_line

__all__ = [
    "domain_to_ascii",
    "format_address",
    "format_addresses",
    "is_valid_address",
    "normalise_address",
    "parse_addresses",
]

_PLAIN_NAME = re.compile(r"[^\x00-\x1f\x7f()<>@,;:\\\".\[\]]+")


def parse_addresses(value: str) -> tuple[Person, ...]:
    """The people named in a header value or in a field that a person typed."""
    return read_addresses(value, NoticeBook())


def format_address(person: Person) -> str:
    """``name <address>`` for fields and logs, in Unicode; :func:`parse_addresses` reads it back."""
    name = " ".join(clean_line(person.name).split())
    if not name:
        return person.address
    quoted = name
    if not _PLAIN_NAME.fullmatch(name) or "=?" in name or name[0] == "'":
        quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{quoted} <{person.address}>" if person.address else quoted


def format_addresses(people: Iterable[Person]) -> str:
    """A line of people, separated by commas."""
    return ", ".join(format_address(person) for person in people)
