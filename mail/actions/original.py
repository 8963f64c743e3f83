"""What a draft begins with, taken from the mail that it answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from callcenter.richtext import html_to_text
from mail.mime.addresses import normalise_address
from mail.mime.model import ParsedMessage, Person
from mail.mime.references import forward_subject, reply_subject
from mail.mime.replies import (
    ForwardLabels,
    forward_text,
    quote_text,
    reply_all_recipients,
    reply_recipients,
)
from mail.models import DraftKind, Message, MessageBody
from mailboxes.models import Mailbox


def prepare(message: Message, kind: DraftKind) -> dict[str, Any]:
    """Values for a new draft's columns: sender, recipients, subject, quoted original."""
    parsed = as_parsed(message)
    own = own_addresses(message.mailbox)
    values: dict[str, Any] = {"from_address": sender_for(message.mailbox, parsed)}
    if kind == DraftKind.FORWARD:
        files = message.attachments.filter(inline=False).values_list("pk", flat=True)
        return values | {
            "subject": forward_subject(parsed.subject),
            "quoted": forward_text(parsed, _moment(message), _forward_labels()),
            "forwarded_files": list(files),
        }
    whom = reply_all_recipients if kind == DraftKind.REPLY_ALL else reply_recipients
    recipients = whom(parsed, own)
    return values | {
        "to": pairs(recipients.to),
        "cc": pairs(recipients.cc),
        "bcc": pairs(recipients.bcc),
        "subject": reply_subject(parsed.subject),
        "quoted": quote_text(parsed.text, _wrote(message, parsed)),
    }


def _wrote(message: Message, parsed: ParsedMessage) -> str:
    """The line above a quotation."""
    sender = parsed.sender or Person("", "")
    return _("%(date)s %(name)s wrote:") % {
        "date": _moment(message),
        "name": sender.name or sender.address,
    }


def _moment(message: Message) -> str:
    """The mail's date for people, in the writer's time zone; the same in every language."""
    return timezone.localtime(message.internal_date).strftime("%Y/%m/%d %H:%M")


def _forward_labels() -> ForwardLabels:
    return ForwardLabels(
        intro=_("---------- Forwarded message ----------"),
        date=_("Date"),
        subject=_("Subject"),
    )


def as_parsed(message: Message) -> ParsedMessage:
    """The stored mail as `mail.mime` reads mails; the text is what a reader saw."""
    body = MessageBody.objects.filter(message=message).first() or MessageBody(message=message)
    sender = next(iter(people(body.people.get("from", ()))), None)
    return ParsedMessage(
        subject=message.subject,
        sender=sender,
        to=people(body.people.get("to", ())),
        cc=people(body.people.get("cc", ())),
        bcc=people(body.people.get("bcc", ())),
        reply_to=people(body.people.get("reply_to", ())),
        date=timezone.localtime(message.internal_date),
        text=body.text or html_to_text(body.html),
        message_id=body.rfc822_id,
        references=tuple(body.references),
    )


def own_addresses(mailbox: Mailbox) -> frozenset[str]:
    """The account's address and all its send-as addresses, in the form that compares."""
    addresses = [mailbox.address, *mailbox.send_as.values_list("address", flat=True)]
    return frozenset(normalise_address(address) for address in addresses)


def sender_for(mailbox: Mailbox, parsed: ParsedMessage | None = None) -> str:
    """The verified address that the customer wrote to (ours, when we wrote), else the default."""
    verified = list(mailbox.send_as.filter(verified=True))
    if parsed is not None:
        wrote = (parsed.sender,) if parsed.sender else ()
        for person in (*wrote, *parsed.to, *parsed.cc, *parsed.bcc):
            for each in verified:
                if normalise_address(each.address) == normalise_address(person.address):
                    return each.address
    default = next((each for each in verified if each.is_default), None)
    return default.address if default else mailbox.address


def people(stored: Iterable[Iterable[str]]) -> tuple[Person, ...]:
    return tuple(Person(name, address) for name, address in stored)


def pairs(given: Iterable[Person]) -> list[list[str]]:
    return [[person.name, person.address] for person in given]
