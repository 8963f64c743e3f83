"""既読 and 未読 (M15). Reading is always possible: no lock is asked (M24b)."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import F

from activity import events
from labels.actions.mirror import ensure_known
from mail.access import ensure
from mail.actions.relabel import relabel
from mail.models import Message, MessageLabel
from mailboxes.changes import ChangeKind, LabelPatch, hand_in_many
from mailboxes.models import Mailbox
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation


@transaction.atomic
def set_read(message: Message, user: User, *, read: bool) -> None:
    """Mark as read (what opening a mail does) or as unread, for everybody."""
    ensure(user, message, Operation.MAIL_LABEL)
    if read:
        relabel(message, user, "mail.read", LabelPatch.of(remove=["UNREAD"]))
    else:
        relabel(message, user, "mail.unread", LabelPatch.of(add=["UNREAD"]))


@transaction.atomic
def set_read_many(message_ids: Collection[int], user: User, *, read: bool) -> set[int]:
    """The same for hundreds of mails in a handful of statements; the keys of those that changed.

    What the user does not see is passed over. Rows are locked in the order in which the mirror
    locks them.

    Raises:
        OperationDenied
    """
    require(user, Operation.MAIL_LABEL)
    rows = list(
        Message.objects.visible_to(user)
        .select_for_update(no_key=True)
        .filter(pk__in=message_ids, is_unread=read)
        .order_by("pk")
    )
    patch = LabelPatch.of(remove=["UNREAD"]) if read else LabelPatch.of(add=["UNREAD"])
    for mailbox in Mailbox.objects.filter(pk__in={row.mailbox_id for row in rows}):
        mine = [row for row in rows if row.mailbox_id == mailbox.pk]
        _write(mailbox, mine, read=read)
        targets = [(row.gmail_id, row.pk) for row in mine]
        hand_in_many(mailbox, ChangeKind.MODIFY, targets, patch, actor=user)
        events.record_of_mails(
            "mail.read" if read else "mail.unread",
            [(row.pk, {"public_id": row.public_id, "version": row.version + 1}) for row in mine],
            actor=user,
            mailbox_id=mailbox.pk,
        )
    return {row.pk for row in rows}


def _write(mailbox: Mailbox, rows: list[Message], *, read: bool) -> None:
    keys = [row.pk for row in rows]
    Message.objects.filter(pk__in=keys).update(is_unread=not read, version=F("version") + 1)
    known, _strangers = ensure_known(mailbox, {"UNREAD"})
    label = known["UNREAD"]
    if read:
        MessageLabel.objects.filter(message__in=keys, label=label).delete()
        return
    MessageLabel.objects.bulk_create(
        (MessageLabel(message=row, label=label, internal_date=row.internal_date) for row in rows),
        ignore_conflicts=True,
    )
