"""One Redis/Valkey connection pool a process."""

from functools import cache

import redis
from django.conf import settings


@cache
def connection() -> redis.Redis:
    """The process's connection (thread-safe, reconnecting); raises `redis.RedisError` in use."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=2, health_check_interval=30
    )
