"""Facts -> what is wrong and how badly. The rules of docs/monitoring.md, and of nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

from mail.health.facts import Health
from mailboxes import alerts
from mailboxes.models import MailboxState

BEHIND = 60.0  # seconds
GMAIL_DOWN = timedelta(minutes=5)
COMPARED_WITHIN = timedelta(hours=48)
# The differences that a comparison found are read again within minutes.
REPAIRED_WITHIN = timedelta(hours=1)
NEAR_LIMIT = 80  # percent
CHANGES_WITHIN = 300.0  # seconds


class Level(IntEnum):
    """`OFF`: paused or disconnected on purpose."""

    OFF = 0
    OK = 1
    WARN = 2
    FAIL = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is wrong: a stable code, and how bad it is."""

    code: str
    level: Level


def judge(health: Health) -> list[Reason]:
    """All that is wrong, the worst first."""
    mailbox = health.mailbox
    if mailbox.state in {MailboxState.PAUSED, MailboxState.DISCONNECTED}:
        return []
    found = [
        *_connection(health),
        *_mirror(health),
        *_outward(health),
    ]
    return sorted(found, key=lambda reason: -reason.level)


def level_of(health: Health, reasons: Iterable[Reason]) -> Level:
    if health.mailbox.state in {MailboxState.PAUSED, MailboxState.DISCONNECTED}:
        return Level.OFF
    return max((reason.level for reason in reasons), default=Level.OK)


def _connection(health: Health) -> Iterator[Reason]:
    mailbox, now = health.mailbox, health.at
    if mailbox.state == MailboxState.NEEDS_AUTH:
        yield Reason("needs_auth", Level.FAIL)
        return
    if mailbox.trouble == "gmail_down":
        since = mailbox.trouble_since or now
        yield Reason("gmail_down", Level.FAIL if now - since > GMAIL_DOWN else Level.WARN)
    elif mailbox.trouble == "quota":
        yield Reason("quota", Level.WARN)
    elif mailbox.trouble:
        yield Reason(mailbox.trouble, Level.FAIL)
    elif alerts.is_stale(mailbox, now):
        yield Reason("stale", Level.FAIL)
    if health.ends_soon:
        yield Reason("permission_ends", Level.WARN)


def _mirror(health: Health) -> Iterator[Reason]:
    if health.mailbox.state == MailboxState.NEEDS_AUTH:
        return
    sync, comparison = health.sync, health.comparison
    if sync.lag is not None and sync.lag > BEHIND:
        yield Reason("behind", Level.WARN)
    if health.unimported:
        yield Reason("unimported", Level.WARN)
    compared = comparison.run.finished_at if comparison else None
    outstanding = comparison.outstanding if comparison else 0
    if outstanding and compared is not None and health.at - compared > REPAIRED_WITHIN:
        yield Reason("differences", Level.FAIL)
    # A first synchronisation lists everything: it is a comparison itself.
    last = compared or sync.first_finished
    if last is not None and health.at - last > COMPARED_WITHIN:
        yield Reason("not_compared", Level.WARN)


def _outward(health: Health) -> Iterator[Reason]:
    changes = health.changes
    if changes.refused:
        yield Reason("changes_refused", Level.WARN)
    if changes.oldest is not None and changes.oldest > CHANGES_WITHIN:
        yield Reason("changes_slow", Level.WARN)
    if health.sends.last_day >= health.sends.limit:
        yield Reason("sends_at_limit", Level.FAIL)
    elif health.sends.percent >= NEAR_LIMIT:
        yield Reason("sends_near_limit", Level.WARN)
    if health.sends.uncertain:
        yield Reason("sends_uncertain", Level.WARN)
