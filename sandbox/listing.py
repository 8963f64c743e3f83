"""Pages of messages, threads and drafts: newest first, with opaque page tokens.

`resultSizeEstimate` is as useless as Gmail's: 201 as soon as there is a next page.
"""

# ruff: noqa: S608  (only names of our own are put into statements)
from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from typing import Any

from sandbox import labels, query
from sandbox.call import Call
from sandbox.errors import invalid

ESTIMATE = 201


@dataclass(slots=True)
class Page:
    rows: list[tuple[Any, ...]]
    next_token: str
    estimate: int


@dataclass(slots=True)
class _Where:
    sql: str
    values: list[Any]
    join: str


def _where(call: Call) -> _Where:
    world, account = call.world, call.account
    parts = ["m.account = ?"]
    values: list[Any] = [account]
    wanted = call.params.get("labelIds", [])
    everywhere = bool(call.params["includeSpamTrash"] or {"SPAM", "TRASH"} & set(wanted))
    join = ""
    labels.check_ids(world, account, wanted)
    for label in wanted:
        parts.append("m.id IN (SELECT id FROM message_labels WHERE account = ? AND label = ?)")
        values.extend([account, label])
    if call.params.get("q"):
        compiled = query.compile_query(
            call.params["q"], account, labels.query_names(world, account), world.clock.now()
        )
        parts.append(compiled.sql)
        values.extend(compiled.values)
        everywhere = everywhere or compiled.everywhere
        if compiled.uses_text:
            join = "JOIN texts t ON t.id = m.id"
    if not everywhere:
        parts.append("m.labels NOT LIKE '%\"TRASH\"%' AND m.labels NOT LIKE '%\"SPAM\"%'")
    return _Where(" AND ".join(parts), values, join)


def messages(call: Call) -> Page:
    """Rows of (id, thread, internal date)."""
    where = _where(call)
    cursor = _cursor(call)
    if cursor is not None:
        where.sql += " AND (m.internal_date, m.id) < (?, ?)"
        where.values.extend(cursor)
    rows = call.world.store.all(
        f"SELECT m.id, m.thread, m.internal_date FROM messages m {where.join} WHERE {where.sql} "
        "ORDER BY m.internal_date DESC, m.id DESC LIMIT ?",
        [*where.values, call.limit() + 1],
    )
    return _page(call, rows)


def threads(call: Call) -> Page:
    """Rows of (thread, newest matching message, its date)."""
    where = _where(call)
    having = ""
    cursor = _cursor(call)
    if cursor is not None:
        having = "HAVING (max(m.internal_date), m.thread) < (?, ?)"
        where.values.extend(cursor)
    rows = call.world.store.all(
        f"SELECT m.thread, m.id, max(m.internal_date) AS newest FROM messages m {where.join} "
        f"WHERE {where.sql} GROUP BY m.thread {having} ORDER BY newest DESC, m.thread DESC LIMIT ?",
        [*where.values, call.limit() + 1],
    )
    return _page(call, rows)


def drafts(call: Call) -> Page:
    """Rows of (message, thread, internal date, draft id)."""
    where = _where(call)
    cursor = _cursor(call)
    if cursor is not None:
        where.sql += " AND (m.internal_date, m.id) < (?, ?)"
        where.values.extend(cursor)
    rows = call.world.store.all(
        "SELECT m.id, m.thread, m.internal_date, d.id "
        "FROM drafts d JOIN messages m ON m.id = d.message "
        f"{where.join} WHERE {where.sql} ORDER BY m.internal_date DESC, m.id DESC LIMIT ?",
        [*where.values, call.limit() + 1],
    )
    return _page(call, rows)


def _page(call: Call, rows: list[tuple[Any, ...]]) -> Page:
    limit = call.limit()
    if len(rows) <= limit:
        return Page(rows, "", len(rows))
    last = rows[limit - 1]
    return Page(rows[:limit], _token(call, f"{last[2]}.{last[0]}"), ESTIMATE)


def _token(call: Call, text: str) -> str:
    mark = hmac.digest(call.world.secret, f"{call.account}:{text}".encode(), "sha256")[:6]
    return base64.urlsafe_b64encode(mark + text.encode()).decode("ascii").rstrip("=")


def _cursor(call: Call) -> tuple[int, int] | None:
    token = call.params.get("pageToken")
    if not token:
        return None
    try:
        data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        date, _, number = data[6:].decode("ascii").partition(".")
        cursor = int(date), int(number)
    except (binascii.Error, ValueError) as error:
        raise invalid("Invalid pageToken") from error
    if _token(call, f"{cursor[0]}.{cursor[1]}") != token.rstrip("="):
        raise invalid("Invalid pageToken")
    return cursor
