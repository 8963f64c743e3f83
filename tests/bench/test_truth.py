"""The comparison that soak and sync rely on sees every kind of difference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import F

from bench.mirror.gmail import Gmail, connect
from bench.mirror.truth import compare
from bench.mirror.units import Units
from labels.models import Label
from mail.models import Conversation, Message, MessageLabel
from mail.sync.turn import take_turn
from mailboxes.models import Mailbox
from tests.mail.connected import ADDRESS, letter, point_at
from tests.sandbox_server import Sandbox
from tests.waiting import until


@pytest.fixture
def gmail(sandbox: Sandbox, transactional_db: None, broker: Any, settings: Any) -> Gmail:
    point_at(sandbox, settings)
    sandbox.admin.account(ADDRESS)
    found = Gmail(sandbox.url, ADDRESS)
    label = found.act("create_label", name="至急")["label_id"]
    for number in range(3):
        told = found.deliver(letter(number, subject=f"=?UTF-8?B?5rOo5paH?= {number}"))
        found.act("modify", message_id=told["id"], add=[label])
    return found


@pytest.fixture
def box(gmail: Gmail) -> Mailbox:
    mailbox = connect(gmail)
    until(lambda: not take_turn(mailbox.pk) and Message.objects.count() == 3, timeout=30)
    return mailbox


def test_an_equal_mirror_has_no_difference(gmail: Gmail, box: Mailbox) -> None:
    assert compare(gmail, box, subjects=True).shown() == []


def spoil_thread() -> None:
    other = Conversation.objects.create(mailbox=Mailbox.objects.get(), gmail_thread_id="ffff")
    Message.objects.filter(pk=Message.objects.latest("pk").pk).update(conversation=other)


SPOILINGS: dict[str, Callable[[], Any]] = {
    "unread": lambda: Message.objects.update(is_unread=False),
    "starred": lambda: Message.objects.update(is_starred=True),
    "folder": lambda: Message.objects.update(folder="spam"),
    "size": lambda: Message.objects.update(size=F("size") + 1),
    "subject": lambda: Message.objects.update(subject="Something else"),
    "labels": lambda: MessageLabel.objects.filter(label__name="INBOX").delete(),
    "thread": spoil_thread,
    "label missing": lambda: Label.objects.filter(kind="user").update(background="#000000"),
    "label surplus": lambda: Label.objects.filter(kind="user").update(name="Another"),
}


@pytest.mark.parametrize("name", SPOILINGS)
def test_every_field_is_compared(gmail: Gmail, box: Mailbox, name: str) -> None:
    SPOILINGS[name]()
    shown = compare(gmail, box, subjects=True).shown(20)
    assert any(name in line for line in shown), shown


def test_mails_that_are_on_one_side_only_are_named(gmail: Gmail, box: Mailbox) -> None:
    first, second, _ = (row["id"] for row in gmail.state()["messages"])
    Message.objects.filter(gmail_id=first).delete()
    gmail.act("delete", message_id=second)
    found = compare(gmail, box)
    assert (found.missing, found.surplus, len(found)) == ([first], [second], 2)


def test_the_least_units_take_each_conversation_the_cheaper_way(gmail: Gmail) -> None:
    row = gmail.state()["messages"][0]
    for number in range(10, 13):
        gmail.admin(
            "deliver",
            {
                "account": ADDRESS,
                "raw": "RnJvbTogYUBjdXN0b21lci5leGFtcGxlDQoNCng=",
                "thread_id": row["threadId"],
                "internal_date": number,
            },
        )
    # Two mails alone for 5 units each, a conversation of four for 10.
    assert Units.of(gmail, "classic").least == pytest.approx(20 / 6)
    assert Units.of(gmail, "current").least == pytest.approx(80 / 6)
