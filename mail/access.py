"""Which mail and which draft may be looked at, and by whom.

The first line of every view of one mail. 404: not there, or in a mailbox that the user was not
given; 403: they see the mailbox but may not do this.
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from mail import publicid
from mail.models import Draft, Message
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation


def readable(user: User, message_id: int) -> Message:
    """One mail that the user sees.

    Raises:
        Http404: no such mail for this user. OperationDenied: they may not read mail.
    """
    messages: QuerySet[Message] = Message.objects.visible_to(user).select_related(
        "mailbox", "conversation", "assignee"
    )
    message = get_object_or_404(messages, pk=message_id)
    require(user, Operation.MAIL_VIEW)
    return message


def permitted(user: User, message_id: int, operation: Operation) -> Message:
    """As `readable`, for something that is more than reading."""
    message = readable(user, message_id)
    require(user, operation)
    return message


def own_draft(user: User, draft_id: int) -> Draft:
    """A draft in a mailbox that the user sees (whether they may write to it is the lock's matter).

    Raises:
        Http404: no such draft for this user.
    """
    drafts = Draft.objects.filter(mailbox__memberships__user=user).select_related(
        "mailbox", "answers__conversation", "answers__mailbox"
    )
    return get_object_or_404(drafts, pk=draft_id)


class MessageIdConverter:
    """`M-7K3Q9F` in an address; what is no such id is a 404 before any view is asked."""

    regex = r"[Mm]-[0-9A-Za-z]{6,12}"
    prefix = "M"

    def to_python(self, value: str) -> int:
        number = publicid.decode(value, self.prefix)
        if number >= 2**63:
            raise ValueError(value)
        return number

    def to_url(self, value: int | str) -> str:
        return value if isinstance(value, str) else publicid.encode(value, self.prefix)


class DraftIdConverter(MessageIdConverter):
    regex = r"[Dd]-[0-9A-Za-z]{6,12}"
    prefix = "D"
