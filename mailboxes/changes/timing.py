"""How long changes wait for what. Read as `timing.CLAIM`, so that a test can turn the clock."""

from __future__ import annotations

from datetime import timedelta

# A worker's claim, renewed before each call: longer than a call with its repetitions may well take.
# A dead worker's changes are picked up after this.
CLAIM = timedelta(seconds=45)
FIRST_BACKOFF = timedelta(seconds=2)
LONGEST_BACKOFF = timedelta(minutes=2)
# Done changes are needed for as long as a reading of Gmail may take.
KEEP_DONE = timedelta(hours=6)
KEEP_REFUSED = timedelta(days=30)


def backoff(attempts: int, asked: float | None = None) -> timedelta:
    """The wait after so many failed attempts: doubling, or what Gmail asked for when that is more.

    Args:
        asked: seconds.
    """
    doublings = min(max(attempts - 1, 0), 12)
    wait = min(FIRST_BACKOFF * (1 << doublings), LONGEST_BACKOFF)
    return max(wait, timedelta(seconds=asked or 0))
