"""Loaded into every pytest run, before Django's settings are read.

Tests that run side by side (pytest-xdist) each get a Valkey database of their own, as
pytest-django gives them a PostgreSQL database of their own.
"""

from __future__ import annotations

import os
import re

WORKER = re.compile(r"gw(\d+)")


def own_broker(worker: str, url: str) -> str:
    """The broker's address for one of several test processes: database 0 is the lone one's."""
    match = WORKER.fullmatch(worker)
    if not match:
        return url
    address, _, _ = url.partition("?")
    return f"{address}?db={int(match[1]) + 1}"


if "REDIS_URL" in os.environ:
    os.environ["REDIS_URL"] = own_broker(
        os.environ.get("PYTEST_XDIST_WORKER", ""), os.environ["REDIS_URL"]
    )
