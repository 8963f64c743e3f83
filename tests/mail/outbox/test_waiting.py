"""What happens between 送信 and the sending: taking it back, the second gate, another time.

The sandbox's ledger and its log of calls are the judges.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from activity.models import Event
from mail import editlock, tasks
from mail.actions import release
from mail.actions.errors import BeingSent, NothingToDecide, NotTheAuthor, OthersDraft, TooLate
from mail.actions.fields import DraftFields
from mail.actions.reply import resume, start_new, start_reply
from mail.actions.send import reschedule, send, send_anyway, undo
from mail.mime import parse
from mail.models import (
    Draft,
    DraftKind,
    DraftState,
    LockMode,
    Outgoing,
    OutgoingState,
    Status,
    SyncPhase,
    SyncState,
)
from mail.outbox import delivery, gate, troubles
from mail.outbox.freeze import Unsendable
from permissions.models import User, UserGrant
from permissions.operations import Operation
from tests.mail import cast, connected
from tests.mail.connected import ADDRESS
from tests.mail.outbox.conftest import CUSTOMER, Office

CHANGING = ("drafts.create", "drafts.update", "drafts.send", "drafts.delete", "messages.send")


@pytest.fixture
def slow(office: Office) -> Office:
    """The agent has the ten seconds of everybody."""
    User.objects.filter(pk=office.agent.pk).update(undo_seconds=10)
    office.agent.refresh_from_db()
    return office


def touched(office: Office) -> int:
    """How many calls changed something in Gmail."""
    return sum(len(office.sandbox.admin.log(method)["calls"]) for method in CHANGING)


def over(outgoing: Outgoing) -> None:
    """As if the undo window or the schedule were over."""
    Outgoing.objects.filter(pk=outgoing.pk).update(due_at=Now(), not_before=Now())


def customer_writes(office: Office, words: str = "One more thing") -> dict[str, Any]:
    raw = (
        f"From: Aoi <{CUSTOMER}>\r\nTo: {ADDRESS}\r\nSubject: Re: Where is my order?\r\n"
        "Message-ID: <second@customer.example>\r\nIn-Reply-To: <first@customer.example>\r\n"
        "References: <first@customer.example>\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n"
    ).encode()
    thread = office.message.conversation.gmail_thread_id
    return office.sandbox.admin.deliver(ADDRESS, raw, thread_id=thread)


def somebody_answers_in_gmail(office: Office) -> None:
    office.sandbox.admin.act(
        ADDRESS, "reply", message_id=office.message.gmail_id, text="Gmailから返信しました。"
    )


def follow(office: Office) -> None:
    """The mirror is complete and stands at Gmail's present."""
    SyncState.objects.create(
        mailbox=office.box,
        phase=SyncPhase.FOLLOWING,
        history_id=office.gmail().profile().history_id,
    )


@pytest.mark.spec("M21a", "M36")
def test_until_the_window_is_over_gmail_is_only_asked(slow: Office) -> None:
    outgoing = slow.reply()
    assert outgoing.phase == "waiting"
    outgoing = slow.work(outgoing)
    assert (outgoing.state, outgoing.not_before) == (OutgoingState.QUEUED, outgoing.due_at)
    assert touched(slow) == 0
    assert slow.work(outgoing).state == OutgoingState.QUEUED  # woken too early
    lock = editlock.current(slow.message)
    assert lock is not None
    assert lock.is_sending
    assert slow.mail().status == Status.IN_PROGRESS

    over(outgoing)
    outgoing = slow.work(outgoing)
    assert outgoing.state == OutgoingState.SENT
    assert len(slow.ledger()) == 1


@pytest.mark.spec("M21a")
def test_undo_gives_back_the_very_same_draft_with_its_lock(slow: Office) -> None:
    outgoing = slow.work(slow.reply(text="早まった文章"))
    draft = undo(outgoing, slow.agent)
    assert (draft.pk, draft.state, draft.text) == (
        outgoing.draft_id,
        DraftState.LIVE,
        "早まった文章",
    )
    assert draft.version == outgoing.version
    lock = editlock.current(slow.message)
    assert lock is not None
    assert (lock.token, lock.mode) == (outgoing.lock_token, LockMode.ACTIVE)
    assert undo(outgoing, slow.agent).pk == draft.pk  # a double click
    over(outgoing)
    assert slow.work(outgoing).state == OutgoingState.CANCELLED
    assert (slow.ledger(), touched(slow)) == ([], 0)

    second = send(draft, slow.agent, token=lock.token, version=draft.version)
    over(second)
    assert slow.work(second).state == OutgoingState.SENT
    assert len(slow.ledger()) == 1


def test_the_window_is_each_agents_own(slow: Office) -> None:
    User.objects.filter(pk=slow.agent.pk).update(undo_seconds=30)
    slow.agent.refresh_from_db()
    outgoing = slow.reply()
    assert timedelta(seconds=29) < outgoing.due_at - outgoing.created_at < timedelta(seconds=31)


@pytest.mark.spec("M21a")
def test_what_has_left_cannot_be_taken_back(office: Office) -> None:
    outgoing = office.work(office.reply())
    with pytest.raises(TooLate):
        undo(outgoing, office.agent)
    assert office.fresh(outgoing).state == OutgoingState.SENT


def test_only_who_sent_it_takes_it_back(slow: Office) -> None:
    outgoing = slow.reply()
    with pytest.raises(NotTheAuthor):
        undo(outgoing, slow.colleague)
    assert slow.fresh(outgoing).state == OutgoingState.QUEUED


@pytest.mark.spec("M26a", "M36")
def test_a_forced_unlock_in_the_window_cancels_the_sending(slow: Office) -> None:
    outgoing = slow.reply()
    release.force(slow.message, slow.colleague, reason="急ぎ")
    over(outgoing)
    outgoing = slow.work(outgoing)
    assert (outgoing.state, outgoing.trouble) == (OutgoingState.FAILED, troubles.LOCK_LOST)
    assert (slow.ledger(), touched(slow)) == ([], 0)
    assert Draft.objects.get(pk=outgoing.draft_id).text == "本日発送いたします。"


@pytest.mark.spec("M21a")
def test_a_draft_made_for_a_sending_that_is_taken_back_leaves_gmail_again(office: Office) -> None:
    outgoing = office.reply()
    rule = {"method": "drafts.send", "status": 429, "reason": "rateLimitExceeded", "times": 1}
    office.sandbox.admin.faults(errors=[rule])
    outgoing = office.work(outgoing)
    assert len(office.gmail_drafts()) == 1
    undo(outgoing, office.agent)
    delivery.tidy(outgoing.pk)
    assert office.gmail_drafts() == []


# The second gate


@pytest.mark.spec("M29")
@pytest.mark.parametrize("following", [True, False], ids=["mirror complete", "mirror not complete"])
def test_mail_that_came_since_the_composer_is_shown_first(office: Office, following: bool) -> None:
    if following:
        follow(office)
    composer = start_reply(office.message, office.agent, DraftKind.REPLY)
    customer_writes(office, "やはり取り消してください")  # the mirror does not know of it
    outgoing = send(
        composer.draft, office.agent, token=composer.lock.token, version=composer.draft.version
    )
    outgoing = office.work(outgoing)
    assert (outgoing.state, outgoing.trouble) == (OutgoingState.HELD, troubles.NEWS)
    [came] = outgoing.news
    assert (came["kind"], came["who"]) == ("received", "Aoi")
    assert came["subject"] == "Re: Where is my order?"
    assert "取り消して" in came["snippet"]
    assert (office.ledger(), touched(office)) == ([], 0)
    told = Event.objects.get(kind="outgoing.held").data
    assert told["told"] == office.agent.pk
    assert "取り消して" not in str(told)

    send_anyway(outgoing, office.agent, seen=[came["key"]])
    outgoing = office.work(outgoing)
    assert outgoing.state == OutgoingState.SENT
    assert len(office.ledger()) == 1
    with pytest.raises(NothingToDecide):
        send_anyway(outgoing, office.agent, seen=[came["key"]])


@pytest.mark.spec("M29")
def test_an_answer_made_in_gmail_itself_is_shown_first(office: Office) -> None:
    follow(office)
    outgoing = office.reply()
    somebody_answers_in_gmail(office)
    outgoing = office.work(outgoing)
    assert outgoing.state == OutgoingState.HELD
    assert [came["kind"] for came in outgoing.news] == ["sent"]
    # Back to the text: nothing of ours was sent.
    draft = undo(outgoing, office.agent)
    assert draft.state == DraftState.LIVE
    assert [entry["via"] for entry in office.ledger()] == ["person"]
    # What has been seen is not asked about again.
    again = send(draft, office.agent, token=outgoing.lock_token, version=draft.version)
    assert office.work(again).state == OutgoingState.SENT


@pytest.mark.spec("M29")
def test_it_is_asked_again_when_the_window_is_over(slow: Office) -> None:
    follow(slow)
    outgoing = slow.work(slow.reply())
    assert outgoing.state == OutgoingState.QUEUED
    customer_writes(slow)
    over(outgoing)
    outgoing = slow.work(outgoing)
    assert (outgoing.state, slow.ledger()) == (OutgoingState.HELD, [])
    lock = editlock.current(slow.message)
    assert lock is not None
    assert lock.is_sending  # it stays with its author until they decide


@pytest.mark.spec("M29")
def test_what_came_after_the_decision_is_asked_about_as_well(office: Office) -> None:
    follow(office)
    outgoing = office.reply()
    customer_writes(office)
    outgoing = office.work(outgoing)
    somebody_answers_in_gmail(office)
    send_anyway(outgoing, office.agent, seen=gate.keys(outgoing.news))
    outgoing = office.work(outgoing)
    assert outgoing.state == OutgoingState.HELD
    assert [came["kind"] for came in outgoing.news] == ["sent"]


def test_only_what_was_seen_is_decided_about(office: Office) -> None:
    follow(office)
    outgoing = office.reply()
    customer_writes(office)
    outgoing = office.work(outgoing)
    send_anyway(outgoing, office.agent, seen=["g:something-else"])
    assert office.work(outgoing).state == OutgoingState.HELD


@pytest.mark.spec("M29")
def test_a_colleagues_answer_in_the_conversation_is_shown_first(office: Office) -> None:
    follow(office)
    other = cast.mail(office.box, conversation=office.message.conversation)
    User.objects.filter(pk=office.colleague.pk).update(undo_seconds=10)
    office.colleague.refresh_from_db()
    outgoing = office.reply()
    theirs = start_reply(other, office.colleague, DraftKind.REPLY, confirmed=True)
    send(
        theirs.draft,
        office.colleague,
        token=theirs.lock.token,
        version=theirs.draft.version,
        fields=DraftFields(text="鈴木からの返信"),
    )
    outgoing = office.work(outgoing)
    assert outgoing.state == OutgoingState.HELD
    [came] = outgoing.news
    assert (came["kind"], came["who"], came["snippet"]) == (
        "colleague",
        "鈴木 一郎",
        "鈴木からの返信",
    )


@pytest.mark.spec("M29")
def test_an_answer_to_the_same_mail_in_another_mailbox_is_shown_first(office: Office) -> None:
    follow(office)
    outgoing = office.reply()
    elsewhere = connected.connect(office.sandbox, "sales@shop.example", name="営業")
    cast.send_as(elsewhere, "sales@shop.example", is_default=True, is_primary=True)
    twin = cast.mail(elsewhere)
    twin.body.rfc822_id = "first@customer.example"
    twin.body.save()
    seller = cast.person("ito", elsewhere, name="伊藤 営業")
    theirs = start_reply(twin, seller, DraftKind.REPLY, confirmed=True)
    send(theirs.draft, seller, token=theirs.lock.token, version=theirs.draft.version)
    outgoing = office.work(outgoing)
    assert outgoing.state == OutgoingState.HELD
    [came] = outgoing.news
    assert (came["kind"], came["who"], came["snippet"]) == ("elsewhere", "伊藤 営業", "")


@pytest.mark.spec("M29")
def test_history_that_gmail_has_forgotten_is_no_reason_to_pass(office: Office) -> None:
    follow(office)
    outgoing = office.reply()
    customer_writes(office)
    office.sandbox.admin.expire_history(ADDRESS)
    assert office.work(outgoing).state == OutgoingState.HELD


@pytest.mark.spec("M29")
def test_gmail_that_cannot_be_asked_lets_nothing_pass(office: Office) -> None:
    follow(office)
    outgoing = office.reply()
    office.sandbox.admin.faults(errors=[{"method": "history.list", "status": 503}])
    outgoing = office.work(outgoing)
    assert (outgoing.state, outgoing.trouble) == (OutgoingState.QUEUED, troubles.GMAIL_DOWN)
    assert (office.ledger(), touched(office)) == ([], 0)
    office.sandbox.admin.faults(errors=[])
    assert office.work_now(outgoing).state == OutgoingState.SENT


def test_our_own_saved_draft_and_others_labels_are_no_news(office: Office) -> None:
    follow(office)
    outgoing = office.reply()
    office.sandbox.admin.act(ADDRESS, "star", message_id=office.message.gmail_id)
    assert office.work(outgoing).state == OutgoingState.SENT


# 予約送信


def tomorrow(office: Office, **fields: Any) -> Outgoing:
    composer = start_reply(office.message, office.agent, DraftKind.REPLY)
    return send(
        composer.draft,
        office.agent,
        token=composer.lock.token,
        version=composer.draft.version,
        fields=DraftFields(text="明日お送りします。", **fields),
        at=timezone.now() + timedelta(days=1),
    )


@pytest.mark.spec("M21b", "M36")
def test_a_scheduled_mail_goes_when_it_is_due_by_the_sweeper(office: Office, broker: Any) -> None:
    outgoing = office.work(tomorrow(office))
    assert (outgoing.state, outgoing.phase) == (OutgoingState.QUEUED, "scheduled")
    assert touched(office) == 0
    lock = editlock.current(office.message)
    assert lock is not None
    assert lock.is_sending
    broker.flushdb()
    tasks.redrive_outgoing()
    assert broker.llen("interactive") == 0  # not due
    over(outgoing)
    tasks.redrive_outgoing()
    assert broker.llen("interactive") == 1
    outgoing = office.work(outgoing)
    assert outgoing.state == OutgoingState.SENT
    # The mail bears the date of its sending and not of its writing.
    sent = parse(office.delivered())
    assert sent.date is not None
    assert sent.date - timezone.now() > timedelta(hours=23)


@pytest.mark.spec("M21b")
def test_a_time_that_has_passed_is_refused_and_the_text_kept(office: Office) -> None:
    composer = start_reply(office.message, office.agent, DraftKind.REPLY)
    with pytest.raises(Unsendable) as refused:
        send(
            composer.draft,
            office.agent,
            token=composer.lock.token,
            version=composer.draft.version,
            fields=DraftFields(text="大切な文章"),
            at=timezone.now() - timedelta(minutes=1),
        )
    assert [problem.code for problem in refused.value.problems] == ["past_time"]
    assert Draft.objects.get().text == "大切な文章"
    assert not Outgoing.objects.exists()
    lock = editlock.current(office.message)
    assert lock is not None
    assert lock.mode == LockMode.ACTIVE


@pytest.mark.spec("M21b")
def test_the_time_can_be_changed_and_the_schedule_given_up(office: Office) -> None:
    first = office.work(tomorrow(office))
    later = timezone.now() + timedelta(days=2)
    second = reschedule(first, office.agent, later)
    assert office.fresh(first).state == OutgoingState.CANCELLED
    assert (second.due_at, second.state) == (later, OutgoingState.QUEUED)
    with pytest.raises(Unsendable):
        reschedule(second, office.agent, timezone.now() - timedelta(minutes=1))
    assert office.fresh(second).state == OutgoingState.QUEUED  # a refusal changes nothing
    for each in (first, second):
        Outgoing.objects.filter(pk=each.pk).update(due_at=F("due_at") - timedelta(days=1))
    assert office.work_now(first).state == OutgoingState.CANCELLED
    assert office.work_now(second).state == OutgoingState.QUEUED
    undo(second, office.agent)
    over(second)
    assert office.work(second).state == OutgoingState.CANCELLED
    assert office.ledger() == []


@pytest.mark.spec("M21b", "M29")
def test_with_nobody_there_a_scheduled_mail_is_held_and_its_author_told(office: Office) -> None:
    follow(office)
    outgoing = office.work(tomorrow(office))
    customer_writes(office)
    over(outgoing)
    outgoing = office.work(outgoing)
    assert (outgoing.state, office.ledger()) == (OutgoingState.HELD, [])
    assert Event.objects.get(kind="outgoing.held").data["told"] == office.agent.pk
    tasks.redrive_outgoing()
    assert office.work_now(outgoing).state == OutgoingState.HELD  # never by itself


@pytest.mark.spec("M21b")
@pytest.mark.parametrize("how", ["deactivated", "not permitted", "mailbox taken away"])
def test_of_an_author_who_may_no_longer_it_is_held(office: Office, how: str) -> None:
    outgoing = office.work(tomorrow(office))
    if how == "deactivated":
        User.objects.filter(pk=office.agent.pk).update(is_active=False)
    elif how == "not permitted":
        UserGrant.objects.create(user=office.agent, operation=Operation.MAIL_REPLY, allowed=False)
    else:
        office.agent.memberships.all().delete()
    over(outgoing)
    outgoing = office.work(outgoing)
    assert (outgoing.state, outgoing.trouble) == (OutgoingState.HELD, troubles.AUTHOR_OUT)
    assert (office.ledger(), touched(office)) == ([], 0)


@pytest.mark.spec("P3")
def test_the_draft_of_a_deactivated_author_can_be_taken_over(office: Office) -> None:
    outgoing = office.work(tomorrow(office))
    with pytest.raises(editlock.LockHeld):
        start_reply(office.message, office.colleague, DraftKind.REPLY)
    User.objects.filter(pk=office.agent.pk).update(is_active=False)
    with pytest.raises(OthersDraft):
        start_reply(office.message, office.colleague, DraftKind.REPLY)
    taken = resume(outgoing.draft, office.colleague, take_over=True)
    assert (taken.draft.author, taken.draft.text) == (office.colleague, "明日お送りします。")
    assert office.fresh(outgoing).state == OutgoingState.FAILED
    over(outgoing)
    office.work(outgoing)
    assert office.ledger() == []


def test_a_new_mail_waits_and_goes_as_well(slow: Office) -> None:
    composer = start_new(slow.box, slow.agent)
    outgoing = send(
        composer.draft,
        slow.agent,
        token=composer.lock.token,
        version=composer.draft.version,
        fields=DraftFields(to=(("", CUSTOMER),), text="お知らせ", subject="Hello"),
    )
    with pytest.raises(BeingSent):
        resume(composer.draft, slow.agent)
    over(outgoing)
    assert slow.work(outgoing).state == OutgoingState.SENT
