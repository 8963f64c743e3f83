"""An agent who changes mails while the mirror works: how long does a click wait for its units?"""

from __future__ import annotations

import random
import statistics
import threading
import time

from django.db import connection

from bench.mirror.gmail import Gmail
from callcenter.gmail.errors import GmailError
from mailboxes.gmail import client_for
from mailboxes.models import Mailbox

_EVERY = (0.3, 1.2)  # seconds between two changes


class Agent:
    """Stars mails and takes the stars away, in a thread of its own, until it is stopped."""

    def __init__(self, gmail: Gmail, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._ids = [row["id"] for row in gmail.state()["messages"]]
        self._milliseconds: list[float] = []
        self._failed: list[str] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="agent", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(timeout=120)

    def figures(self) -> dict[str, object]:
        times = sorted(self._milliseconds)
        return {
            "agent_changes": len(times),
            "agent_failed": self._failed,
            "agent_median_ms": round(statistics.median(times)) if times else None,
            "agent_p95_ms": round(times[int(0.95 * (len(times) - 1))]) if times else None,
            "agent_worst_ms": round(times[-1]) if times else None,
        }

    def _work(self) -> None:
        chance = random.Random(2)
        client = client_for(self._mailbox, priority="agent")
        try:
            while not self._stopped.wait(chance.uniform(*_EVERY)):
                change = {chance.choice(("add", "remove")): ["STARRED"]}
                started = time.monotonic()
                try:
                    client.modify(chance.choice(self._ids), **change)
                except GmailError as error:
                    self._failed.append(str(error))
                else:
                    self._milliseconds.append((time.monotonic() - started) * 1000)
        finally:
            connection.close()
