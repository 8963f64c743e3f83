"""Rows are the queue: what wakes the workers, and what is left alone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from mail import tasks
from mail.models import Draft, Outgoing, OutgoingState
from mail.outbox import timing
from mail.outbox.delivery import look_for_evidence
from tests.mail.outbox.conftest import Office


def woken(broker: Any, queue: str = "interactive") -> list[str]:
    """The tasks that wait in a queue, emptied."""
    names = [json.loads(each)["headers"]["task"] for each in broker.lrange(queue, 0, -1)]
    broker.delete(queue)
    return names


def test_sending_wakes_a_worker_of_the_agents_queue(office: Office, broker: Any) -> None:
    office.reply()
    assert woken(broker) == ["mail.outbox.tasks.deliver"]


def test_the_sweeper_wakes_what_is_due_and_nothing_else(office: Office, broker: Any) -> None:
    outgoing = office.reply()
    woken(broker)
    row = Outgoing.objects.filter(pk=outgoing.pk)

    tasks.redrive_outgoing()  # the first wake-up got lost
    assert woken(broker) == ["mail.outbox.tasks.deliver"]

    row.update(claimed_until=Now() + timing.CLAIM)
    tasks.redrive_outgoing()
    assert woken(broker) == []
    row.update(claimed_until=Now() - timedelta(seconds=1))  # its worker died
    tasks.redrive_outgoing()
    assert woken(broker) == ["mail.outbox.tasks.deliver"]

    row.update(claimed_until=None, not_before=Now() + timedelta(minutes=1))
    tasks.redrive_outgoing()
    assert woken(broker) == []

    row.update(not_before=Now(), state=OutgoingState.UNCERTAIN)
    tasks.redrive_outgoing()
    assert woken(broker) == []


def test_saved_drafts_are_followed_by_the_sweeper(office: Office, broker: Any) -> None:
    Draft.objects.create(
        mailbox=office.box, kind="new", author=office.agent, version=2, saved_version=2
    )
    tasks.follow_drafts()
    assert woken(broker) == ["mail.outbox.tasks.follow_draft"]


def test_evidence_that_turns_up_late_settles_an_uncertain_mail(office: Office) -> None:
    outgoing = office.reply()
    office.sandbox.admin.faults(accept_then_drop={"method": "drafts.send", "times": 1})
    office.work(outgoing)
    office.sandbox.admin.faults(errors=[{"method": "threads.get", "status": 503}])
    # As if the sent mail had not been shown in time.
    Outgoing.objects.filter(pk=outgoing.pk).update(
        state=OutgoingState.UNCERTAIN, claimed_until=None
    )
    assert not look_for_evidence(outgoing.pk)  # Gmail cannot be asked: no answer
    office.sandbox.admin.faults(errors=[])
    assert look_for_evidence(outgoing.pk)
    assert office.fresh(outgoing).state == OutgoingState.SENT
    assert len(office.ledger()) == 1
