"""The stream: what others do reaches those who may know it, and no connection is pinned."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import Client
from django.urls import reverse

from activity import events
from callcenter.live import hub
from mail.sync.notes import tell_synced
from mail.views import live
from mailboxes.models import Mailbox, Membership
from permissions.models import User
from tests.mail import cast

pytestmark = pytest.mark.django_db(transaction=True)


async def first_events(stream: AsyncIterator[str], number: int) -> list[dict[str, Any]]:
    """The first so many; what comes twice counts once, as on the page."""
    found: list[dict[str, Any]] = []
    seen: set[int] = set()
    async with asyncio.timeout(20):
        async for text in stream:
            for part in text.strip().split("\n\n"):
                fields = dict(line.split(": ", 1) for line in part.splitlines())
                data = json.loads(fields["data"]) if "data" in fields else None
                if data is None or data.get("id") in seen:
                    continue
                if "id" in data:
                    seen.add(data["id"])
                found.append(data)
            if len(found) >= number:
                break
    return found


def record(box_id: int, kind: str) -> None:
    events.record(kind, mailbox_id=box_id, public_id="M-AAAAAA", version=3, status="done")
    connections.close_all()


def test_an_event_reaches_the_stream_of_who_sees_the_mailbox(broker: Any) -> None:
    box, other = cast.mailbox(), cast.mailbox("other@shop.example")
    user = cast.person("agent", box)
    cursor = events.horizon()

    async def journey() -> list[dict[str, Any]]:
        stream = live._follow(user.pk, cursor)
        reading = asyncio.create_task(first_events(stream, 2))
        await sync_to_async(record, thread_sensitive=False)(other.pk, "status.changed")
        await sync_to_async(record, thread_sensitive=False)(box.pk, "status.changed")
        await sync_to_async(record, thread_sensitive=False)(box.pk, "mail.received")
        found = await reading
        await stream.aclose()  # type: ignore[attr-defined]
        return found

    told = asyncio.run(journey())
    assert [event["kind"] for event in told] == ["status.changed", "mail.received"]
    assert told[0]["mailbox"] == box.pk
    assert told[0]["public_id"] == "M-AAAAAA"
    assert told[0]["version"] == 3
    assert told[0]["state"] == {"status": "done"}


def test_an_open_page_is_told_that_the_mirror_follows(broker: Any) -> None:
    box = cast.mailbox()
    user = cast.person("agent", box)

    cursor = events.horizon()

    async def journey() -> list[dict[str, Any]]:
        async with hub.listener():  # the subscription stands before the note is sent
            stream = live._follow(user.pk, cursor)
            reading = asyncio.create_task(first_events(stream, 1))
            async with asyncio.timeout(20):
                while not reading.done():
                    await sync_to_async(told_again, thread_sensitive=False)(box, broker)
                    await asyncio.sleep(0)
            await stream.aclose()  # type: ignore[attr-defined]
            return await reading

    (note,) = asyncio.run(journey())
    assert note["kind"] == "sync.seen"
    assert note["state"]["at"]


def told_again(box: Mailbox, broker: Any) -> None:
    broker.delete(f"sync:told:{box.pk}")
    tell_synced(box)
    connections.close_all()


@pytest.mark.parametrize("loss", ["membership", "deactivated"])
def test_a_right_that_is_withdrawn_ends_what_is_told(broker: Any, loss: str) -> None:
    box = cast.mailbox()
    user = cast.person("agent", box)
    cursor = events.horizon()
    record(box.pk, "status.changed")
    assert live._look(user.pk, cursor)[0]  # type: ignore[index]
    if loss == "membership":
        Membership.objects.all().delete()
        assert live._look(user.pk, cursor)[0] == []  # type: ignore[index]
    else:
        User.objects.filter(pk=user.pk).update(is_active=False)
        assert live._look(user.pk, cursor) is None


def test_polling_tells_the_same(broker: Any) -> None:
    box = cast.mailbox()
    client = Client()
    client.force_login(cast.person("agent", box))
    start = client.get(reverse("mail:live_poll")).json()
    assert [event["kind"] for event in start["events"]] == ["sync.seen"]
    record(box.pk, "lock.taken")
    answer = client.get(reverse("mail:live_poll"), {"after": start["after"]}).json()
    assert [event["kind"] for event in answer["events"]] == ["lock.taken", "sync.seen"]
    assert client.get(reverse("mail:live_poll"), {"after": "nonsense"}).status_code == 200
