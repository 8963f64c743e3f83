"""Pausing stops the mirror within a batch; resuming goes on where it stood (S4)."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from mail.models import Message, ToFetch
from mail.sync.turn import take_turn
from mailboxes.actions.keep import disconnect, pause, resume
from mailboxes.models import MailboxState
from tests.mail import cast
from tests.mail.sync.conftest import Mirror
from tests.waiting import until

MAILS = 400


def reads(mirror: Mirror) -> int:
    """How many mails and conversations Gmail was asked for."""
    counts = mirror.sandbox.admin.log()["counts"]
    return sum(counts.get(method, 0) for method in ("messages.get", "threads.get"))


@pytest.fixture
def filled(mirror: Mirror) -> Mirror:
    mirror.sandbox.admin.call("POST", "fill", {"account": mirror.box.address, "messages": MAILS})
    return mirror


@pytest.mark.spec("S4")
@pytest.mark.parametrize("verb", ["pause", "disconnect"])
def test_pausing_stops_a_first_synchronisation_within_a_batch(filled: Mirror, verb: str) -> None:
    admin = cast.person("admin", role="admin")
    # Slow enough to be met in the middle.
    filled.sandbox.admin.faults(latency_by_method={"batch": 400})

    def at_work() -> None:
        try:
            while take_turn(filled.box.pk, seconds=60):
                pass
        finally:
            connection.close()

    worker = threading.Thread(target=at_work)
    worker.start()
    try:
        until(Message.objects.exists, timeout=30, what="the first mails are here")
        if verb == "pause":
            pause(filled.fresh_box(), by=admin)
        else:
            disconnect(filled.fresh_box(), by=admin)
        before = Message.objects.count()
    finally:
        worker.join(30)
    assert not worker.is_alive()
    stored = Message.objects.count()
    # The batch that was on its way, and no other one.
    assert stored - before <= 100
    assert stored < MAILS
    waiting = ToFetch.objects.count()
    # Nothing more is asked of Gmail, whoever calls.
    asked = reads(filled)
    assert take_turn(filled.box.pk) is None
    assert (reads(filled), Message.objects.count()) == (asked, stored)
    assert ToFetch.objects.count() == waiting


@pytest.mark.spec("S4")
def test_resuming_goes_on_where_it_stood(filled: Mirror) -> None:
    admin = cast.person("admin", role="admin")
    take_turn(filled.box.pk, seconds=0.05)
    until(lambda: Message.objects.exists() or take_turn(filled.box.pk, seconds=0.05) is None)
    pause(filled.fresh_box(), by=admin)
    listed = filled.state.listed
    kept = dict(Message.objects.values_list("gmail_id", "pk"))
    assert 0 < len(kept) < MAILS
    late = filled.deliver(99_001)
    assert not filled.turn()
    resume(filled.fresh_box(), by=admin)
    assert filled.fresh_box().state == MailboxState.CONNECTED
    filled.catch_up()
    assert filled.mirrored() == filled.truth()
    assert Message.objects.filter(gmail_id=late).exists()
    assert filled.state.listed >= listed
    # What was here stayed the same rows, and was not fetched a second time.
    assert kept.items() <= dict(Message.objects.values_list("gmail_id", "pk")).items()
    assert reads(filled) <= MAILS + 20
