"""M35: a delivery report that came back, and what it undoes.

Which mail it is about is told, in this order, by our own header in the returned mail, by the
returned mail's Message-ID (Gmail may have rewritten that), by what the report itself answers, and
by the conversation that Gmail put it in. A report about nothing of ours has no effect.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from mail import editlock, journal
from mail.mime import ParsedMessage
from mail.mime.addresses import normalise_address
from mail.mime.reports import DeliveryReport, read_report
from mail.models import DeliveryFailure, Folder, Message, MessageBody, Outgoing, Status

OUTBOX_ID = "X-Outbox-Id"
_MOST_IDS = 10
_MOST_RECIPIENTS = 50


@dataclass(frozen=True, slots=True)
class _About:
    """The mail that did not arrive: in our outbox, in the mirror, or both; and what it answered."""

    outgoing: Outgoing | None
    sent: Message | None
    answered: Message | None


def note_report(message: Message, parsed: ParsedMessage) -> None:
    """If it says that a mail of ours failed: 未処理 again, 不達 shown, and its sender told."""
    report = read_report(parsed)
    if report is None or message.folder != Folder.RECEIVED or not _has_failed(report, parsed):
        return
    about = _about(message, parsed, report)
    if about is None:
        return
    _, is_news = DeliveryFailure.objects.get_or_create(
        report=message,
        defaults={
            "sent": about.sent,
            "outgoing": about.outgoing,
            "answered": about.answered,
            "recipients": [
                [person.address, person.status, person.diagnostic]
                for person in report.failed[:_MOST_RECIPIENTS]
            ],
        },
    )
    if is_news:
        _tell(message, about)


def _has_failed(report: DeliveryReport, parsed: ParsedMessage) -> bool:
    """Not merely late: a mail server goes on trying for days."""
    return bool(report.failed) if report.recipients else parsed.automatic == "bounce"


def _tell(report: Message, about: _About) -> None:
    told = about.answered or about.sent
    author = about.outgoing.author_id if about.outgoing else None
    for each in (about.sent, about.answered):
        if each is None:
            continue
        editlock.hold(each)  # nobody takes the lock between this look and our commit
        each.refresh_from_db()
        fields: dict[str, object] = {"undelivered": True}
        if each == about.answered and each.status == Status.DONE and not editlock.current(each):
            fields["status"] = Status.OPEN
        journal.tell(
            "mail.undelivered",
            each,
            actor=None,
            fields=fields,
            report=report.public_id,
            author=author if each == told else None,
        )


def _about(message: Message, parsed: ParsedMessage, report: DeliveryReport) -> _About | None:
    outgoing = _outgoing_of(message, report.original.get(OUTBOX_ID))
    if outgoing is not None:
        sent = Message.objects.filter(
            mailbox=message.mailbox_id, gmail_id=outgoing.sent_gmail_id or "-"
        ).first()
    else:
        sent = _sent_named(message, parsed, report) or _sent_in_conversation(message, report)
        if sent is None:
            return None
        outgoing = Outgoing.objects.filter(
            mailbox=message.mailbox_id, sent_gmail_id=sent.gmail_id
        ).first()
    answered = outgoing.answers if outgoing is not None else None
    if answered is None and outgoing is None and sent is not None:
        answered = answered_by(sent)
    return _About(outgoing, sent, answered)


def _outgoing_of(message: Message, token: str) -> Outgoing | None:
    try:
        wanted = uuid.UUID(token.strip())
    except ValueError:
        return None
    rows = Outgoing.objects.filter(mailbox=message.mailbox_id, token=wanted)
    return rows.select_related("answers").first()


def _sent_named(message: Message, parsed: ParsedMessage, report: DeliveryReport) -> Message | None:
    named = [report.message_id, parsed.in_reply_to, *reversed(parsed.references)]
    for rfc822_id in [each for each in named if each][:_MOST_IDS]:
        found = Message.objects.filter(
            mailbox=message.mailbox_id, folder=Folder.SENT, body__rfc822_id=rfc822_id
        ).first()
        if found is not None:
            return found
    return None


def _sent_in_conversation(message: Message, report: DeliveryReport) -> Message | None:
    """The last mail of ours in the conversation that went to somebody who did not get it."""
    sent = Message.objects.filter(
        conversation=message.conversation_id,
        folder=Folder.SENT,
        internal_date__lte=message.internal_date,
    )
    if addresses := {normalise_address(person.address) for person in report.failed} - {""}:
        sent = sent.filter(correspondents__address__in=addresses)
    return sent.order_by("-internal_date", "-id").first()


def answered_by(sent: Message) -> Message | None:
    """The received mail that a sent one, of which only the mirror knows, names as answered."""
    body = MessageBody.objects.filter(message=sent).first()
    if body is None:
        return None
    answers = [value for name, value in body.headers if name.lower() == "in-reply-to"]
    named = [*(value.strip("<> ") for value in answers), *reversed(body.references)]
    received = Message.objects.filter(
        conversation=sent.conversation_id, folder=Folder.RECEIVED, gone_at=None
    )
    for rfc822_id in [each for each in named if each][:_MOST_IDS]:
        if found := received.filter(body__rfc822_id=rfc822_id).first():
            return found
    return None
