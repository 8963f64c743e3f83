"""Mails seen for the first time: their rows, a batch in a handful of statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import unescape
from typing import Any

from crm.lookup import owners
from labels.models import Label
from mail import linking, mime
from mail.mime.addresses import normalise_address
from mail.models import (
    Attachment,
    Conversation,
    Correspondent,
    Message,
    MessageBody,
    MessageLabel,
    ToFetch,
)
from mail.search import documents
from mail.sync import bulk
from mail.sync.account import Account
from mail.sync.first_status import first_status, folder_of
from mailboxes.models import Mailbox

_LARGEST_INTEGER = 2**31 - 1
# A newsletter's thousand recipients are no correspondence.
_MOST_PEOPLE = 200


def _date(resource: Mapping[str, Any], parsed: mime.ParsedMessage) -> datetime:
    """Gmail's date of arrival; where it is none that a calendar has, the mail's own."""
    try:
        return datetime.fromtimestamp(int(resource["internalDate"]) / 1000, UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return parsed.date or datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Reading:
    """One mail as Gmail has just told it. `label_ids`: with our own latest changes laid over.
    `customer_id`: whom it was exchanged with, once that was asked (`with_customers`).
    """

    row: ToFetch
    resource: Mapping[str, Any]
    label_ids: frozenset[str]
    parsed: mime.ParsedMessage
    date: datetime
    customer_id: int | None = None

    @classmethod
    def of(
        cls,
        row: ToFetch,
        resource: Mapping[str, Any],
        label_ids: Iterable[str],
        parsed: mime.ParsedMessage,
    ) -> Reading:
        return cls(row, resource, frozenset(label_ids), parsed, _date(resource, parsed))


def with_customers(account: Account, readings: Sequence[Reading]) -> list[Reading]:
    """The same, each with the customer whom it was exchanged with: one question for all of them.

    A customer deleted meanwhile keeps no mail from being stored: the row outlives it by minutes.
    """
    parties = [_party(account, reading) for reading in readings]
    found = owners(parties)
    if not found:
        return list(readings)
    return [
        replace(reading, customer_id=found.get(party))
        for reading, party in zip(readings, parties, strict=True)
    ]


def store_new(account: Account, readings: Sequence[Reading]) -> list[Message]:
    """Write mails that are not here yet, in the caller's transaction; in the order given."""
    conversations = _conversations(account.mailbox, readings)
    labels = account.labels(gmail_id for reading in readings for gmail_id in reading.label_ids)
    keys = bulk.new_keys(Message, len(readings))
    pairs = [
        (_message(account, reading, conversations[_thread_id(reading)], key), reading)
        for key, reading in zip(keys, readings, strict=True)
    ]
    messages = [message for message, _ in pairs]
    bulk.insert(messages)
    bulk.insert([_body(message, reading) for message, reading in pairs])
    bulk.insert(
        [
            MessageLabel(message=message, label=label, internal_date=message.internal_date)
            for message, reading in pairs
            for label in _of(labels, reading.label_ids)
        ]
    )
    bulk.insert(
        [
            Correspondent(message=message, address=address, internal_date=message.internal_date)
            for message, reading in pairs
            for address in _correspondents(account, reading.parsed)
        ]
    )
    bulk.insert(
        [
            attachment
            for message, reading in pairs
            for attachment in _attachments(message, reading.parsed)
        ]
    )
    bulk.insert(
        [
            documents.document(message, documents.Source.of_parsed(reading.parsed))
            for message, reading in pairs
        ]
    )
    return messages


def _of(labels: Mapping[str, Label], label_ids: Iterable[str]) -> list[Label]:
    return [labels[gmail_id] for gmail_id in label_ids]


def _thread_id(reading: Reading) -> str:
    return str(reading.resource.get("threadId") or reading.resource["id"])


def _conversations(mailbox: Mailbox, readings: Sequence[Reading]) -> dict[str, Conversation]:
    wanted = {_thread_id(reading) for reading in readings}
    rows = Conversation.objects.filter(mailbox=mailbox, gmail_thread_id__in=wanted)
    known = {row.gmail_thread_id: row for row in rows}
    # In one order everywhere, so that two writers never wait for each other in a circle.
    missing = sorted(wanted - known.keys())
    if missing:
        Conversation.objects.bulk_create(
            (Conversation(mailbox=mailbox, gmail_thread_id=thread_id) for thread_id in missing),
            ignore_conflicts=True,
        )
        known.update((row.gmail_thread_id, row) for row in rows.all())
    return known


def _line(people: Sequence[mime.Person]) -> str:
    return ", ".join(person.name or person.address for person in people[:5])


def _is_from_ourselves(account: Account, sender: mime.Person | None) -> bool:
    return sender is not None and normalise_address(sender.address) in account.own_addresses


def _party(account: Account, reading: Reading) -> str:
    """The address that the mail is linked to a customer by."""
    parsed = reading.parsed
    recipients = parsed.to or parsed.cc or parsed.bcc
    return linking.party(
        folder_of(reading.label_ids),
        parsed.sender.address if parsed.sender else "",
        recipients[0].address if recipients else "",
        account.own_addresses,
    )


def _message(account: Account, reading: Reading, conversation: Conversation, key: int) -> Message:
    resource, parsed = reading.resource, reading.parsed
    folder, date, sender = folder_of(reading.label_ids), reading.date, parsed.sender
    return Message(
        pk=key,
        mailbox=account.mailbox,
        conversation=conversation,
        gmail_id=resource["id"],
        internal_date=date,
        subject=parsed.subject,
        snippet=unescape(str(resource.get("snippet", ""))).replace("\0", ""),
        folder=folder,
        from_name=sender.name if sender else "",
        from_address=sender.address if sender else "",
        to_line=_line(parsed.to or parsed.cc or parsed.bcc),
        has_attachments=any(not each.inline for each in parsed.attachments),
        is_unread="UNREAD" in reading.label_ids,
        is_starred="STARRED" in reading.label_ids,
        automatic=parsed.automatic,
        size=min(max(0, int(resource.get("sizeEstimate") or 0)), _LARGEST_INTEGER),
        customer_id=reading.customer_id,
        status=first_status(
            folder,
            reading.label_ids,
            from_ourselves=_is_from_ourselves(account, sender),
            date=date,
            open_since=account.open_since,
        ),
    )


def _pairs(people: Iterable[mime.Person]) -> list[list[str]]:
    return [[person.name, person.address] for person in people]


def _body(message: Message, reading: Reading) -> MessageBody:
    parsed = reading.parsed
    return MessageBody(
        message=message,
        text=parsed.text,
        html=parsed.html,
        people={
            "from": _pairs((parsed.sender,) if parsed.sender else ()),
            "to": _pairs(parsed.to),
            "cc": _pairs(parsed.cc),
            "bcc": _pairs(parsed.bcc),
            "reply_to": _pairs(parsed.reply_to),
        },
        headers=[[name, value] for name, value in parsed.headers],
        notices=[[notice.code, notice.detail] for notice in parsed.notices],
        rfc822_id=parsed.message_id,
        references=list(parsed.references),
        needs_raw=parsed.needs_raw,
    )


def _correspondents(account: Account, parsed: mime.ParsedMessage) -> list[str]:
    """Everybody but ourselves."""
    sender = (parsed.sender,) if parsed.sender else ()
    people = (*sender, *parsed.reply_to, *parsed.to, *parsed.cc, *parsed.bcc)[:_MOST_PEOPLE]
    addresses = {normalise_address(person.address) for person in people}
    return sorted(addresses - account.own_addresses - {""})


def _attachments(message: Message, parsed: mime.ParsedMessage) -> list[Attachment]:
    return [
        Attachment(
            message=message,
            part_id=each.part_id,
            filename=each.filename,
            content_type=each.content_type[:255],
            size=min(each.size, _LARGEST_INTEGER),
            content_id=each.content_id,
            inline=each.inline,
        )
        for each in parsed.attachments
    ]
