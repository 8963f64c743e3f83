"""Handing a draft to the outbox, within the transaction of 送信 or 予約送信, and taking it back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from mail import editlock, journal
from mail.models import Draft, LockMode, Outgoing, OutgoingState
from mail.outbox import crashpoints, gate, outcome
from mail.outbox.freeze import Problem, Unsendable, freeze
from mail.outbox.tasks import tidy, wake
from permissions.models import User


def submit(draft: Draft, user: User, *, lock_token: int, at: datetime | None = None) -> Outgoing:
    """Freeze the draft and queue it; the lock waits with it (M36). The caller holds the draft.

    It is due `at` the scheduled time, else after the user's undo window.

    Raises:
        Unsendable: with every problem there is; nothing was changed.
        editlock.LockLost: the user's lock is over.
    """
    # A scheduled mail bears the date of its sending.
    moment = timezone.localtime(at)
    outgoing = freeze(draft, user, lock_token=lock_token, now=moment)
    if at is not None and at <= _database_now(draft):
        raise Unsendable([Problem("at", "past_time")])
    window = Now() + timedelta(seconds=user.undo_seconds)
    outgoing.scheduled = at is not None
    outgoing.due_at = at or window
    outgoing.save()
    outgoing.refresh_from_db()
    editlock.rest(draft, user, lock_token, LockMode.SENDING)
    journal.tell_of(
        "outgoing.scheduled" if at else "outgoing.queued",
        draft,
        actor=user,
        outgoing=outgoing.pk,
        outgoing_state=outgoing.state,
        due_at=outgoing.due_at.isoformat(),
    )
    crashpoints.reach("before-submit-commit")
    # The sweeper finds the row if the broker is away or we die in between.
    transaction.on_commit(lambda: _after_commit(outgoing.pk), robust=True)
    return outgoing


def take_back(outgoing: Outgoing, trouble: str = "", *, actor: User) -> bool:
    """`outcome.withdraw`, and what Gmail has of it goes away again; False when it is too late."""
    if not outcome.withdraw(outgoing, trouble, actor=actor):
        return False
    if outgoing.gmail_draft_id or outgoing.creating_at is not None:
        transaction.on_commit(partial(tidy.delay, outgoing.pk), robust=True)
    return True


def release_held(outgoing: Outgoing, seen: Collection[str]) -> None:
    """Let a held mail go on; of what held it back, `seen` does so no longer. Its lock is held."""
    decided = [key for key in gate.keys(outgoing.news) if key in seen]
    ready = OutgoingState.DRAFT_READY if outgoing.gmail_draft_id else OutgoingState.QUEUED
    held = Outgoing.objects.filter(pk=outgoing.pk, state=OutgoingState.HELD)
    held.update(
        state=ready,
        accepted=[*outgoing.accepted, *decided],
        news=[],
        # What was not seen is found again: history is read from the beginning.
        gate_history="",
        trouble="",
        not_before=Now(),
        attempts=0,
    )
    outgoing.refresh_from_db()
    transaction.on_commit(partial(wake, outgoing.pk), robust=True)


def _after_commit(outgoing_id: int) -> None:
    crashpoints.reach("after-submit-commit")
    wake(outgoing_id)


def _database_now(draft: Draft) -> datetime:
    rows = Draft.objects.annotate(now=Now()).values_list("now", flat=True)
    found: datetime = rows.get(pk=draft.pk)
    return found
