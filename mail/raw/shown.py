"""A mail as it reads in a charset that a person chose: for this one look, nothing is written."""

from __future__ import annotations

import copy

from mail.mime import charsets
from mail.models import Message, MessageBody, RawMail
from mail.raw.read import read_as
from mail.raw.renew import people_of


def chosen_charset(text: str) -> str:
    """The choice in an address; '' for none, or one that is not offered."""
    return text if text in charsets.CHOICES else ""


def in_charset(
    message: Message, raw: RawMail, charset: str
) -> tuple[Message, MessageBody, dict[str, str]]:
    """Unsaved copies of mail and body, and the files' names by part id."""
    parsed = read_as(raw, charset)
    shown = copy.copy(message)
    shown.subject = parsed.subject
    shown.from_name = parsed.sender.name if parsed.sender else ""
    body = MessageBody(
        message=shown,
        text=parsed.text,
        html=parsed.html,
        people=people_of(parsed),
        notices=[[notice.code, notice.detail] for notice in parsed.notices],
    )
    return shown, body, {each.part_id: each.filename for each in parsed.attachments}
