"""A mail's source as text that can be looked at: what is invisible is written out. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

SHOWN_BYTES = 256 * 1024

_HEAD_END = re.compile(rb"\r?\n[ \t]*\r?\n")
# A UTF-8 sign of which the cut has left only the beginning.
_CUT_SIGN = re.compile(rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z")
# Controls as their numbers, ESC (\\x1b) among them: it is what ISO-2022-JP hangs on.
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), 127) if code not in (9, 10)}
# What turns text around or hides in it is written as its number.
_HIDDEN = re.compile("[\x80-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_FILE_LINES = re.compile(r"(?:^[A-Za-z0-9+/]{60,}={0,2}\n){12,}(?:^[A-Za-z0-9+/]+={0,2}\n?)?", re.M)


@dataclass(frozen=True, slots=True)
class Source:
    """The two halves of a mail; `cut` when there is more of it than is shown."""

    head: str
    text: str
    cut: bool


def source_of(data: bytes, *, size: int, with_files: bool = True) -> Source:
    """The beginning of a mail, for reading.

    Args:
        data: the first `SHOWN_BYTES` of it, or all.
        size: how many bytes the whole mail has.
        with_files: False leaves out long stretches of base64, which are files.
    """
    shown = data[:SHOWN_BYTES]
    cut = size > len(shown)
    shown = _CUT_SIGN.sub(b"", shown) if cut else shown
    end = _HEAD_END.search(shown)
    head, text = (shown[: end.start()], shown[end.end() :]) if end else (shown, b"")
    body = visible(text)
    return Source(
        visible(head),
        body if with_files else _FILE_LINES.sub(_left_out, body),
        cut=cut,
    )


def _left_out(lines: re.Match[str]) -> str:
    return f"[… {lines[0].count(chr(10))} lines of base64 …]\n"


def visible(data: bytes) -> str:
    """Bytes as text: UTF-8 where they are that, else as numbers; no sign does anything."""
    return visible_text(data.replace(b"\r\n", b"\n").decode("utf-8", "backslashreplace"))


def visible_text(text: str) -> str:
    """Text in which no sign is invisible or turns others around."""
    text = text.replace("\r\n", "\n").translate(_CONTROLS)
    return _HIDDEN.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)
