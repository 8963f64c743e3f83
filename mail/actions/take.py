"""作業中 without a reply yet, and its heartbeat."""

from __future__ import annotations

from django.db import transaction

from mail import editlock
from mail.access import ensure
from mail.actions.errors import NoStatus
from mail.models import Draft, Folder, Message
from permissions.models import User
from permissions.operations import Operation

NOT_HANDLED = (Folder.DRAFT, Folder.SPAM, Folder.TRASH)


@transaction.atomic
def take(message: Message, user: User) -> editlock.Lock:
    """The edit lock, without writing anything yet (M12).

    Raises:
        editlock.LockHeld: somebody else works on it.
        NoStatus: a draft, spam or trash.
    """
    ensure(user, message, Operation.MAIL_STATUS)
    if message.folder in NOT_HANDLED:
        raise NoStatus
    return editlock.acquire(message, user)


def beat(item: Message | Draft, user: User, *, token: int) -> editlock.Lock:
    """The page is open and its agent is there.

    Raises:
        editlock.LockLost: not their lock any more.
    """
    ensure(user, item, Operation.MAIL_VIEW)
    return editlock.renew(item, user, token)


def leave(item: Message | Draft, user: User, *, token: int) -> None:
    """The page was closed; another tab, or a reload, keeps the lock by its next beat."""
    ensure(user, item, Operation.MAIL_VIEW)
    editlock.leave(item, user, token)
