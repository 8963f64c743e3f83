"""Ids as they stand in JSON: sixteen hex digits for messages and threads."""

from __future__ import annotations

import re

from sandbox.errors import invalid

_HEX = re.compile(r"[0-9a-fA-F]{1,16}")


def show(number: int) -> str:
    return format(number, "x")


def read(text: str, what: str = "id") -> int:
    if not _HEX.fullmatch(text):
        raise invalid(f"Invalid {what} value")
    return int(text, 16) & 0x7FFF_FFFF_FFFF_FFFF
