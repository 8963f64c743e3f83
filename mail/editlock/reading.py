"""Who works on what, for pages and for one-step actions."""

from __future__ import annotations

from collections.abc import Iterable

from mail.editlock.lock import Item, Lock, LockHeld
from mail.editlock.rows import hold, live, of
from mail.editlock.settling import settle
from mail.models import Message
from permissions.models import User


def current(item: Item) -> Lock | None:
    """The live lock on a mail or new draft. To look at, not to decide by: see `check`."""
    row = live().filter(of(item)).first()
    return Lock.of(row) if row else None


def current_for(messages: Iterable[Message]) -> dict[int, Lock]:
    """The live locks on the mails of a list, by the mail's primary key; one query."""
    rows = live().filter(message__in=[message.pk for message in messages])
    return {row.message_id: Lock.of(row) for row in rows if row.message_id is not None}


def refuse_if_held(item: Item, user: User) -> Lock | None:
    """First thing in a one-step action (status, labels, assignee …), within its transaction.

    Returns the user's own live lock if there is one; nobody can take the lock before the commit.

    Raises:
        LockHeld: somebody else's lock is live.
    """
    standing = settle(hold(item))
    if standing is None:
        return None
    if standing.holder_id != user.pk:
        raise LockHeld(Lock.of(standing))
    return Lock.of(standing)
