"""ラベルの変更 (M13)."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from labels.models import Label
from mail.actions.relabel import held_for, labels_of, relabel
from mail.models import Folder, Message
from mailboxes.changes import LabelPatch
from permissions.models import User
from permissions.operations import Operation


@transaction.atomic
def change_labels(
    message: Message, user: User, *, add: Collection[int], remove: Collection[int]
) -> None:
    """Add and remove labels of the mail's own mailbox, by their keys; others are passed over.

    Two people who change different labels at once both have their way: only what somebody changed
    is written.

    Raises:
        editlock.LockHeld: somebody else works on it.
    """
    held_for(message, user, Operation.MAIL_LABEL, *Folder)
    known = {
        label.pk: label
        for label in Label.objects.usable().filter(
            mailbox=message.mailbox_id, pk__in=[*add, *remove]
        )
    }
    present = labels_of(Message.objects.get(pk=message.pk))
    adding = [known[pk] for pk in add if pk in known and known[pk].gmail_id not in present]
    removing = [
        known[pk]
        for pk in remove
        if pk in known and pk not in set(add) and known[pk].gmail_id in present
    ]
    relabel(
        message,
        user,
        "mail.labelled",
        LabelPatch.of(
            add=[label.gmail_id for label in adding],
            remove=[label.gmail_id for label in removing],
        ),
        added=[label.name for label in adding],
        removed=[label.name for label in removing],
    )
