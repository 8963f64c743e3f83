"""The shapes that demo mail comes in: the public ones (`Demo…`) and the letter before its bytes.

A `Letter` says what a person meant to send; `mailers.render` turns it into the bytes that this
person's mail program would have put on the wire.  Keeping both lets tests compare the two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SendAs:
    """A sender address of a demo account; an unverified one cannot be sent from."""

    address: str
    name: str
    verified: bool = True
    default: bool = False


@dataclass(frozen=True, slots=True)
class DemoLabel:
    """A user label; the colours are two values of Gmail's own palette, as `#rrggbb`."""

    name: str
    background: str
    text: str


@dataclass(frozen=True, slots=True)
class DemoMail:
    """One mail as it lies in the account; mails with the same `thread` are one conversation.

    `labels` are names of user labels and Gmail's own ids (INBOX, SENT, UNREAD, STARRED, IMPORTANT,
    SPAM, TRASH).
    """

    raw: bytes
    date: datetime
    labels: list[str]
    thread: str


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A Gmail account with its labels, sender addresses and mail, the oldest mail first."""

    address: str
    name: str
    send_as: list[SendAs]
    labels: list[DemoLabel]
    mails: list[DemoMail]


@dataclass(frozen=True, slots=True)
class Known:
    """What the outside world remembers of a conversation when it writes on.

    `customer` is an address, with or without a display name.  `last_text` is quoted when given,
    unless `last_sender` says that it was the customer's own; `references` are the Message-IDs
    before `last_message_id`, the oldest first.
    """

    thread: str
    last_message_id: str
    subject: str
    customer: str
    last_text: str = ""
    references: tuple[str, ...] = ()
    last_sender: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A name with an address, as it stands in From, To or Cc."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class File:
    """An attachment, or an inline image when it has a `cid` (without angle brackets)."""

    name: str
    content_type: str
    payload: bytes
    cid: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail before its bytes.

    `html` empty means that the mailer decides whether to add an HTML twin of the text.
    `charset` overrules the mailer's habit.  `extra` headers are ASCII and stand as given.
    `calendar` is an iTIP request; `report` a machine-readable delivery status with the headers of
    the mail that failed.
    """

    mailer: str
    sender: Box
    to: tuple[Box, ...]
    subject: str
    text: str
    date: datetime
    message_id: str
    html: str = ""
    cc: tuple[Box, ...] = ()
    reply_to: Box | None = None
    files: tuple[File, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    charset: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    calendar: str = ""
    report: tuple[str, str] = ("", "")
    outgoing: bool = False
    labels: tuple[str, ...] = field(default=())
    thread: str = ""
