"""Beat, one at a time: the guard follows the database's session."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from celery import Celery
from django.db import DatabaseError, connection

from callcenter import beat
from callcenter.beat import _LOCK, SingleScheduler

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scheduler(monkeypatch: pytest.MonkeyPatch) -> Iterator[SingleScheduler]:
    """One with nothing to start, so that it waits for its longest time when it may tick."""
    app = Celery(set_as_current=False)
    app.conf.beat_schedule = {}
    monkeypatch.setattr(SingleScheduler, "setup_schedule", lambda self: None)
    monkeypatch.setattr(SingleScheduler, "schedule", {}, raising=False)
    made = SingleScheduler(app, lazy=True)
    made.max_interval = 77
    yield made
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock_all()")


def wait_until_nobody_holds_it() -> None:
    """A server gives a closed session's lock back in its own time, not while the client closes."""
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as after:
        after.execute("SELECT pg_advisory_lock(%s, %s)", _LOCK)
        after.execute("SELECT pg_advisory_unlock(%s, %s)", _LOCK)


def test_a_second_one_waits_until_the_first_is_gone(scheduler: SingleScheduler) -> None:
    first = psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None})
    first.execute("SELECT pg_advisory_lock(%s, %s)", _LOCK)
    assert scheduler.tick() == beat._WAIT
    first.close()
    wait_until_nobody_holds_it()
    assert scheduler.tick() == 77


def test_a_lost_session_is_noticed_at_the_next_look(
    scheduler: SingleScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scheduler.tick() == 77
    connection.close()  # and with it the lock
    wait_until_nobody_holds_it()
    other = psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None})
    other.execute("SELECT pg_advisory_lock(%s, %s)", _LOCK)
    assert scheduler.tick() == 77  # looked a moment ago
    scheduler._looked -= beat._LOOK_EVERY
    assert scheduler.tick() == beat._WAIT
    other.close()


def test_without_a_database_it_waits(
    scheduler: SingleScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down() -> None:
        raise DatabaseError("down")

    monkeypatch.setattr(connection, "cursor", down)
    assert scheduler.tick() == beat._WAIT
    monkeypatch.undo()
