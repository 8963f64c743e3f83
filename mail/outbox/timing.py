"""How long the outbox waits for what. Read as `timing.QUIET`, so that a test can turn the clock."""

from __future__ import annotations

from datetime import timedelta

# A worker's claim; each step prolongs it. A dead worker's mail is picked up after this. Two workers
# at once would be harmless (see the package), only wasteful.
CLAIM = timedelta(seconds=30)
# After a drafts.send whose outcome is not known: only a draft that is still there after this was
# not sent. Gmail may take its time with a request whose connection it has lost.
QUIET = timedelta(minutes=5)
# How often it is looked at meanwhile.
LOOK_AGAIN = timedelta(seconds=10)
# What a mailbox that cannot work now (paused, needs re-authorisation) is asked again after.
MAILBOX_OUT = timedelta(seconds=20)
FIRST_BACKOFF = timedelta(seconds=2)
LONGEST_BACKOFF = timedelta(minutes=2)
# A mail with our text in Gmail this much before we asked may be ours (their clock and ours differ).
# Short on purpose: what is wrongly taken for ours would be lost in silence, and what is wrongly not
# goes to a person.
CLOCK_SLACK = timedelta(seconds=30)
# How long evidence may still turn up for a mail that ended as uncertain.
HOPE = timedelta(days=2)

# Drafts that nobody owns are looked for where one was created within this.
ORPHANS_OF = timedelta(days=1)


def backoff(attempts: int) -> timedelta:
    """The wait after so many failed attempts: doubling, with a ceiling."""
    doublings = min(max(attempts - 1, 0), 12)
    return min(FIRST_BACKOFF * (1 << doublings), LONGEST_BACKOFF)
