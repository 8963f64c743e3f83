"""Splits a raw mail into its parts: one pass over the lines that start with ``--``.

CPython's parser takes 13 s for a hostile mail of 512 KiB and recurses. This one is iterative: a
stack of open multiparts, their boundaries in a dictionary, each line looked up once. Depth, parts
and headers are limited; what goes over the limit stays in the last part as it is, with a notice.

Tolerated: no closing boundary, boundaries with trailing blanks, a boundary that the header does not
name rightly (then one is looked for), nested multiparts with one boundary, a multipart as a whole
in base64, parts without a header, CR as line end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mail.mime import headers, params, transfer
from mail.mime.limits import Limits
from mail.mime.model import NoticeBook

_DASHES = re.compile(rb"(?:(?<=[\r\n])|\A)--[^\r\n]*")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_GUESS = re.compile(
    rb"(?:(?<=[\r\n])|\A)--([^\r\n]{1,200})(?:\r\n|\n|\r)(?:\r\n|\n|\r)?Content-",
    re.IGNORECASE,
)


@dataclass(slots=True)
class RawPart:
    """A part before anything is decoded. ``body`` is None for a multipart."""

    part_id: str
    block: headers.Block
    content: params.Structured
    body: bytes | None = None
    children: list[RawPart] = field(default_factory=list)
    in_digest: bool = False

    @property
    def is_multipart(self) -> bool:
        return self.content.value.startswith("multipart/")


@dataclass(slots=True)
class _Open:
    part: RawPart
    boundary: bytes
    start: int


class _Splitter:
    def __init__(self, data: bytes, book: NoticeBook, limits: Limits) -> None:
        self.data, self.book, self.limits = data, book, limits
        self.stack: list[_Open] = []
        self.levels: dict[bytes, list[int]] = {}
        self.leaf: RawPart | None = None
        self.leaf_start = 0
        self.parts = 0
        self.again: list[tuple[RawPart, bytes, int]] = []
        self.base_depth = 0

    def run(self, root: RawPart, start: int, depth: int) -> None:
        """Splits ``root``, whose body starts at ``start``; multiparts to redo go to ``again``."""
        data = self.data
        self.base_depth = depth
        self._enter(root, start)
        at = start
        while self.stack:
            found = _DASHES.search(data, at)
            if found is None:
                break
            at = found.end()
            level, closing = self._delimiter(found.group())
            if level < 0:
                continue
            if not closing and self.parts >= self.limits.parts:
                self.book.add("too_many_parts", str(self.limits.parts))
                break
            at = self._after_line(at)
            self._close(level + 1 - closing, found.start())
            if not closing:
                at = self._child(level, at)
        if any(opened.part.children for opened in self.stack):
            self.book.add("boundary_unclosed")
        elif not self.stack and len(data[at : at + 1000].strip(b"\r\n\t -\0")) > 0:
            self.book.add("epilogue")
        self._close(0, len(data))

    def _delimiter(self, line: bytes) -> tuple[int, bool]:
        """The level of the multipart that a line delimits (-1: none), and whether it closes it."""
        token = line[2:].rstrip(b" \t")
        if token in self.levels:
            return self.levels[token][-1], False
        if token.endswith(b"--") and token[:-2] in self.levels:
            return self.levels[token[:-2]][-1], True
        return -1, False

    def _is_delimiter(self, line: bytes) -> bool:
        return line.startswith(b"--") and self._delimiter(line)[0] >= 0

    def _after_line(self, at: int) -> int:
        found = _LINE_END.match(self.data, at)
        return found.end() if found else at

    def _child(self, level: int, at: int) -> int:
        """Starts a part of the multipart at ``level`` whose header is at ``at``."""
        parent = self.stack[level].part
        self.parts += 1
        block = headers.read(
            self.data,
            at,
            len(self.data),
            book=self.book,
            limits=self.limits,
            is_delimiter=self._is_delimiter,
        )
        number = str(len(parent.children))
        part = RawPart(
            f"{parent.part_id}.{number}" if parent.part_id else number,
            block,
            content_type(block, self.book),
            in_digest=parent.content.value == "multipart/digest",
        )
        parent.children.append(part)
        self._enter(part, block.body)
        return block.body

    def _enter(self, part: RawPart, start: int) -> None:
        """Opens a multipart, or makes ``part`` the leaf that runs from ``start``."""
        if part.is_multipart:
            if self.base_depth + len(self.stack) < self.limits.depth:
                boundary = part.content.params.get("boundary", "").strip()
                # A line break stands in no line: without a boundary nothing is found.
                raw = boundary.encode("utf-8", "surrogateescape") or b"\n%d" % len(self.stack)
                self.levels.setdefault(raw, []).append(len(self.stack))
                self.stack.append(_Open(part, raw, start))
                self.leaf = None
                return
            self.book.add("too_deep", str(self.limits.depth))
        self.leaf, self.leaf_start = part, start

    def _end_leaf(self, end: int) -> None:
        if self.leaf is not None:
            body = self.data[self.leaf_start : max(end, self.leaf_start)]
            self.leaf.body = body if end == len(self.data) else _without_last_line_end(body)
            self.leaf = None

    def _close(self, level: int, end: int) -> None:
        """Ends the leaf and every multipart from ``level`` up."""
        self._end_leaf(end)
        while len(self.stack) > level:
            opened = self.stack.pop()
            self.levels[opened.boundary].pop()
            if not self.levels[opened.boundary]:
                del self.levels[opened.boundary]
            if not opened.part.children:
                body = self.data[opened.start : end]
                body = body if end == len(self.data) else _without_last_line_end(body)
                self.again.append((opened.part, body, self.base_depth + len(self.stack)))


def _without_last_line_end(body: bytes) -> bytes:
    if body.endswith(b"\r\n"):
        return body[:-2]
    return body[:-1] if body.endswith((b"\n", b"\r")) else body


def content_type(block: headers.Block, book: NoticeBook) -> params.Structured:
    """The Content-Type of a part; its value is '' when there is none."""
    raw = block.get("Content-Type")
    return params.parse(raw.decode("utf-8", "surrogateescape"), book)


def split(data: bytes, book: NoticeBook, limits: Limits) -> RawPart:
    """The tree of parts of a whole mail."""
    if len(data) > limits.size:
        book.add("too_big", f"{len(data)} bytes")
        data = data[: limits.size]
    block = headers.read(data, 0, len(data), book=book, limits=limits, top=True)
    root = RawPart("", block, content_type(block, book))
    work: list[tuple[RawPart, bytes, int, int]] = [(root, data, block.body, 0)]
    parts = 0
    while work:
        part, source, start, depth = work.pop()
        if not part.is_multipart:
            part.body = source[start:]
            continue
        splitter = _Splitter(source, book, limits)
        splitter.parts = parts
        splitter.run(part, start, depth)
        parts = splitter.parts
        for empty, body, level in splitter.again:
            retry = _retry(empty, body, book, level < limits.depth)
            if retry is not None:
                work.append((empty, retry, 0, level + 1))
    return root


def _retry(part: RawPart, body: bytes, book: NoticeBook, allowed: bool) -> bytes | None:
    """What to split once more for a multipart in which no part was found; None to give up."""
    encoding = transfer.canonical(part.block.get("Content-Transfer-Encoding").decode("latin-1"))
    if encoding and allowed and b"--" not in body[:2000]:
        part.block.fields = [
            pair for pair in part.block.fields if pair[0].lower() != "content-transfer-encoding"
        ]
        return transfer.decode(body, encoding, book).data
    guessed = _GUESS.search(body)
    declared = part.content.params.get("boundary", "")
    boundary = guessed.group(1).decode("utf-8", "surrogateescape").rstrip() if guessed else ""
    if guessed and allowed and boundary != declared:
        book.add("boundary_missing", f"found {boundary}")
        part.content.params["boundary"] = boundary
        return body
    # No parts at all: what is there is text.
    if body.strip():
        book.add("boundary_missing", "none found")
    part.content = params.Structured("text/plain", {})
    part.body = body
    return None
