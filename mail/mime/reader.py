"""``parse(raw)``: a whole mail from its bytes. It never raises; what it cannot read, it says."""

from __future__ import annotations

import logging

from mail.mime import bodies, split, tree
from mail.mime.assemble import assemble
from mail.mime.limits import DEFAULT_LIMITS, Limits
from mail.mime.model import Notice, NoticeBook, ParsedAttachment, ParsedMessage

logger = logging.getLogger(__name__)


def parse(raw: bytes, *, limits: Limits = DEFAULT_LIMITS) -> ParsedMessage:
    """The mail in ``raw`` (RFC 5322 with any line ends, or what claims to be one)."""
    raw = bytes(raw)
    try:
        return _parse(raw, limits)
    except Exception as error:
        # A fault of ours must not lose a mail, nor stop the mails behind it.
        logger.exception("a mail of %d bytes could not be read", len(raw))
        return unread(error, raw)


def _parse(raw: bytes, limits: Limits) -> ParsedMessage:
    book = NoticeBook()
    root = tree.from_raw(split.split(raw, book, limits), book)
    return assemble(
        root, read_text=lambda part: bodies.read_raw_text(part, book), book=book, limits=limits
    )


def unread(error: Exception, raw: bytes | None) -> ParsedMessage:
    """A mail that the reader failed at: a notice, and the mail itself as a file."""
    file = ParsedAttachment("", "message.eml", "message/rfc822", len(raw or b""), payload=raw)
    return ParsedMessage(
        attachments=(file,) if raw is not None else (),
        notices=(Notice("reading_failed", repr(error)[:200]),),
        needs_raw=raw is None,
    )
