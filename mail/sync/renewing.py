"""Mails that are here already: labels, read and star are all that changes in Gmail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db.models import F

from activity.events import record
from labels.models import Label
from mail.mime.addresses import normalise_address
from mail.models import Message, MessageLabel
from mail.sync.account import Account
from mail.sync.arriving import Reading
from mail.sync.first_status import first_status, folder_of


def renew(account: Account, known: Mapping[str, Message], readings: Sequence[Reading]) -> set[str]:
    """Make mails say what Gmail says, in the caller's transaction; the Gmail ids of the changed.

    Args:
        known: by Gmail id, their rows locked.
    """
    labels = account.labels(gmail_id for reading in readings for gmail_id in reading.label_ids)
    present: dict[int, set[int]] = defaultdict(set)
    pairs = MessageLabel.objects.filter(message__in=[row.pk for row in known.values()])
    for message_id, label_id in pairs.values_list("message_id", "label_id"):
        present[message_id].add(label_id)
    changed = set()
    for reading in readings:
        message = known[reading.row.gmail_id]
        wanted = [labels[gmail_id] for gmail_id in reading.label_ids]
        if _renew(account, message, reading, wanted, present[message.pk]):
            changed.add(message.gmail_id)
    return changed


def _renew(
    account: Account,
    message: Message,
    reading: Reading,
    labels: Sequence[Label],
    present: set[int],
) -> bool:
    wanted = {label.pk for label in labels}
    folder = folder_of(reading.label_ids)
    unread, starred = "UNREAD" in reading.label_ids, "STARRED" in reading.label_ids
    same = (message.folder, message.is_unread, message.is_starred) == (folder, unread, starred)
    if wanted == present and same and message.gone_at is None:
        return False
    if surplus := present - wanted:
        message.message_labels.filter(label_id__in=surplus).delete()
    MessageLabel.objects.bulk_create(
        MessageLabel(message=message, label_id=pk, internal_date=message.internal_date)
        for pk in wanted - present
    )
    status = message.status
    if status is None:
        # Out of spam or trash for the first time: now it is somebody's business.
        status = first_status(
            folder,
            reading.label_ids,
            from_ourselves=normalise_address(message.from_address) in account.own_addresses,
            date=message.internal_date,
            open_since=account.open_since,
        )
    Message.objects.filter(pk=message.pk).update(
        folder=folder,
        is_unread=unread,
        is_starred=starred,
        gone_at=None,
        status=status,
        version=F("version") + 1,
    )
    if reading.row.is_news:
        record(
            "mail.changed",
            mailbox_id=message.mailbox_id,
            message_id=message.pk,
            public_id=message.public_id,
            version=message.version + 1,
            labels=sorted(wanted),
            unread=unread,
            starred=starred,
            folder=folder,
            status=status,
        )
    return True
