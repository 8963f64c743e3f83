"""When mail comes: densely in the office hours of Asia/Tokyo, thinly at night, less at weekends."""

from __future__ import annotations

import bisect
import itertools
import random
from datetime import datetime, timedelta

from sandbox.demo.programs import JST

# Relative weight of each hour of the day; consumers also write after dinner.
_HOURS = (2, 1, 1, 0.5, 0.5, 1, 2, 5, 8, 14, 17, 16, 12, 14, 15, 14, 13, 11, 8, 7, 8, 9, 7, 4)
_DAYS = (1.25, 1.1, 1.0, 1.0, 1.0, 0.6, 0.55)
_OFFICE = range(9, 18)  # every day of the week


def weight(at: datetime) -> float:
    """Return how much mail the hour of `at` sees."""
    local = at.astimezone(JST)
    return _HOURS[local.hour] * _DAYS[local.weekday()]


def spread(start: datetime, end: datetime, count: int, rng: random.Random) -> list[datetime]:
    """Return `count` moments between two moments, thick where mail is thick, in order.

    They are jittered quantiles of the density, so that no stretch is left bare by chance.
    """
    # Fine steps only where they can be seen.
    step = timedelta(minutes=10 if end - start < timedelta(days=2) else 40)
    marks = [start]
    while marks[-1] + step < end:
        marks.append(marks[-1] + step)
    sums = list(itertools.accumulate(weight(mark) for mark in marks))
    found: list[datetime] = []
    for number in range(count):
        target = sums[-1] * (number + 0.15 + 0.7 * rng.random()) / count
        place = min(bisect.bisect_left(sums, target), len(marks) - 1)
        inside = step * rng.random()
        found.append(min(marks[place] + inside, end).replace(microsecond=0))
    return sorted(found)


def office(at: datetime, rng: random.Random) -> datetime:
    """Return `at` if the shop's desk is staffed then, else a moment of its next morning."""
    local = at.astimezone(JST)
    if local.hour in _OFFICE:
        return local
    if local.hour >= _OFFICE.stop:
        local += timedelta(days=1)
    return local.replace(
        hour=_OFFICE.start, minute=rng.randrange(4, 58), second=rng.randrange(60), microsecond=0
    )


def awake(at: datetime, rng: random.Random) -> datetime:
    """Return `at`, or a moment of the morning when people sleep at `at`."""
    local = at.astimezone(JST)
    if 1 <= local.hour < 6:
        return local.replace(hour=rng.randrange(7, 10), minute=rng.randrange(60))
    return at
