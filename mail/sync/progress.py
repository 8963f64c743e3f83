"""How far the mirror of a mailbox has come, and how long the rest will take."""

from __future__ import annotations

from dataclasses import dataclass

from mail.models import SyncPhase, SyncState, ToFetch
from mail.sync.plan import budget
from mailboxes.models import Mailbox

# What a first synchronisation pays for a mail, as a share of messages.get: long conversations come
# cheaper, and the price of the listing is small.
_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Progress:
    """A first synchronisation, or what is left to be read after it.

    `troubled` mails were refused at least once and are tried again by themselves. `seconds_left` is
    None while nothing can be told yet, and for a mailbox that does not work.
    """

    phase: SyncPhase
    total: int
    stored: int
    waiting: int
    troubled: int
    seconds_left: int | None

    @property
    def percent(self) -> int:
        """Of all mail, 0 to 100; 100 only when the first synchronisation has ended."""
        if self.phase == SyncPhase.FOLLOWING:
            return 100
        return min(99, 100 * self.stored // max(self.total, 1))


def of(mailbox: Mailbox) -> Progress:
    """Counts what is waiting: a few milliseconds for each 100,000 mails."""
    state = SyncState.objects.filter(mailbox=mailbox).first()
    if state is None:
        return Progress(SyncPhase.LISTING, 0, 0, 0, 0, None)
    phase = SyncPhase(state.phase)
    rows = ToFetch.objects.filter(mailbox=mailbox)
    waiting, troubled = rows.count(), rows.exclude(trouble="").count()
    total = max(state.total, state.listed)
    stored = max(0, state.listed - waiting)
    left = waiting if phase != SyncPhase.LISTING else max(total - stored, waiting)
    seconds = seconds_left(left - troubled, pace=state.pace) if mailbox.is_working else None
    return Progress(phase, total, stored, waiting, troubled, seconds)


def seconds_left(mails: int, *, pace: float) -> int | None:
    """The slower of what was measured and what the quota allows; None while nothing was measured.

    Args:
        pace: mails a second, lately.
    """
    if mails <= 0:
        return 0
    if pace <= 0:
        return None
    prices = budget()
    allowed = prices.per_second / (prices.cost("messages.get") * _SHARE)
    return round(mails / min(pace, allowed))
