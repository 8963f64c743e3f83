"""スター (M15)."""

from __future__ import annotations

from django.db import transaction

from mail.actions.relabel import held_for, relabel
from mail.models import Folder, Message
from mailboxes.changes import LabelPatch
from permissions.models import User
from permissions.operations import Operation


@transaction.atomic
def set_star(message: Message, user: User, *, starred: bool) -> None:
    """Give or take the star.

    Raises:
        editlock.LockHeld: somebody else works on it.
    """
    held_for(message, user, Operation.MAIL_LABEL, *Folder)
    if starred:
        relabel(message, user, "mail.starred", LabelPatch.of(add=["STARRED"]))
    else:
        relabel(message, user, "mail.unstarred", LabelPatch.of(remove=["STARRED"]))
