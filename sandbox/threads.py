"""users.threads. A thread is there while a message of it is; `threads.get` has no raw."""

from __future__ import annotations

from typing import Any

from sandbox import ids, listing, mailbox
from sandbox.call import Call
from sandbox.history import Journal
from sandbox.mailbox import Row
from sandbox.messages import brief, label_changes, resource


def _rows(call: Call) -> tuple[int, list[Row]]:
    thread = ids.read(call.args[0])
    return thread, mailbox.of_thread(call.world, call.account, thread)


def list_(call: Call) -> dict[str, Any]:
    page = listing.threads(call)
    found: dict[str, Any] = {}
    if page.rows:
        found["threads"] = [_summary(call, thread) for thread, _, _ in page.rows]
    if page.next_token:
        found["nextPageToken"] = page.next_token
    found["resultSizeEstimate"] = page.estimate
    return found


def _summary(call: Call, thread: int) -> dict[str, Any]:
    rows = mailbox.of_thread(call.world, call.account, thread)
    return {
        "id": ids.show(thread),
        "snippet": rows[-1].snippet,
        "historyId": str(max(row.history_id for row in rows)),
    }


def get(call: Call) -> bytes:
    """Every message of the thread, those in trash and spam too."""
    thread, rows = _rows(call)
    newest = max(row.history_id for row in rows)
    told = b",".join(
        resource(call.world, row, call.params["format"], call.params["metadataHeaders"])
        for row in rows
    )
    return f'{{"id":"{thread:x}","historyId":"{newest}","messages":['.encode() + told + b"]}"


def _brief(thread: int, rows: list[Row]) -> dict[str, Any]:
    return {"id": ids.show(thread), "messages": [brief(row) for row in rows]}


def modify(call: Call) -> dict[str, Any]:
    thread, rows = _rows(call)
    add, remove = label_changes(call)
    return _change(call, thread, rows, add, remove)


def trash(call: Call) -> dict[str, Any]:
    thread, rows = _rows(call)
    return _change(call, thread, rows, ["TRASH"], [])


def untrash(call: Call) -> dict[str, Any]:
    thread, rows = _rows(call)
    return _change(call, thread, rows, [], ["TRASH"])


def _change(
    call: Call, thread: int, rows: list[Row], add: list[str], remove: list[str]
) -> dict[str, Any]:
    journal = Journal(call.world, call.account)
    for row in rows:
        mailbox.set_labels(call.world, row, add=add, remove=remove, journal=journal)
    return _brief(thread, rows)


def delete(call: Call) -> None:
    _, rows = _rows(call)
    journal = Journal(call.world, call.account)
    for row in rows:
        mailbox.delete(call.world, row, journal=journal)
