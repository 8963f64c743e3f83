"""One Gmail message resource -> our rows, whether it is new or known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

from django.db import transaction
from django.db.models import F

from activity.events import record
from labels.actions.mirror import ensure_known
from labels.models import Label
from mail import mime
from mail.mime.addresses import normalise_address
from mail.models import (
    Attachment,
    Conversation,
    Correspondent,
    Message,
    MessageBody,
    MessageLabel,
    SyncState,
)
from mail.sync.effects import after_arrival
from mail.sync.first_status import first_status, folder_of
from mailboxes.models import Mailbox


@dataclass(frozen=True, slots=True)
class Account:
    """What applying needs to know of the mailbox, read once a turn."""

    mailbox: Mailbox
    own_addresses: frozenset[str]
    connected_at: datetime
    open_since: datetime
    listing: int

    @classmethod
    def of(cls, mailbox: Mailbox, state: SyncState) -> Account:
        own = {mailbox.address, *mailbox.send_as.values_list("address", flat=True)}
        return cls(
            mailbox=mailbox,
            own_addresses=frozenset(normalise_address(address) for address in own),
            connected_at=state.mail_before,
            open_since=state.mail_before - timedelta(days=mailbox.open_days),
            listing=state.listing,
        )


def apply(account: Account, resource: dict[str, Any], *, news: bool) -> bool:
    """Store a mail's present state; True when it bears a label that was not known yet.

    Args:
        news: history named it (a listing did not): open pages are told, and a reply made in Gmail
            itself has its effect. Mail from before connecting is never news.
    """
    parsed = mime.parse_payload(resource)
    with transaction.atomic():
        known = (
            Message.objects.select_for_update()
            .filter(mailbox=account.mailbox, gmail_id=resource["id"])
            .first()
        )
        label_ids = frozenset(resource.get("labelIds", ()))
        labels, strangers = ensure_known(account.mailbox, set(label_ids))
        if known is None:
            _store(account, resource, parsed, label_ids, labels.values(), news=news)
        else:
            _renew(account, known, label_ids, labels.values(), news=news)
    return strangers


def _date(resource: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(resource["internalDate"]) / 1000, UTC)


def _pairs(people: Iterable[mime.Person]) -> list[list[str]]:
    return [[person.name, person.address] for person in people]


def _line(people: Sequence[mime.Person]) -> str:
    return ", ".join(person.name or person.address for person in people[:5])


def _store(
    account: Account,
    resource: dict[str, Any],
    parsed: mime.ParsedMessage,
    label_ids: frozenset[str],
    labels: Iterable[Label],
    *,
    news: bool,
) -> None:
    conversation, _ = Conversation.objects.get_or_create(
        mailbox=account.mailbox, gmail_thread_id=resource.get("threadId") or resource["id"]
    )
    folder = folder_of(label_ids)
    date = _date(resource)
    sender = parsed.sender
    from_ourselves = (
        sender is not None and normalise_address(sender.address) in account.own_addresses
    )
    files = [each for each in parsed.attachments if not each.inline]
    message = Message.objects.create(
        mailbox=account.mailbox,
        conversation=conversation,
        gmail_id=resource["id"],
        internal_date=date,
        subject=parsed.subject,
        snippet=unescape(resource.get("snippet", "")).replace("\0", ""),
        folder=folder,
        from_name=sender.name if sender else "",
        from_address=sender.address if sender else "",
        to_line=_line(parsed.to or parsed.cc or parsed.bcc),
        has_attachments=bool(files),
        is_unread="UNREAD" in label_ids,
        is_starred="STARRED" in label_ids,
        automatic=parsed.automatic,
        size=int(resource.get("sizeEstimate", 0)),
        status=first_status(
            folder,
            label_ids,
            from_ourselves=from_ourselves,
            date=date,
            open_since=account.open_since,
        ),
        listing=account.listing,
    )
    _store_body(message, parsed)
    MessageLabel.objects.bulk_create(
        MessageLabel(message=message, label=label, internal_date=date) for label in labels
    )
    _store_correspondents(account, message, parsed)
    Attachment.objects.bulk_create(
        Attachment(
            message=message,
            part_id=each.part_id,
            filename=each.filename,
            content_type=each.content_type[:255],
            size=each.size,
            content_id=each.content_id,
            inline=each.inline,
        )
        for each in parsed.attachments
    )
    if news and date >= account.connected_at:
        after_arrival(message, parsed)


def _store_body(message: Message, parsed: mime.ParsedMessage) -> None:
    sender = (parsed.sender,) if parsed.sender else ()
    MessageBody.objects.create(
        message=message,
        text=parsed.text,
        html=parsed.html,
        people={
            "from": _pairs(sender),
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


def _store_correspondents(account: Account, message: Message, parsed: mime.ParsedMessage) -> None:
    """Everybody but ourselves; a newsletter's thousand recipients are cut off."""
    sender = (parsed.sender,) if parsed.sender else ()
    people = (*sender, *parsed.reply_to, *parsed.to, *parsed.cc, *parsed.bcc)[:200]
    addresses = {normalise_address(person.address) for person in people}
    Correspondent.objects.bulk_create(
        Correspondent(message=message, address=address, internal_date=message.internal_date)
        for address in sorted(addresses - account.own_addresses)
        if address
    )


def _renew(
    account: Account,
    message: Message,
    label_ids: frozenset[str],
    labels: Iterable[Label],
    *,
    news: bool,
) -> None:
    """Labels, read and star are all that changes in a mail that Gmail keeps."""
    wanted = {label.pk for label in labels}
    present = set(message.message_labels.values_list("label_id", flat=True))
    folder = folder_of(label_ids)
    flags = ("UNREAD" in label_ids, "STARRED" in label_ids)
    same = (message.folder, message.is_unread, message.is_starred) == (folder, *flags)
    if message.listing != account.listing:
        Message.objects.filter(pk=message.pk).update(listing=account.listing)
    if wanted == present and same and message.gone_at is None:
        return
    message.message_labels.filter(label_id__in=present - wanted).delete()
    MessageLabel.objects.bulk_create(
        MessageLabel(message=message, label_id=pk, internal_date=message.internal_date)
        for pk in wanted - present
    )
    fields: dict[str, Any] = {
        "folder": folder,
        "is_unread": flags[0],
        "is_starred": flags[1],
        "gone_at": None,
        "version": F("version") + 1,
    }
    if message.status is None:
        # Out of spam or trash for the first time: now it is somebody's business.
        fields["status"] = first_status(
            folder,
            label_ids,
            from_ourselves=normalise_address(message.from_address) in account.own_addresses,
            date=message.internal_date,
            open_since=account.open_since,
        )
    Message.objects.filter(pk=message.pk).update(**fields)
    record(
        "mail.changed",
        mailbox_id=message.mailbox_id,
        message_id=message.pk,
        silent=not news,
        public_id=message.public_id,
        labels=sorted(wanted),
        unread=flags[0],
        starred=flags[1],
        folder=folder,
    )
