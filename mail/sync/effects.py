"""What a newly arrived mail means for the handling of others (M34, M35).

A delivery report whose machine-readable part Gmail has left out of its reading says nothing yet: it
has its effect when the raw mail has been read (`after_reading`).
"""

from __future__ import annotations

from activity.events import record
from mail import editlock, journal, mime
from mail.models import Folder, Message, Outgoing, Status, SyncState
from mail.sync.undelivered import note_report


def after_arrival(message: Message, parsed: mime.ParsedMessage) -> None:
    """Tell open pages of the mail; a reply made in Gmail itself closes what it answers."""
    record(
        "mail.received",
        mailbox_id=message.mailbox_id,
        message_id=message.pk,
        public_id=message.public_id,
        folder=message.folder,
        status=message.status,
    )
    if message.folder == Folder.SENT and not _sent_from_here(message, parsed):
        _answered_in_gmail(message, parsed)
    if not parsed.needs_raw:
        note_report(message, parsed)


def after_reading(message: Message, parsed: mime.ParsedMessage) -> None:
    """The mail was read from its own bytes; reports from before connecting are no news."""
    state = SyncState.objects.filter(mailbox=message.mailbox_id).first()
    if state is not None and message.internal_date >= state.mail_before:
        note_report(message, parsed)


def _sent_from_here(message: Message, parsed: mime.ParsedMessage) -> bool:
    """Ours bears our header; where Gmail dropped that, the outbox knows the conversation."""
    tokens = [value for name, value in parsed.headers if name.casefold() == "x-outbox-id"]
    outgoing = Outgoing.objects.filter(mailbox_id=message.mailbox_id)
    if any(outgoing.filter(token=token).exists() for token in tokens if _is_uuid(token)):
        return True
    return (
        outgoing.filter(sent_gmail_id=message.gmail_id).exists()
        or outgoing.filter(
            thread_id=message.conversation.gmail_thread_id, state__in=["sending", "uncertain"]
        ).exists()
    )


def _is_uuid(text: str) -> bool:
    digits = text.strip().replace("-", "")
    return len(digits) == 32 and all(digit in "0123456789abcdefABCDEF" for digit in digits)


def _answered(message: Message, parsed: mime.ParsedMessage) -> Message | None:
    """The received mail that a sent one answers: the one it names, else the newest before it."""
    received = Message.objects.filter(
        conversation=message.conversation, folder=Folder.RECEIVED, gone_at=None
    )
    named = [each for each in (parsed.in_reply_to, *reversed(parsed.references)) if each]
    for rfc822_id in named[:5]:
        if found := received.filter(body__rfc822_id=rfc822_id).first():
            return found
    before = received.filter(internal_date__lte=message.internal_date)
    return before.order_by("-internal_date", "-id").first()


def _answered_in_gmail(message: Message, parsed: mime.ParsedMessage) -> None:
    answered = _answered(message, parsed)
    if answered is None or answered.status == Status.DONE:
        return
    editlock.hold(answered)  # nobody takes the lock between this look and our commit
    answered.refresh_from_db()
    lock = editlock.current(answered)
    if lock is not None:
        # Somebody is writing an answer: they decide, with this before their eyes.
        journal.tell(
            "lock.warned",
            answered,
            actor=None,
            reason="answered_in_gmail",
            answer=message.public_id,
        )
        return
    journal.tell(
        "status.changed",
        answered,
        actor=None,
        fields={"status": Status.DONE},
        reason="answered_in_gmail",
    )
