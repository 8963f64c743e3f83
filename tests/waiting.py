"""Waiting for what happens elsewhere, without guessing how long it takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(predicate: Callable[[], T], *, timeout: float = 10.0, what: str = "") -> T:
    """Return the predicate's first truthy value; AssertionError when `timeout` seconds are over.

    The predicate is asked once more at the end, so a slow predicate is never called only once.
    """
    deadline = time.monotonic() + timeout
    while True:
        over = time.monotonic() >= deadline
        value = predicate()
        if value:
            return value
        if over:
            name = what or getattr(predicate, "__name__", repr(predicate))
            raise AssertionError(f"not within {timeout} s: {name} (last value: {value!r})")
        time.sleep(0.02)
