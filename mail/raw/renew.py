"""Our copy of a mail, written anew from a better reading, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from activity.events import record
from callcenter.richtext import html_to_text
from crm.lookup import owners
from mail import editlock, journal, linking
from mail.mime import ParsedAttachment, ParsedMessage, Person
from mail.mime.addresses import normalise_address
from mail.models import (
    Attachment,
    Correspondent,
    Message,
    MessageBody,
    SyncPhase,
    SyncState,
)
from mail.search import documents
from mail.sync.effects import after_reading

_SNIPPET = 200
_MOST_PEOPLE = 200
_LARGEST_INTEGER = 2**31 - 1
_UNREAD = frozenset({"too_costly", "reading_failed"})


@transaction.atomic
def renew(message_id: int, parsed: ParsedMessage) -> None:
    """Subject, people, body, notices and the files' names become what `parsed` says.

    Files keep their part ids, and with them what has been fetched. Status, labels and comments are
    nobody's business here. A reading that failed renews nothing but the notices.
    """
    # As everybody does: the conversation before the mail, or two would wait for each other.
    editlock.hold(Message.objects.select_related("conversation").get(pk=message_id))
    rows = Message.objects.select_related("mailbox").select_for_update(of=("self",))
    message = rows.get(pk=message_id)
    body = MessageBody.objects.select_for_update().get(message=message)
    notices = [[notice.code, notice.detail] for notice in parsed.notices]
    if any(code in _UNREAD for code, _ in notices):
        body.notices = [*body.notices, *notices]
        body.needs_raw = False
        body.save(update_fields=["notices", "needs_raw"])
    else:
        _write_body(body, parsed, notices)
        own = linking.own_addresses(message.mailbox)
        _write_message(message, parsed, own)
        _write_files(message, parsed.attachments)
        _write_correspondents(message, parsed, own)
        documents.renew(message, parsed)
        after_reading(message, parsed)
    Message.objects.filter(pk=message.pk).update(version=F("version") + 1)
    message.refresh_from_db(fields=["version", "status", "assignee"])
    following = SyncState.objects.filter(mailbox=message.mailbox, phase=SyncPhase.FOLLOWING)
    record(
        "mail.reread",
        mailbox_id=message.mailbox_id,
        message_id=message.pk,
        silent=not following.exists(),
        **journal.row_state(message),
    )


def people_of(parsed: ParsedMessage) -> dict[str, list[list[str]]]:
    """As `MessageBody.people` keeps them."""
    return {
        "from": _pairs((parsed.sender,) if parsed.sender else ()),
        "to": _pairs(parsed.to),
        "cc": _pairs(parsed.cc),
        "bcc": _pairs(parsed.bcc),
        "reply_to": _pairs(parsed.reply_to),
    }


def _pairs(people: Iterable[Person]) -> list[list[str]]:
    return [[person.name, person.address] for person in people]


def _write_body(body: MessageBody, parsed: ParsedMessage, notices: list[list[str]]) -> None:
    body.text, body.html = parsed.text, parsed.html
    body.people = people_of(parsed)
    body.headers = [[name, value] for name, value in parsed.headers]
    body.notices = notices
    body.rfc822_id, body.references = parsed.message_id, list(parsed.references)
    body.needs_raw = False
    body.save()


def _write_message(message: Message, parsed: ParsedMessage, own: frozenset[str]) -> None:
    sender = parsed.sender
    line = parsed.to or parsed.cc or parsed.bcc
    message.subject = parsed.subject
    message.from_name = sender.name if sender else ""
    message.from_address = sender.address if sender else ""
    message.to_line = ", ".join(person.name or person.address for person in line[:5])
    message.has_attachments = any(not each.inline for each in parsed.attachments)
    message.automatic = parsed.automatic
    recipient = line[0].address if line else ""
    party = linking.party(message.folder, message.from_address, recipient, own)
    message.customer_id = owners([party]).get(party)
    text = parsed.text or html_to_text(parsed.html[: 64 * 1024])
    message.snippet = " ".join(text[: 16 * 1024].split())[:_SNIPPET] or message.snippet
    message.save(
        update_fields=[
            *("subject", "from_name", "from_address", "to_line"),
            *("has_attachments", "automatic", "snippet", "customer"),
        ]
    )


def _write_files(message: Message, files: tuple[ParsedAttachment, ...]) -> None:
    Attachment.objects.bulk_create(
        (
            Attachment(
                message=message,
                part_id=each.part_id,
                filename=each.filename,
                content_type=each.content_type[:255],
                size=min(each.size, _LARGEST_INTEGER),
                content_id=each.content_id,
                inline=each.inline,
            )
            for each in files
        ),
        update_conflicts=True,
        unique_fields=["message", "part_id"],
        update_fields=["filename", "content_type", "size", "content_id", "inline"],
    )
    parts = {each.part_id for each in files}
    # A part that is the mail's text after all; what somebody has fetched of it stays.
    message.attachments.exclude(part_id__in=parts).filter(file="").delete()


def _write_correspondents(message: Message, parsed: ParsedMessage, own: frozenset[str]) -> None:
    sender = (parsed.sender,) if parsed.sender else ()
    people = (*sender, *parsed.reply_to, *parsed.to, *parsed.cc, *parsed.bcc)[:_MOST_PEOPLE]
    addresses = {normalise_address(person.address) for person in people}
    addresses -= own | {""}
    message.correspondents.exclude(address__in=addresses).delete()
    Correspondent.objects.bulk_create(
        (
            Correspondent(message=message, address=each, internal_date=message.internal_date)
            for each in sorted(addresses)
        ),
        ignore_conflicts=True,
    )
