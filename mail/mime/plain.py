"""Strings that every layer can store and show: no NUL, no lone surrogates, no stray controls."""

from __future__ import annotations

import re

_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
# Controls that mean nothing in a text. TAB, LF and ESC (told of by a notice) stay.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]")
_LINE_CONTROLS = re.compile(r"[\x00-\x1f\x7f\x80-\x9f\u2028\u2029]+")
# Overrides and isolates turn the rest of a line around: a subject or name has no use for them.
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


def _storable(match: re.Match[str]) -> str:
    return "" if match.group() == "\x00" else "\ufffd"


def storable(text: str) -> str:
    """``text`` without NUL; lone surrogates become U+FFFD."""
    return _UNSTORABLE.sub(_storable, text) if not text.isascii() or "\x00" in text else text


def clean_text(text: str) -> str:
    """A body: line ends as ``\\n``, no byte order mark, no controls without meaning."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return storable(_CONTROLS.sub("", text)).removeprefix("\ufeff")


def clean_line(text: str) -> str:
    """A header value for display: one line, controls turned into spaces, ends trimmed."""
    if text.isascii() and text.isprintable():  # most headers of most mails
        return text.strip(" ")
    text = _LINE_CONTROLS.sub(" ", text)
    if not text.isascii():
        text = _BIDI.sub("", text)
    return storable(text).strip(" \ufeff")
