"""Taking the lock."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from mail import journal
from mail.editlock.holding import prolong
from mail.editlock.leases import LEASE
from mail.editlock.lock import Item, Lock, LockHeld
from mail.editlock.rows import hold
from mail.editlock.settling import settle
from mail.models import EditLock, LockMode, Message, Status
from permissions.models import User


@transaction.atomic
def acquire(item: Item, user: User) -> Lock:
    """The user's lock on this mail or new draft: 作業中, and theirs.

    Who holds it already gets the same lock with the same token, renewed. What a dead holder left
    is put right first, so that the status from before survives a crash in between. Whether the user
    may is the caller's question (`mail.actions`).

    Raises:
        LockHeld: somebody else's lock is live.
    """
    row = hold(item)
    standing = settle(row)
    if standing is not None:
        if standing.holder_id != user.pk:
            raise LockHeld(Lock.of(standing))
        # A lock that is sending stays so: the outbox has the mail in hand.
        sending = standing.mode == LockMode.SENDING
        return prolong(standing, standing.mode if sending else LockMode.ACTIVE)
    return _take(row, user)


def _take(row: EditLock, user: User) -> Lock:
    message = _fresh(row)
    EditLock.objects.filter(pk=row.pk).update(
        holder=user,
        token=F("token") + 1,
        mode=LockMode.ACTIVE,
        taken_at=Now(),
        renewed_at=Now(),
        expires_at=Now() + LEASE,
        status_before=message.status if message else None,
        assignee_before=message.assignee_id if message else None,
        asked_by=None,
        asked_at=None,
    )
    row = EditLock.objects.select_related("holder").get(pk=row.pk)
    if message is not None:
        journal.change("lock.taken", message, actor=user, status=Status.IN_PROGRESS, assignee=user)
    elif row.draft is not None:
        journal.tell_of_draft("lock.taken", row.draft, actor=user)
    return Lock.of(row, is_new=True)


def _fresh(row: EditLock) -> Message | None:
    """The mail as it is now, held until the commit: the mirror may be changing its status."""
    if row.message_id is None:
        return None
    return Message.objects.select_for_update(no_key=True).get(pk=row.message_id)
