"""One reader of events a web process, and the streams that it feeds.

A stream that asked the database by itself after each hint would cost as many questions as there are
agents: two hundred of them with twenty changes a second are four thousand a second. Here a hint is
waited upon for a moment, for others to come along; then events are read once for all mailboxes, and
rights once for all who listen, and each subscriber gets what its user may know now.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import redis
from asgiref.sync import sync_to_async
from django.db import Error as DatabaseError

from activity import events
from activity.models import Event
from callcenter.live import hub
from callcenter.live.hub import Listener
from callcenter.streams import brief, frame
from mail.live.telling import told
from mail.sync import polling
from mailboxes.access import given
from permissions.operations import Operation

log = logging.getLogger(__name__)
# Seconds in which hints that come close together become one reading, and one write to each stream.
# Writing is most of what a large office costs: two hundred streams that are written to eight times
# a second take a quarter of a core.
GATHER, GATHER_LONGEST = 0.1, 0.2
# Gmail is asked more often for what somebody looks at: said anew in this time.
WATCH_EVERY = 15.0
# A browser that does not read is told to load itself anew; nobody's memory grows without end.
MOST_WAITING = 500
_REMEMBERED = 5000
_AT_ONCE = 1000
_AFTER_TROUBLE = 2.0

Rights = Mapping[int, Collection[int]]


def gathering(streams: int) -> float:
    """Seconds to wait for more hints before so many streams are written to."""
    return min(GATHER_LONGEST, GATHER + streams / 2500)


class Subscriber:
    """One stream: what its user is to be told, as frames of the stream, oldest first.

    `ended`: the user may not read mail any more, or nobody reads for them. `behind`: something may
    have happened that was not handed to them; they are to look by themselves, from `cursor`.
    """

    def __init__(self, user_id: int) -> None:
        self.user_id = user_id
        self.cursor: int | None = None
        self.ended = False
        self.behind = False
        self._waiting: deque[str] = deque()
        self._missed = False
        self._rung = asyncio.Event()

    def tell(self, frames: Collection[str], cursor: int) -> None:
        self.cursor = cursor
        if len(self._waiting) + len(frames) > MOST_WAITING:
            self._waiting.clear()
            self._missed = True
        else:
            self._waiting.extend(frames)
        self._rung.set()

    def look(self) -> None:
        self.behind = True
        self._rung.set()

    def end(self) -> None:
        self.ended = True
        self._rung.set()

    async def wait(self, seconds: float) -> bool:
        """Whether something is there to be taken within so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return False
        self._rung.clear()
        return True

    def take(self) -> tuple[list[str], bool]:
        """What is waiting, and whether so much was missed that the page must load itself anew."""
        frames, missed = list(self._waiting), self._missed
        self._waiting.clear()
        self._missed = False
        return frames, missed


@dataclass(frozen=True, slots=True)
class _Reading:
    found: list[Event]
    following: int
    asked: Collection[int]
    rights: Rights


def _read(cursor: int, user_ids: Collection[int]) -> _Reading:
    # The rights after the events: one withdrawn in between holds already.
    found, following = events.since(cursor, mailbox_ids=None, limit=_AT_ONCE)
    return _Reading(found, following, user_ids, given(user_ids, Operation.MAIL_VIEW))


class Feed:
    """Reads while there are subscribers in this process's event loop."""

    def __init__(self) -> None:
        self._subscribers: set[Subscriber] = set()
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def subscriber(self, user_id: int) -> AsyncIterator[Subscriber]:
        """A stream of this user's; it hears of all that is committed from here on."""
        subscriber = Subscriber(user_id)
        self._subscribers.add(subscriber)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        try:
            yield subscriber
        finally:
            self._subscribers.discard(subscriber)
            if not self._subscribers and self._task is not None:
                self._task.cancel()
                with suppress(asyncio.CancelledError):
                    await self._task
                self._task = None

    async def _run(self) -> None:
        try:
            async with hub.listener() as ear:
                await self._follow(ear)
        finally:
            # Whatever ended the reader: no stream is left listening to nobody.
            for subscriber in self._subscribers:
                subscriber.end()

    async def _follow(self, ear: Listener) -> None:
        cursor = await brief(events.horizon)
        known: dict[int, None] = {}
        watched = float("-inf")
        clock = asyncio.get_running_loop().time
        while True:
            rung = await ear.wait(WATCH_EVERY)
            if rung:
                await asyncio.sleep(gathering(len(self._subscribers)))
            try:
                reading = await brief(_read, cursor, self._user_ids())
            except DatabaseError:
                log.warning("Events cannot be read; trying again", exc_info=True)
                await asyncio.sleep(_AFTER_TROUBLE)
                ear.hear({})  # nothing may be left waiting for the next hint
                continue
            cursor = reading.following
            fresh = [each for each in reading.found if each.pk not in known]
            known.update(dict.fromkeys(each.pk for each in fresh))
            while len(known) > _REMEMBERED:
                known.pop(next(iter(known)))
            if len(reading.found) >= _AT_ONCE:
                ear.hear({})
            self._hand_out(fresh, ear.take_notes(), reading)
            if clock() - watched >= WATCH_EVERY:
                watched = clock()
                everybody_s = {one for ids in reading.rights.values() for one in ids}
                await sync_to_async(watch, thread_sensitive=False)(everybody_s)

    def _user_ids(self) -> frozenset[int]:
        return frozenset(subscriber.user_id for subscriber in self._subscribers)

    def _hand_out(self, fresh: list[Event], notes: list[dict[str, Any]], reading: _Reading) -> None:
        cursor = reading.following
        news = [(each.mailbox_id, told(each)) for each in fresh]
        news += [(hint.get("mailbox"), hint["note"]) for hint in notes]
        frames = [(mailbox, frame(data, cursor=str(cursor))) for mailbox, data in news]
        for subscriber in self._subscribers:
            mailboxes = reading.rights.get(subscriber.user_id)
            if mailboxes is not None:
                if mine := [text for mailbox, text in frames if mailbox in mailboxes]:
                    subscriber.tell(mine, cursor)
            elif subscriber.user_id in reading.asked:
                subscriber.end()
            else:
                # They came while the database was read.
                subscriber.look()


def watch(mailbox_ids: Collection[int]) -> None:
    """Have Gmail asked often for what somebody looks at."""
    try:
        polling.watch(mailbox_ids)
    except redis.RedisError:
        log.warning("The broker does not know who watches; news come later", exc_info=True)


feed = Feed()
