"""The messages of an account: putting in, labelling, taking out, each with its journal record.

Threading, our reading of Gmail: a message joins the thread of a message that its In-Reply-To or
References name, if the subjects are the same without `Re:` and the like. A thread asked for by id
is granted only under the same two conditions (as the reference of `Message.threadId` demands); else
the message is put apart, without a word of complaint.
"""

# ruff: noqa: S608  (only names of our own are put into statements)
from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sandbox import indexing, text
from sandbox.errors import not_found
from sandbox.history import Journal
from sandbox.world import World

_ROW = "id, account, thread, internal_date, size, snippet, history_id, message_id, subject, labels"


@dataclass(slots=True)
class Row:
    id: int
    account: str
    thread: int
    internal_date: int
    size: int
    snippet: str
    history_id: int
    message_id: str
    subject: str
    labels_json: str

    @property
    def labels(self) -> list[str]:
        found: list[str] = json.loads(self.labels_json)
        return found


def find(world: World, account: str, message: int) -> Row:
    row = world.store.one(
        f"SELECT {_ROW} FROM messages WHERE id = ? AND account = ?", (message, account)
    )
    if row is None:
        raise not_found()
    return Row(*row)


def of_thread(world: World, account: str, thread: int) -> list[Row]:
    """Oldest first; an unknown thread is refused."""
    rows = world.store.all(
        f"SELECT {_ROW} FROM messages WHERE account = ? AND thread = ? ORDER BY internal_date, id",
        (account, thread),
    )
    if not rows:
        raise not_found()
    return [Row(*row) for row in rows]


def raw(world: World, message: int) -> bytes:
    found: bytes = world.store.value("SELECT raw FROM raws WHERE id = ?", (message,))
    return found


def insert(
    world: World,
    account: str,
    data: bytes,
    *,
    labels: Iterable[str],
    date_ms: int | None = None,
    thread: int | None = None,
    force_thread: int | None = None,
    journal: Journal | None = None,
) -> Row:
    """Files a message; `thread` is a wish (see above), `force_thread` an order."""
    told = indexing.read(data)
    subject = indexing.base_subject(told.subject)
    with world.store.transaction():
        message = world.new_id()
        chosen = force_thread or _thread(world, account, told, subject, thread) or message
        journal = journal or Journal(world, account)
        kept = list(dict.fromkeys(labels))
        row = Row(
            id=message,
            account=account,
            thread=chosen,
            internal_date=world.clock.ms() if date_ms is None else max(0, date_ms),
            size=len(data),
            snippet=told.snippet,
            history_id=journal.id,
            message_id=told.message_id,
            subject=subject,
            labels_json=json.dumps(kept),
        )
        execute = world.store.execute
        execute(
            "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row.id,
                account,
                row.thread,
                row.internal_date,
                row.size,
                row.snippet,
                row.history_id,
                row.message_id,
                row.subject,
                row.labels_json,
            ),
        )
        execute("INSERT INTO raws VALUES (?, ?)", (message, data))
        execute(
            "INSERT INTO texts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                message,
                told.sender,
                told.recipients,
                told.cc,
                told.bcc,
                told.delivered,
                told.list_id,
                " ".join(text.fold(told.subject).split()),
                told.body,
                told.files,
                told.attachments,
            ),
        )
        for label in kept:
            execute(
                "INSERT INTO message_labels VALUES (?, ?, ?, ?)",
                (account, label, row.internal_date, message),
            )
        journal.write("messageAdded", message, chosen, kept)
    return row


def _thread(
    world: World, account: str, told: indexing.Read, subject: str, wanted: int | None
) -> int | None:
    for reference in told.references:
        rows = world.store.all(
            "SELECT thread, subject FROM messages WHERE account = ? AND message_id = ?",
            (account, reference),
        )
        for thread, other in rows:
            if other == subject and (wanted is None or thread == wanted):
                found: int = thread
                return found
    # A wish that cannot be granted leaves the message apart.
    return None


def set_labels(
    world: World,
    row: Row,
    *,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
    journal: Journal | None = None,
) -> Row:
    """Changes labels as asked and as follows from it; records only what really changed."""
    before = row.labels
    adding, removing = list(dict.fromkeys(add)), set(remove)
    if "TRASH" in adding or "SPAM" in adding:
        removing.add("INBOX")
    added = [label for label in adding if label not in before]
    removed = [label for label in before if label in removing]
    if not added and not removed:
        return row
    after = [label for label in before if label not in removing] + added
    with world.store.transaction():
        journal = journal or Journal(world, row.account)
        row.labels_json = json.dumps(after)
        row.history_id = journal.id
        world.store.execute(
            "UPDATE messages SET labels = ?, history_id = ? WHERE id = ?",
            (row.labels_json, journal.id, row.id),
        )
        for label in removed:
            world.store.execute(
                "DELETE FROM message_labels WHERE account = ? AND label = ? AND internal_date = ? "
                "AND id = ?",
                (row.account, label, row.internal_date, row.id),
            )
        for label in added:
            world.store.execute(
                "INSERT INTO message_labels VALUES (?, ?, ?, ?)",
                (row.account, label, row.internal_date, row.id),
            )
        if added:
            journal.write("labelAdded", row.id, row.thread, after, added)
        if removed:
            journal.write("labelRemoved", row.id, row.thread, after, removed)
    return row


def delete(world: World, row: Row, *, journal: Journal | None = None) -> None:
    """For good; a draft's handle goes with its message."""
    with world.store.transaction():
        journal = journal or Journal(world, row.account)
        world.store.execute("DELETE FROM drafts WHERE message = ?", (row.id,))
        world.store.execute(
            "DELETE FROM message_labels WHERE account = ? AND id = ? AND internal_date = ? "
            "AND label IN (SELECT value FROM json_each(?))",
            (row.account, row.id, row.internal_date, row.labels_json),
        )
        for table in ("messages", "raws", "texts"):
            world.store.execute(f"DELETE FROM {table} WHERE id = ?", (row.id,))
        journal.write("messageDeleted", row.id, row.thread, row.labels)
    world.payloads.drop(row.id)
