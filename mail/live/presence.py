"""Who has a mail open: shown to the others before two of them begin the same work.

Not an event and in no table: it says nothing about the mail, and is true for a moment. It lies in
Redis, each page saying so anew; a page that says nothing any more is forgotten. When the broker is
down nobody is shown, and nothing else is missing.
"""

from __future__ import annotations

import logging
import time
from typing import Any, cast

import redis

from callcenter import live
from callcenter.redis import connection
from mail.models import Message
from permissions.models import User

log = logging.getLogger(__name__)
# A page that is open says so every twenty seconds. A score is when its page is forgotten.
FORGOTTEN_SECONDS = 50
MOST_SHOWN = 8

Person = dict[str, Any]  # id, name, color


def look(message: Message, user: User) -> list[Person]:
    """This user has the mail before them; the others who have."""
    try:
        return _others(_look(message, user), user)
    except redis.RedisError:
        log.warning("The broker does not know who looks at a mail", exc_info=True)
        return []


def leave(message: Message, user: User) -> None:
    """A page of this user's was closed. One that is still open says so again."""
    try:
        if connection().zrem(_key(message), user.pk):
            _tell(message, _present(message))
    except redis.RedisError:
        log.warning("The broker does not know who looks at a mail", exc_info=True)


def _key(message: Message) -> str:
    return f"looking:{message.pk}"


def _look(message: Message, user: User) -> list[int]:
    now = time.time()
    key = _key(message)
    with connection().pipeline() as pipe:
        pipe.zremrangebyscore(key, "-inf", now)
        pipe.zadd(key, {str(user.pk): now + FORGOTTEN_SECONDS})
        pipe.expire(key, FORGOTTEN_SECONDS)
        gone, came, _ = pipe.execute()
    present = _present(message)
    if gone or came:
        _tell(message, present)
    return present


def _present(message: Message) -> list[int]:
    found = cast("list[bytes]", connection().zrangebyscore(_key(message), time.time(), "+inf"))
    return sorted(int(one) for one in found)


def _others(present: list[int], user: User) -> list[Person]:
    return [each for each in _people(present) if each["id"] != user.pk]


def _people(ids: list[int]) -> list[Person]:
    rows = User.objects.filter(pk__in=ids, is_active=True).order_by("pk")[: MOST_SHOWN + 1]
    return [{"id": one.pk, "name": one.name, "color": one.color} for one in rows]


def _tell(message: Message, present: list[int]) -> None:
    note = {
        "kind": "presence",
        "mailbox": message.mailbox_id,
        "public_id": message.public_id,
        "state": {"people": _people(present)},
    }
    about = f"presence {message.pk}"
    live.publish({"mailbox": message.mailbox_id, "about": about, "note": note})
