"""Is the mirror what Gmail has? Every mail, field by field, and every label.

What a field should be is worked out here anew from Gmail's own words (label ids, the raw mail's
header), not with the product's code.
"""

from __future__ import annotations

import email.header
import email.parser
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bench.mirror.gmail import Gmail
from labels.models import Label
from mail.models import Message
from mailboxes.models import Mailbox


@dataclass(slots=True)
class Difference:
    """What is not the same. All empty: the mirror is equal."""

    missing: list[str] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return sum(map(len, (self.missing, self.surplus, self.doubled, self.fields, self.labels)))

    def shown(self, most: int = 10) -> list[str]:
        named = [
            *(f"missing {each}" for each in self.missing),
            *(f"surplus {each}" for each in self.surplus),
            *(f"doubled {each}" for each in self.doubled),
            *self.fields,
            *self.labels,
        ]
        return named[:most]


def compare(gmail: Gmail, mailbox: Mailbox, *, subjects: bool = False) -> Difference:
    """The difference now. Reading every subject anew costs a call a mail."""
    state = gmail.state()
    theirs = {row["id"]: _theirs(row) for row in state["messages"]}
    if subjects:
        for gmail_id, values in theirs.items():
            values["subject"] = _subject(gmail.raw(gmail_id))
    ours: dict[str, dict[str, Any]] = {}
    found = Difference()
    for message in _messages(mailbox):
        if message.gmail_id in ours:
            found.doubled.append(message.gmail_id)
        ours[message.gmail_id] = _ours(message)
    found.missing = sorted(theirs.keys() - ours.keys())
    found.surplus = sorted(ours.keys() - theirs.keys())
    for gmail_id in sorted(theirs.keys() & ours.keys()):
        for name, value in theirs[gmail_id].items():
            if ours[gmail_id][name] != value:
                found.fields.append(f"{gmail_id} {name}: {ours[gmail_id][name]!r}, not {value!r}")
        if ours[gmail_id]["empty"]:
            found.fields.append(f"{gmail_id} has no text")
    found.labels = _labels(mailbox, state["labels"])
    return found


def _messages(mailbox: Mailbox) -> Iterable[Message]:
    rows = Message.objects.filter(mailbox=mailbox, gone_at=None).order_by("pk")
    return (
        rows.select_related("conversation", "body")
        .defer("body__headers", "body__people")
        .prefetch_related("labels")
        .iterator(1000)
    )


def _theirs(row: dict[str, Any]) -> dict[str, Any]:
    labels = row["labelIds"]
    return {
        "labels": sorted(labels),
        "unread": "UNREAD" in labels,
        "starred": "STARRED" in labels,
        "folder": _folder(labels),
        "thread": row["threadId"],
        "date": datetime.fromtimestamp(int(row["internalDate"]) / 1000, UTC),
        "size": row["sizeEstimate"],
    }


def _ours(message: Message) -> dict[str, Any]:
    body = getattr(message, "body", None)
    return {
        "labels": sorted(label.gmail_id for label in message.labels.all()),
        "unread": message.is_unread,
        "starred": message.is_starred,
        "folder": message.folder,
        "thread": message.conversation.gmail_thread_id,
        "date": message.internal_date,
        "size": message.size,
        "subject": message.subject,
        "empty": body is None or not (body.text.strip() or body.html.strip()),
    }


def _folder(labels: list[str]) -> str:
    for label, folder in (
        ("TRASH", "trash"),
        ("SPAM", "spam"),
        ("DRAFT", "draft"),
        ("SENT", "sent"),
    ):
        if label in labels:
            return folder
    return "received"


def _subject(raw: bytes) -> str:
    # Some write UTF-8 into headers as it is.
    fields = email.parser.HeaderParser().parsestr(raw.decode("utf-8", "replace"))
    # The two halves of a folded subject are one line.
    words = email.header.decode_header(" ".join(str(fields["subject"] or "").split()))
    return str(email.header.make_header(words))


def _labels(mailbox: Mailbox, listed: list[dict[str, str]]) -> list[str]:
    """Names and colours of people's labels."""
    theirs = Counter(
        (row["id"], row["name"], row["background"], row["text_color"]) for row in listed
    )
    ours = Counter(
        Label.objects.filter(mailbox=mailbox, kind="user").values_list(
            "gmail_id", "name", "background", "text_color"
        )
    )
    return [
        *(f"label missing: {each}" for each in (theirs - ours).elements()),
        *(f"label surplus: {each}" for each in (ours - theirs).elements()),
    ]
