"""A page's live stream, read as a browser does, with the moment at which each event came."""

from __future__ import annotations

import http.client
import json
import queue
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Heard:
    at: float
    event: dict[str, Any]


class Stream:
    """Server-sent events of one session, in a thread of its own, until it is closed."""

    def __init__(self, root: str, path: str, cookie: str) -> None:
        self.heard: queue.Queue[Heard] = queue.Queue()
        self.connections = 0
        self._netloc, self._path = urlsplit(root).netloc, path
        self._headers = {"Cookie": cookie, "Accept": "text/event-stream"}
        self._last_id = ""
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="stream", daemon=True)

    def open(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._closed.set()

    def _listen(self) -> None:
        while not self._closed.is_set():
            headers = {**self._headers, "Last-Event-ID": self._last_id}
            connection = http.client.HTTPConnection(self._netloc, timeout=60)
            try:
                connection.request("GET", self._path, headers=headers)
                answer = connection.getresponse()
                if answer.status != 200:
                    raise RuntimeError(f"the live stream answered {answer.status}")
                self.connections += 1
                while line := answer.readline():
                    self._line(line.decode("utf-8").rstrip("\n"))
            except (OSError, http.client.HTTPException):
                time.sleep(0.5)  # a browser waits longer before it comes back
            finally:
                connection.close()

    def _line(self, line: str) -> None:
        name, _, value = line.partition(": ")
        if name == "id":
            self._last_id = value
        elif name == "data":
            self.heard.put(Heard(time.monotonic(), json.loads(value)))
