"""A file and what was read of it goes, when it was given up or nobody has looked for days."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from addressbook.models import Import, ImportState

# A preview that nobody has looked at again, and the report of a finished import.
_KEPT = timedelta(days=3)
_ENDED = (ImportState.READY, ImportState.DONE, ImportState.FAILED)


def forget(held: Import) -> None:
    """Delete a locked import, its rows and its file, in the caller's transaction."""
    held.rows.all().delete()
    name, storage = held.file.name, held.file.storage
    held.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def sweep() -> None:
    old = Import.objects.filter(state__in=_ENDED, created_at__lt=Now() - _KEPT)
    for pk in old.values_list("pk", flat=True)[:50]:
        with transaction.atomic():
            held = Import.objects.select_for_update().filter(pk=pk, state__in=_ENDED).first()
            if held is not None:
                forget(held)
