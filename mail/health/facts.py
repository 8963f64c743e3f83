"""Everything that is known of one mailbox, read in a few bounded queries.

What Gmail has is told by the last comparison (a Reconciliation), never by asking Gmail here: a page
that polls must not spend the mailbox's units, and a web process never speaks to Gmail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, Min
from django.utils import timezone
from redis.exceptions import RedisError

from callcenter.gmail.errors import Unavailable
from labels.models import Label
from mail.health import sends, unimported
from mail.health.sends import Sends
from mail.models import Message, Reconciliation, SyncPhase, SyncState, ToFetch
from mail.sync import progress, reconcile
from mail.sync.progress import Progress
from mailboxes import grants
from mailboxes.gmail import bucket_of
from mailboxes.models import Change, ChangeState, Mailbox

# Counting a large mailbox costs more than all the rest; a page that polls shows it a little late.
_COUNT_SECONDS = 30
_REFUSED_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Sync:
    """`lag` is how old the oldest news may be that is not here yet, in seconds; None before the
    first look. `waiting` are the mails that are still to be read, `first` the first
    synchronisation while it is under way."""

    phase: SyncPhase | None
    first_finished: datetime | None
    last_look: datetime | None
    lag: float | None
    waiting: int
    stored: int
    first: Progress | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The last finished one; `outstanding` of its differences have not been read again so far."""

    run: Reconciliation
    outstanding: int

    @property
    def differences(self) -> int:
        return self.run.missing + self.run.surplus + self.run.differing


@dataclass(frozen=True, slots=True)
class Running:
    """A comparison under way: of all lists (all mail, then each label) how much is done, and the
    label that is being compared (empty while all mail is)."""

    run: Reconciliation
    percent: int
    label: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What was changed here and is not in Gmail yet; `oldest` in seconds."""

    waiting: int
    oldest: float | None
    refused: int


@dataclass(frozen=True, slots=True)
class Quota:
    """Units. `closed` is for how many seconds Gmail has asked to be left alone."""

    per_minute: int
    spent: int
    available: float
    closed: float

    @property
    def percent(self) -> int:
        return min(100, 100 * self.spent // max(1, self.per_minute))


@dataclass(frozen=True, slots=True)
class Health:
    """A mailbox at a moment. `quota` is None while the store of units does not answer."""

    mailbox: Mailbox
    at: datetime
    sync: Sync
    comparison: Comparison | None
    running: Running | None
    changes: Changes
    unimported: int
    quota: Quota | None
    sends: Sends

    @property
    def ends_soon(self) -> bool:
        return grants.ends_soon(self.mailbox, self.at)

    @property
    def is_test_mode(self) -> bool:
        return grants.is_test_mode(self.mailbox)

    @property
    def is_limited(self) -> bool:
        return grants.is_limited(self.mailbox)


def of(mailbox: Mailbox) -> Health:
    now = timezone.now()
    runs = Reconciliation.objects.filter(mailbox=mailbox)
    return Health(
        mailbox=mailbox,
        at=now,
        sync=_sync(mailbox, now),
        comparison=_comparison(runs.filter(finished_at__isnull=False).order_by("-started_at")),
        running=_running(mailbox, runs.filter(finished_at=None).first()),
        changes=_changes(mailbox, now),
        unimported=unimported.rows_of(mailbox).count(),
        quota=_quota(mailbox),
        sends=sends.of(mailbox, now),
    )


def _sync(mailbox: Mailbox, now: datetime) -> Sync:
    state = SyncState.objects.filter(mailbox=mailbox).first()
    phase = SyncPhase(state.phase) if state else None
    under_way = phase in {SyncPhase.LISTING, SyncPhase.FETCHING}
    return Sync(
        phase=phase,
        first_finished=state.finished_at if state else None,
        last_look=mailbox.last_sync_at,
        lag=_lag(mailbox, now),
        waiting=ToFetch.objects.filter(mailbox=mailbox, trouble="").count(),
        stored=_stored(mailbox),
        first=progress.of(mailbox) if under_way else None,
    )


def _lag(mailbox: Mailbox, now: datetime) -> float | None:
    """The age of the last look, or of the oldest news that it left unread, if that is older.

    News stand in ToFetch with the moment they were heard of as their (negative) position.
    """
    if mailbox.last_sync_at is None:
        return None
    news = ToFetch.objects.filter(
        mailbox=mailbox, position__lt=0, not_before__lte=now, trouble=""
    ).aggregate(oldest=Max("position"))["oldest"]
    moments = [mailbox.last_sync_at]
    if news is not None:
        moments.append(datetime.fromtimestamp(-news / 1000, UTC))
    return max(0.0, (now - min(moments)).total_seconds())


def _stored(mailbox: Mailbox) -> int:
    def count() -> int:
        return Message.objects.filter(mailbox=mailbox, gone_at=None).count()

    try:
        found: Any = cache.get_or_set(f"health:stored:{mailbox.pk}", count, _COUNT_SECONDS)
    except RedisError:
        return count()  # the store is away, which is told elsewhere
    return int(found)


def _comparison(finished: Any) -> Comparison | None:
    run = finished.first()
    if run is None:
        return None
    return Comparison(run, ToFetch.objects.filter(reconciliation=run).count())


def _running(mailbox: Mailbox, run: Reconciliation | None) -> Running | None:
    if run is None:
        return None
    labels = Label.objects.filter(mailbox=mailbox)
    lists = labels.count() + 1
    if run.step == reconcile.ALL:
        # How many Gmail has is known when its list has ended; until then, as many as we have.
        share = run.listed / max(_stored(mailbox), run.listed + 1)
        return Running(run, int(100 * share / lists), "")
    done = 1 + labels.filter(gmail_id__lt=run.step).count()
    name = labels.filter(gmail_id=run.step).values_list("name", flat=True).first()
    return Running(run, min(99, 100 * done // lists), name or run.step)


def _changes(mailbox: Mailbox, now: datetime) -> Changes:
    changes = Change.objects.filter(mailbox=mailbox)
    waiting = changes.filter(state__in=Change.OPEN_STATES).aggregate(
        number=Count("pk"), oldest=Min("created_at")
    )
    refused = changes.filter(state=ChangeState.REFUSED, created_at__gte=now - _REFUSED_WITHIN)
    oldest = waiting["oldest"]
    return Changes(
        waiting=waiting["number"],
        oldest=None if oldest is None else max(0.0, (now - oldest).total_seconds()),
        refused=refused.count(),
    )


def _quota(mailbox: Mailbox) -> Quota | None:
    bucket = bucket_of(mailbox)
    try:
        available, closed = bucket.look()
        spent = bucket.spent()
    except Unavailable:
        return None
    return Quota(
        per_minute=bucket.budget.units_per_minute,
        spent=spent,
        available=max(0.0, available),
        closed=closed,
    )
