"""Writing what the preview has shown: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.db.models.functions import Now

from activity.events import record, record_many
from addressbook.actions.keep import THING
from addressbook.imports import claims
from addressbook.imports.staging import counted, judge
from addressbook.models import Address, Import, ImportRow, ImportState, Verdict
from addressbook.writing import Before, write_starts
from permissions.operations import Operation

# Lines in hand at a time.
_AT_ONCE = 5000

# What the preview was made of is no longer so.
_MOVED = """
SELECT EXISTS (
    SELECT FROM addressbook_importrow AS row
    LEFT JOIN addressbook_address AS entry ON entry.address_key = row.address_key
    WHERE row.of_id = %s AND row.verdict IN ('new', 'changed', 'same')
        AND (entry.id IS DISTINCT FROM row.entry
            OR entry.version IS DISTINCT FROM row.entry_version)
)
"""
_INSERT = """
INSERT INTO addressbook_address (
    name, name_key, search_text, version, address, address_key, customer_search,
    updated_by_id, imported_by
)
SELECT name, name_key, search_text, 1, address, address_key, coalesce(customer_search, false),
    %(user)s, %(of)s
FROM addressbook_importrow
WHERE of_id = %(of)s AND verdict = 'new' AND line BETWEEN %(first)s AND %(last)s
RETURNING id, name, address
"""
_UPDATE = """
UPDATE addressbook_address AS entry
SET name = new.name, name_key = new.name_key, search_text = new.search_text,
    address = new.address, customer_search = new.customer_search,
    version = entry.version + 1, updated_at = now(), updated_by_id = %s, imported_by = %s
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::boolean[])
    AS new(id, name, name_key, search_text, address, customer_search)
WHERE entry.id = new.id
"""


def apply(import_id: int) -> None:
    """Write what the preview has shown, as one transaction.

    When somebody has changed the book since the preview, nothing is written: the import is READY
    again with a new preview, and `moved` says why.
    """
    claimed = claims.claim(import_id, ImportState.APPLYING)
    if claimed is None:
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Whoever saves an entry waits for these seconds; whoever reads does not.
            cursor.execute("LOCK TABLE addressbook_address IN SHARE ROW EXCLUSIVE MODE")
            cursor.execute(_MOVED, [claimed.pk])
            moved = cursor.fetchone()[0]
        if not claimed.user.may(Operation.ADDRESSES_TRANSFER):
            claims.end(claimed, state=ImportState.FAILED, problem="denied")
            return
        if moved:
            judge(claimed)
            counts = counted(claimed)
            claims.end(claimed, state=ImportState.READY, moved=True, counts=counts)
            return
        _insert(claimed)
        _update(claimed)
        record(
            "addresses.imported",
            actor=claimed.user,
            thing=("import", claimed.pk),
            silent=True,
            new=claimed.count(Verdict.NEW),
            changed=claimed.count(Verdict.CHANGED),
        )
        claims.end(claimed, state=ImportState.DONE, moved=False, done_at=Now())
        # What was wrong with the file can be looked up until the import is swept away.
        done = [Verdict.NEW, Verdict.CHANGED, Verdict.SAME]
        ImportRow.objects.filter(of=claimed, verdict__in=done).delete()


def _pieces(claimed: Import, verdict: Verdict) -> Iterator[tuple[int, int]]:
    """First and last lines of what is taken in hand at a time."""
    rows = ImportRow.objects.filter(of=claimed, verdict=verdict).order_by("line")
    last = 0
    while True:
        piece = rows.filter(line__gt=last)[:_AT_ONCE]
        found = ImportRow.objects.filter(of=claimed, line__in=piece.values("line"))
        first, last = last + 1, found.aggregate(last=Max("line"))["last"] or 0
        if not last:
            return
        yield first, last


def _insert(claimed: Import) -> None:
    for first, last in _pieces(claimed, Verdict.NEW):
        with connection.cursor() as cursor:
            cursor.execute(
                _INSERT,
                {"of": claimed.pk, "user": claimed.user_id, "first": first, "last": last},
            )
            entries = [Address(pk=pk, name=name, address=at) for pk, name, at in cursor.fetchall()]
        write_starts((entry, None) for entry in entries)
        _record(claimed, "address.added", entries)


def _update(claimed: Import) -> None:
    for first, last in _pieces(claimed, Verdict.CHANGED):
        rows = ImportRow.objects.filter(
            of=claimed, verdict=Verdict.CHANGED, line__range=(first, last)
        )
        by_entry = {row.entry: row for row in rows if row.entry is not None}
        changed: list[tuple[Address, Before]] = []
        for entry in Address.objects.filter(pk__in=by_entry):
            row = by_entry[entry.pk]
            before = (entry.name, entry.address)
            entry.name, entry.address = row.name or entry.name, row.address
            if row.customer_search is not None:
                entry.customer_search = row.customer_search
            entry.refold()
            changed.append((entry, before))
        entries = [entry for entry, _ in changed]
        names = ("pk", "name", "name_key", "search_text", "address", "customer_search")
        columns: list[list[Any]] = [[getattr(each, name) for each in entries] for name in names]
        with connection.cursor() as cursor:
            cursor.execute(_UPDATE, [claimed.user_id, claimed.pk, *columns])
        write_starts(changed)
        _record(claimed, "address.changed", entries)


def _record(claimed: Import, kind: str, entries: list[Address]) -> None:
    record_many(
        kind,
        actor=claimed.user,
        thing=THING,
        thing_ids=[entry.pk for entry in entries],
        file=claimed.filename,
    )
