"""Encoded words (RFC 2047) as they are found, not as they should be.

Read: words cut in the middle of a character or of a base64 group, ISO-2022-JP whose state runs over
from word to word, blanks and question marks inside a word, missing padding, a language (RFC 2231
``=?utf-8*ja?``), words glued to plain text or to each other, raw 8-bit text inside.
Words that stand side by side with one charset are decoded as one stretch of bytes.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass

from mail.mime import charsets, transfer
from mail.mime.model import NoticeBook

_OPEN = re.compile(r"=\?([^\s?=()<>@,;:\"\[\]]{1,60})\?([bBqQ])\?")
_Q_ESCAPE = re.compile(rb"=([0-9A-Fa-f]{2})")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_HEX = re.compile(r"[0-9A-Fa-f]{2}")


@dataclass(slots=True)
class _Word:
    charset: str
    encoding: str
    text: str
    end: int


def has_words(value: str) -> bool:
    return "=?" in value and _OPEN.search(value) is not None


def decode(value: str, book: NoticeBook | None = None) -> str:
    """``value`` with every encoded word replaced by what it says."""
    if "=?" not in value:
        return value
    notices = book if book is not None else NoticeBook()
    out: list[str] = []
    run: list[_Word] = []
    at = 0
    search_from = 0
    while True:
        word, start = _next_word(value, search_from)
        if word is None:
            break
        between = value[at:start]
        if run and not between.strip(" \t\r\n"):
            between = ""  # blanks between two words are no part of the text
            if run[-1].charset.lower() != word.charset.lower():
                out.append(_decode_run(run, notices))
                run = []
        else:
            if run:
                out.append(_decode_run(run, notices))
            run = []
        out.append(between)
        run.append(word)
        at = search_from = word.end
    if run:
        out.append(_decode_run(run, notices))
    out.append(value[at:])
    return "".join(out)


def _next_word(value: str, at: int) -> tuple[_Word | None, int]:
    """The next encoded word at or after ``at``, and where it starts."""
    opened = _OPEN.search(value, at)
    if opened is None:
        return None, at
    # The last opening before the end belongs to it; anything before is plain text.
    end = value.find("?=", opened.end())
    while end >= 0:
        nested = _OPEN.search(value, opened.end(), end + 2)
        if nested is None:
            kind = opened.group(2).lower()
            if kind == "q":
                end = _end_of_q(value, end)
            text = value[opened.end() : end]
            return _Word(opened.group(1), kind, text, end + 2), opened.start()
        opened = nested
        if opened.end() > end:
            end = value.find("?=", opened.end())
    return None, at


def _end_of_q(value: str, end: int) -> int:
    """A bare ``?`` before an escape (``Hi?=20there?=``) does not end the word."""
    while _HEX.match(value, end + 2):
        further = value.find("?=", end + 2, end + 200)
        between = value[end + 2 : further]
        if further < 0 or " " in between or "=?" in between:
            break
        end = further
    return end


def _decode_run(run: list[_Word], book: NoticeBook) -> str:
    """Words of one charset that stand side by side, as one stretch of bytes."""
    charset = run[0].charset
    apart = b"".join(_decoded(word) for word in run)
    if any(_stops_inside_a_group(word) for word in run[:-1]):
        # Either base64 was cut anywhere, or each word merely lacks its padding.
        trial = NoticeBook()
        joined = transfer.decode_base64(
            b"".join(word.text.encode("ascii", "ignore") for word in run), trial
        )
        text = charsets.decode(joined, charset, trial).text
        plausible = not trial.as_tuple() and not _CONTROLS.search(text)
        if plausible and all(word.encoding == "b" for word in run):
            return text
    return charsets.decode(apart, charset, book).text


def _stops_inside_a_group(word: _Word) -> bool:
    text = "".join(word.text.split())
    return word.encoding == "b" and not text.endswith("=") and len(text) % 4 != 0


def _decoded(word: _Word) -> bytes:
    return _base64(word.text) if word.encoding == "b" else _q(word.text)


def _base64(text: str) -> bytes:
    return transfer.decode_base64(text.encode("ascii", "ignore"))


def _q(text: str) -> bytes:
    data = text.replace("_", " ").encode("utf-8", "replace")
    return _Q_ESCAPE.sub(lambda found: binascii.unhexlify(found.group(1)), data)
