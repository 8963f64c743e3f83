"""What a draft would be if it were sent now, to be looked at: made by the very steps of sending."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from callcenter.richtext import SafeHtml, written
from mail.actions.fields import DraftFields
from mail.mime import Person
from mail.mime.addresses import format_addresses
from mail.models import Attachment, Draft, DraftFile
from mail.outbox.freeze import files_of, full_html, full_text, sender_row


@dataclass(frozen=True, slots=True)
class OutgoingView:
    """`html` is the text with its formatting, empty for plain text."""

    sender: str
    to: list[list[str]]
    cc: list[list[str]]
    bcc: list[list[str]]
    subject: str
    text: str
    html: SafeHtml
    files: list[Attachment | DraftFile]


def as_sent(draft: Draft, fields: DraftFields) -> OutgoingView:
    """The draft with these fields; neither of them is kept or changed."""
    shown = copy.copy(draft)
    for name, value in fields.within(draft).values().items():
        setattr(shown, name, value)
    sender = sender_row(shown)
    return OutgoingView(
        sender=format_addresses([Person(sender.name, sender.address)])
        if sender
        else shown.from_address,
        to=shown.to,
        cc=shown.cc,
        bcc=shown.bcc,
        subject=shown.subject,
        text=full_text(shown),
        html=written(full_html(shown)),
        files=files_of(shown),
    )
