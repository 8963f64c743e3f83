"""M35: what comes back undelivered sets the answered mail back, shows it, and tells its sender."""

from __future__ import annotations

from typing import Any

import pytest

from activity.models import Event
from mail import history
from mail.actions.fields import DraftFields
from mail.actions.reply import start_new, start_reply
from mail.actions.send import send
from mail.actions.status import set_status
from mail.actions.take import take
from mail.models import Automatic, DeliveryFailure, DraftKind, Message, Outgoing, Status
from mail.outbox import delivery
from mailboxes.models import Membership
from permissions.models import User
from tests.mail import cast
from tests.mail.connected import ADDRESS
from tests.mail.sync.conftest import Mirror

CUSTOMER = "aoi@customer.example"


@pytest.fixture
def agent(mirror: Mirror) -> User:
    cast.send_as(mirror.box, ADDRESS, name="サポート", is_default=True, is_primary=True)
    mirror.turn()
    # Without the seconds in which a sending can be taken back.
    return cast.person("tanaka", mirror.box, name="田中 健一", undo_seconds=0)


@pytest.fixture
def asked(mirror: Mirror, agent: User) -> Message:
    """A customer's mail, 未処理."""
    gmail_id = mirror.deliver(1, internal_date=_now(mirror))
    mirror.catch_up()
    message = mirror.message(gmail_id)
    assert message.status == Status.OPEN
    return message


def _now(mirror: Mirror) -> int:
    return int(mirror.state.mail_before.timestamp() * 1000) + 60_000


def answer(message: Message, agent: User) -> Outgoing:
    composer = start_reply(message, agent, DraftKind.REPLY)
    outgoing = send(
        composer.draft,
        agent,
        token=composer.lock.token,
        version=composer.draft.version,
        fields=DraftFields(text="本日発送いたします。"),
    )
    delivery.deliver(outgoing.pk)
    outgoing.refresh_from_db()
    return outgoing


def again(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def report_of(mirror: Mirror) -> Message:
    return Message.objects.get(mailbox=mirror.box, automatic=Automatic.BOUNCE)


@pytest.mark.spec("M35")
def test_a_reply_that_comes_back_is_open_again(mirror: Mirror, agent: User, asked: Message) -> None:
    mirror.sandbox.admin.faults(bounce=[CUSTOMER])
    outgoing = answer(asked, agent)
    assert outgoing.state == "sent"
    mirror.catch_up()
    message = again(asked)
    assert (message.status, message.undelivered) == (Status.OPEN, True)
    assert message.assignee == agent
    failure = DeliveryFailure.objects.get()
    assert (failure.report, failure.outgoing) == (report_of(mirror), outgoing)
    assert failure.answered == message
    assert failure.recipients[0][:2] == [CUSTOMER, "5.1.1"]
    sent = Message.objects.get(gmail_id=outgoing.sent_gmail_id)
    assert (failure.sent, sent.undelivered) == (sent, True)


@pytest.mark.spec("M35")
def test_its_sender_is_told(mirror: Mirror, agent: User, asked: Message) -> None:
    mirror.sandbox.admin.faults(bounce=[CUSTOMER])
    answer(asked, agent)
    mirror.catch_up()
    event = Event.objects.get(kind="mail.undelivered", message_id=asked.pk)
    assert event.data["author"] == agent.pk
    assert event.data["report"] == report_of(mirror).public_id
    assert CUSTOMER not in str(event.data)  # events carry state and never content
    told = [each["text"] for each in history.told_events(again(asked))]
    assert "不達で戻ってきました" in told
    # The sent mail's own event tells nobody twice.
    others = Event.objects.filter(kind="mail.undelivered").exclude(pk=event.pk)
    assert [each.data["author"] for each in others] == [None]


def test_it_counts_once(mirror: Mirror, agent: User, asked: Message) -> None:
    mirror.sandbox.admin.faults(bounce=[CUSTOMER])
    answer(asked, agent)
    mirror.catch_up()
    set_status(again(asked), cast.again(agent), Status.DONE)
    report = report_of(mirror)
    mirror.act("star", message_id=report.gmail_id)
    mirror.catch_up()
    message = again(asked)
    assert (message.status, message.undelivered) == (Status.DONE, False)
    assert DeliveryFailure.objects.count() == 1


def test_somebody_at_work_on_it_is_told_and_keeps_the_lock(
    mirror: Mirror, agent: User, asked: Message
) -> None:
    colleague = cast.person("yamada", mirror.box)
    outgoing = answer(asked, agent)
    mirror.catch_up()
    take(again(asked), colleague)
    mirror.act("bounce", message_id=outgoing.sent_gmail_id)
    mirror.catch_up()
    message = again(asked)
    assert (message.status, message.undelivered) == (Status.IN_PROGRESS, True)
    event = Event.objects.get(kind="mail.undelivered", message_id=asked.pk)
    assert event.data["holder"] == colleague.pk


def test_without_our_header_the_message_id_tells(
    mirror: Mirror, agent: User, asked: Message
) -> None:
    mirror.sandbox.admin.faults(bounce=[CUSTOMER], strip_headers=True)
    answer(asked, agent)
    mirror.catch_up()
    assert (again(asked).status, again(asked).undelivered) == (Status.OPEN, True)
    assert DeliveryFailure.objects.get().outgoing is not None


def report(recipient: str, action: str, *, named: str = "", original: str = "") -> bytes:
    head = f"In-Reply-To: <{named}>\r\n" if named else ""
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: support@shop.example\r\nReturn-Path: <>\r\n"
        f"Subject: Delivery report\r\n{head}MIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\n\r\nSee below.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\n"
        f"Action: {action}\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{original}\r\n--b--\r\n"
    ).encode()


def bring(mirror: Mirror, raw: bytes, **more: Any) -> None:
    mirror.sandbox.admin.deliver(ADDRESS, raw, internal_date=_now(mirror) + 1000, **more)
    mirror.catch_up()


@pytest.mark.spec("M35")
@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_is_merely_late_or_went_well_changes_nothing(
    mirror: Mirror, agent: User, asked: Message, action: str
) -> None:
    outgoing = answer(asked, agent)
    mirror.catch_up()
    bring(mirror, report(CUSTOMER, action, original=f"X-Outbox-Id: {outgoing.token}"))
    assert (again(asked).status, again(asked).undelivered) == (Status.DONE, False)
    assert not DeliveryFailure.objects.exists()
    reports = Message.objects.filter(automatic=Automatic.REPLY)
    assert reports.count() == 1  # marked as automatic all the same


def test_by_the_conversation_only_the_recipient_who_failed(
    mirror: Mirror, agent: User, asked: Message
) -> None:
    outgoing = answer(asked, agent)
    mirror.catch_up()
    thread = outgoing.thread_id
    bring(mirror, report("somebody@else.example", "failed"), thread_id=thread)
    assert not again(asked).undelivered
    bring(mirror, report(CUSTOMER.upper(), "failed"), thread_id=thread)
    assert again(asked).undelivered


def test_a_report_about_nothing_of_ours_changes_nothing(
    mirror: Mirror, agent: User, asked: Message
) -> None:
    answer(asked, agent)
    mirror.catch_up()
    forged = "X-Outbox-Id: 00000000-0000-4000-8000-000000000000\r\nMessage-ID: <no@where.example>"
    bring(mirror, report(CUSTOMER, "failed", original=forged))
    assert not again(asked).undelivered
    assert report_of(mirror).status == Status.OPEN  # somebody has to look at it, as at any mail


def test_another_mailboxes_sending_is_out_of_reach(
    mirror: Mirror, agent: User, asked: Message
) -> None:
    other = cast.mailbox("other@shop.example")
    Membership.objects.create(mailbox=other, user=agent)
    foreign = Outgoing.objects.create(
        mailbox=other, draft=start_new(other, agent).draft, author=agent, raw=b"", body_hash=""
    )
    bring(mirror, report(CUSTOMER, "failed", original=f"X-Outbox-Id: {foreign.token}"))
    assert not DeliveryFailure.objects.exists()


@pytest.mark.spec("M35")
def test_a_mail_sent_in_gmail_itself(mirror: Mirror, agent: User, asked: Message) -> None:
    told = mirror.act("reply", message_id=asked.gmail_id, body="Gmailから")
    mirror.catch_up()
    assert again(asked).status == Status.DONE
    mirror.act("bounce", message_id=told["id"])
    mirror.catch_up()
    assert (again(asked).status, again(asked).undelivered) == (Status.OPEN, True)
    failure = DeliveryFailure.objects.get()
    assert (failure.outgoing, failure.report) == (None, report_of(mirror))


def test_a_new_mail_that_answers_nothing_is_marked_itself(mirror: Mirror, agent: User) -> None:
    mirror.sandbox.admin.faults(bounce=["nobody@customer.example"])
    composer = start_new(mirror.box, agent)
    outgoing = send(
        composer.draft,
        agent,
        token=composer.lock.token,
        version=composer.draft.version,
        fields=DraftFields(text="ご案内", to=(("", "nobody@customer.example"),), subject="ご案内"),
    )
    delivery.deliver(outgoing.pk)
    mirror.catch_up()
    sent = Message.objects.get(gmail_id=Outgoing.objects.get().sent_gmail_id)
    assert (sent.undelivered, sent.status) == (True, Status.DONE)
    assert Event.objects.get(kind="mail.undelivered").data["author"] == agent.pk
