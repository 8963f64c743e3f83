"""未処理, 作業中, 完了 (M12)."""

from __future__ import annotations

from django.db import transaction

from mail import editlock, journal
from mail.access import ensure
from mail.actions import release
from mail.actions.errors import BeingSent, NoStatus
from mail.actions.take import NOT_HANDLED, take
from mail.models import Message, Status
from permissions.models import User
from permissions.operations import Operation


@transaction.atomic
def set_status(
    message: Message, user: User, status: Status, *, force: bool = False, reason: str = ""
) -> editlock.Lock | None:
    """Set the status; 作業中 takes the edit lock and returns it, the others end one's own.

    `force` breaks somebody else's lock first (強制更新).

    Raises:
        editlock.LockHeld: somebody else works on it.
        OperationDenied: no permission, or no permission to force.
        BeingSent: one's own answer is on its way; it sets the status itself.
        NoStatus: a draft, spam or trash.
    """
    ensure(user, message, Operation.MAIL_STATUS)
    if message.folder in NOT_HANDLED:
        raise NoStatus
    if force:
        standing = editlock.current(message)
        if standing is not None and not standing.held_by(user):
            release.force(message, user, reason=reason)
    if status == Status.IN_PROGRESS:
        return take(message, user)
    own = editlock.refuse_if_held(message, user)
    if own is not None:
        outgoing = release.in_hand(message)
        if outgoing is not None:
            raise BeingSent(outgoing)
        editlock.release(message, user, own.token, status=status)
    else:
        message.refresh_from_db(fields=["status"])
    if own is not None or message.status != status:
        journal.change("status.changed", message, actor=user, status=status)
    return None
