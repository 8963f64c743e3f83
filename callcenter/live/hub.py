"""One subscription a web process: whoever passes events on to streams hears hints here."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import redis
import redis.asyncio
from django.conf import settings

from callcenter.live.hints import CHANNEL

log = logging.getLogger(__name__)
_LONGEST_PAUSE = 10.0
_MOST_NOTES = 1000


class Listener:
    """An ear: remembers that something happened until it is asked.

    A note is a hint that is the news itself (the time of the last sync, who looks at a mail): it is
    written nowhere, and only the latest of its `about` counts.
    """

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self._notes: dict[str, dict[str, Any]] = {}

    def hear(self, hint: dict[str, Any]) -> None:
        if "note" in hint and len(self._notes) < _MOST_NOTES:
            self._notes[str(hint.get("about"))] = hint
        self._rung.set()

    def take_notes(self) -> list[dict[str, Any]]:
        """The hints with notes since the last time: {mailbox, about, note}."""
        notes, self._notes = list(self._notes.values()), {}
        return notes

    async def wait(self, seconds: float) -> bool:
        """Whether something happened within so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return False
        self._rung.clear()
        return True


class Hub:
    """Passes each hint on to all listeners of this process's event loop."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def listener(self) -> AsyncIterator[Listener]:
        listener = Listener()
        self._listeners.add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
            if not self._listeners and self._task is not None:
                self._task.cancel()
                with suppress(asyncio.CancelledError):
                    await self._task
                self._task = None

    async def _listen(self) -> None:
        pause = 0.5
        while True:
            try:
                client = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2)
                async with client, client.pubsub() as channel:
                    await channel.subscribe(CHANNEL)
                    pause = 0.5
                    # What was published while nobody listened is found by looking once.
                    self._pass_on({})
                    while True:
                        message = await channel.get_message(
                            ignore_subscribe_messages=True, timeout=30.0
                        )
                        if message is not None:
                            self._pass_on(json.loads(message["data"]))
            except (redis.RedisError, OSError):
                log.warning("Live hints cannot be heard; trying again", exc_info=True)
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 (jitter)
                pause = min(pause * 2, _LONGEST_PAUSE)

    def _pass_on(self, hint: dict[str, Any]) -> None:
        for listener in self._listeners:
            listener.hear(hint)


hub = Hub()
