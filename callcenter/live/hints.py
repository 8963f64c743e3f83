"""Hints through Redis's publish/subscribe: the sending end."""

from __future__ import annotations

import json
import logging
from typing import Any

import redis
from django.db import transaction

from callcenter.redis import connection

log = logging.getLogger(__name__)
CHANNEL = "live"


def publish(hint: dict[str, Any]) -> None:
    """Send a hint once the open transaction is committed (now, when there is none).

    A broker that is down must not undo what an agent has done: the failure is logged and the pages
    find the event when they look by themselves.
    """
    transaction.on_commit(lambda: _send(hint))


def _send(hint: dict[str, Any]) -> None:
    try:
        connection().publish(CHANNEL, json.dumps(hint))
    except redis.RedisError:
        log.warning("A live hint was not sent; pages see the change when they look", exc_info=True)
