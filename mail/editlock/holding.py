"""Keeping the lock, and proving that one has it."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from mail.editlock.leases import LEFT_FOR, lease
from mail.editlock.lock import Item, Lock, LockLost
from mail.editlock.rows import hold
from mail.editlock.settling import settle, tell_mode
from mail.models import EditLock, LockMode
from permissions.models import User


def prolong(row: EditLock, mode: str, *, lasting: timedelta | None = None) -> Lock:
    """Let the lease run anew from now in this mode."""
    EditLock.objects.filter(pk=row.pk).update(
        mode=mode, renewed_at=Now(), expires_at=Now() + (lasting or lease(mode))
    )
    return Lock.of(EditLock.objects.select_related("holder").get(pk=row.pk))


def check(item: Item, user: User, token: int) -> Lock:
    """The user's live lock under this token, which nobody can take before the commit.

    The first thing in every drafting and sending write; needs an open transaction.

    Raises:
        LockLost: it is over; the error names who has it now.
    """
    return Lock.of(own(hold(item), user, token))


@transaction.atomic
def renew(item: Item, user: User, token: int) -> Lock:
    """A heartbeat. It wakes a lock that was 離席中; one that is sending stays so.

    Raises:
        LockLost: the lease ended, somebody broke it, or the user may no longer.
    """
    row = own(hold(item), user, token)
    if row.mode == LockMode.SENDING:
        return prolong(row, row.mode)
    woken = row.mode == LockMode.AWAY
    lock = prolong(row, LockMode.ACTIVE)
    if woken:
        tell_mode(row, user)
    return lock


@transaction.atomic
def leave(item: Item, user: User, token: int) -> None:
    """A tab was closed: unless another tab beats, an active lock ends in `LEFT_FOR`.

    Of a lock that is not one's own any more there is nothing to say.
    """
    row = settle(hold(item))
    mine = row is not None and row.holder_id == user.pk and row.token == token
    if row is not None and mine and row.mode == LockMode.ACTIVE:
        prolong(row, row.mode, lasting=LEFT_FOR)


@transaction.atomic
def rest(item: Item, user: User, token: int, mode: LockMode) -> Lock:
    """Keep the lock in another mode: 離席中, in the outbox's hands, or active again.

    Raises:
        LockLost: it is over.
    """
    row = own(hold(item), user, token)
    before = row.mode
    lock = prolong(row, mode)
    if mode != before:
        tell_mode(row, user)
    return lock


def own(row: EditLock, user: User, token: int) -> EditLock:
    standing = settle(row)
    if standing is None:
        raise LockLost(None)
    if standing.holder_id != user.pk:
        raise LockLost(Lock.of(standing))
    if standing.token != token:
        # An older holding of the same person: the page that asks slept through its end.
        raise LockLost(Lock.of(standing))
    return standing
