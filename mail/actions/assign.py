"""担当: who handles a mail."""

from __future__ import annotations

from django.db import transaction

from mail import editlock, journal
from mail.access import ensure
from mail.actions.errors import NotAMember
from mail.models import Message
from mailboxes.models import Membership
from permissions.models import User
from permissions.operations import Operation


@transaction.atomic
def assign(message: Message, user: User, to: User | None) -> None:
    """Make somebody (or nobody) the assignee.

    Raises:
        editlock.LockHeld: somebody else works on it.
        NotAMember: the person does not see the mailbox, or was deactivated.
    """
    ensure(user, message, Operation.MAIL_ASSIGN)
    editlock.refuse_if_held(message, user)
    if to is not None:
        member = Membership.objects.filter(
            mailbox=message.mailbox_id, user=to, user__is_active=True
        )
        if not member.exists():
            raise NotAMember(to)
    journal.change("assignee.changed", message, actor=user, assignee=to)
