"""What is read out of a raw message once, when it comes in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from sandbox import headers, mime, text

_PREFIX = re.compile(
    r"^(?:(?:re|fwd?|aw|wg|sv|vs|antw|返信|転送)(?:\s*\[\d+\]|\s*\(\d+\))?\s*:|\[fwd:)\s*", re.I
)
_MESSAGE_ID = re.compile(r"<([^<>\s]+)>")


@dataclass(slots=True)
class Read:
    """A message's indexed facts; texts are folded for comparison."""

    message_id: str
    references: list[str]
    subject: str
    date_ms: int | None
    snippet: str
    sender: str
    recipients: str
    cc: str
    bcc: str
    delivered: str
    list_id: str
    body: str
    files: str
    attachments: int
    has_bcc: bool


def base_subject(subject: str) -> str:
    """Without reply and forward prefixes, folded: what threads are held together by."""
    subject = " ".join(text.fold(subject).split())
    while match := _PREFIX.match(subject):
        subject = subject[match.end() :]
    return subject.removesuffix("(fwd)").strip()


def message_ids(value: str) -> list[str]:
    return _MESSAGE_ID.findall(value)


def read(raw: bytes) -> Read:
    root = mime.parse(raw)
    found: dict[str, str] = {}
    for name, value in root.fields:
        lowered = name.lower()
        if lowered in _WANTED:
            shown = headers.decode(value)
            found[lowered] = f"{found[lowered]} , {shown}" if lowered in found else shown
    names = [part.filename for part in root.walk() if part.filename]
    body = text.body_text(root)
    own_id = message_ids(found.get("message-id", ""))
    references = message_ids(found.get("in-reply-to", "")) + list(
        reversed(message_ids(found.get("references", "")))
    )
    return Read(
        message_id=own_id[0] if own_id else found.get("message-id", "").strip(" <>"),
        references=references[:50],
        subject=found.get("subject", ""),
        date_ms=_date(found.get("date", "")),
        snippet=text.snippet(body),
        sender=text.fold(found.get("from", "")),
        recipients=text.fold(found.get("to", "")),
        cc=text.fold(found.get("cc", "")),
        bcc=text.fold(found.get("bcc", "")),
        delivered=text.fold(found.get("delivered-to", "")),
        list_id=text.fold(found.get("list-id", "")),
        body=text.fold(body),
        files=text.fold("\n".join(names)),
        attachments=len(names),
        has_bcc="bcc" in found,
    )


_WANTED = frozenset(
    [
        "from",
        "to",
        "cc",
        "bcc",
        "subject",
        "date",
        "message-id",
        "in-reply-to",
        "references",
        "delivered-to",
        "list-id",
    ]
)


def _date(value: str) -> int | None:
    try:
        when = parsedate_to_datetime(value.split(" , ")[0])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    try:
        return int(when.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
