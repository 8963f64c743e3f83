"""Which mail and which draft may be looked at, and by whom.

The first line of every view of one mail. 404: not there, or in a mailbox that the user was not
given; 403: they see the mailbox but may not do this.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from mail.linking import MET
from mail.models import Draft, DraftKind, DraftState, Message, Outgoing
from mailboxes.models import Membership
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation


def readable(user: User, message_id: int) -> Message:
    """One mail that the user sees.

    Raises:
        Http404: no such mail for this user. OperationDenied: they may not read mail.
    """
    return _found(Message.objects.visible_to(user), user, message_id)


def findable(user: User, message_id: int) -> Message:
    """As `readable`, and mail that was deleted in Gmail, for its comments and its history."""
    return _found(Message.objects.ever_visible_to(user), user, message_id)


def to_open(user: User, message_id: int) -> Message:
    """As `findable`, with its body: for the page of one mail."""
    messages = Message.objects.ever_visible_to(user).select_related("body", "customer")
    messages = messages.annotate(met=MET)
    return _found(messages, user, message_id)


def _found(messages: QuerySet[Message], user: User, message_id: int) -> Message:
    rows = messages.select_related("mailbox", "conversation", "assignee")
    message = get_object_or_404(rows, pk=message_id)
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
    # A parked copy is its author's own, whatever they were given since; the other drafts of a
    # mailbox are its people's.
    own_copy = Q(state=DraftState.PARKED, author=user)
    peoples = ~Q(state=DraftState.PARKED) & Q(mailbox__in=user.mailbox_ids)
    drafts = Draft.objects.filter(own_copy | peoples).select_related(
        "mailbox", "answers__conversation", "answers__mailbox"
    )
    return get_object_or_404(drafts, pk=draft_id)


def typed_draft(user: User, draft_id: int) -> Draft:
    """As `own_draft`, and one that the user wrote, whatever was withdrawn from them meanwhile.

    For keeping what they type (M26b), and nothing else.
    """
    wrote = Q(author=user) | Exists(Draft.objects.filter(parked_from=OuterRef("pk"), author=user))
    found = Draft.objects.filter(wrote, pk=draft_id)
    draft = found.select_related("mailbox", "answers__conversation", "answers__mailbox").first()
    return draft or own_draft(user, draft_id)


_WRITING = {
    DraftKind.REPLY: Operation.MAIL_REPLY,
    DraftKind.REPLY_ALL: Operation.MAIL_REPLY,
    DraftKind.FORWARD: Operation.MAIL_FORWARD,
    DraftKind.NEW: Operation.MAIL_COMPOSE,
}


def writing(kind: str) -> Operation:
    """What somebody must be allowed for writing a draft of this kind."""
    return _WRITING[DraftKind(kind)]


def may_write(user_id: int, draft: Draft) -> bool:
    """Whether this person may (still) send this draft: active, given the mailbox, permitted."""
    user = User.objects.filter(pk=user_id, is_active=True).select_related("role").first()
    if user is None or draft.mailbox_id not in user.mailbox_ids:
        return False
    return user.may(Operation.MAIL_VIEW) and user.may(writing(draft.kind))


def ensure(user: User, item: Message | Draft, operation: Operation) -> None:
    """The actions' own question, asked again whatever a view has asked before.

    Raises:
        Http404: not a mail (or draft) of this user's mailboxes. OperationDenied: not allowed.
    """
    if not Membership.objects.filter(user=user, mailbox=item.mailbox_id).exists():
        raise Http404
    require(user, operation)


def may_compose(user: User) -> User:
    """The user, when they may write new mail (403)."""
    return require(user, Operation.MAIL_COMPOSE)


def outgoing_of(user: User, outgoing_id: int) -> Outgoing:
    """A mail in the outbox of a mailbox that the user sees (404)."""
    rows = Outgoing.objects.filter(mailbox__memberships__user=user)
    found = get_object_or_404(rows.select_related("draft", "answers", "author"), pk=outgoing_id)
    require(user, Operation.MAIL_VIEW)
    return found
