"""users.messages: reading, filing, labelling, deleting."""

from __future__ import annotations

import base64
import json
from typing import Any

from sandbox import ids, indexing, listing, mailbox, payload, sending
from sandbox.call import Call, raw_bytes
from sandbox.errors import GoogleError, invalid, not_found
from sandbox.history import Journal
from sandbox.labels import check_ids, require_changeable
from sandbox.mailbox import Row
from sandbox.world import World

MOST_IDS = 1000
MOST_LABELS = 100


def get(call: Call) -> bytes:
    row = mailbox.find(call.world, call.account, ids.read(call.args[0]))
    return resource(call.world, row, call.params["format"], call.params["metadataHeaders"])


def resource(world: World, row: Row, format_name: str, wanted: list[str]) -> bytes:
    """The JSON of a message in one of the four formats."""
    extra = b""
    if format_name == "full":
        expires = world.clock.now() + world.faults.settings["attachment_id_seconds"]
        body = payload.with_attachment_ids(_payload(world, row.id), world.secret, row.id, expires)
        extra = b',"payload":' + body
    elif format_name == "raw":
        raw = mailbox.raw(world, row.id)
        extra = b',"raw":"' + base64.urlsafe_b64encode(raw) + b'"'
    elif format_name == "metadata":
        extra = b',"payload":' + payload.dumps(payload.metadata(mailbox.raw(world, row.id), wanted))
    labels = f',"labelIds":{row.labels_json}' if row.labels_json != "[]" else ""
    snippet = json.dumps(row.snippet)
    head = f'{{"id":"{row.id:x}","threadId":"{row.thread:x}"{labels},"snippet":{snippet}'
    tail = (
        f',"sizeEstimate":{row.size},"historyId":"{row.history_id}",'
        f'"internalDate":"{row.internal_date}"}}'
    )
    return head.encode() + extra + tail.encode()


def _payload(world: World, message: int) -> bytes:
    found = world.payloads.get(message)
    if found is None:
        raw = mailbox.raw(world, message)
        found = payload.render(raw, world.faults.settings["large_text_bytes"])
        world.payloads.put(message, found)
    return found


def brief(row: Row) -> dict[str, Any]:
    """What a changing call answers."""
    found: dict[str, Any] = {"id": ids.show(row.id), "threadId": ids.show(row.thread)}
    if row.labels:
        found["labelIds"] = row.labels
    return found


def list_(call: Call) -> dict[str, Any]:
    page = listing.messages(call)
    found: dict[str, Any] = {}
    if page.rows:
        found["messages"] = [{"id": ids.show(m), "threadId": ids.show(t)} for m, t, _ in page.rows]
    if page.next_token:
        found["nextPageToken"] = page.next_token
    found["resultSizeEstimate"] = page.estimate
    return found


def send(call: Call) -> dict[str, Any]:
    raw = raw_bytes(call, call.body)
    thread = _wished_thread(call, call.body)
    return brief(sending.send(call.world, call.account, raw, thread=thread, via="api send"))


def insert(call: Call) -> dict[str, Any]:
    return brief(_file(call))


def import_(call: Call) -> dict[str, Any]:
    return brief(_file(call))


def _file(call: Call) -> Row:
    raw = raw_bytes(call, call.body)
    labels = call.body.get("labelIds", [])
    check_ids(call.world, call.account, labels)
    date = indexing.read(raw).date_ms if call.params["internalDateSource"] == "dateHeader" else None
    return mailbox.insert(
        call.world,
        call.account,
        raw,
        labels=labels,
        date_ms=date,
        thread=_wished_thread(call, call.body),
    )


def _wished_thread(call: Call, message: dict[str, Any]) -> int | None:
    text = message.get("threadId")
    if not text:
        return None
    thread = ids.read(text, "thread_id")
    mailbox.of_thread(call.world, call.account, thread)
    return thread


def modify(call: Call) -> dict[str, Any]:
    row = mailbox.find(call.world, call.account, ids.read(call.args[0]))
    add, remove = label_changes(call)
    return brief(mailbox.set_labels(call.world, row, add=add, remove=remove))


def label_changes(call: Call) -> tuple[list[str], list[str]]:
    add = call.body.get("addLabelIds") or []
    remove = call.body.get("removeLabelIds") or []
    if not add and not remove:
        raise invalid("No label add or removes specified")
    if len(add) > MOST_LABELS or len(remove) > MOST_LABELS:
        raise invalid(f"Too many labels specified: at most {MOST_LABELS} can be added or removed")
    if set(add) & set(remove):
        raise invalid("Cannot both add and remove the same label")
    check_ids(call.world, call.account, [*add, *remove])
    require_changeable([*add, *remove])
    return add, remove


def batch_modify(call: Call) -> None:
    add, remove = label_changes(call)
    journal = Journal(call.world, call.account)
    for row in _rows(call):
        mailbox.set_labels(call.world, row, add=add, remove=remove, journal=journal)


def batch_delete(call: Call) -> None:
    journal = Journal(call.world, call.account)
    for row in _rows(call):
        mailbox.delete(call.world, row, journal=journal)


def _rows(call: Call) -> list[Row]:
    """The messages named; unknown ones are passed over, as Gmail promises nothing about them."""
    wanted = call.body.get("ids") or []
    if not wanted:
        raise invalid("No message ids specified")
    if len(wanted) > MOST_IDS:
        raise invalid(f"Too many message ids specified: at most {MOST_IDS}")
    rows = []
    for text in dict.fromkeys(wanted):
        try:
            rows.append(mailbox.find(call.world, call.account, ids.read(text)))
        except GoogleError as error:
            if error.status != 404:
                raise
    return rows


def trash(call: Call) -> dict[str, Any]:
    row = mailbox.find(call.world, call.account, ids.read(call.args[0]))
    return brief(mailbox.set_labels(call.world, row, add=["TRASH"]))


def untrash(call: Call) -> dict[str, Any]:
    """TRASH goes; INBOX does not come back by itself (our reading; a live account must tell)."""
    row = mailbox.find(call.world, call.account, ids.read(call.args[0]))
    return brief(mailbox.set_labels(call.world, row, remove=["TRASH"]))


def delete(call: Call) -> None:
    mailbox.delete(call.world, mailbox.find(call.world, call.account, ids.read(call.args[0])))


def attachment(call: Call) -> dict[str, Any]:
    world = call.world
    row = mailbox.find(world, call.account, ids.read(call.args[0]))
    part = payload.read_attachment_id(world.secret, row.id, call.args[1], world.clock.now())
    data = payload.attachment_data(mailbox.raw(world, row.id), part)
    if data is None:
        raise not_found()
    return {"size": len(data), "data": base64.urlsafe_b64encode(data).decode("ascii")}
