"""``parse(raw)``: a whole mail from its bytes. It never raises; what it cannot read, it says."""

from __future__ import annotations

import logging

from mail.mime import bodies, charsets, split, tree
from mail.mime.assemble import assemble
from mail.mime.limits import DEFAULT_LIMITS, Limits
from mail.mime.model import Notice, NoticeBook, ParsedAttachment, ParsedMessage

logger = logging.getLogger(__name__)


def parse(raw: bytes, *, limits: Limits = DEFAULT_LIMITS, charset: str = "") -> ParsedMessage:
    """The mail in ``raw`` (RFC 5322 with any line ends, or what claims to be one).

    ``charset`` is one of :data:`mail.mime.charsets.CHOICES`, when a person wants text and
    unlabelled headers read so, whatever the mail says.
    """
    raw = bytes(raw)
    try:
        return _parse(raw, limits, charset if charsets.canonical(charset) else "")
    except Exception as error:
        # A fault of ours must not lose a mail, nor stop the mails behind it.
        logger.exception("a mail of %d bytes could not be read", len(raw))
        return unread(error, raw)


def _parse(raw: bytes, limits: Limits, charset: str) -> ParsedMessage:
    book = NoticeBook()
    root = tree.from_raw(split.split(raw, book, limits), book, charset=charset)

    def read_text(part: tree.Part) -> str:
        if charset:
            return charsets.decode_as(part.body or b"", charset)
        return bodies.read_raw_text(part, book)

    return assemble(root, read_text=read_text, book=book, limits=limits)


def unread(error: Exception, raw: bytes | None) -> ParsedMessage:
    """A mail that the reader failed at: a notice, and the mail itself as a file."""
    file = ParsedAttachment("", "message.eml", "message/rfc822", len(raw or b""), payload=raw)
    return ParsedMessage(
        attachments=(file,) if raw is not None else (),
        notices=(Notice("reading_failed", repr(error)[:200]),),
        needs_raw=raw is None,
    )
