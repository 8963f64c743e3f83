"""代わってほしい (M30): a colleague asks for the lock, and its holder hands it over or declines."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from mail import journal
from mail.editlock.holding import own
from mail.editlock.leases import LEASE
from mail.editlock.lock import Lock
from mail.editlock.rows import hold
from mail.editlock.settling import settle
from mail.models import EditLock, LockMode, Message
from permissions.models import User


@transaction.atomic
def ask(message: Message, user: User) -> Lock | None:
    """Ask whoever holds the lock; who asked first and has no answer yet stays the one who asks.

    Returns the lock with whom it is asked for, None when nobody else holds it.
    """
    row = settle(hold(message))
    if row is None or row.holder_id == user.pk:
        return None
    if row.asked_by_id is None:
        EditLock.objects.filter(pk=row.pk).update(asked_by=user, asked_at=Now())
        _tell("lock.asked", message, user, told=row.holder_id, asker_name=user.name)
    return _fresh(row)


@transaction.atomic
def decline(message: Message, user: User, token: int) -> User | None:
    """Say no; returns who had asked. Raises LockLost when the lock is over."""
    row = own(hold(message), user, token)
    asker = row.asked_by
    if asker is not None:
        EditLock.objects.filter(pk=row.pk).update(asked_by=None, asked_at=None)
        _tell("lock.declined", message, user, told=asker.pk, asker_name=asker.name)
    return asker


@transaction.atomic
def hand_over(message: Message, user: User, token: int, to: User) -> Lock:
    """The lock is `to`'s, with a new token; what was before it was taken stays remembered.

    Raises:
        LockLost: it is over.
    """
    row = own(hold(message), user, token)
    EditLock.objects.filter(pk=row.pk).update(
        holder=to,
        token=F("token") + 1,
        mode=LockMode.ACTIVE,
        taken_at=Now(),
        renewed_at=Now(),
        expires_at=Now() + LEASE,
        asked_by=None,
        asked_at=None,
    )
    _tell(
        "lock.handed_over",
        message,
        user,
        told=to.pk,
        asker_name=to.name,
        fields={"assignee": to},
        former=user.pk,
    )
    return _fresh(row)


def _fresh(row: EditLock) -> Lock:
    return Lock.of(EditLock.objects.select_related("holder", "asked_by").get(pk=row.pk))


def _tell(kind: str, message: Message, actor: User, **data: Any) -> None:
    journal.tell(kind, message, actor=actor, **data)
