"""users.labels: Gmail's names, colours and refusals.

Colours come in pairs from a fixed palette (read out of the discovery document, where Google lists
it). `a/b` is only a name: it needs no label `a`, and renaming `a` leaves it alone. Names are
compared without case, and what is done to a label itself is never told in the history.
"""

# ruff: noqa: S608  (only names of our own are put into statements)
from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from sandbox import discovery, query, text
from sandbox.call import Call
from sandbox.errors import GoogleError, invalid, not_found
from sandbox.systemlabels import FIXED, SYSTEM
from sandbox.world import World

LONGEST_NAME = 225
MOST_LABELS = 10_000
_RESERVED = frozenset(
    {
        "inbox",
        "sent",
        "drafts",
        "draft",
        "spam",
        "trash",
        "starred",
        "unread",
        "important",
        "chat",
        "chats",
        "muted",
        "bin",
        "all",
        "anywhere",
        "scheduled",
        "snoozed",
        "voicemail",
        "buzz",
        "done",
        "phishing",
        "archive",
        "promotions",
        "social",
        "updates",
        "forums",
        "primary",
        "personal",
    }
)
_COLUMNS = "id, name, message_visibility, label_visibility, background, text_color"


@cache
def palette() -> frozenset[str]:
    described = discovery.document()["schemas"]["LabelColor"]["properties"]["backgroundColor"]
    return frozenset(re.findall(r"#[0-9a-f]{6}", described["description"].replace("\\", "")))


def check_ids(world: World, account: str, wanted: list[str]) -> None:
    for label in wanted:
        if label not in SYSTEM and not _exists(world, account, label):
            raise invalid(f"Invalid label: {label}")


def require_changeable(wanted: list[str]) -> None:
    for label in wanted:
        if label in FIXED:
            raise invalid(f"Invalid label: {label}")


def _exists(world: World, account: str, label: str) -> bool:
    row = world.store.one("SELECT 1 FROM labels WHERE account = ? AND id = ?", (account, label))
    return row is not None


def query_names(world: World, account: str) -> dict[str, str]:
    rows = world.store.all("SELECT name, id FROM labels WHERE account = ?", (account,))
    return {query.hyphened(name): label for name, label in rows}


def id_of(world: World, account: str, name: str) -> str:
    """A label by its name or id, system labels included."""
    if name.upper() in SYSTEM:
        return name.upper()
    found: str | None = world.store.value(
        "SELECT id FROM labels WHERE account = ? AND (folded = ? OR id = ?)",
        (account, text.fold(name), name),
    )
    if found is None:
        raise invalid(f"Invalid label: {name}")
    return found


def create_label(
    world: World,
    account: str,
    name: str,
    *,
    background: str = "",
    text_color: str = "",
    message_visibility: str = "show",
    label_visibility: str = "labelShow",
) -> str:
    name = _checked_name(world, account, name, "")
    count = world.store.value("SELECT count(*) FROM labels WHERE account = ?", (account,))
    if count >= MOST_LABELS:
        raise invalid("Too many labels")
    with world.store.transaction():
        number = world.store.value(
            "UPDATE accounts SET next_label = next_label + 1 WHERE address = ? "
            "RETURNING next_label - 1",
            (account,),
        )
        label = f"Label_{number}"
        world.store.execute(
            "INSERT INTO labels VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                account,
                label,
                name,
                text.fold(name),
                message_visibility,
                label_visibility,
                background,
                text_color,
            ),
        )
    return label


def _checked_name(world: World, account: str, name: str, own_id: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or any(ord(char) < 32 for char in name):
        raise invalid("Invalid label name")
    if name.startswith("/") or name.endswith("/") or "//" in name or "^" in name:
        raise invalid("Invalid label name")
    if text.fold(name) in _RESERVED or name.upper() in SYSTEM:
        raise invalid("Invalid label name")
    other = world.store.value(
        "SELECT id FROM labels WHERE account = ? AND folded = ?", (account, text.fold(name))
    )
    if other is not None and other != own_id:
        raise GoogleError(409, "Label name exists or conflicts", reason="aborted")
    return name


def _checked_color(color: dict[str, Any]) -> tuple[str, str]:
    background, foreground = color.get("backgroundColor", ""), color.get("textColor", "")
    if not background and not foreground:
        return "", ""
    if not background or not foreground:
        raise invalid("Both backgroundColor and textColor must be specified")
    for value in (background, foreground):
        if value not in palette():
            raise invalid(f"Label color {value} is not on the allowed color palette")
    return background, foreground


def list_(call: Call) -> dict[str, Any]:
    """Name, type and visibility only; colours and counts have to be got one by one."""
    found = [_system(label) for label in SYSTEM]
    rows = call.world.store.all(f"SELECT {_COLUMNS} FROM labels WHERE account = ?", (call.account,))
    found.extend(_user(row, color=False) for row in rows)
    return {"labels": found}


def _system(label: str) -> dict[str, Any]:
    message_visibility, label_visibility = SYSTEM[label]
    found = {"id": label, "name": label, "type": "system"}
    if message_visibility:
        found["messageListVisibility"] = message_visibility
        found["labelListVisibility"] = label_visibility
    return found


def _user(row: tuple[Any, ...], *, color: bool = True) -> dict[str, Any]:
    label, name, message_visibility, label_visibility, background, foreground = row
    found: dict[str, Any] = {
        "id": label,
        "name": name,
        "type": "user",
        "messageListVisibility": message_visibility,
        "labelListVisibility": label_visibility,
    }
    if color and background:
        found["color"] = {"backgroundColor": background, "textColor": foreground}
    return found


def _row(call: Call) -> tuple[Any, ...]:
    row = call.world.store.one(
        f"SELECT {_COLUMNS} FROM labels WHERE account = ? AND id = ?", (call.account, call.args[0])
    )
    if row is None:
        raise not_found()
    return row


def get(call: Call) -> dict[str, Any]:
    label = call.args[0]
    found = _system(label) if label in SYSTEM else _user(_row(call))
    counts = call.world.store.one(
        "SELECT count(*), count(DISTINCT m.thread), "
        "coalesce(sum(m.labels LIKE '%\"UNREAD\"%'), 0), "
        "count(DISTINCT CASE WHEN m.labels LIKE '%\"UNREAD\"%' THEN m.thread END) "
        "FROM message_labels l JOIN messages m ON m.id = l.id WHERE l.account = ? AND l.label = ?",
        (call.account, label),
    )
    assert counts is not None  # an aggregate always has a row
    names = ("messagesTotal", "threadsTotal", "messagesUnread", "threadsUnread")
    found.update(zip(names, counts, strict=True))
    return found


def create(call: Call) -> dict[str, Any]:
    body = call.body
    background, foreground = _checked_color(body.get("color", {}))
    label = create_label(
        call.world,
        call.account,
        body.get("name", ""),
        background=background,
        text_color=foreground,
        message_visibility=body.get("messageListVisibility", "show"),
        label_visibility=body.get("labelListVisibility", "labelShow"),
    )
    call.args = (label,)
    return _user(_row(call))


def patch(call: Call) -> dict[str, Any]:
    return _change(call, whole=False)


def update(call: Call) -> dict[str, Any]:
    if call.body.get("id", call.args[0]) != call.args[0]:
        raise invalid("Label ID in the request does not match the one in the body")
    return _change(call, whole=True)


def _change(call: Call, *, whole: bool) -> dict[str, Any]:
    if call.args[0] in SYSTEM:
        raise invalid("Cannot update a system label")
    _row(call)
    body = call.body
    if whole:
        body = {
            "name": "",
            "color": {},
            "messageListVisibility": "show",
            "labelListVisibility": "labelShow",
            **body,
        }
    change(call.world, call.account, call.args[0], body)
    return _user(_row(call))


_FIELDS = (
    ("messageListVisibility", "message_visibility"),
    ("labelListVisibility", "label_visibility"),
)


def change(world: World, account: str, label: str, told: dict[str, Any]) -> None:
    """Changes what `told` (in the API's names) has of a user label."""
    new: dict[str, str] = {}
    if "name" in told:
        new["name"] = _checked_name(world, account, told["name"], label)
        new["folded"] = text.fold(new["name"])
    if "color" in told:
        new["background"], new["text_color"] = _checked_color(told["color"] or {})
    new.update({column: told[name] for name, column in _FIELDS if name in told})
    for column, value in new.items():
        world.store.execute(
            f"UPDATE labels SET {column} = ? WHERE account = ? AND id = ?", (value, account, label)
        )


def delete(call: Call) -> None:
    """Takes the label off every message, without a word in the history."""
    if call.args[0] in SYSTEM:
        raise invalid("Cannot delete a system label")
    _row(call)
    remove(call.world, call.account, call.args[0])


def remove(world: World, account: str, label: str) -> None:
    with world.store.transaction():
        rows = world.store.all(
            "SELECT m.id, m.labels FROM message_labels l JOIN messages m ON m.id = l.id "
            "WHERE l.account = ? AND l.label = ?",
            (account, label),
        )
        for message, labels_json in rows:
            kept = [entry for entry in json.loads(labels_json) if entry != label]
            world.store.execute(
                "UPDATE messages SET labels = ? WHERE id = ?", (json.dumps(kept), message)
            )
        world.store.execute(
            "DELETE FROM message_labels WHERE account = ? AND label = ?", (account, label)
        )
        world.store.execute("DELETE FROM labels WHERE account = ? AND id = ?", (account, label))
