"""Two who have one mail in hand: the loser leaves nothing behind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from mail.actions.send import undo
from mail.models import Outgoing, OutgoingState
from mail.outbox import delivery
from mail.outbox.claims import ClaimLost, claim, move, put_down
from tests.mail.outbox.conftest import Office
from tests.waiting import until

pytestmark = pytest.mark.spec("M22")


def claimed(outgoing: Outgoing) -> Outgoing:
    found = claim(outgoing.pk)
    assert found is not None
    return found


def test_one_worker_at_a_time(office: Office) -> None:
    outgoing = office.reply()
    mine = claimed(outgoing)
    assert claim(outgoing.pk) is None
    put_down(mine, timedelta(0))
    assert claim(outgoing.pk) is not None


def test_a_worker_that_slept_through_its_claim_writes_nothing(office: Office) -> None:
    outgoing = office.reply()
    slow = claimed(outgoing)
    Outgoing.objects.filter(pk=outgoing.pk).update(claimed_until=Now() - timedelta(seconds=1))
    slow.refresh_from_db()
    quick = claimed(outgoing)
    move(quick, OutgoingState.DRAFT_READY, gmail_draft_id="quick")
    with pytest.raises(ClaimLost):
        move(slow, OutgoingState.DRAFT_READY, gmail_draft_id="slow")
    with pytest.raises(ClaimLost):
        put_down(slow, timedelta(0))
    assert office.fresh(outgoing).gmail_draft_id == "quick"


def test_what_is_not_due_is_left_alone(office: Office) -> None:
    outgoing = office.reply()
    put_down(claimed(outgoing), timedelta(minutes=1))
    assert claim(outgoing.pk) is None


def test_stopping_a_mail_that_a_worker_has_in_hand(office: Office) -> None:
    """The draft that the worker is just creating leaves Gmail again."""
    outgoing = office.reply()
    office.sandbox.admin.faults(latency_by_method={"drafts.create": 1500})

    def work() -> None:
        try:
            delivery.deliver(outgoing.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        worker = pool.submit(work)
        until(lambda: office.fresh(outgoing).creating_at, what="the worker asks Gmail for a draft")
        undo(office.fresh(outgoing), office.agent)
        worker.result()
    stopped = office.fresh(outgoing)
    assert stopped.state == OutgoingState.CANCELLED
    assert office.gmail_drafts() == []
    assert office.ledger() == []


def test_the_same_words_sent_before_are_no_evidence(office: Office) -> None:
    """Two answers alike in one conversation, the header lost on the way: each is sent itself."""
    office.sandbox.admin.faults(strip_headers=["X-Outbox-Id"])
    first = office.work(office.reply(text="承知しました。"))
    second = office.reply(text="承知しました。")
    assert first.body_hash == second.body_hash
    office.sandbox.admin.faults(fail_next={"times": 1, "status": 503, "method": "drafts.send"})
    second = office.work(second)
    assert second.state == OutgoingState.SENDING
    second = office.work_now(second, timedelta(minutes=6))
    assert second.state == OutgoingState.SENT
    assert second.sent_gmail_id != first.sent_gmail_id
    assert len(office.ledger()) == 2
