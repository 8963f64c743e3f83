"""A file comes in, and a person says which column is what."""

from __future__ import annotations

from django.core.files.base import File
from django.db import transaction
from django.db.models import Q

from addressbook.imports import columns, reading
from addressbook.imports.forgetting import forget
from addressbook.imports.tasks import work
from addressbook.models import Import, ImportState
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation

_LONGEST_CELL = 80


class NotNow(Exception):
    """The import has gone on meanwhile (another tab): look at it as it is now."""


def receive(user: User, upload: File[bytes]) -> Import:
    """Keep the file, look at its first lines, and have it read when it is plain what is what.

    Raises:
        addressbook.imports.reading.Unreadable: it is no text of a charset that we know.
    """
    require(user, Operation.ADDRESSES_TRANSFER)
    encoding = reading.charset(upload)
    delimiter = reading.separator(upload, encoding)
    sample = reading.first(upload, encoding, delimiter)
    has_header, mapping = columns.guess(sample)
    found = Import(
        user=user,
        filename=(upload.name or "addresses.csv")[-255:],
        encoding=encoding,
        delimiter=delimiter,
        has_header=has_header,
        sample=[[cell[:_LONGEST_CELL] for cell in record] for record in sample],
        mapping=mapping,
        state=ImportState.READING if mapping["address"] is not None else ImportState.READY,
    )
    upload.seek(0)
    found.file.save("addresses.csv", upload, save=False)
    with transaction.atomic():
        found.save()
        if found.state == ImportState.READING:
            transaction.on_commit(lambda: work.delay(found.pk))
    return found


@transaction.atomic
def remap(
    found: Import, user: User, *, mapping: columns.Mapping, has_header: bool, encoding: str
) -> Import:
    """Read it again, the columns being these.

    Raises:
        NotNow: it is being imported, or was.
    """
    require(user, Operation.ADDRESSES_TRANSFER)
    open_states = Q(state__in=[ImportState.READING, ImportState.READY, ImportState.FAILED])
    values = {
        "mapping": mapping,
        "has_header": has_header,
        "encoding": encoding,
        "state": ImportState.READING,
        "problem": "",
        "problem_line": 0,
        "moved": False,
        "counts": {},
        # Whoever reads it in the old way finds their claim gone, and gives up.
        "claimed_until": None,
    }
    if not Import.objects.filter(open_states, pk=found.pk).update(**values):
        raise NotNow
    transaction.on_commit(lambda: work.delay(found.pk))
    found.refresh_from_db()
    return found


@transaction.atomic
def start(found: Import, user: User) -> None:
    """実行: have it written as the preview shows it. A second click finds it on its way.

    Raises:
        NotNow: it was given up, or read anew.
    """
    require(user, Operation.ADDRESSES_TRANSFER)
    ready = Import.objects.filter(pk=found.pk, state=ImportState.READY).exclude(counts={})
    if ready.update(state=ImportState.APPLYING, claimed_until=None, moved=False):
        transaction.on_commit(lambda: work.delay(found.pk))
        return
    found.refresh_from_db()
    if found.state not in {ImportState.APPLYING, ImportState.DONE}:
        raise NotNow


@transaction.atomic
def give_up(found: Import, user: User) -> None:
    """Nothing of it comes into the book; its file and rows go.

    Raises:
        NotNow: it is being imported, or was.
    """
    require(user, Operation.ADDRESSES_TRANSFER)
    held = Import.objects.select_for_update().get(pk=found.pk)
    if held.state in {ImportState.APPLYING, ImportState.DONE}:
        raise NotNow
    forget(held)
