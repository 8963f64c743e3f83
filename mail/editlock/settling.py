"""What a lock leaves behind when it ends, and which of the dead are only away.

A refusal rolls back what `settle` had put right on the way to it; the next who comes, or the
sweeper, does it again.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from mail import journal
from mail.editlock.leases import AWAY_FOR
from mail.editlock.rows import allowed, live_of
from mail.models import Draft, DraftState, EditLock, LockMode, Message, Outgoing, Status
from permissions.models import User


def end(
    row: EditLock, kind: str, *, actor: User | None, status: str | None = None, **data: Any
) -> None:
    """Free a held row that the caller holds. Without a `status`, status and assignee come back.

    Only what the lock itself had set comes back: a status or an assignee that somebody changed
    meanwhile (the mirror saw an answer, the holder passed the mail on) stays.
    """
    holder_id, former = row.holder_id, row.holder
    before = {"status": row.status_before, "assignee_id": row.assignee_before_id}
    EditLock.objects.filter(pk=row.pk).update(
        holder=None,
        mode=LockMode.ACTIVE,
        taken_at=None,
        renewed_at=None,
        expires_at=None,
        status_before=None,
        assignee_before=None,
        asked_by=None,
        asked_at=None,
    )
    data = {"former": holder_id, "former_name": former.name if former else "", **data}
    if row.message_id is None:
        if row.draft is not None:
            journal.tell_of_draft(kind, row.draft, actor=actor, **data)
        return
    message = Message.objects.select_for_update(no_key=True).get(pk=row.message_id)
    fields: dict[str, Any] = {}
    if status is not None:
        fields["status"] = status
    else:
        if message.status == Status.IN_PROGRESS:
            fields["status"] = before["status"]
        if message.assignee_id == holder_id:
            fields["assignee_id"] = before["assignee_id"]
    journal.tell(kind, message, actor=actor, fields=fields, **data)


def settle(row: EditLock) -> EditLock | None:
    """The row when it holds now; a held row that is not live is put right first.

    The agent who saved the draft (or whose sending failed) before the lease ran out is 離席中 and
    keeps the lock a while (M27); every other end gives back what the lock had set. The caller
    holds the row.
    """
    standing = live_of(row)
    if standing is not None or row.holder_id is None:
        return standing
    if row.mode == LockMode.ACTIVE and _saved_draft(row) and allowed().filter(pk=row.pk).exists():
        # From the end of the lease on, not from when somebody came to look.
        EditLock.objects.filter(pk=row.pk).update(
            mode=LockMode.AWAY, expires_at=F("expires_at") + AWAY_FOR
        )
        standing = live_of(row)
        if standing is not None:
            tell_mode(standing, actor=None)
            return standing
    end(row, "lock.expired", actor=None)
    return None


def _saved_draft(row: EditLock) -> bool:
    if row.draft_id is not None:
        drafts = Draft.objects.filter(pk=row.draft_id)
    else:
        drafts = Draft.objects.filter(answers=row.message_id)
    kept = Q(saved_at__isnull=False) | Exists(Outgoing.objects.filter(draft=OuterRef("pk")))
    return drafts.filter(kept, state=DraftState.LIVE, author=row.holder_id).exists()


def tell_mode(row: EditLock, actor: User | None) -> None:
    """An event for those who see the lock's state."""
    if row.message is not None:
        journal.change("lock.mode", row.message, actor=actor)
    elif row.draft is not None:
        journal.tell_of_draft("lock.mode", row.draft, actor=actor)
