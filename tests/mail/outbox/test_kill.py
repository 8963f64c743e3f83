"""kill -9 at every named point of the sending, and then the ordinary recovery.

The ledger never has two copies, and none only where the row says so. Each run kills a real process
that works on the real tables against the sandbox.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from mail import tasks
from mail.actions.drafts import save
from mail.actions.fields import DraftFields
from mail.actions.reply import start_reply
from mail.actions.send import send
from mail.models import DraftKind, DraftState, Outgoing, OutgoingState, Status
from mail.outbox import crashpoints, delivery, following, timing
from tests.mail.outbox.conftest import Office
from tests.mail.outbox.crashing import killed

pytestmark = pytest.mark.spec("M22")

IN_SUBMIT = ("before-submit-commit", "after-submit-commit")
IN_REUSE = ("before-draft-update", "after-draft-update")
IN_DELIVERY = tuple(
    point for point in crashpoints.POINTS if point not in IN_SUBMIT and point not in IN_REUSE
)
QUIET = timing.QUIET + timedelta(seconds=1)


def killed_worker(outgoing: Outgoing, *, at: str) -> bool:
    return killed(lambda: delivery.deliver(outgoing.pk), at=at)


def recover(office: Office, outgoing: Outgoing) -> Outgoing:
    """What sweeper and workers do afterwards, with time going by."""
    for _ in range(4):
        outgoing = office.work_now(outgoing, QUIET)
        if outgoing.state not in Outgoing.OPEN_STATES:
            break
    tasks.sweep_orphans()
    return outgoing


def assert_sent_once(office: Office, outgoing: Outgoing) -> None:
    assert outgoing.state == OutgoingState.SENT
    assert len(office.ledger()) == 1
    assert office.gmail_drafts() == []
    assert office.mail().status == Status.DONE
    assert outgoing.draft.state == DraftState.SENT


@pytest.mark.parametrize("strip", [[], ["X-Outbox-Id"]], ids=["header kept", "header stripped"])
@pytest.mark.parametrize("point", IN_DELIVERY)
def test_a_worker_killed_at(office: Office, point: str, strip: list[str]) -> None:
    office.sandbox.admin.faults(strip_headers=strip)
    outgoing = office.reply()
    assert killed_worker(outgoing, at=point)
    before = office.fresh(outgoing)
    assert office.work(outgoing).state == before.state  # the dead worker's claim still stands
    assert_sent_once(office, recover(office, outgoing))


@pytest.mark.parametrize("point", IN_REUSE)
def test_a_worker_killed_while_it_reuses_the_saved_draft_at(office: Office, point: str) -> None:
    composer = start_reply(office.message, office.agent, DraftKind.REPLY)
    draft = save(
        composer.draft,
        office.agent,
        token=composer.lock.token,
        version=composer.draft.version,
        fields=DraftFields(text="保存した文章"),
    )
    following.follow(draft.pk)
    assert len(office.gmail_drafts()) == 1
    outgoing = office.reply(text="送る文章")
    assert killed_worker(outgoing, at=point)
    assert_sent_once(office, recover(office, outgoing))


@pytest.mark.parametrize("point", IN_SUBMIT)
def test_the_web_process_killed_at(office: Office, point: str) -> None:
    composer = start_reply(office.message, office.agent, DraftKind.REPLY)
    draft, lock = composer.draft, composer.lock
    assert killed(
        lambda: send(draft, office.agent, token=lock.token, version=draft.version), at=point
    )
    outgoing = Outgoing.objects.filter(draft=draft).first()
    if point == "before-submit-commit":
        # Nothing happened, and everything is as it was: the agent presses again.
        assert outgoing is None
        outgoing = office.reply()
    assert outgoing is not None
    assert_sent_once(office, recover(office, outgoing))


def test_killed_twice_while_creating_leaves_no_orphan(office: Office) -> None:
    outgoing = office.reply()
    for _ in range(2):
        assert killed_worker(outgoing, at="after-draft-create")
        office.let_pass(outgoing, timedelta(0))
    assert len(office.gmail_drafts()) == 1  # the second look deleted the first one's
    assert_sent_once(office, recover(office, outgoing))
