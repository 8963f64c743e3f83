"""Every mail that was really accepted for delivery: the judge of «never twice»."""

from __future__ import annotations

import base64
import json
from typing import Any

from sandbox import headers, ids
from sandbox.mailbox import Row
from sandbox.world import World


def write(world: World, row: Row, raw: bytes, recipients: list[str], via: str) -> None:
    fields, _ = headers.split(raw)
    sender = headers.people(fields, "From")
    world.store.execute(
        "INSERT INTO ledger (account, via, message, thread, message_id, sender, recipients, "
        "accepted_at, raw) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row.account,
            via,
            row.id,
            row.thread,
            row.message_id,
            sender[0].address if sender else "",
            json.dumps(recipients),
            world.clock.ms(),
            raw,
        ),
    )


def entries(world: World, account: str, *, with_raw: bool) -> list[dict[str, Any]]:
    """Oldest first; of one account, or of all when `account` is empty."""
    rows = world.store.all(
        "SELECT n, account, via, message, thread, message_id, sender, recipients, accepted_at, raw "
        "FROM ledger WHERE ? IN ('', account) ORDER BY n",
        (account.lower(),),
    )
    return [_entry(row, with_raw) for row in rows]


def _entry(row: tuple[Any, ...], with_raw: bool) -> dict[str, Any]:
    n, account, via, message, thread, message_id, sender, recipients, accepted_at, raw = row
    fields, _ = headers.split(raw)
    found: dict[str, Any] = {
        "n": n,
        "account": account,
        "via": via,
        "id": ids.show(message),
        "threadId": ids.show(thread),
        "message_id": message_id,
        "from": sender,
        "recipients": json.loads(recipients),
        "accepted_at": accepted_at,
        "subject": headers.decode(headers.first(fields, "Subject")),
        "headers": [{"name": name, "value": headers.decode(value)} for name, value in fields],
    }
    if with_raw:
        found["raw"] = base64.urlsafe_b64encode(raw).decode("ascii")
    return found
