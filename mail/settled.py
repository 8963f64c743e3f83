"""What becomes of changes that Gmail was asked for (see `mailboxes.changes`).

A mail whose change was refused shows what is not so: it is read again, and whoever made the change
is told. One that a reading was laid over while its change was on the way is read again as well.
"""

from __future__ import annotations

from django.db import transaction

from mail import journal
from mail.models import Message
from mail.sync.queue import write_down_touched
from mail.sync.tasks import wake
from mailboxes.changes import attend, needing_attention
from mailboxes.models import Change, ChangeState


def see_to_ended_changes() -> int:
    """Have the mails of ended changes read again; returns how many changes were seen to."""
    changes = needing_attention()
    for change in changes:
        _see_to(change)
    for mailbox_id in {change.mailbox_id for change in changes}:
        wake(mailbox_id)
    return len(changes)


@transaction.atomic
def _see_to(change: Change) -> None:
    message = (
        Message.objects.select_for_update(no_key=True, of=("self",))
        .select_related("conversation")
        .filter(mailbox=change.mailbox_id, gmail_id=change.target)
        .first()
    )
    if not attend(change):
        return  # another worker was quicker
    thread_id = message.conversation.gmail_thread_id if message else ""
    write_down_touched(change.mailbox, {change.target: thread_id})
    if message is not None and change.state == ChangeState.REFUSED:
        journal.tell(
            "change.refused",
            message,
            actor=None,
            told=change.actor_id,
            told_name=change.actor.name if change.actor else "",
            refused=change.reason,
        )
