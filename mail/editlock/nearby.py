"""Who works close by (M28): on another mail of the conversation, or on the same mail elsewhere.

That is no lock: the agent is warned, and decides. To be asked while the item's row is held, so that
of two who begin at the same time one sees the other: the conversation's row serves for one
conversation, and for the same mail in several mailboxes a lock on its Message-ID does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q

from mail.editlock.rows import live
from mail.models import Message, MessageBody
from permissions.models import User


@dataclass(frozen=True, slots=True)
class Nearby:
    """Somebody at work; `message` is None where the user does not see that mailbox."""

    holder: User
    since: datetime
    message: Message | None
    elsewhere: bool
    """The same mail in another mailbox, and not another mail of the conversation."""


def nearby(message: Message, user: User) -> list[Nearby]:
    """Others' live locks close to this mail, the longest first; within a transaction."""
    found = Q(message__conversation=message.conversation_id)
    rfc822_id = MessageBody.objects.filter(message=message).values_list("rfc822_id", flat=True)
    name = rfc822_id.first() or ""
    if name:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])
        found |= Q(message__body__rfc822_id=name)
    rows = live().filter(found).exclude(message=message.pk).exclude(holder=user)
    told = []
    for row in rows.order_by("taken_at"):
        assert row.message is not None
        assert row.holder is not None
        assert row.taken_at is not None
        seen = row.message.mailbox_id in user.mailbox_ids
        elsewhere = row.message.mailbox_id != message.mailbox_id
        told.append(Nearby(row.holder, row.taken_at, row.message if seen else None, elsewhere))
    return told
