"""Uploaded files whose mail was sent or given up leave the store, after a while."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from mail.models import Draft, DraftFile, DraftState

# A sending may still turn out to have failed, and a discarded draft be asked about.
KEPT_FOR = timedelta(days=30)
_AT_ONCE = 200


def sweep() -> int:
    """Delete what is due, the oldest first; how many files went.

    A parked copy points at the files of the draft that it was made from: they stay as long as it.
    """
    copies = Draft.objects.filter(parked_from=OuterRef("draft"), state=DraftState.PARKED)
    due = DraftFile.objects.filter(
        ~Exists(copies),
        draft__state__in=[DraftState.SENT, DraftState.DISCARDED],
        draft__updated_at__lt=Now() - KEPT_FOR,
    )
    rows = list(due.order_by("pk")[:_AT_ONCE])
    for row in rows:
        # The row goes last: whoever is interrupted finds it again.
        row.file.delete(save=False)
        row.delete()
    return len(rows)
