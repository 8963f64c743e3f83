"""The tree of parts of a message, numbered as the Gmail API numbers them.

The root is `""`, its parts `"0"`, `"1"`, theirs `"1.0"`; an attached message's own root is one
level below it (`"2"` -> `"2.0"`). Parts are offsets into the raw message, so that a tree costs
little memory and nothing is decoded before it is asked for. Nothing in here fails: a broken message
has a tree too.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox import charsets, headers

MAX_DEPTH = 30
MAX_PARTS = 1000


@dataclass(slots=True)
class Part:
    raw: bytes
    part_id: str
    fields: headers.Headers
    start: int
    end: int
    mime_type: str = "text/plain"
    charset: str = ""
    filename: str = ""
    encoding: str = ""
    disposition: str = ""
    children: list[Part] = field(default_factory=list)

    @property
    def is_text(self) -> bool:
        return self.mime_type.startswith("text/")

    @property
    def is_attachment(self) -> bool:
        """Handed out by attachment id instead of inline data."""
        if self.mime_type.startswith("multipart/"):
            return False
        return bool(self.filename) or not self.is_text

    def content(self) -> bytes:
        """The bytes after the transfer encoding is undone."""
        data = self.raw[self.start : self.end]
        if self.encoding == "base64":
            return headers.decode_base64(data)
        if self.encoding == "quoted-printable":
            return binascii.a2b_qp(data)
        return data

    def text(self) -> str:
        return charsets.decode(self.content(), self.charset)

    def walk(self) -> Iterator[Part]:
        yield self
        for child in self.children:
            yield from child.walk()

    def find(self, part_id: str) -> Part | None:
        return next((part for part in self.walk() if part.part_id == part_id), None)


class _Counter:
    def __init__(self) -> None:
        self.left = MAX_PARTS


def parse(raw: bytes) -> Part:
    start = 0
    if raw.startswith(b"From "):  # an mbox line that an export left in front
        start = raw.find(b"\n") + 1
    return _parse(raw, start, len(raw), "", 0, _Counter(), "text/plain")


def _parse(
    raw: bytes, start: int, end: int, part_id: str, depth: int, counter: _Counter, default: str
) -> Part:
    counter.left -= 1
    fields, body = headers.split(raw, start, end)
    part = Part(raw, part_id, fields, min(body, end), end, default)
    boundary = _read_fields(part, default)
    if depth >= MAX_DEPTH or counter.left <= 0:
        return part
    if part.mime_type.startswith("multipart/"):
        inner = "message/rfc822" if part.mime_type == "multipart/digest" else "text/plain"
        prefix = part_id + "." if part_id else ""
        spans = _split(raw, part.start, end, boundary)
        for number, (left, right) in enumerate(spans):
            if counter.left <= 0:
                break
            part.children.append(
                _parse(raw, left, right, f"{prefix}{number}", depth + 1, counter, inner)
            )
        if not part.children:
            part.mime_type = "text/plain"  # without its boundary it is only text
    elif part.mime_type == "message/rfc822" and part.encoding in ("", "7bit", "8bit", "binary"):
        child_id = f"{part_id}.0" if part_id else "0"
        part.children.append(
            _parse(raw, part.start, end, child_id, depth + 1, counter, "text/plain")
        )
    return part


def _read_fields(part: Part, default: str) -> str:
    """Fills in what Content-* say; returns the boundary."""
    boundary = name = ""
    for key, value in part.fields:
        lowered = key.lower()
        if not lowered.startswith("content-"):
            continue
        if lowered == "content-type":
            main, found = headers.parameters(value)
            part.mime_type = main if main.count("/") == 1 and " " not in main else default
            part.charset = found.get("charset", "")
            boundary = found.get("boundary", "")
            name = found.get("name", "")
        elif lowered == "content-transfer-encoding":
            part.encoding = value.decode("ascii", "replace").split(";")[0].strip().lower()
        elif lowered == "content-disposition":
            part.disposition, found = headers.parameters(value)
            part.filename = found.get("filename", "")
    part.filename = part.filename or name
    return boundary


def _split(raw: bytes, start: int, end: int, boundary: str) -> list[tuple[int, int]]:
    if not boundary:
        return []
    spans: list[tuple[int, int]] = []
    mark = b"--" + boundary.rstrip().encode("utf-8")
    opened = -1
    position = start
    while (at := raw.find(mark, position, end)) >= 0:
        position = at + len(mark)
        if at > start and raw[at - 1] != 0x0A:
            continue
        line_end = raw.find(b"\n", position, end)
        line_end = end if line_end < 0 else line_end
        rest = raw[position:line_end].strip(b" \t\r")
        if rest not in (b"", b"--"):
            continue  # another boundary that begins alike
        if opened >= 0:
            spans.append((opened, _before_line_end(raw, opened, at)))
        opened = -1 if rest else min(line_end + 1, end)
        position = line_end
        if rest:
            break
    if opened >= 0:
        spans.append((opened, end))  # never closed
    return spans


def _before_line_end(raw: bytes, start: int, at: int) -> int:
    if at > start and raw[at - 1] == 0x0A:
        at -= 1
        if at > start and raw[at - 1] == 0x0D:
            at -= 1
    return at
