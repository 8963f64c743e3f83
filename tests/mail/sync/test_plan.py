"""Reading for the fewest units: conversations whole where that is cheaper."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callcenter.gmail.quota import Budget
from mail.models import Message, ToFetch
from mail.sync.plan import MOST, plan, worth_it
from mailboxes.models import Mailbox
from tests.mail import cast
from tests.mail.connected import letter
from tests.mail.sync.conftest import Mirror

OLD = Budget()
NEW = Budget(6000, {"messages.get": 20, "threads.get": 40})


@pytest.mark.parametrize("prices", [OLD, NEW])
@pytest.mark.parametrize(
    ("wanted", "stored", "whole"),
    [(1, 0, False), (2, 0, False), (3, 0, True), (12, 0, True), (3, 6, True), (3, 7, False)],
)
def test_three_wanted_mails_are_worth_a_conversation(
    prices: Budget, wanted: int, stored: int, whole: bool
) -> None:
    assert worth_it(wanted, stored, prices=prices) is whole


def test_a_price_list_in_which_it_is_never_worth_it() -> None:
    dear = Budget(15_000, {"threads.get": 50})
    assert not worth_it(9, 0, prices=dear)
    assert worth_it(11, 0, prices=dear)


@pytest.fixture
def box(db: Any) -> Mailbox:
    return cast.mailbox()


def waiting(box: Mailbox, thread: str, number: int, *, first: int = 0, **more: Any) -> None:
    ToFetch.objects.bulk_create(
        ToFetch(
            mailbox=box,
            gmail_id=f"{thread}-{each}",
            thread_id=thread,
            position=first + each,
            **more,
        )
        for each in range(number)
    )


def planned(box: Mailbox, limit: int = 100) -> tuple[int, dict[str, int]]:
    rows = list(ToFetch.objects.filter(mailbox=box).order_by("position")[:limit])
    made = plan(box, rows)
    return len(made.single), {thread: len(rows) for thread, rows in made.together.items()}


def test_a_conversation_brings_its_mails_from_further_down(box: Mailbox) -> None:
    waiting(box, "a", 2)
    waiting(box, "b", 5, first=1)
    waiting(box, "b-more", 1, first=100)
    assert planned(box, limit=3) == (2, {"b": 5})


def test_those_that_are_to_be_asked_for_alone_are(box: Mailbox) -> None:
    waiting(box, "a", 3, alone=True)
    waiting(box, "a2", 3, first=5)
    assert planned(box) == (3, {"a2": 3})


def test_what_is_put_off_does_not_count(box: Mailbox) -> None:
    waiting(box, "a", 3)
    row = ToFetch.objects.first()
    assert row is not None
    ToFetch.objects.filter(pk=row.pk).update(
        not_before=cast.mail(box).internal_date.replace(year=2999)
    )
    rows = list(ToFetch.objects.exclude(pk=row.pk))
    made = plan(box, rows)
    assert (len(made.single), made.together) == (2, {})


def test_a_round_is_bounded_and_a_longer_conversation_is_a_round_of_its_own(box: Mailbox) -> None:
    waiting(box, "huge", MOST + 50)
    waiting(box, "b", 5, first=1000)
    assert planned(box, limit=1) == (0, {"huge": MOST + 50})
    ToFetch.objects.filter(thread_id="b").update(position=-1)
    single, together = planned(box, limit=10)
    assert together == {"b": 5}
    assert single == 5


def test_a_conversation_is_read_with_one_call(mirror: Mirror, settings: Any) -> None:
    first = mirror.deliver(0)
    thread = mirror.sandbox.admin.state(mirror.box.address)["messages"][0]["threadId"]
    for number in range(1, 5):
        mirror.deliver(number, thread_id=thread)
    other = mirror.deliver(9)
    mirror.catch_up()
    counts = mirror.sandbox.admin.log()["counts"]
    assert (counts["threads.get"], counts["messages.get"]) == (1, 1)
    assert mirror.mirrored() == mirror.truth()
    assert mirror.message(first).conversation != mirror.message(other).conversation


def test_a_mail_that_its_conversation_did_not_contain_is_asked_for_by_itself(
    mirror: Mirror,
) -> None:
    """Only its own 404 says that a mail is gone."""
    ids = [mirror.deliver(number) for number in range(3)]
    mirror.turn()
    Message.objects.all().delete()
    threads = {row["id"]: row["threadId"] for row in _state(mirror)}
    waiting_for = [*ids, "19fffffffffffff0"]
    ToFetch.objects.bulk_create(
        ToFetch(mailbox=mirror.box, gmail_id=one, thread_id=threads[ids[0]], position=place)
        for place, one in enumerate(waiting_for)
    )
    mirror.catch_up()
    assert mirror.mirrored() == mirror.truth()
    assert not ToFetch.objects.exists()


def _state(mirror: Mirror) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = mirror.sandbox.admin.state(mirror.box.address)["messages"]
    return rows


def test_the_newer_price_list_is_obeyed_as_well(mirror: Mirror, settings: Any) -> None:
    settings.GOOGLE = replace(
        settings.GOOGLE, units_per_minute=6000, costs={"messages.get": 20, "threads.get": 40}
    )
    mirror.sandbox.admin.faults(quota={"enforce": True, "prices": "current"})
    mirror.deliver(0)
    thread = _state(mirror)[0]["threadId"]
    for number in range(1, 4):
        mirror.sandbox.admin.deliver(mirror.box.address, letter(number), thread_id=thread)
    mirror.catch_up()
    counts = mirror.sandbox.admin.log()["counts"]
    assert (counts["threads.get"], counts.get("messages.get", 0)) == (1, 0)
    assert mirror.mirrored() == mirror.truth()
