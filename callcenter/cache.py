"""Django's Redis cache with one pool of connections a process.

Under ASGI every request has a cache object of its own, and Django's keeps its pool inside: each
request connected anew, which cost a tenth of the web process's time in a busy office.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class _SharedPools(RedisCacheClient):
    # redis-py's pools are made for several threads, and notice a fork.
    _of_servers: ClassVar[dict[tuple[str, ...], dict[int, Any]]] = {}

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **options)
        self._pools: dict[int, Any] = self._of_servers.setdefault(tuple(servers), {})


class SharedRedisCache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _SharedPools
