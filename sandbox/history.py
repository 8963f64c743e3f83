"""The mailbox's journal, told as untidily as Gmail tells it.

Ids have gaps. Told records may repeat, neighbours change places, a page may be empty and still have
a next one, and some records name messages without saying what happened to them. Which record is hit
depends on the seed and its id alone, so a page asked for twice is the same twice. What the journal
never tells: edits of labels themselves. A start before the kept past answers 404.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

from sandbox import ids
from sandbox.call import Call
from sandbox.errors import invalid, not_found
from sandbox.world import World

TYPES = ("messageAdded", "messageDeleted", "labelAdded", "labelRemoved")
_KEYS = {
    "messageAdded": "messagesAdded",
    "messageDeleted": "messagesDeleted",
    "labelAdded": "labelsAdded",
    "labelRemoved": "labelsRemoved",
}


class Journal:
    """Writes the records of one change: they share one history id."""

    def __init__(self, world: World, account: str) -> None:
        self.world = world
        self.account = account
        self.seq = 0
        step = 1 + world.faults.random.randrange(max(1, world.faults.settings["history"]["gap"]))
        row = world.store.one(
            "UPDATE accounts SET history_id = history_id + ? WHERE address = ? "
            "RETURNING history_id",
            (step, account),
        )
        if row is None:
            raise not_found()
        self.id: int = row[0]

    def write(
        self,
        kind: str,
        message: int,
        thread: int,
        labels: list[str],
        changed: list[str] | None = None,
    ) -> None:
        self.world.store.execute(
            "INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self.account,
                self.id,
                self.seq,
                kind,
                message,
                thread,
                json.dumps(changed or []),
                json.dumps(labels),
            ),
        )
        self.seq += 1


def current(world: World, account: str) -> int:
    found: int = world.store.value("SELECT history_id FROM accounts WHERE address = ?", (account,))
    return found


def expire(world: World, account: str) -> None:
    """Forgets the past: every history id up to now is too old."""
    with world.store.transaction():
        # One step more, so that the newest id until now is too old as well.
        Journal(world, account)
        world.store.execute(
            "UPDATE accounts SET history_floor = history_id WHERE address = ?", (account,)
        )
        world.store.execute("DELETE FROM history WHERE account = ?", (account,))


def listing(
    world: World,
    account: str,
    *,
    start: int,
    types: list[str],
    label: str,
    limit: int,
    page: tuple[int, int] | None,
) -> dict[str, Any]:
    """One page; `page` is (last id told, number of the page)."""
    floor, newest = world.store.one(  # type: ignore[misc]
        "SELECT history_floor, history_id FROM accounts WHERE address = ?", (account,)
    )
    if start < floor or start > newest:
        raise not_found()
    after, number = page or (start, 0)
    found: dict[str, Any] = {"historyId": str(newest)}
    # Never two in a row, so that every walk ends.
    if number % 2 == 0 and after < newest and _chance(world, "empty_page", start * 31 + number):
        found["nextPageToken"] = f"{after}.{number + 1}"
        return found
    numbers = [
        row[0]
        for row in world.store.all(
            "SELECT DISTINCT id FROM history WHERE account = ? AND id > ? ORDER BY id LIMIT ?",
            (account, after, limit + 1),
        )
    ]
    more = len(numbers) > limit
    numbers = numbers[:limit]
    told = _untidy(world, numbers, after, account)
    records = [record for n in told if (record := _record(world, account, n, types, label))]
    if records:
        found["history"] = records
    if more:
        found["nextPageToken"] = f"{numbers[-1]}.{number + 1}"
    return found


def _untidy(world: World, numbers: list[int], after: int, account: str) -> list[int]:
    told = [n for n in numbers if not _chance(world, "drop", n)]
    if numbers and _chance(world, "repeat", after):
        previous = world.store.value(
            "SELECT max(id) FROM history WHERE account = ? AND id <= ?", (account, after)
        )
        if previous is not None:
            told.insert(0, previous)
    index = 0
    while index + 1 < len(told):
        if _chance(world, "reorder", told[index] * 13):
            told[index], told[index + 1] = told[index + 1], told[index]
            index += 1
        index += 1
    return [n for n in told for _ in range(2 if _chance(world, "repeat", n * 7) else 1)]


def _chance(world: World, name: str, number: int) -> bool:
    rate = world.faults.settings["history"][name]
    if not rate:
        return False
    drawn = zlib.crc32(f"{world.faults.settings['seed']}:{name}:{number}".encode())
    return bool(drawn < rate * 0x1_0000_0000)


def _record(
    world: World, account: str, number: int, types: list[str], label: str
) -> dict[str, Any] | None:
    rows = world.store.all(
        "SELECT kind, message, thread, changed, labels FROM history "
        "WHERE account = ? AND id = ? ORDER BY seq",
        (account, number),
    )
    record: dict[str, Any] = {"id": str(number), "messages": []}
    seen: set[int] = set()
    bare = not types and not label and _chance(world, "bare", number)
    for kind, message, thread, changed_json, labels_json in rows:
        changed, labels = json.loads(changed_json), json.loads(labels_json)
        if types and kind not in types:
            continue
        if label and label not in labels and label not in changed:
            continue
        short = {"id": ids.show(message), "threadId": ids.show(thread)}
        if message not in seen:
            seen.add(message)
            record["messages"].append(short)
        if bare:
            continue
        entry: dict[str, Any] = {"message": {**short, "labelIds": labels} if labels else short}
        if kind in ("labelAdded", "labelRemoved"):
            entry["labelIds"] = changed
        record.setdefault(_KEYS[kind], []).append(entry)
    return record if seen else None


def list_(call: Call) -> dict[str, Any]:
    """users.history.list."""
    start = call.params.get("startHistoryId")
    if start is None:
        raise invalid("Missing startHistoryId")
    page = None
    token = call.params.get("pageToken")
    if token:
        after, _, number = token.partition(".")
        if not after.isdigit() or not number.isdigit():
            raise invalid("Invalid pageToken")
        page = int(after), int(number)
    return listing(
        call.world,
        call.account,
        start=int(start),
        types=call.params["historyTypes"],
        label=call.params.get("labelId", ""),
        limit=call.limit(),
        page=page,
    )
