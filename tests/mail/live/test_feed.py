"""One reader for all streams of a web process: cheap, and nobody is told what is not theirs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError, connections
from django.test.utils import CaptureQueriesContext

from activity import events
from callcenter.streams import brief
from mail.live import feed as feeding
from mail.live.feed import MOST_WAITING, Feed, Subscriber
from mailboxes.models import Mailbox, Membership
from permissions.models import User
from tests.mail import cast

pytestmark = pytest.mark.django_db(transaction=True)


def record(*boxes: Mailbox, kind: str = "status.changed") -> None:
    for box in boxes:
        events.record(kind, mailbox_id=box.pk, public_id="M-AAAAAA", version=1)
    connections.close_all()


in_thread = sync_to_async(record, thread_sensitive=False)


async def heard(subscriber: Subscriber, number: int) -> list[int]:
    """The mailboxes of the next events."""
    found: list[int] = []
    async with asyncio.timeout(20):
        while len(found) < number:
            await subscriber.wait(20)
            frames, _ = subscriber.take()
            told = [json.loads(each.split("data: ", 1)[1]) for each in frames]
            found += [each["mailbox"] for each in told if each["kind"] != _BEFORE]
    return found


_BEFORE = "reader.settled"


async def settled(subscriber: Subscriber, box: Mailbox) -> None:
    """The reader is at work: an event of now is heard (what was before it began is not)."""
    async with asyncio.timeout(20):
        await in_thread(box, kind=_BEFORE)
        while not await subscriber.wait(0.5):
            await in_thread(box, kind=_BEFORE)
    subscriber.take()


@pytest.fixture
def boxes(broker: Any) -> tuple[Mailbox, Mailbox]:
    return cast.mailbox(), cast.mailbox("other@shop.example")


def people(*boxes: Mailbox, number: int) -> list[User]:
    return [cast.person(f"agent{each}", *boxes) for each in range(number)]


def test_each_hears_of_the_own_mailboxes_alone(boxes: tuple[Mailbox, Mailbox]) -> None:
    one, other = boxes
    first, second = cast.person("first", one), cast.person("second", one, other)

    async def journey() -> tuple[list[int], list[int]]:
        feed = Feed()
        async with feed.subscriber(first.pk) as a, feed.subscriber(second.pk) as b:
            await settled(a, one)
            await in_thread(other, one)
            return await heard(a, 1), await heard(b, 2)

    assert asyncio.run(journey()) == ([one.pk], [other.pk, one.pk])


def test_a_right_withdrawn_holds_from_the_next_event_on(boxes: tuple[Mailbox, Mailbox]) -> None:
    one, other = boxes
    user = cast.person("agent", one, other)

    def withdraw() -> None:
        Membership.objects.filter(user=user, mailbox=one).delete()
        connections.close_all()

    async def journey() -> list[int]:
        async with Feed().subscriber(user.pk) as subscriber:
            await settled(subscriber, one)
            await sync_to_async(withdraw, thread_sensitive=False)()
            await in_thread(one, other)
            return await heard(subscriber, 1)

    assert asyncio.run(journey()) == [other.pk]


@pytest.mark.parametrize("loss", ["deactivated", "role"])
def test_a_stream_ends_with_the_right_to_read(boxes: tuple[Mailbox, Mailbox], loss: str) -> None:
    user = cast.person("agent", boxes[0])

    def lose() -> None:
        if loss == "deactivated":
            User.objects.filter(pk=user.pk).update(is_active=False)
        else:
            user.grants.create(operation="mail.view", allowed=False)
        connections.close_all()

    async def journey() -> bool:
        async with Feed().subscriber(user.pk) as subscriber:
            await settled(subscriber, boxes[0])
            await sync_to_async(lose, thread_sensitive=False)()
            await in_thread(boxes[0])
            await subscriber.wait(20)
            return subscriber.ended and not subscriber.take()[0]

    assert asyncio.run(journey())


def test_many_streams_cost_as_many_questions_as_one(
    boxes: tuple[Mailbox, Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    users = people(*boxes, number=30)
    counts: list[int] = []
    costs: list[int] = []
    plain = feeding._read

    def counted(*args: Any) -> Any:
        from django.db import connection

        connection.ensure_connection()
        with CaptureQueriesContext(connection) as captured:
            found = plain(*args)
        if found.found:
            counts.append(len(captured))
        return found

    monkeypatch.setattr(feeding, "_read", counted)

    async def journey(users: list[User]) -> None:
        feed = Feed()
        async with AsyncExitStack() as stack:
            subscribers = [
                await stack.enter_async_context(feed.subscriber(user.pk)) for user in users
            ]
            await settled(subscribers[0], boxes[0])
            counts.clear()
            await in_thread(boxes[0])
            await asyncio.gather(*(heard(each, 1) for each in subscribers))
            costs.append(max(counts))

    asyncio.run(journey(users[:1]))
    asyncio.run(journey(users))
    # horizon, events; active people, their roles' grants, their own, their mailboxes
    assert costs == [6, 6]


def test_a_browser_that_does_not_read_is_told_to_load_anew() -> None:
    subscriber = Subscriber(1)
    subscriber.tell(["x"] * MOST_WAITING, 5)
    assert subscriber.take() == (["x"] * MOST_WAITING, False)
    subscriber.tell(["x"] * MOST_WAITING, 6)
    subscriber.tell(["y"], 7)
    assert subscriber.take() == ([], True)
    subscriber.tell(["z"], 8)
    assert subscriber.take() == (["z"], False)


def test_events_are_read_again_after_the_database_was_away(
    boxes: tuple[Mailbox, Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    user = cast.person("agent", boxes[0])
    plain, failures = feeding._read, [2]

    def failing(*args: Any) -> Any:
        if failures[0]:
            failures[0] -= 1
            raise OperationalError("server closed the connection")
        return plain(*args)

    async def journey() -> list[int]:
        async with Feed().subscriber(user.pk) as subscriber:
            await settled(subscriber, boxes[0])
            monkeypatch.setattr(feeding, "_AFTER_TROUBLE", 0.01)
            monkeypatch.setattr(feeding, "_read", failing)
            await in_thread(boxes[0])
            return await heard(subscriber, 1)

    assert asyncio.run(journey()) == [boxes[0].pk]
    assert failures == [0]


def test_no_stream_is_left_listening_to_a_reader_that_died(
    boxes: tuple[Mailbox, Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    user = cast.person("agent", boxes[0])

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(feeding, "_read", broken)

    async def journey() -> tuple[bool, BaseException | None]:
        feed = Feed()
        async with feed.subscriber(user.pk) as subscriber:
            await in_thread(boxes[0])
            await subscriber.wait(20)
            reader, feed._task = feed._task, None
            assert reader is not None
            await asyncio.wait([reader])
            return subscriber.ended, reader.exception()

    ended, why = asyncio.run(journey())
    assert ended
    assert isinstance(why, ZeroDivisionError)


def test_who_comes_while_the_database_is_read_is_told_to_look(
    boxes: tuple[Mailbox, Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = cast.person("first", boxes[0]), cast.person("second", boxes[0])
    reading, go_on = asyncio.Event(), asyncio.Event()
    plain: Callable[..., Awaitable[Any]] = brief

    async def slow(look: Any, *args: Any) -> Any:
        if look is feeding._read:
            reading.set()
            await go_on.wait()
        return await plain(look, *args)

    monkeypatch.setattr(feeding, "brief", slow)

    async def journey() -> bool:
        feed = Feed()
        async with feed.subscriber(first.pk):
            # The hub looks once by itself when it begins to listen.
            await reading.wait()
            async with feed.subscriber(second.pk) as late:
                go_on.set()
                await late.wait(20)
                return late.behind and not late.ended

    assert asyncio.run(journey())


def test_a_large_office_is_told_a_little_later_and_in_fewer_writes() -> None:
    assert feeding.gathering(1) < 0.11
    assert feeding.gathering(200) == 0.18
    assert feeding.gathering(300) == feeding.gathering(5000) == 0.2
