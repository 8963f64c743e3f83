"""One subscription a web process, however many streams it serves."""

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


class Listener:
    """One stream's ear: remembers that something happened until it is asked."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self.mailboxes: set[int] = set()
        # Notes that are hints themselves (the time of the last sync), the latest of each mailbox.
        self.notes: dict[int, dict[str, Any]] = {}

    def hear(self, hint: dict[str, Any]) -> None:
        mailbox = hint.get("mailbox")
        if mailbox is not None and mailbox not in self.mailboxes:
            return
        if mailbox is not None and "note" in hint:
            self.notes[mailbox] = hint["note"]
        self._rung.set()

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
