"""Reading a mail from its raw bytes: once when Gmail's reading was doubtful, and on request."""

from __future__ import annotations

from mail.mime import ParsedMessage, bounded
from mail.models import MessageBody, RawMail
from mail.raw import store
from mail.raw.renew import renew


def read_as(raw: RawMail, charset: str = "") -> ParsedMessage:
    """The mail, its text in the charset that a person chose; as it says itself without one."""
    with store.spooled(raw) as path:
        return bounded.parse_file(path, charset=charset)


def read_again(raw: RawMail) -> bool:
    """Renew our copy of the mail from its own bytes, if it is in need of that."""
    body = MessageBody.objects.filter(
        message__mailbox=raw.mailbox_id, message__gmail_id=raw.gmail_id, needs_raw=True
    ).first()
    if body is None:
        return False
    renew(body.message_id, read_as(raw))
    return True
