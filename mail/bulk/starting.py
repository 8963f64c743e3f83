"""A run out of ticked mails, out of a whole list, or out of another run that is taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from mail.actions.errors import Declined
from mail.bulk.verbs import NEEDED
from mail.bulk.words import nothing_to_undo
from mail.models import BulkItem, BulkOutcome, BulkRun, BulkState, BulkVerb, Message
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation


class NothingToUndo(Declined):
    """The run is not over, changed nothing, or was taken back before."""

    def explain(self) -> str:
        return nothing_to_undo()


@transaction.atomic
def start(
    user: User, verb: BulkVerb, arguments: Mapping[str, Any], *, message_ids: Collection[int]
) -> BulkRun:
    """A run for these mails. What the person does not see, or not any more, is left out."""
    _ensure(user, verb)
    seen = Message.objects.visible_to(user).filter(pk__in=message_ids)
    run = BulkRun.objects.create(
        user=user, verb=verb, arguments=dict(arguments), state=BulkState.RUNNING
    )
    made = BulkItem.objects.bulk_create(
        BulkItem(run=run, message_id=pk) for pk in seen.newest_first().values_list("pk", flat=True)
    )
    run.total = len(made)
    run.save(update_fields=["total"])
    return run


@transaction.atomic
def start_all(user: User, verb: BulkVerb, arguments: Mapping[str, Any], *, query: str) -> BulkRun:
    """A run for everything that this list has now (M33); workers gather the mails first."""
    _ensure(user, verb)
    return BulkRun.objects.create(
        user=user,
        verb=verb,
        arguments=dict(arguments),
        query=query,
        state=BulkState.GATHERING,
    )


@transaction.atomic
def start_undo(run: BulkRun, user: User) -> BulkRun:
    """Take a run back: the mails that it really changed, and that nobody has changed since.

    Raises:
        NothingToUndo
    """
    require(user, Operation.MAIL_BULK)
    held = BulkRun.objects.select_for_update().get(pk=run.pk)
    over = held.user_id == user.pk and not held.is_open and held.verb != BulkVerb.UNDO
    if not over or not held.changed or BulkRun.objects.filter(undoes=held).exists():
        raise NothingToUndo
    back = BulkRun.objects.create(
        user=user, verb=BulkVerb.UNDO, undoes=held, state=BulkState.RUNNING, total=held.changed
    )
    changed = held.items.filter(outcome=BulkOutcome.CHANGED).order_by("pk")
    BulkItem.objects.bulk_create(
        (
            BulkItem(run=back, message_id=message_id)
            for message_id in changed.values_list("message_id", flat=True)
        ),
        batch_size=1000,
    )
    return back


@transaction.atomic
def stop(run: BulkRun, user: User) -> None:
    """No mail more; what is done stays done, and can be taken back."""
    require(user, Operation.MAIL_BULK)
    BulkRun.objects.filter(pk=run.pk, user=user, state__in=BulkRun.OPEN_STATES).update(
        state=BulkState.STOPPED, ended_at=Now(), claimed_until=None
    )


def _ensure(user: User, verb: BulkVerb) -> None:
    require(user, Operation.MAIL_BULK)
    require(user, NEEDED[verb])
