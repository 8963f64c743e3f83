"""The address lines of a template: one line, comma between, names in front of <brackets>."""

from __future__ import annotations

import re

from callcenter.addresses import is_valid_address

_ENTRY = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^",;、，；\n])+')
_ANGLE = re.compile(r"<([^<>]*)>\s*$")


def entries(line: str) -> list[str]:
    """The people of a line as they were typed; empty ones left out."""
    return [found for found in (each.strip() for each in _ENTRY.findall(line)) if found]


def wrong(line: str) -> list[str]:
    """Those of them to whom no mail can be sent."""
    return [each for each in entries(line) if not is_valid_address(_address(each))]


def tidied(line: str) -> str:
    """The line as it is kept: one comma and a blank between."""
    return ", ".join(entries(line))


def _address(entry: str) -> str:
    angle = _ANGLE.search(entry)
    return (angle[1] if angle else entry).strip()
