"""Handing a draft to the outbox, within the transaction of 送信."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from mail import editlock, journal
from mail.models import Draft, LockMode, Outgoing
from mail.outbox import crashpoints
from mail.outbox.freeze import freeze
from mail.outbox.tasks import wake
from permissions.models import User


def submit(draft: Draft, user: User, *, lock_token: int) -> Outgoing:
    """Freeze the draft and queue it; the lock waits with it (M36). The caller holds the draft.

    Raises:
        Unsendable: with every problem there is; nothing was changed.
        editlock.LockLost: the user's lock is over.
    """
    outgoing = freeze(draft, user, lock_token=lock_token, now=timezone.localtime())
    outgoing.save()
    outgoing.refresh_from_db()
    editlock.rest(draft, user, lock_token, LockMode.SENDING)
    journal.tell_of(
        "outgoing.queued",
        draft,
        actor=user,
        outgoing=outgoing.pk,
        outgoing_state=outgoing.state,
    )
    crashpoints.reach("before-submit-commit")
    # The sweeper finds the row if the broker is away or we die in between.
    transaction.on_commit(lambda: _after_commit(outgoing.pk), robust=True)
    return outgoing


def _after_commit(outgoing_id: int) -> None:
    crashpoints.reach("after-submit-commit")
    wake(outgoing_id)
