"""Hints through Redis's publish/subscribe."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import redis
import redis.asyncio
from django.conf import settings
from django.db import transaction

from callcenter.redis import connection

log = logging.getLogger(__name__)
CHANNEL = "live"


def publish(hint: dict[str, Any]) -> None:
    """Send a hint once the open transaction is committed (now, when there is none).

    A broker that is down must not undo what an agent has done: the failure is logged and the pages
    find the event at their next poll.
    """
    transaction.on_commit(lambda: _send(hint))


def _send(hint: dict[str, Any]) -> None:
    try:
        connection().publish(CHANNEL, json.dumps(hint))
    except redis.RedisError:
        log.warning(
            "A live hint was not sent; pages will see the change when they poll", exc_info=True
        )


async def hints(*, quiet_seconds: float) -> AsyncIterator[dict[str, Any] | None]:
    """Every hint from now on; `None` after each `quiet_seconds` without one (time to say «alive»).

    Raises:
        redis.RedisError: the broker cannot be reached.
    """
    client = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2)
    async with client, client.pubsub() as channel:
        await channel.subscribe(CHANNEL)
        while True:
            message = await channel.get_message(
                ignore_subscribe_messages=True, timeout=quiet_seconds
            )
            yield json.loads(message["data"]) if message else None
