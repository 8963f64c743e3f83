"""The people and mails that tests of the heart play with."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from mail.models import Conversation, Folder, Message, MessageBody, Status
from mail.search import documents
from mailboxes.models import Mailbox, Membership, SendAs
from permissions.models import User
from permissions.roles import ensure_built_in_roles

_numbers = itertools.count(1)
_FIRST = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)


def mailbox(address: str = "support@shop.example", name: str = "カスタマーサポート") -> Mailbox:
    box = Mailbox.objects.create(address=address, name=name)
    send_as(box, address, name=name, is_default=True, is_primary=True)
    return box


def send_as(box: Mailbox, address: str, *, verified: bool = True, **fields: Any) -> SendAs:
    return SendAs.objects.create(mailbox=box, address=address, verified=verified, **fields)


def person(
    username: str, *boxes: Mailbox, name: str = "", role: str = "agent", **fields: Any
) -> User:
    user = User.objects.create(
        username=username,
        name=name or username.title(),
        role=ensure_built_in_roles()[role],
        **fields,
    )
    for box in boxes:
        Membership.objects.create(mailbox=box, user=user)
    return user


def again(user: User) -> User:
    """The same person as a new request would load them."""
    return User.objects.get(pk=user.pk)


def mail(
    box: Mailbox,
    *,
    conversation: Conversation | None = None,
    gmail_id: str = "",
    status: Status | None = Status.OPEN,
    folder: Folder = Folder.RECEIVED,
    sender: tuple[str, str] = ("井上 葵", "aoi@customer.example"),
    to: tuple[tuple[str, str], ...] | None = None,
    cc: tuple[tuple[str, str], ...] = (),
    subject: str = "ご注文について",
    text: str = "届きません。",
    **fields: Any,
) -> Message:
    number = next(_numbers)
    if conversation is None:
        conversation = Conversation.objects.create(mailbox=box, gmail_thread_id=f"t{number:06x}")
    to = ((box.name, box.address),) if to is None else to
    message = Message.objects.create(
        mailbox=box,
        conversation=conversation,
        gmail_id=gmail_id or f"m{number:06x}",
        internal_date=_FIRST + timedelta(minutes=number),
        subject=subject,
        folder=folder,
        from_name=sender[0],
        from_address=sender[1],
        status=status,
        **fields,
    )
    MessageBody.objects.create(
        message=message,
        text=text,
        people={
            "from": [list(sender)],
            "to": [list(each) for each in to],
            "cc": [list(each) for each in cc],
            "bcc": [],
            "reply_to": [],
        },
        rfc822_id=f"mail-{number}@customer.example",
    )
    documents.build([message.pk])
    return message
