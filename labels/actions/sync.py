"""同期: have the labels read from Gmail now."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from labels import reading
from labels.tasks import wake
from mailboxes.models import Mailbox, MailboxState
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation


@transaction.atomic
def ask(mailboxes: Iterable[Mailbox], user: User) -> int:
    """Ask for a reading of each that works; how many do."""
    require(user, Operation.LABELS_VIEW)
    working = [box for box in mailboxes if box.state == MailboxState.CONNECTED]
    for box in working:
        reading.ask(box)
        _wake_afterwards(box.pk)
    return len(working)


def _wake_afterwards(mailbox_id: int) -> None:
    # The sweeper finds it if the broker is away.
    transaction.on_commit(lambda: wake(mailbox_id), robust=True)
