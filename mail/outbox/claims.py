"""One worker at a time: compare-and-set on the row, by the database's clock.

`claimed_until` is both the claim's end and its name: every later write asks for the row with just
this value and this state, so that a worker which slept through its claim writes nothing any more.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now

from mail.models import Outgoing, OutgoingState
from mail.outbox import timing


class ClaimLost(Exception):
    """Another worker, or a person, has moved the mail on; stop without a trace."""


def due() -> Q:
    """Rows that may be taken in hand now."""
    free = Q(claimed_until=None) | Q(claimed_until__lte=Now())
    return free & Q(not_before__lte=Now())


def claim(outgoing_id: int) -> Outgoing | None:
    """The mail, for this worker alone for a while; None when it is done, not due or in other
    hands."""
    taken = Outgoing.objects.filter(due(), pk=outgoing_id, state__in=Outgoing.OPEN_STATES).update(
        claimed_until=Now() + timing.CLAIM
    )
    if not taken:
        return None
    return Outgoing.objects.select_related(
        "mailbox", "draft__answers__conversation", "draft__answers__mailbox", "author"
    ).get(pk=outgoing_id)


def move(outgoing: Outgoing, to: OutgoingState | None = None, **fields: Any) -> None:
    """Write to a claimed row and prolong the claim; `outgoing` follows.

    Raises:
        ClaimLost: the row is no longer as this worker knows it.
    """
    values = {"claimed_until": Now() + timing.CLAIM, **fields}
    if to is not None:
        values["state"] = to
    _write(outgoing, values)


def put_down(outgoing: Outgoing, wait: timedelta, trouble: str = "", detail: str = "") -> None:
    """Leave the mail as it stands until `wait` is over.

    Raises:
        ClaimLost: somebody else has moved it on.
    """
    _write(
        outgoing,
        {
            "claimed_until": None,
            "not_before": Now() + wait,
            "trouble": trouble,
            "trouble_detail": detail[:2000],
        },
    )


def _write(outgoing: Outgoing, values: dict[str, Any]) -> None:
    mine = Outgoing.objects.filter(
        pk=outgoing.pk, state=outgoing.state, claimed_until=outgoing.claimed_until
    )
    if not mine.update(**values):
        raise ClaimLost(f"outgoing {outgoing.pk}")
    outgoing.refresh_from_db(fields=[*values])
