"""The cache asks over connections that are there already."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core.cache import caches

from callcenter.redis import connection


@pytest.fixture
def connections_made(broker: Any) -> Any:
    def made() -> int:
        return int(connection().info("stats")["total_connections_received"])

    return made


def test_a_thread_after_the_other_asks_over_the_same_connection(connections_made: Any) -> None:
    cache = caches["default"]
    cache.set("greeting", "こんにちは")
    before = connections_made()
    heard: list[str] = []
    for _ in range(5):
        # A thread has a cache object of its own, as each request has under ASGI.
        thread = threading.Thread(target=lambda: heard.append(caches["default"].get("greeting")))
        thread.start()
        thread.join()
    assert heard == ["こんにちは"] * 5
    assert connections_made() == before
