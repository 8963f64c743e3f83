"""Composes a mail: UTF-8, seven-bit clean, as Gmail takes it and every program reads it.

Gmail's client library cannot upload 8-bit MIME, so bodies are base64 or quoted-printable. Japanese
is not hard-wrapped: line breaks are those that were typed. File names are given twice (RFC 2231,
and RFC 2047 in ``name`` for older programs). ``Bcc`` stays in: Gmail reads it and takes it out.
The bytes depend on the arguments alone, so that a draft can be compared with what was saved.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from mail.mime import encode
from mail.mime.model import Person
from mail.mime.plain import storable
from mail.mime.references import is_sendable_id

_HEADER_NAME = re.compile(r"[!-9;-~]{1,76}")
# Written by compose itself; extra headers may not say them a second time.
_OWN = frozenset(
    (
        "from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "in-reply-to",
        "references", "mime-version",
    )
)  # fmt: skip
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file to attach. ``content_id`` makes it a picture that the HTML shows."""

    filename: str
    content_type: str
    payload: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class _Entity:
    """A part, as its header lines and body."""

    headers: tuple[str, ...]
    body: bytes

    def as_bytes(self) -> bytes:
        head = "".join(f"{line}\r\n" for line in self.headers)
        return head.encode("ascii") + b"\r\n" + self.body


def compose(
    *,
    sender: Person,
    to: Sequence[Person] = (),
    cc: Sequence[Person] = (),
    bcc: Sequence[Person] = (),
    reply_to: Sequence[Person] = (),
    subject: str,
    text: str,
    html: str = "",
    attachments: Sequence[OutgoingFile] = (),
    in_reply_to: str = "",
    references: Sequence[str] = (),
    message_id: str,
    date: datetime,
    extra_headers: Mapping[str, str] | None = None,
) -> bytes:
    """The bytes of a mail. ValueError for addresses, ids or header names that cannot be sent."""
    if date.tzinfo is None:
        raise ValueError("the date of a mail needs a time zone")
    if not is_sendable_id(message_id):
        raise ValueError(f"not a message id: {message_id!r}")
    seed = hashlib.sha256(message_id.encode("ascii")).hexdigest()
    body = _body(text, html, attachments, seed)
    lines = [encode.mailboxes("From", (sender,))]
    for name, people in (("Reply-To", reply_to), ("To", to), ("Cc", cc), ("Bcc", bcc)):
        if people:
            lines.append(encode.mailboxes(name, tuple(people)))
    lines.append(encode.unstructured("Subject", subject))
    lines.append(f"Date: {format_datetime(date)}")
    lines.append(f"Message-ID: <{message_id}>")
    if in_reply_to and is_sendable_id(in_reply_to):
        lines.append(f"In-Reply-To: <{in_reply_to}>")
    ids = [f"<{text_id}>" for text_id in references if is_sendable_id(text_id)]
    if ids:
        lines.append("References: " + "\r\n ".join(ids))
    lines.extend(_extra(extra_headers or {}))
    lines.append("MIME-Version: 1.0")
    return _Entity((*lines, *body.headers), body.body).as_bytes()


def _extra(headers: Mapping[str, str]) -> list[str]:
    lines: list[str] = []
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"not a header name: {name!r}")
        if name.lower() in _OWN or name.lower().startswith("content-"):
            raise ValueError(f"{name} is written by compose")
        lines.append(encode.unstructured(name, value))
    return lines


def _body(text: str, html: str, files: Sequence[OutgoingFile], seed: str) -> _Entity:
    entity = _text(text, "plain")
    if html:
        shown = [file for file in files if file.content_id]
        rich = _text(html, "html")
        if shown:
            rich = _multipart("related", [rich, *(_file(file) for file in shown)], seed + "r")
        entity = _multipart("alternative", [entity, rich], seed + "a")
    else:
        shown = []
    apart = [file for file in files if file not in shown]
    if apart:
        entity = _multipart("mixed", [entity, *(_file(file) for file in apart)], seed + "m")
    return entity


def _text(text: str, subtype: str) -> _Entity:
    """A text part: quoted-printable for mostly Latin text, base64 for Japanese."""
    data = _LINE_END.sub("\r\n", storable(text)).encode("utf-8")
    marked = sum(1 for byte in data if byte > 0x7E)
    if marked * 6 > len(data):
        encoding, body = "base64", encode.body_base64(data)
    else:
        encoding, body = "quoted-printable", encode.body_quoted_printable(data)
    headers = (
        f"Content-Type: text/{subtype}; charset=UTF-8",
        f"Content-Transfer-Encoding: {encoding}",
    )
    return _Entity(headers, body)


def _file(file: OutgoingFile) -> _Entity:
    kind = encode.content_type(file.content_type)
    body, encoding = encode.body_base64(file.payload), "base64"
    if kind == "message/rfc822":
        # RFC 2046 forbids to encode an enclosed mail: as it is when it can be, else as mere bytes.
        if _is_seven_bit(file.payload):
            body, encoding = file.payload, "7bit"
        else:
            kind = "application/octet-stream"
    disposition = "inline" if file.content_id else "attachment"
    headers = [
        f"Content-Type: {kind}" + encode.old_parameter("name", file.filename),
        f"Content-Transfer-Encoding: {encoding}",
        f"Content-Disposition: {disposition}" + encode.parameter("filename", file.filename),
    ]
    if file.content_id:
        if not is_sendable_id(file.content_id):
            raise ValueError(f"not a content id: {file.content_id!r}")
        headers.append(f"Content-ID: <{file.content_id}>")
    return _Entity(tuple(headers), body)


def _is_seven_bit(data: bytes) -> bool:
    if not data.isascii() or b"\0" in data:
        return False
    lines = data.split(b"\r\n")
    return all(len(line) <= 998 and b"\n" not in line and b"\r" not in line for line in lines)


def _multipart(subtype: str, parts: Sequence[_Entity], seed: str) -> _Entity:
    boundary = _boundary(seed, parts)
    mark = b"--" + boundary.encode("ascii")
    body = b"".join(mark + b"\r\n" + part.as_bytes() + b"\r\n" for part in parts) + mark + b"--\r\n"
    return _Entity((f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"',), body)


def _boundary(seed: str, parts: Sequence[_Entity]) -> str:
    """A boundary that stands in no part. ``=_`` can stand in none that is encoded."""
    count = 0
    while True:
        digest = hashlib.sha256(f"{seed}{count}".encode()).hexdigest()[:32]
        boundary = f"=_{digest}"
        if not any(boundary.encode("ascii") in part.body for part in parts):
            return boundary
        count += 1
