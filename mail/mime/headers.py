"""The header block of a mail or part: from bytes to fields, with a lenient eye.

Any line end (CRLF, LF, CR) ends a line. A blank-only line inside is folding if headers go on after
it; a line that is no header is skipped when headers go on after it, else the text starts there (the
empty line was forgotten). CPython's parser ends the headers at such a line and loses the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from mail.mime.limits import Limits
from mail.mime.model import NoticeBook

_LINE = re.compile(rb"[^\r\n]*+(?:\r\n|\n|\r|\Z)")
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_URL = re.compile(rb"(?:https?|ftp):", re.IGNORECASE)
_MBOX = re.compile(rb">?From [^\r\n]*")
_KNOWN = re.compile(
    rb"(?:From|To|Cc|Bcc|Subject|Date|Sender|Reply-To|Received|Return-Path|Message-ID|References"
    rb"|In-Reply-To|MIME-Version|Delivered-To|Content-[A-Za-z-]+|X-[A-Za-z0-9-]+|List-[A-Za-z-]+"
    rb"|DKIM-Signature|Authentication-Results|Importance|Precedence|Auto-Submitted|Organization"
    rb"|User-Agent|Errors-To|Resent-[A-Za-z-]+|Lines|Status|Comments|Keywords|ARC-[A-Za-z-]+"
    rb"|Thread-[A-Za-z-]+|Disposition-Notification-To|Feedback-ID)[ \t]*:",
    re.IGNORECASE,
)
_LOOK_AHEAD = 6

IsDelimiter = Callable[[bytes], bool]


@dataclass(slots=True)
class Block:
    """Fields in their order (name as written, unfolded value) and where the body starts."""

    fields: list[tuple[str, bytes]] = field(default_factory=list)
    body: int = 0

    def get(self, name: str) -> bytes:
        wanted = name.lower()
        return next((value for key, value in self.fields if key.lower() == wanted), b"")


class _Reader:
    """A cursor over lines that can look a few lines ahead, and the fields read so far."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self.data, self.at, self.end = data, at, end
        self.folded: list[tuple[str, list[bytes]]] = []

    def line(self, at: int) -> tuple[bytes, int]:
        """The line at ``at`` without its end, and where the next one starts."""
        found = _LINE.match(self.data, at, self.end)
        assert found is not None
        return found.group().rstrip(b"\r\n"), found.end()


def read(
    data: bytes,
    at: int,
    end: int,
    *,
    book: NoticeBook,
    limits: Limits,
    is_delimiter: IsDelimiter = lambda line: False,
    top: bool = False,
) -> Block:
    """The header block that starts at ``at``. ``top`` skips a byte order mark and blank lines."""
    reader = _Reader(data, at, end)
    if top:
        reader.at = _skip_start(reader)
    body = _read_lines(reader, book, limits, is_delimiter)
    fields = [(name, b"".join(lines).strip()) for name, lines in reader.folded]
    return Block(fields, body)


def _read_lines(
    reader: _Reader, book: NoticeBook, limits: Limits, is_delimiter: IsDelimiter
) -> int:
    """Reads lines into the reader's fields; where the body starts."""
    stop = reader.at + limits.header_bytes
    start = reader.at
    while reader.at < reader.end:
        line, after = reader.line(reader.at)
        if not line:
            return after
        if is_delimiter(line):
            return reader.at
        if reader.at >= stop:
            book.add("too_many_headers", f"{limits.header_bytes} bytes")
            reader.at = after
        elif reader.at == start and _MBOX.match(line) and not _FIELD.match(line):
            reader.at = after
        elif line[:1] in b" \t":
            if not line.strip() and not _goes_on(reader, after):
                return after
            if reader.folded and line.strip():
                reader.folded[-1][1].append(line)
            reader.at = after
        elif not _take_field(reader, line, after, book, limits):
            book.add("header_missing_end")
            return reader.at
    return reader.end


def _take_field(reader: _Reader, line: bytes, after: int, book: NoticeBook, limits: Limits) -> bool:
    """Takes a line that starts a field, or skips one that is none; False when the body is here."""
    if line.startswith(b"--") and _names_boundary(reader.folded, line[2:].strip()):
        return False
    match = _FIELD.match(line)
    if match is not None and not _URL.match(line):
        if len(reader.folded) < limits.headers:
            reader.folded.append((match.group(1).decode("ascii"), [line[match.end() :]]))
        else:
            book.add("too_many_headers", f"{limits.headers} fields")
    elif not _goes_on(reader, after):
        return False
    elif not _MBOX.match(line):
        book.add("header_junk", line[:60].decode("ascii", "replace"))
    reader.at = after
    return True


def _names_boundary(fields: list[tuple[str, list[bytes]]], token: bytes) -> bool:
    """Whether a line is the first boundary, with no empty line before it."""
    return bool(token) and any(
        name.lower() == "content-type" and any(token in line for line in lines)
        for name, lines in fields[:50]
    )


def _goes_on(reader: _Reader, at: int) -> bool:
    """Whether known headers follow within a few lines, before any empty one."""
    for _ in range(_LOOK_AHEAD):
        if at >= reader.end:
            return False
        line, at = reader.line(at)
        if not line:
            return False
        if _KNOWN.match(line):
            return True
        if line[:1] not in b" \t":
            return False
    return False


def _skip_start(reader: _Reader) -> int:
    at = reader.at
    if reader.data.startswith(b"\xef\xbb\xbf", at):
        at += 3
    start = at
    while at < reader.end:
        line, after = reader.line(at)
        if line.strip():
            return at if _FIELD.match(line) or _MBOX.match(line) else start
        at = after
    return start
