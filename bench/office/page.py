"""An open list as static/js/live.js keeps it: patches rows, asks for those that it cannot patch."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from bench.office.http import Answer, Connection

# As in static/js/live.js.
ROWS_EVERY, NAV_EVERY = 2.0, 5.0
PATCHED = re.compile(r"^((status|assignee|lock|draft|outgoing)\.|mail\.(read|starred|unstarred)$)")
_ROW = re.compile(r'<tr id="m-([^"]+)" data-v="(\d+)"')


Change = tuple[str, int]
"""A mail's public id, and the version that the change gave it."""


@dataclass(slots=True)
class Clock:
    """When each change was heard of, and when a row showed it."""

    heard: list[tuple[Change, float]] = field(default_factory=list)
    shown: list[tuple[Change, float]] = field(default_factory=list)
    requests: int = 0
    errors: list[str] = field(default_factory=list)


def since(begun: dict[Change, float], seen: list[tuple[Change, float]]) -> list[float]:
    """Seconds from the beginning of each change to when it was seen."""
    return [at - begun[change] for change, at in seen if change in begun]


@dataclass(slots=True)
class Tab:
    """One browser's stream; with `shows`, a page with a list before it as well."""

    clock: Clock
    root: str
    cookie: str
    live: str
    rows: str
    nav: str
    shows: dict[str, int] | None
    chance: random.Random
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    _seen: set[int] = field(default_factory=set)
    _wanted: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _asking: asyncio.Task[None] | None = None
    _counting: asyncio.Task[None] | None = None
    _last_asked: float = 0.0
    _counted: float = 0.0
    _pages: Connection | None = None

    async def run(self) -> None:
        """Listen until cancelled; a stream that breaks is counted, and opened again."""
        cursor = ""
        self._pages = Connection(self.root, self.cookie)
        while True:
            connection = Connection(self.root, self.cookie)
            try:
                async for line in connection.stream(self.live + (cursor and f"?after={cursor}")):
                    self.opened.set()
                    if line.startswith("id: "):
                        cursor = line[4:]
                    elif line.startswith("data: "):
                        self._hear(json.loads(line[6:]))
                self.clock.errors.append("a stream ended")
            except (OSError, EOFError, Answer) as error:
                self.clock.errors.append(f"stream: {error!r}")
            finally:
                connection.close()
            await asyncio.sleep(self.chance.uniform(0.5, 1.5))

    def _hear(self, event: dict[str, Any]) -> None:
        at = time.monotonic()
        if event.get("id") in self._seen or not event.get("public_id"):
            return
        self._seen.add(event["id"])
        self.clock.heard.append(((event["public_id"], event["version"] or 0), at))
        if self.shows is not None:
            self._show(event, at)

    def _show(self, event: dict[str, Any], at: float) -> None:
        assert self.shows is not None
        public_id, version = event["public_id"], event["version"]
        if self._counting is None:
            self._counting = asyncio.create_task(self._count())
        shown = self.shows.get(public_id)
        if shown is None and event["kind"] != "mail.received":
            return
        patched = shown is not None and version == shown + 1 and public_id not in self._wanted
        if patched and PATCHED.match(event["kind"]):
            self.shows[public_id] = version
            self._row(public_id, version, at)
        elif shown is None or version > shown:
            self._wanted[public_id].add(version or 0)
            if self._asking is None or self._asking.done():
                self._asking = asyncio.create_task(self._ask())

    def _row(self, public_id: str, version: int, at: float) -> None:
        self.clock.shown.append(((public_id, version), at))

    async def _ask(self) -> None:
        jitter = 0.12 * self.chance.uniform(0.5, 1.5)
        await asyncio.sleep(max(jitter, self._last_asked + ROWS_EVERY - time.monotonic()))
        self._last_asked = time.monotonic()
        wanted, self._wanted = self._wanted, defaultdict(set)
        assert self.shows is not None
        ids = ",".join(one for one in wanted if one in self.shows)
        new = ",".join(one for one in wanted if one not in self.shows)
        counts = ""
        if self._counting and time.monotonic() - self._counted > NAV_EVERY / 2:
            self._counting.cancel()
            self._counted, self._counting = time.monotonic(), None
            counts = "&nav=1"
        body = await self._get(f"{self.rows}?category=inbox&ids={ids}&new={new}{counts}")
        at = time.monotonic()
        for public_id, shown in _ROW.findall(body.decode()):
            self.shows[public_id] = int(shown)
            for version in wanted.get(public_id, ()):
                if version <= int(shown):
                    self._row(public_id, version, at)
        if self._wanted:
            self._asking = asyncio.create_task(self._ask())

    async def _count(self) -> None:
        await asyncio.sleep(NAV_EVERY * self.chance.uniform(0.5, 1.5))
        self._counted, self._counting = time.monotonic(), None
        await self._get(self.nav)

    async def _get(self, path: str) -> bytes:
        self.clock.requests += 1
        assert self._pages is not None
        try:
            return await self._pages.get(path)
        except (OSError, EOFError, Answer) as error:
            self.clock.errors.append(f"{path.partition('?')[0]}: {error!r}")
            return b""
