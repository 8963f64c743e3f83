"""編集ロックを解除, one's own or (強制更新) another's."""

from __future__ import annotations

from django.db import transaction

from mail import editlock
from mail.access import ensure
from mail.actions.errors import BeingSent
from mail.models import Draft, Message, Outgoing
from mail.outbox import troubles
from mail.outbox.submit import take_back
from permissions.models import User
from permissions.operations import Operation


def in_hand(item: Message | Draft) -> Outgoing | None:
    """What the outbox has in hand for this mail or new draft, held and uncertain ones included."""
    rows = Outgoing.objects.filter(state__in=Outgoing.UNSETTLED).select_related("draft", "author")
    if isinstance(item, Draft) and item.answers_id is None:
        return rows.filter(draft=item).first()
    answered = item.answers_id if isinstance(item, Draft) else item.pk
    return rows.filter(answers=answered).first()


def free_for(item: Message | Draft, lock: editlock.Lock, user: User) -> None:
    """Stop what still waits under an older holding than this one: nobody is left to decide it.

    Its author was deactivated, may no longer, or lost the lock; the draft stays theirs.

    Raises:
        BeingSent: it waits under this very lock, or it is not known whether it was sent.
    """
    outgoing = in_hand(item)
    if outgoing is None:
        return
    over = outgoing.lock_token != lock.token
    if not (over and take_back(outgoing, troubles.LOCK_LOST, actor=user)):
        raise BeingSent(outgoing)


@transaction.atomic
def release(item: Message | Draft, user: User, *, token: int) -> None:
    """Give one's lock back; status and assignee are as before. What was typed stays as a draft.

    Raises:
        editlock.LockLost: it was over already.
        BeingSent: the outbox still needs it.
    """
    ensure(user, item, Operation.MAIL_VIEW)
    editlock.check(item, user, token)
    outgoing = in_hand(item)
    if outgoing is not None:
        raise BeingSent(outgoing)
    editlock.release(item, user, token)


@transaction.atomic
def force(item: Message | Draft, user: User, *, reason: str) -> editlock.Lock | None:
    """Break somebody's lock (M26a). Returns whose it was; None when nobody had it.

    What waits in the outbox fails visibly, and its author has the text back (M36). A request that
    has left for Gmail cannot be called back.

    Raises:
        BeingSent: drafts.send has been asked for; what comes of it must be known first.
    """
    ensure(user, item, Operation.MAIL_FORCE)
    editlock.hold(item)
    outgoing = in_hand(item)
    if outgoing is not None and not take_back(outgoing, troubles.LOCK_LOST, actor=user):
        raise BeingSent(outgoing)
    return editlock.break_lock(item, by=user, reason=reason)
