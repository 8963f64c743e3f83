"""Reaching a lock's row: which of them are live, and holding one against all others."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from mail.editlock.lock import Item
from mail.models import Conversation, Draft, EditLock, LockMode, Message
from mailboxes.models import Membership
from permissions.models import RoleGrant, UserGrant
from permissions.operations import Operation

# A lock is for one of these; whoever has none of them left cannot be working.
_WORK = (
    Operation.MAIL_REPLY,
    Operation.MAIL_FORWARD,
    Operation.MAIL_COMPOSE,
    Operation.MAIL_STATUS,
)


def _holder_may(*operations: Operation) -> Q:
    """The holder has at least one of these, by a cell of their own or by the role's row."""
    names = [operation.value for operation in operations]
    own = UserGrant.objects.filter(user=OuterRef("holder"), operation__in=names, allowed=True)
    overruled = UserGrant.objects.filter(
        user=OuterRef(OuterRef("holder")), operation=OuterRef("operation"), allowed=False
    )
    by_role = RoleGrant.objects.filter(
        ~Exists(overruled), role=OuterRef("holder__role"), operation__in=names
    )
    return Q(Exists(own)) | Q(Exists(by_role))


def allowed() -> QuerySet[EditLock]:
    """Held locks whose holder is active and still permitted, whatever the lease says."""
    mailbox = Coalesce(OuterRef("message__mailbox"), OuterRef("draft__mailbox"))
    return (
        EditLock.objects.filter(holder__is_active=True)
        .filter(Exists(Membership.objects.filter(user=OuterRef("holder"), mailbox=mailbox)))
        .filter(_holder_may(Operation.MAIL_VIEW))
        .filter(_holder_may(*_WORK))
        .select_related("holder", "asked_by", "message", "draft")
    )


def live() -> QuerySet[EditLock]:
    """Locks that hold now: allowed, and the lease alive (the outbox has no lease)."""
    return allowed().filter(Q(expires_at__gt=Now()) | Q(mode=LockMode.SENDING))


def locked_thing(item: Item) -> Item:
    """The mail that a draft answers, else the item itself."""
    if isinstance(item, Draft) and item.answers is not None:
        return item.answers
    return item


def of(item: Item) -> Q:
    """Which lock rows are this item's."""
    thing = locked_thing(item)
    return Q(message=thing) if isinstance(thing, Message) else Q(draft=thing)


def hold(item: Item) -> EditLock:
    """The item's lock row, nobody else's until the commit; made when it is missing.

    The conversation comes first, so that two mails of one conversation are decided one after the
    other. FOR NO KEY UPDATE, because the mirror goes on adding mail to the conversation meanwhile.
    A separate statement reads the row afterwards: the database's clock in it is then the time after
    the wait and not before it.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a lock is decided within a transaction")
    thing = locked_thing(item)
    if isinstance(thing, Message):
        Conversation.objects.select_for_update(no_key=True).get(pk=thing.conversation_id)
        row, _ = EditLock.objects.get_or_create(message=thing)
    else:
        Draft.objects.select_for_update(no_key=True).get(pk=thing.pk)
        row, _ = EditLock.objects.get_or_create(draft=thing)
    return (
        EditLock.objects.select_for_update(no_key=True, of=("self",))
        .select_related("holder", "asked_by", "message", "draft")
        .get(pk=row.pk)
    )


def live_of(row: EditLock) -> EditLock | None:
    """The row when it holds now. A statement of its own: see `hold` about the clock."""
    return live().filter(pk=row.pk).first()
