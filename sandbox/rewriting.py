"""Changes to a message's header block that leave every other byte as it was."""

from __future__ import annotations

import re
from collections.abc import Callable

_CHUNK = re.compile(rb"([!-9;-~]+)[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*")
_BARE_LINE_END = re.compile(rb"(?<!\r)\n")


def with_crlf(raw: bytes) -> bytes:
    return _BARE_LINE_END.sub(b"\r\n", raw)


def without(raw: bytes, unwanted: Callable[[str], bool]) -> bytes:
    """Drops the header fields whose (lower-cased) names are unwanted. Needs CRLF line ends."""
    if raw.startswith(b"\r\n"):
        return raw
    end = raw.find(b"\r\n\r\n")
    head, rest = (raw + b"\r\n", b"") if end < 0 else (raw[: end + 2], raw[end + 2 :])
    kept = _CHUNK.sub(
        lambda match: b"" if unwanted(match.group(1).decode("ascii").lower()) else match.group(0),
        head,
    )
    return kept + rest


def with_fields(raw: bytes, fields: list[tuple[str, str]]) -> bytes:
    """Adds header fields on top."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return lines.encode("utf-8") + raw
