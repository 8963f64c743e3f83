"""``parse(raw)``: a whole mail from its bytes. It never raises; what it cannot read, it says."""

from __future__ import annotations

from mail.mime import bodies, split, tree
from mail.mime.assemble import assemble
from mail.mime.limits import DEFAULT_LIMITS, Limits
from mail.mime.model import NoticeBook, ParsedMessage


def parse(raw: bytes, *, limits: Limits = DEFAULT_LIMITS) -> ParsedMessage:
    """The mail in ``raw`` (RFC 5322 with any line ends, or what claims to be one)."""
    book = NoticeBook()
    root = tree.from_raw(split.split(bytes(raw), book, limits), book)
    return assemble(
        root, read_text=lambda part: bodies.read_raw_text(part, book), book=book, limits=limits
    )
