"""代わってほしい: asking for somebody's work, and giving one's own away (M30)."""

from __future__ import annotations

from django.db import transaction

from mail import editlock
from mail.access import ensure
from mail.actions.drafts import own_live, write
from mail.actions.errors import BeingSent, NobodyAsks, NobodyHolds
from mail.actions.fields import DraftFields
from mail.actions.release import in_hand
from mail.actions.reply import give_draft
from mail.models import Draft, DraftState, Message
from mailboxes.models import Membership
from permissions.models import User
from permissions.operations import Operation


def ask(message: Message, user: User) -> editlock.Lock:
    """Ask the holder to hand over. It is told on their screen.

    Raises:
        NobodyHolds: the mail is free, or one's own.
    """
    ensure(user, message, Operation.MAIL_REPLY)
    lock = editlock.ask(message, user)
    if lock is None:
        raise NobodyHolds
    return lock


def decline(message: Message, user: User, *, token: int) -> None:
    """Go on oneself; who asked is told.

    Raises:
        editlock.LockLost, NobodyAsks.
    """
    ensure(user, message, Operation.MAIL_VIEW)
    if editlock.decline(message, user, token) is None:
        raise NobodyAsks


@transaction.atomic
def hand_over(
    message: Message,
    user: User,
    *,
    token: int,
    version: int = 0,
    fields: DraftFields | None = None,
) -> editlock.Lock:
    """Give text and lock to whoever asked; what was typed last goes with it. A copy stays.

    Raises:
        editlock.LockLost: the lock is over. NobodyAsks: or they may not write here any more.
        BeingSent: it waits to be sent. DraftConflict: another tab has a newer text.
    """
    ensure(user, message, Operation.MAIL_VIEW)
    lock = editlock.check(message, user, token)
    outgoing = in_hand(message)
    if outgoing is not None:
        raise BeingSent(outgoing)
    to = lock.asked_by
    if to is None or not _may_take(to, message):
        raise NobodyAsks
    live = Draft.objects.filter(answers=message, author=user, state=DraftState.LIVE).first()
    if live is not None:
        stored, _ = own_live(live, user, token)
        if fields is not None:
            write(stored, version, fields)
        give_draft(stored, to)
    return editlock.hand_over(message, user, token, to)


def _may_take(user: User, message: Message) -> bool:
    member = Membership.objects.filter(user=user, mailbox=message.mailbox_id)
    return user.is_active and user.may(Operation.MAIL_REPLY) and member.exists()
