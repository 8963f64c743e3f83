"""users.drafts. The handle stays, the message behind it does not: every update gives it a new
message id.

The raw of a draft is not byte for byte what was saved: Gmail puts a Received line on top and ends
lines with CRLF.

A draft that is sent is gone; the SENT copy has a message id of its own and stays in the draft's
thread. Sending or updating one that is gone answers 404.
"""

from __future__ import annotations

from typing import Any

from sandbox import ids, listing, mailbox, sending
from sandbox.call import Call, raw_bytes
from sandbox.errors import invalid, not_found
from sandbox.history import Journal
from sandbox.mailbox import Row
from sandbox.messages import brief, resource
from sandbox.world import World


def message_of(world: World, account: str, draft: str) -> Row:
    message = world.store.value(
        "SELECT message FROM drafts WHERE account = ? AND id = ?", (account, draft)
    )
    if message is None:
        raise not_found()
    return mailbox.find(world, account, message)


def file(world: World, account: str, raw: bytes, thread: int | None) -> tuple[str, Row]:
    """A new draft: its handle and its message."""
    raw = sending.as_saved(world, raw)
    with world.store.transaction():
        row = mailbox.insert(world, account, raw, labels=["DRAFT"], thread=thread)
        return attach(world, row), row


def attach(world: World, row: Row) -> str:
    """A handle for a message that is a draft."""
    draft = f"r{world.random.getrandbits(64) - (1 << 63)}"
    world.store.execute("INSERT INTO drafts VALUES (?, ?, ?)", (row.account, draft, row.id))
    return draft


def replace(world: World, account: str, draft: str, raw: bytes, thread: int | None) -> Row:
    """New content under the old handle; without a thread that fits it stays where it was."""
    raw = sending.as_saved(world, raw)
    with world.store.transaction():
        old = message_of(world, account, draft)
        keep = old.thread if thread is None or thread == old.thread else None
        journal = Journal(world, account)
        world.store.execute("DELETE FROM drafts WHERE account = ? AND id = ?", (account, draft))
        row = mailbox.insert(
            world,
            account,
            raw,
            labels=old.labels,
            thread=thread,
            force_thread=keep,
            journal=journal,
        )
        mailbox.delete(world, old, journal=journal)
        world.store.execute("INSERT INTO drafts VALUES (?, ?, ?)", (account, draft, row.id))
    return row


def dispatch(world: World, account: str, draft: str, *, via: str) -> Row:
    """Sends the draft as it stands."""
    with world.store.transaction():
        row = message_of(world, account, draft)
        raw = mailbox.raw(world, row.id)
        sent = sending.send(world, account, raw, via=via, force_thread=row.thread)
        mailbox.delete(world, row)
    return sent


def _message(call: Call) -> dict[str, Any]:
    if call.media is None and "message" not in call.body:
        raise invalid("Missing draft message")
    found: dict[str, Any] = call.body.get("message") or {}
    return found


def _thread(call: Call, message: dict[str, Any]) -> int | None:
    text = message.get("threadId")
    if not text:
        return None
    thread = ids.read(text, "thread_id")
    mailbox.of_thread(call.world, call.account, thread)
    return thread


def list_(call: Call) -> dict[str, Any]:
    page = listing.drafts(call)
    found: dict[str, Any] = {}
    if page.rows:
        found["drafts"] = [
            {"id": draft, "message": {"id": ids.show(message), "threadId": ids.show(thread)}}
            for message, thread, _, draft in page.rows
        ]
    if page.next_token:
        found["nextPageToken"] = page.next_token
    found["resultSizeEstimate"] = page.estimate
    return found


def get(call: Call) -> bytes:
    draft = call.args[0]
    row = message_of(call.world, call.account, draft)
    message = resource(call.world, row, call.params["format"], [])
    return f'{{"id":"{draft}","message":'.encode() + message + b"}"


def create(call: Call) -> dict[str, Any]:
    message = _message(call)
    raw = raw_bytes(call, message)
    draft, row = file(call.world, call.account, raw, _thread(call, message))
    return {"id": draft, "message": brief(row)}


def update(call: Call) -> dict[str, Any]:
    message = _message(call)
    message_of(call.world, call.account, call.args[0])
    raw = raw_bytes(call, message)
    row = replace(call.world, call.account, call.args[0], raw, _thread(call, message))
    return {"id": call.args[0], "message": brief(row)}


def send(call: Call) -> dict[str, Any]:
    draft = call.body.get("id")
    if not draft:
        if call.media is None and not call.body.get("message", {}).get("raw"):
            raise invalid("Missing draft id")
        raw = raw_bytes(call, call.body.get("message") or {})
        thread = _thread(call, call.body.get("message") or {})
        return brief(
            sending.send(call.world, call.account, raw, thread=thread, via="api drafts.send")
        )
    if call.media is not None or call.body.get("message", {}).get("raw"):
        message = call.body.get("message") or {}
        raw = raw_bytes(call, message)
        replace(call.world, call.account, draft, raw, _thread(call, message))
    return brief(dispatch(call.world, call.account, draft, via="api drafts.send"))


def delete(call: Call) -> None:
    mailbox.delete(call.world, message_of(call.world, call.account, call.args[0]))
