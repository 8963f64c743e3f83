"""Every change of a mail's row: the new values, its next version, and the event that tells of them.

The three go together, in the caller's transaction: rendered rows are cached by version, and an open
page patches its row from the event without asking again. Events carry state and never content.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F

from activity.events import record
from mail.models import Draft, EditLock, Message, Status
from permissions.models import User


def change(kind: str, message: Message, *, actor: User | None, **fields: Any) -> None:
    """Write `fields` to the mail's row and tell of it as `kind`; `message` has them afterwards.

    With no fields only the version grows (a lock or a comment is part of what the row shows).
    """
    tell(kind, message, actor=actor, fields=fields)


def tell(
    kind: str,
    message: Message,
    *,
    actor: User | None,
    fields: dict[str, Any] | None = None,
    **data: Any,
) -> None:
    """As `change`, with more for the event: `data`."""
    values = {"version": F("version") + 1, **(fields or {})}
    if values.get("status") == Status.DONE:
        values["undelivered"] = False  # whoever is done with it has dealt with that too
    Message.objects.filter(pk=message.pk).update(**values)
    # The row is ours until the commit: what is read here is what was written.
    message.refresh_from_db(fields=["status", "assignee", "version", "undelivered"])
    record(
        kind,
        actor=actor,
        mailbox_id=message.mailbox_id,
        message_id=message.pk,
        **row_state(message),
        **data,
    )


def tell_of_draft(kind: str, draft: Draft, *, actor: User | None, **data: Any) -> None:
    """An event about a draft that answers no mail."""
    record(
        kind,
        actor=actor,
        mailbox_id=draft.mailbox_id,
        draft=draft.public_id,
        **_holder(EditLock.objects.filter(draft=draft)),
        **data,
    )


def tell_of(
    kind: str,
    draft: Draft,
    *,
    actor: User | None,
    fields: dict[str, Any] | None = None,
    **data: Any,
) -> None:
    """An event about a draft, on the mail that it answers if there is one (which gets `fields`)."""
    if draft.answers is None:
        tell_of_draft(kind, draft, actor=actor, **data)
    else:
        tell(kind, draft.answers, actor=actor, fields=fields, draft=draft.public_id, **data)


def row_state(message: Message) -> dict[str, Any]:
    """What a list row shows of the handling, as events and partials carry it."""
    return {
        "public_id": message.public_id,
        "version": message.version,
        "status": message.status,
        "undelivered": message.undelivered,
        "assignee": message.assignee_id,
        "assignee_name": message.assignee.name if message.assignee else "",
        "assignee_color": message.assignee.color if message.assignee else 0,
        **_holder(EditLock.objects.filter(message=message)),
    }


def _holder(locks: Any) -> dict[str, Any]:
    lock = locks.filter(holder__isnull=False).select_related("holder").first()
    return {
        "holder": lock.holder_id if lock else None,
        "holder_name": lock.holder.name if lock else "",
        "lock_mode": lock.mode if lock else "",
    }
