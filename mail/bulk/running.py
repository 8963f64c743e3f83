"""Going on with a run for a while: gathering its mails, then one after the other.

Safe to call at any time by several workers at once: one of them has the run in hand, until its
claim ends.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404
from django.utils import translation

from mail.actions.errors import Declined
from mail.actions.read import set_read_many
from mail.browse import Browse, Place
from mail.bulk import verbs, words
from mail.editlock import LockRefusal
from mail.models import BulkItem, BulkOutcome, BulkRun, BulkState, BulkVerb, Message
from permissions.access import OperationDenied
from permissions.models import User

log = logging.getLogger(__name__)
CLAIM = timedelta(seconds=30)
_GATHERED = 1000
_AT_ONCE = 25
_TOGETHER = 500
_COUNTS = {
    BulkOutcome.CHANGED: "changed",
    BulkOutcome.SAME: "same",
    BulkOutcome.REFUSED: "refused",
}


def waiting() -> list[int]:
    """The runs that nobody has in hand."""
    free = Q(claimed_until=None) | Q(claimed_until__lte=Now())
    rows = BulkRun.objects.filter(free, state__in=BulkRun.OPEN_STATES)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def go_on(run_id: int, *, seconds: float) -> bool:
    """Work on the run for so long, one step at least; True while more is to be done."""
    until = _claim(run_id)
    if until is None:
        return False
    deadline = time.monotonic() + seconds
    run = BulkRun.objects.select_related("user__role", "undoes").get(pk=run_id)
    with translation.override(run.user.language):
        while run.is_open:
            if run.state == BulkState.GATHERING:
                _gather(run)
            else:
                _some(run, deadline)
            renewed = _renew(run_id, until)
            if renewed is None:
                return False  # stopped, or in other hands
            until = renewed
            run.refresh_from_db()
            if time.monotonic() > deadline:
                break
    BulkRun.objects.filter(pk=run_id, claimed_until=until).update(claimed_until=None)
    return run.is_open


def _claim(run_id: int) -> datetime | None:
    with transaction.atomic():
        free = Q(claimed_until=None) | Q(claimed_until__lte=Now())
        taken = BulkRun.objects.filter(free, pk=run_id, state__in=BulkRun.OPEN_STATES).update(
            claimed_until=Now() + CLAIM
        )
        return _stamp(run_id) if taken else None


def _renew(run_id: int, until: datetime) -> datetime | None:
    with transaction.atomic():
        held = BulkRun.objects.filter(pk=run_id, claimed_until=until)
        return _stamp(run_id) if held.update(claimed_until=Now() + CLAIM) else None


def _stamp(run_id: int) -> datetime | None:
    return BulkRun.objects.values_list("claimed_until", flat=True).get(pk=run_id)


def _gather(run: BulkRun) -> None:
    """The next thousand mails of the list, from the newest."""
    user = _fresh(run.user_id)
    browse = Browse.parse(user, QueryDict(run.query))
    found = browse.messages(user)
    place = Place.parse(run.place) if run.place else None
    # What comes in from now on is not meant.
    found = found.filter(place.older) if place else found.filter(stored_at__lte=run.created_at)
    rows = list(found.newest_first().only("pk", "internal_date")[:_GATHERED])
    with transaction.atomic():
        BulkItem.objects.bulk_create(
            (BulkItem(run=run, message_id=row.pk) for row in rows), ignore_conflicts=True
        )
        values: dict[str, Any] = {"total": F("total") + len(rows)}
        if len(rows) < _GATHERED:
            values["state"] = BulkState.RUNNING
        if rows:
            values["place"] = str(Place.of(rows[-1]))
        BulkRun.objects.filter(pk=run.pk, state=BulkState.GATHERING).update(**values)


def _some(run: BulkRun, deadline: float) -> None:
    if (read := verbs.together(run)) is not None:
        _some_together(run, read=read)
        return
    items = list(run.items.filter(outcome=BulkOutcome.WAITING).order_by("pk")[:_AT_ONCE])
    if not items:
        _end(run)
        return
    # Rights may be withdrawn while a long run is at work.
    user = _fresh(run.user_id)
    for item in items:
        _one(run, item, user)
        if time.monotonic() > deadline:
            return


def _end(run: BulkRun) -> None:
    BulkRun.objects.filter(pk=run.pk, state=BulkState.RUNNING).update(
        state=BulkState.DONE, ended_at=Now()
    )


@transaction.atomic
def _some_together(run: BulkRun, *, read: bool) -> None:
    """What asks no lock of anybody goes by hundreds."""
    waiting_items = run.items.filter(outcome=BulkOutcome.WAITING)
    keys = list(waiting_items.order_by("pk").values_list("message_id", flat=True)[:_TOGETHER])
    if not keys:
        _end(run)
        return
    user = _fresh(run.user_id)
    outcomes: dict[BulkOutcome, set[int]] = {BulkOutcome.CHANGED: set(), BulkOutcome.SAME: set()}
    why = ""
    try:
        outcomes[BulkOutcome.CHANGED] = set_read_many(keys, user, read=read)
        seen = Message.objects.visible_to(user).filter(pk__in=keys)
        outcomes[BulkOutcome.SAME] = (
            set(seen.values_list("pk", flat=True)) - outcomes[BulkOutcome.CHANGED]
        )
        why = words.not_there()
    except OperationDenied:
        why = words.not_allowed()
    outcomes[BulkOutcome.REFUSED] = set(keys).difference(*outcomes.values())
    for outcome, which in outcomes.items():
        told = why if outcome == BulkOutcome.REFUSED else ""
        waiting_items.filter(message__in=which).update(outcome=outcome, why=told)
    BulkRun.objects.filter(pk=run.pk).update(
        **{
            _COUNTS[outcome]: F(_COUNTS[outcome]) + len(which)
            for outcome, which in outcomes.items()
        }
    )


def _one(run: BulkRun, item: BulkItem, user: User) -> None:
    try:
        why = _try(run, item, user)
        if why:
            with transaction.atomic():
                _note(run, item, BulkOutcome.REFUSED, why=why)
    except _Twice:
        log.info("Mail %d of run %d was seen to by another worker", item.message_id, run.pk)


def _try(run: BulkRun, item: BulkItem, user: User) -> str:
    """The mail's change and its outcome, both or neither; why it was refused."""
    try:
        with transaction.atomic():
            outcome, was = _change(run, item, user)
            _note(run, item, outcome, before=was)
    except (Declined, LockRefusal) as refusal:
        return refusal.explain()
    except OperationDenied:
        return words.not_allowed()
    except Http404:
        return words.not_there()
    except (DataError, IntegrityError):
        # One that our own code cannot change must not keep the rest waiting for ever.
        log.exception("Mail %d of run %d", item.message_id, run.pk)
        return words.failed()
    return ""


def _change(run: BulkRun, item: BulkItem, user: User) -> tuple[BulkOutcome, dict[str, Any]]:
    rows = Message.objects.select_related("mailbox", "conversation", "assignee")
    message = get_object_or_404(rows, pk=item.message_id, gone_at=None)
    was = verbs.before(message)
    version = message.version
    if run.verb == BulkVerb.UNDO:
        assert run.undoes is not None
        done = BulkItem.objects.get(run=run.undoes, message=message)
        verbs.take_back(run.undoes.verb, message, user, run.undoes.arguments, done.before)
    else:
        verbs.apply(run.verb, message, user, run.arguments)
    # Every change of a mail's row makes its next version.
    now = Message.objects.values_list("version", flat=True).get(pk=message.pk)
    return (BulkOutcome.SAME if now == version else BulkOutcome.CHANGED), was


def _note(
    run: BulkRun,
    item: BulkItem,
    outcome: BulkOutcome,
    *,
    before: dict[str, Any] | None = None,
    why: str = "",
) -> None:
    noted = BulkItem.objects.filter(pk=item.pk, outcome=BulkOutcome.WAITING).update(
        outcome=outcome, before=before or {}, why=why
    )
    if not noted:
        raise _Twice
    BulkRun.objects.filter(pk=run.pk).update(**{_COUNTS[outcome]: F(_COUNTS[outcome]) + 1})


class _Twice(Exception):
    """Another worker has had this mail meanwhile: what we did goes with the transaction."""


def _fresh(user_id: int) -> User:
    return User.objects.select_related("role").get(pk=user_id)
