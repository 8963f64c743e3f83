"""Addresses: reading and writing lists of people, and judging what is typed.

Addresses are compared case-folded (:func:`normalise_address`). Japanese carriers gave out addresses
with dots where RFC 5322 forbids them (``a..b.@docomo.ne.jp``): they are valid here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from mail.mime.address_lists import read_addresses
from mail.mime.model import NoticeBook, Person
from mail.mime.plain import clean_line

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_LOCAL = re.compile(rf"(?:{_ATEXT}|\.){{1,64}}|\"(?:[ !#-\[\]-~]|\\[ -~]){{1,62}}\"")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
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


def is_valid_address(address: str) -> bool:
    """Whether a mail can be sent there: local part, ``@`` and a domain with a dot, 254 at most."""
    local, at, domain = address.rpartition("@")
    if not at or len(address) > 254 or not _LOCAL.fullmatch(local) or not local.strip("."):
        return False
    try:
        ascii_domain = domain_to_ascii(domain)
    except ValueError:
        return False
    labels = ascii_domain.split(".")
    return (
        len(labels) > 1
        and len(ascii_domain) <= 253
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    )


def domain_to_ascii(domain: str) -> str:
    """A domain as it stands in the DNS; ValueError when it cannot."""
    if domain.isascii():
        return domain
    return domain.encode("idna").decode("ascii")


def normalise_address(address: str) -> str:
    """The form in which addresses are compared: NFKC, trimmed, lower case, ASCII domain."""
    plain = unicodedata.normalize("NFKC", address).strip().strip("<>").strip().lower()
    local, at, domain = plain.rpartition("@")
    if at and not domain.isascii():
        try:
            return f"{local}@{domain_to_ascii(domain)}"
        except ValueError:
            return plain
    return plain
