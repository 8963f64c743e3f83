"""The live feed's replay: what a reader cannot have seen comes, whatever commits when."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from activity import events
from activity.models import Event

BOX = 7


def record(kind: str) -> int:
    return events.record(kind, mailbox_id=BOX, public_id="M-AAAAAA").pk


def read(cursor: int) -> tuple[list[int], int]:
    found, following = events.since(cursor, mailbox_ids=[BOX])
    return [event.pk for event in found], following


@pytest.mark.django_db(transaction=True)
def test_a_reader_gets_what_came_after_its_cursor() -> None:
    record("before")
    cursor = events.horizon()
    first, second = record("a"), record("b")
    found, cursor = read(cursor)
    # A transaction of any database of this server widens the overlap to what came before.
    assert found[-2:] == [first, second]
    third = record("c")
    assert third in read(cursor)[0]
    assert events.since(cursor, mailbox_ids=[BOX + 1])[0] == []


def without_overlap() -> int:
    """«What is committed has been read»: the cursor behind all that has begun."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("planted", [True, False])
def test_an_event_that_is_committed_late_under_a_lower_id_is_not_missed(
    monkeypatch: pytest.MonkeyPatch, planted: bool
) -> None:
    """Two writers: the one that took its id first commits last. Without the overlap it is lost."""
    if planted:
        monkeypatch.setattr(events, "horizon", without_overlap)
    cursor = events.horizon()
    written, commit = threading.Event(), threading.Event()
    slow: list[int] = []

    def write_slowly() -> None:
        try:
            with transaction.atomic():
                slow.append(record("slow"))
                written.set()
                assert commit.wait(timeout=30)
        finally:
            connection.close()

    writer = threading.Thread(target=write_slowly)
    writer.start()
    assert written.wait(timeout=30)
    quick = record("quick")
    found, cursor = read(cursor)
    assert found == [quick]
    assert slow[0] < quick
    commit.set()
    writer.join(timeout=30)
    assert (slow[0] in read(cursor)[0]) is not planted


@pytest.mark.django_db(transaction=True)
def test_more_than_fits_comes_in_pieces_without_a_gap() -> None:
    cursor = events.horizon()
    written = {record(str(number)) for number in range(25)}
    seen: set[int] = set()
    for _ in range(10):
        found, cursor = events.since(cursor, mailbox_ids=[BOX], limit=10)
        seen |= {event.pk for event in found}
    assert seen == written


@pytest.mark.django_db
def test_an_event_keeps_the_name_of_who_did_it() -> None:
    event = events.record("status.changed", mailbox_id=BOX, status="done")
    assert Event.objects.get(pk=event.pk).data == {"status": "done"}
