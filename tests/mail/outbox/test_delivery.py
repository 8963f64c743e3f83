"""A mail through the real chain into the sandbox; its ledger is the judge."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from activity.models import Event
from mail import editlock
from mail.actions import release
from mail.actions.drafts import autosave
from mail.actions.fields import DraftFields
from mail.actions.send import decide, send
from mail.models import Draft, DraftState, LockMode, Outgoing, OutgoingState, Status
from mail.outbox import delivery, timing, troubles
from mailboxes.models import Mailbox, MailboxState
from tests.mail.outbox.conftest import CUSTOMER, Office

QUIET = timing.QUIET + timedelta(seconds=1)


def header(entry: dict[str, Any], name: str) -> str:
    return next((each["value"] for each in entry["headers"] if each["name"] == name), "")


@pytest.mark.spec("M20a", "M22")
def test_a_reply_goes_out_once_and_settles_everything(office: Office) -> None:
    outgoing = office.reply()
    assert outgoing.state == OutgoingState.QUEUED
    assert office.mail().status == Status.IN_PROGRESS  # done only when it is really sent

    outgoing = office.work(outgoing)
    assert (outgoing.state, outgoing.evidence) == (OutgoingState.SENT, "answer")
    [entry] = office.ledger()
    assert entry["recipients"] == [CUSTOMER]
    assert entry["id"] == outgoing.sent_gmail_id
    assert office.gmail_drafts() == []
    assert office.mail().status == Status.DONE
    assert office.mail().assignee == office.agent
    assert editlock.current(office.message) is None
    assert outgoing.draft.state == DraftState.SENT
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == [
        "lock.taken",
        "draft.started",
        "lock.mode",
        "outgoing.queued",
        "outgoing.sent",
    ]


@pytest.mark.spec("M18b")
def test_it_stays_in_the_conversation(office: Office) -> None:
    office.work(office.reply())
    [entry] = office.ledger()
    assert entry["threadId"] == office.message.conversation.gmail_thread_id
    assert header(entry, "In-Reply-To") == "<first@customer.example>"
    assert header(entry, "References").split()[-1] == "<first@customer.example>"
    assert entry["subject"] == "Re: Where is my order?"


@pytest.mark.spec("M22")
def test_a_repeated_request_gets_the_same_mail(office: Office) -> None:
    outgoing = office.reply()
    draft = outgoing.draft
    again = send(draft, office.agent, token=outgoing.lock_token, version=draft.version)
    assert again == outgoing
    office.work(outgoing)
    late = send(draft, office.agent, token=outgoing.lock_token, version=draft.version)
    assert late == outgoing
    office.work(late)
    assert len(office.ledger()) == 1


@pytest.mark.spec("M22")
def test_two_workers_at_once_send_one_mail(office: Office) -> None:
    outgoing = office.reply()

    def work(_: int) -> None:
        try:
            delivery.deliver(outgoing.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert office.fresh(outgoing).state == OutgoingState.SENT
    assert len(office.ledger()) == 1


@pytest.mark.spec("M22")
@pytest.mark.parametrize(
    "fault",
    [
        {"accept_then_drop": {"method": "drafts.send", "times": 1}},
        {"accept_then_error": {"method": "drafts.send", "times": 1, "status": 503}},
    ],
    ids=["dropped", "5xx"],
)
@pytest.mark.parametrize("strip", [[], ["X-Outbox-Id"]], ids=["header kept", "header stripped"])
def test_a_lost_answer_is_found_out_from_the_sent_mail(
    office: Office, fault: dict[str, Any], strip: list[str]
) -> None:
    outgoing = office.reply()
    office.sandbox.admin.faults(strip_headers=strip, **fault)
    outgoing = office.work(outgoing)
    assert outgoing.state == OutgoingState.SENT
    assert outgoing.evidence == ("body" if strip else "header")
    office.work_now(outgoing, QUIET)
    assert len(office.ledger()) == 1
    assert office.mail().status == Status.DONE


@pytest.mark.spec("M22")
def test_an_error_before_the_send_waits_for_the_quiet_time_and_sends_again(office: Office) -> None:
    outgoing = office.reply()
    office.sandbox.admin.faults(fail_next={"times": 1, "status": 503, "method": "drafts.send"})
    outgoing = office.work(outgoing)
    assert (outgoing.state, outgoing.trouble) == (OutgoingState.SENDING, troubles.CHECKING)
    outgoing = office.work_now(outgoing, timing.QUIET - timedelta(minutes=1))
    assert outgoing.state == OutgoingState.SENDING  # it may still be on its way inside Gmail
    assert office.ledger() == []
    outgoing = office.work_now(outgoing, timedelta(minutes=2))
    assert outgoing.state == OutgoingState.SENT
    assert len(office.ledger()) == 1


@pytest.mark.spec("M22")
@pytest.mark.parametrize("fault", ["accept_then_drop", "accept_then_error"])
def test_a_create_whose_answer_was_lost_leaves_no_orphan(office: Office, fault: str) -> None:
    outgoing = office.reply()
    rule = {"method": "drafts.create", "times": 1, "status": 500}
    office.sandbox.admin.faults(**{fault: rule})
    outgoing = office.work(outgoing)
    assert (outgoing.state, outgoing.trouble) == (OutgoingState.QUEUED, troubles.GMAIL_DOWN)
    assert len(office.gmail_drafts()) == 1
    outgoing = office.work_now(outgoing)
    assert outgoing.state == OutgoingState.SENT
    assert office.gmail_drafts() == []
    assert len(office.ledger()) == 1


@pytest.mark.spec("M22")
def test_gmail_away_before_anything_is_tried_again_later(office: Office) -> None:
    outgoing = office.reply()
    office.sandbox.admin.faults(errors=[{"method": "drafts.*", "status": 503}])
    outgoing = office.work(outgoing)
    assert (outgoing.state, outgoing.trouble) == (OutgoingState.QUEUED, troubles.GMAIL_DOWN)
    assert office.work(outgoing).attempts == 1  # not due yet
    office.sandbox.admin.faults(errors=[])
    assert office.work_now(outgoing).state == OutgoingState.SENT
    assert len(office.ledger()) == 1


def test_a_spent_quota_at_the_send_is_surely_not_sent(office: Office) -> None:
    outgoing = office.reply()
    rule = {"method": "drafts.send", "status": 429, "reason": "rateLimitExceeded", "times": 1}
    office.sandbox.admin.faults(errors=[rule])
    outgoing = office.work(outgoing)
    assert (outgoing.state, outgoing.trouble) == (OutgoingState.DRAFT_READY, troubles.QUOTA)
    assert office.work_now(outgoing).state == OutgoingState.SENT
    assert len(office.ledger()) == 1


@pytest.mark.spec("S4", "M22")
def test_a_revoked_token_keeps_the_mail_until_the_account_is_connected_again(
    office: Office,
) -> None:
    outgoing = office.reply()
    office.sandbox.admin.revoke_tokens(office.box.address)
    outgoing = office.work(outgoing)
    assert (outgoing.state, outgoing.trouble) == (OutgoingState.QUEUED, troubles.NEEDS_AUTH)
    assert Mailbox.objects.get(pk=office.box.pk).state == MailboxState.NEEDS_AUTH
    assert office.work_now(outgoing).state == OutgoingState.QUEUED
    office.reconnect()
    assert office.work_now(outgoing).state == OutgoingState.SENT
    assert len(office.ledger()) == 1


@pytest.mark.spec("M22", "M36")
def test_a_refusal_keeps_text_and_lock_and_can_be_mended(office: Office) -> None:
    outgoing = office.reply(text="大切な文章")
    rule = {"method": "drafts.send", "status": 400, "reason": "invalidArgument", "times": 1}
    office.sandbox.admin.faults(errors=[rule])
    outgoing = office.work(outgoing)
    assert (outgoing.state, outgoing.trouble) == (OutgoingState.FAILED, troubles.REFUSED)
    assert outgoing.trouble_detail
    draft = outgoing.draft
    assert (draft.state, draft.text) == (DraftState.LIVE, "大切な文章")
    lock = editlock.current(office.message)
    assert lock is not None
    assert lock.held_by(office.agent)
    assert lock.is_away  # it stays a while without an open page, but not for ever
    assert office.gmail_drafts() == []

    draft = autosave(
        draft,
        office.agent,
        token=lock.token,
        version=draft.version,
        fields=DraftFields(text="直した文章"),
    )
    lock = editlock.current(office.message)
    assert lock is not None
    assert lock.mode == LockMode.ACTIVE
    second = send(draft, office.agent, token=lock.token, version=draft.version)
    assert office.work(second).state == OutgoingState.SENT
    assert len(office.ledger()) == 1


@pytest.mark.spec("M22")
def test_a_missing_draft_without_evidence_goes_to_a_person(office: Office) -> None:
    outgoing = office.reply()
    office.sandbox.admin.faults(fail_next={"times": 1, "status": 503, "method": "drafts.send"})
    outgoing = office.work(outgoing)
    office.sandbox.admin.act(office.box.address, "delete_draft", draft_id=outgoing.gmail_draft_id)
    outgoing = office.work_now(outgoing)
    assert outgoing.state == OutgoingState.SENDING
    outgoing = office.work_now(outgoing, QUIET)
    assert (outgoing.state, outgoing.trouble) == (OutgoingState.UNCERTAIN, troubles.NO_EVIDENCE)
    assert office.work_now(outgoing, QUIET).state == OutgoingState.UNCERTAIN  # never by itself
    lock = editlock.current(office.message)
    assert lock is not None
    assert lock.is_sending
    assert office.ledger() == []

    decide(outgoing, office.agent, was_sent=False)
    draft = Draft.objects.get(pk=outgoing.draft_id)
    assert draft.state == DraftState.LIVE
    second = send(draft, office.agent, token=outgoing.lock_token, version=draft.version)
    assert office.work(second).state == OutgoingState.SENT
    assert len(office.ledger()) == 1


def test_an_uncertain_mail_can_be_said_to_be_sent(office: Office) -> None:
    outgoing = office.reply()
    office.sandbox.admin.faults(fail_next={"times": 1, "status": 503, "method": "drafts.send"})
    outgoing = office.work(outgoing)
    office.sandbox.admin.act(office.box.address, "delete_draft", draft_id=outgoing.gmail_draft_id)
    outgoing = office.work_now(outgoing, QUIET)
    decide(outgoing, office.colleague, was_sent=True)
    assert office.fresh(outgoing).evidence == "person"
    assert office.mail().status == Status.DONE
    assert editlock.current(office.message) is None


def interrupted(office: Office) -> Outgoing:
    """A mail whose draft lies in Gmail, a moment before drafts.send is asked for."""
    outgoing = office.reply()
    rule = {"method": "drafts.send", "status": 429, "reason": "rateLimitExceeded", "times": 1}
    office.sandbox.admin.faults(errors=[rule])
    outgoing = office.work(outgoing)
    assert outgoing.state == OutgoingState.DRAFT_READY
    return outgoing


@pytest.mark.spec("M22")
def test_a_draft_that_a_person_sent_in_gmail_counts_as_sent(office: Office) -> None:
    outgoing = interrupted(office)
    office.sandbox.admin.act(office.box.address, "send_draft", draft_id=outgoing.gmail_draft_id)
    outgoing = office.work_now(outgoing)
    assert outgoing.state == OutgoingState.SENT
    assert outgoing.evidence in {"header", "body"}
    assert len(office.ledger()) == 1


@pytest.mark.spec("M22")
def test_a_draft_that_a_person_deleted_in_gmail_is_not_sent(office: Office) -> None:
    outgoing = interrupted(office)
    office.sandbox.admin.act(office.box.address, "delete_draft", draft_id=outgoing.gmail_draft_id)
    outgoing = office.work_now(outgoing)
    assert (outgoing.state, outgoing.trouble) == (OutgoingState.FAILED, troubles.DRAFT_GONE)
    assert outgoing.draft.state == DraftState.LIVE
    assert office.ledger() == []


@pytest.mark.spec("M22")
def test_a_draft_that_a_person_edited_in_gmail_is_neither_sent_nor_deleted(office: Office) -> None:
    outgoing = interrupted(office)
    office.sandbox.admin.act(
        office.box.address, "edit_draft", draft_id=outgoing.gmail_draft_id, text="別の文章"
    )
    outgoing = office.work_now(outgoing)
    assert (outgoing.state, outgoing.trouble) == (OutgoingState.FAILED, troubles.DRAFT_CHANGED)
    assert office.ledger() == []
    assert office.gmail_drafts() == [outgoing.gmail_draft_id]


@pytest.mark.spec("M26a", "M36")
def test_a_forced_unlock_stops_what_waits(office: Office) -> None:
    outgoing = office.reply()
    release.force(office.message, office.colleague, reason="急ぎ")
    outgoing = office.work(outgoing)
    assert (outgoing.state, outgoing.trouble) == (OutgoingState.FAILED, troubles.LOCK_LOST)
    assert outgoing.draft.state == DraftState.LIVE
    assert office.mail().status == Status.OPEN
    assert office.ledger() == []


@pytest.mark.spec("M24b")
def test_nothing_leaves_without_the_lock_that_it_was_handed_in_with(office: Office) -> None:
    outgoing = office.reply()
    editlock.break_lock(office.message, by=office.colleague, reason="the outbox was not asked")
    outgoing = office.work(outgoing)
    assert (outgoing.state, outgoing.trouble) == (OutgoingState.FAILED, troubles.LOCK_LOST)
    assert office.ledger() == []
    assert office.gmail_drafts() == []


def test_a_paused_account_sends_later(office: Office) -> None:
    outgoing = office.reply()
    Mailbox.objects.filter(pk=office.box.pk).update(state=MailboxState.PAUSED)
    assert office.work(outgoing).trouble == troubles.PAUSED
    Mailbox.objects.filter(pk=office.box.pk).update(state=MailboxState.CONNECTED)
    assert office.work_now(outgoing).state == OutgoingState.SENT
