"""A list of mail by date, however many mailboxes it spans.

An index gives the mail of one mailbox by date, or that of one label, and none that of several:
asked for all of them at once, PostgreSQL would read and sort everything that they hold. So each is
walked for itself, no further than a page, and the page is what is newest of that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from mail.models import Message
from mail.models.message import MessageQuerySet


@dataclass(frozen=True, slots=True)
class Walk:
    """Mail that lies in the order of one index: that of the mailbox of `rows`, or of a label."""

    rows: MessageQuerySet
    label: int | None = None

    def found(self, behind: Q | None = None) -> MessageQuerySet:
        """All of it, or what stands behind a place: a condition on `at`."""
        # In one call: each further one would join the mail's labels once more.
        labelled = Q() if self.label is None else Q(message_labels__label=self.label)
        return self.rows.filter(labelled & (behind or Q()))

    @property
    def at(self) -> tuple[str, str]:
        """The columns that say where in the list a mail stands. A label has the mail's date."""
        if self.label is None:
            return "internal_date", "id"
        return "message_labels__internal_date", "message_labels__message"

    def ordered(self, place: Any = None, *, newer: bool = False) -> MessageQuerySet:
        """From this place on (see `mail.browse.Place`): the older ones, or back to the newer."""
        date, pk = self.at
        behind = place.beyond(date, pk, newer=newer) if place else None
        sign = "" if newer else "-"
        return self.found(behind).order_by(f"{sign}{date}", f"{sign}{pk}")


def nearest(
    walks: Sequence[Walk], limit: int, place: Any = None, *, newer: bool = False
) -> MessageQuerySet:
    """The first of all these lists together, from a place on, in the order of the way."""
    if not walks:
        return Message.objects.none()
    if len(walks) == 1:
        return walks[0].ordered(place, newer=newer)[:limit]
    parts = [walk.ordered(place, newer=newer).values("pk")[:limit] for walk in walks]
    found = Message.objects.filter(pk__in=parts[0].union(*parts[1:], all=True))
    return (found.order_by("internal_date", "id") if newer else found.newest_first())[:limit]


def count(walks: Sequence[Walk], most: int) -> int:
    """How many mails the lists have together, up to `most`."""
    # In the order of the index: of a rare label the planner would read all mail instead.
    parts = [
        (walk.found() if walk.label is None else walk.ordered()).values("pk")[:most]
        for walk in walks
    ]
    if not parts:
        return 0
    if len(parts) == 1:
        return parts[0].count()
    return parts[0].union(*parts[1:], all=True)[:most].count()
