"""Handing a change in, within the transaction of whoever makes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from mailboxes.changes.labels import LabelWish
from mailboxes.changes.patch import LabelPatch
from mailboxes.changes.tasks import wake
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
    _within_a_transaction()
    change = None
    if kind == ChangeKind.MODIFY and (change := _unstarted(mailbox, kind, target, actor)):
        together = LabelPatch.from_payload(change.payload).then(patch)
        _put_in(change, together.payload)
    _wake_afterwards(mailbox)
    return change or Change.objects.create(
        mailbox=mailbox,
        kind=kind,
        target=target,
        payload=patch.payload,
        actor=actor,
        about=about,
    )


def hand_in_many(
    mailbox: Mailbox,
    kind: ChangeKind,
    targets: Iterable[tuple[str, int | None]],
    patch: LabelPatch,
    *,
    actor: User | None,
) -> int:
    """The same for many mails, in one statement and with one waking; how many they are.

    Nothing is folded: each goes after what its mail is still waiting for, and those that ask for
    the same reach Gmail together.

    Args:
        targets: the mails' Gmail ids, and the caller's own keys for them.
    """
    _within_a_transaction()
    made = Change.objects.bulk_create(
        Change(
            mailbox=mailbox,
            kind=kind,
            target=target,
            payload=patch.payload,
            actor=actor,
            about=about,
        )
        for target, about in targets
    )
    if made:
        _wake_afterwards(mailbox)
    return len(made)


def hand_in_label(
    mailbox: Mailbox,
    kind: ChangeKind,
    target: str,
    wish: LabelWish,
    *,
    actor: User | None,
    about: int,
) -> Change:
    """As `hand_in`, for a label itself. Its end is always put before the caller.

    Args:
        target: the label's Gmail id; of one that is to be made, the caller's own word for it.
        about: the caller's own key for the label.
    """
    _within_a_transaction()
    change = None
    if (
        kind == ChangeKind.LABEL_PATCH
        and _is_latest_of_labels(mailbox, target)
        and (change := _unstarted(mailbox, kind, target, actor))
    ):
        _put_in(change, LabelWish.from_payload(change.payload).then(wish).payload)
    _wake_afterwards(mailbox)
    return change or Change.objects.create(
        mailbox=mailbox,
        kind=kind,
        target=target,
        payload=wish.payload,
        actor=actor,
        about=about,
        attention=True,
    )


def _within_a_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a change is handed in with what it changes")


def _wake_afterwards(mailbox: Mailbox) -> None:
    mailbox_id = mailbox.pk
    # The sweeper finds the row if the broker is away or we die in between.
    transaction.on_commit(lambda: wake(mailbox_id), robust=True)


def _is_latest_of_labels(mailbox: Mailbox, target: str) -> bool:
    """Whether nothing of another label waits behind: a name must not be taken before it is free."""
    waiting = Change.objects.filter(
        mailbox=mailbox, kind__in=Change.LABEL_KINDS, state__in=Change.OPEN_STATES
    )
    latest = waiting.order_by("pk").last()
    return latest is not None and latest.target == target


def _unstarted(
    mailbox: Mailbox, kind: ChangeKind, target: str, actor: User | None
) -> Change | None:
    """The target's last change, where this one can go into it; None when it has to stand alone."""
    newest = Change.objects.filter(
        mailbox=mailbox, target=target, state__in=Change.OPEN_STATES
    ).last()
    if newest is None or newest.kind != kind or newest.actor_id != (actor.pk if actor else None):
        return None
    # Waits for a worker that is claiming it, and then finds it claimed.
    untouched = Change.objects.select_for_update(no_key=True).filter(
        pk=newest.pk, state=ChangeState.QUEUED, attempts=0
    )
    return untouched.first()


def _put_in(change: Change, payload: dict[str, Any]) -> None:
    change.payload = payload
    change.not_before = Now()
    change.save(update_fields=["payload", "not_before"])
