"""Whose turn it is: one worker an import, for as long as its claim lives."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from addressbook.models import Import, ImportState

# Far longer than the largest file takes; after it another worker may begin anew.
_LEASE = timedelta(minutes=5)


def due() -> QuerySet[Import]:
    """Imports that a worker should have in hand, and none has."""
    free = Q(claimed_until=None) | Q(claimed_until__lt=Now())
    return Import.objects.filter(free, state__in=[ImportState.READING, ImportState.APPLYING])


def claim(import_id: int, state: ImportState) -> Import | None:
    """The import, when it waits for just this and nobody is at it."""
    taken = due().filter(pk=import_id, state=state).update(claimed_until=Now() + _LEASE)
    return Import.objects.select_related("user__role").get(pk=import_id) if taken else None


def end(claimed: Import, **values: Any) -> None:
    """What came of it. A worker that has slept through its claim finds it gone, and changes
    nothing any more."""
    mine = Import.objects.filter(pk=claimed.pk, claimed_until=claimed.claimed_until)
    if not mine.update(claimed_until=None, **values):
        raise ClaimLost
    claimed.refresh_from_db()


class ClaimLost(Exception):
    """Somebody else has begun anew: whatever was done in this transaction is to be undone."""
