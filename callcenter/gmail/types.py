"""What callers read of Gmail's answers, as small frozen values.

Message and draft resources themselves stay plain dicts, as Gmail sends them: mail.mime reads them
whole. Ids are strings and mean nothing (not always hexadecimal); history ids are longer than a
JavaScript number and only ever grow.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Resource = dict[str, Any]
Format = Literal["full", "metadata", "minimal", "raw"]

SENT = "SENT"
DRAFT = "DRAFT"


@dataclass(frozen=True, slots=True)
class Profile:
    """The account behind the token; `history_id` is where history replay may start."""

    address: str
    history_id: str
    messages_total: int
    threads_total: int


@dataclass(frozen=True, slots=True)
class IdPage:
    """One page of messages.list: (message id, thread id), newest first. An empty page may go on."""

    ids: list[tuple[str, str]]
    next_page_token: str | None
    estimate: int


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One page of history.list. Only the last page's `history_id` may become the cursor."""

    records: list[Resource]
    history_id: str
    next_page_token: str | None


@dataclass(frozen=True, slots=True)
class Label:
    """A label; colours are empty when Gmail shows its own grey. `hidden` is the label list's."""

    id: str
    name: str
    kind: Literal["system", "user"]
    background: str
    text_color: str
    hidden: bool
    hidden_in_messages: bool


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message as modify, trash and untrash leave it."""

    id: str
    thread_id: str
    label_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SentRef:
    """A mail that Gmail has taken for delivery (which is not yet delivery)."""

    id: str
    thread_id: str
    label_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DraftRef:
    """A draft: its own id lasts, the id of the message in it changes with every update."""

    id: str
    message_id: str
    thread_id: str


@dataclass(frozen=True, slots=True)
class DraftPage:
    """One page of drafts.list."""

    drafts: list[DraftRef]
    next_page_token: str | None


@dataclass(frozen=True, slots=True)
class SendAs:
    """An address this account may send from. The account's own address is always verified."""

    address: str
    name: str
    reply_to: str
    verified: bool
    is_default: bool
    is_primary: bool
    signature: str = field(default="", repr=False)


def read_profile(answer: Mapping[str, Any]) -> Profile:
    return Profile(
        address=str(answer["emailAddress"]),
        history_id=str(answer["historyId"]),
        messages_total=int(answer.get("messagesTotal", 0)),
        threads_total=int(answer.get("threadsTotal", 0)),
    )


def read_id_page(answer: Mapping[str, Any]) -> IdPage:
    return IdPage(
        ids=[(item["id"], item.get("threadId", "")) for item in answer.get("messages", ())],
        next_page_token=answer.get("nextPageToken") or None,
        estimate=int(answer.get("resultSizeEstimate", 0)),
    )


def read_history_page(answer: Mapping[str, Any]) -> HistoryPage:
    return HistoryPage(
        records=list(answer.get("history", ())),
        history_id=str(answer["historyId"]),
        next_page_token=answer.get("nextPageToken") or None,
    )


def read_label(answer: Mapping[str, Any]) -> Label:
    color = answer.get("color") or {}
    return Label(
        id=answer["id"],
        name=answer.get("name", answer["id"]),
        kind="system" if answer.get("type") == "system" else "user",
        background=color.get("backgroundColor", ""),
        text_color=color.get("textColor", ""),
        hidden=answer.get("labelListVisibility") == "labelHide",
        hidden_in_messages=answer.get("messageListVisibility") == "hide",
    )


def read_message_ref(answer: Mapping[str, Any]) -> MessageRef:
    return MessageRef(
        id=answer["id"],
        thread_id=answer.get("threadId", ""),
        label_ids=tuple(answer.get("labelIds", ())),
    )


def read_sent_ref(answer: Mapping[str, Any]) -> SentRef:
    return SentRef(
        id=answer["id"],
        thread_id=answer.get("threadId", ""),
        label_ids=tuple(answer.get("labelIds", ())),
    )


def read_draft_ref(answer: Mapping[str, Any]) -> DraftRef:
    message = answer.get("message") or {}
    return DraftRef(
        id=answer["id"],
        message_id=message.get("id", ""),
        thread_id=message.get("threadId", ""),
    )


def read_draft_page(answer: Mapping[str, Any]) -> DraftPage:
    return DraftPage(
        drafts=[read_draft_ref(item) for item in answer.get("drafts", ())],
        next_page_token=answer.get("nextPageToken") or None,
    )


def read_labels(answer: Mapping[str, Any]) -> list[Label]:
    return [read_label(item) for item in answer.get("labels", ())]


def read_all_send_as(answer: Mapping[str, Any]) -> list[SendAs]:
    return [read_send_as(item) for item in answer.get("sendAs", ())]


def read_resource(answer: Resource) -> Resource:
    """A message, thread or draft as Gmail sends it; without an id it is none of Gmail's."""
    if not answer.get("id"):
        raise KeyError("id")
    return answer


def read_nothing(_: Mapping[str, Any]) -> None:
    return None


def read_attachment(answer: Mapping[str, Any]) -> bytes:
    return decode_base64url(answer["data"])


def read_send_as(answer: Mapping[str, Any]) -> SendAs:
    primary = bool(answer.get("isPrimary"))
    return SendAs(
        address=answer["sendAsEmail"],
        name=answer.get("displayName", ""),
        reply_to=answer.get("replyToAddress", ""),
        # Gmail reports a status for added addresses only.
        verified=primary or answer.get("verificationStatus") == "accepted",
        is_default=bool(answer.get("isDefault")),
        is_primary=primary,
        signature=answer.get("signature", ""),
    )


_CHANGES = ("messagesAdded", "messagesDeleted", "labelsAdded", "labelsRemoved")


def touched_messages(records: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Message id -> thread id of all that history names: what to read again, whatever happened.

    Gmail repeats records and leaves some out of the specific lists, so that what a record says
    happened is worth less than that it names a message at all.
    """
    touched: dict[str, str] = {}
    for record in records:
        named = list(record.get("messages", ()))
        for kind in _CHANGES:
            named.extend(change.get("message", {}) for change in record.get(kind, ()))
        for message in named:
            if "id" in message:
                known = touched.get(message["id"], "")
                touched[message["id"]] = message.get("threadId", "") or known
    return touched


def touched_ids(records: Iterable[Mapping[str, Any]]) -> set[str]:
    """The ids of `touched_messages`."""
    return set(touched_messages(records))


def header_values(message: Mapping[str, Any], name: str) -> list[str]:
    """The values of a header in a message resource (full or metadata); names ignore case."""
    wanted = name.casefold()
    headers = (message.get("payload") or {}).get("headers", ())
    return [item.get("value", "") for item in headers if item.get("name", "").casefold() == wanted]


def decode_base64url(text: str) -> bytes:
    """Gmail's base64url, whose padding may be missing.

    Raises:
        ValueError: not base64url.
    """
    padded = text + "=" * (-len(text) % 4)
    return base64.b64decode(padded, altchars=b"-_", validate=True)


def encode_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii")


def raw_bytes(message: Mapping[str, Any]) -> bytes:
    """The RFC 5322 bytes of a message resource read with format=raw."""
    return decode_base64url(message["raw"])
