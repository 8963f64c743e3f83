"""Giving the lock back, by its holder, by time, or by force."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction

from mail.editlock.holding import own
from mail.editlock.lock import Item, Lock
from mail.editlock.rows import hold, live
from mail.editlock.settling import end, settle
from mail.models import EditLock
from permissions.models import User

log = logging.getLogger(__name__)


@transaction.atomic
def release(item: Item, user: User, token: int, *, status: str | None = None) -> None:
    """Give one's lock back; with a `status` the mail gets it, else it is as it was before.

    Raises:
        LockLost: it was over already; nothing is changed.
    """
    row = hold(item)
    own(row, user, token)
    end(row, "lock.released", actor=user, status=status)


@transaction.atomic
def end_for_good(
    item: Item, token: int, *, kind: str, actor: User | None, status: str, **data: Any
) -> bool:
    """End the holding that sent a mail, told of as `kind`; False when it was over already.

    For the outbox, which acts for a holder who may have left, or been deactivated, meanwhile.
    """
    row = hold(item)
    if row.holder_id is None or row.token != token:
        return False
    end(row, kind, actor=actor, status=status, **data)
    return True


@transaction.atomic
def break_lock(item: Item, *, by: User, reason: str) -> Lock | None:
    """Take the lock from its holder; the reason is logged. Returns what was broken, if anything.

    Whether `by` may is the caller's question. What the former holder typed is untouched: their
    draft stays theirs.
    """
    standing = settle(hold(item))
    if standing is None:
        return None
    end(standing, "lock.broken", actor=by, reason=reason)
    return Lock.of(standing)


def expire_due(limit: int = 200) -> int:
    """End held locks that are no longer live; returns how many. For the sweeper."""
    dead = EditLock.objects.filter(holder__isnull=False).exclude(pk__in=live().values("pk"))
    ended = 0
    for found in dead.select_related("message", "draft").order_by("pk")[:limit]:
        item = found.message or found.draft
        assert item is not None
        with transaction.atomic():
            row = hold(item)
            # It may have been taken, renewed or ended while we waited for it.
            if row.holder_id is not None and settle(row) is None:
                ended += 1
    if ended:
        log.info("%d edit locks ended by themselves", ended)
    return ended
