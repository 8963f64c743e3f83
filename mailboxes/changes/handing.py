"""Handing a change in, within the transaction of whoever makes it."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from mailboxes.changes.patch import LabelPatch
from mailboxes.changes.tasks import carry_out
from mailboxes.models import Change, ChangeKind, ChangeState, Mailbox
from permissions.models import User


def hand_in(
    mailbox: Mailbox,
    kind: ChangeKind,
    target: str,
    patch: LabelPatch,
    *,
    actor: User | None,
    about: int | None = None,
) -> Change:
    """Queue a command for Gmail and wake a worker once the open transaction is committed.

    The caller holds its own row of the target, so that two changes of one mail are written in the
    order in which they were made. A change that nobody has started yet takes the next one of the
    same person in: star and unstar are one call.

    Args:
        target: the mail's Gmail id.
        patch: all that it does to the mail's labels (trash takes INBOX away as well).
        actor: who is told when Gmail refuses.
        about: the caller's own key for the target.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a change is handed in with what it changes")
    change = _fold(mailbox, kind, target, patch, actor) or Change.objects.create(
        mailbox=mailbox,
        kind=kind,
        target=target,
        payload=patch.payload,
        actor=actor,
        about=about,
    )
    mailbox_id = mailbox.pk
    # The sweeper finds the row if the broker is away or we die in between.
    transaction.on_commit(lambda: carry_out.delay(mailbox_id), robust=True)
    return change


def _fold(
    mailbox: Mailbox, kind: ChangeKind, target: str, patch: LabelPatch, actor: User | None
) -> Change | None:
    """The target's last change with this one in it; None when it has to stand by itself."""
    if kind != ChangeKind.MODIFY:
        return None
    newest = Change.objects.filter(
        mailbox=mailbox, target=target, state__in=Change.OPEN_STATES
    ).last()
    if newest is None or newest.kind != kind or newest.actor_id != (actor.pk if actor else None):
        return None
    # Waits for a worker that is claiming it, and then finds it claimed.
    untouched = Change.objects.select_for_update(no_key=True).filter(
        pk=newest.pk, state=ChangeState.QUEUED, attempts=0
    )
    change = untouched.first()
    if change is None:
        return None
    change.payload = LabelPatch.from_payload(change.payload).then(patch).payload
    change.not_before = Now()
    change.save(update_fields=["payload", "not_before"])
    return change
