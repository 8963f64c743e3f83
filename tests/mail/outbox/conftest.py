"""A mailbox that is really connected: to the Gmail sandbox, over HTTP."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now

from mail.actions.fields import DraftFields
from mail.actions.reply import start_reply
from mail.actions.send import send
from mail.models import Conversation, Draft, DraftKind, Message, Outgoing
from mail.outbox import delivery
from mailboxes.gmail import client_for
from mailboxes.models import Mailbox, MailboxState
from mailboxes.secrets import Secret
from permissions.models import User
from tests.mail import cast, connected
from tests.mail.connected import ADDRESS
from tests.sandbox_server import Sandbox

CUSTOMER = "aoi@customer.example"
LETTER = (
    f"From: Aoi <{CUSTOMER}>\r\nTo: {ADDRESS}\r\nSubject: Where is my order?\r\n"
    "Message-ID: <first@customer.example>\r\nDate: Fri, 20 Nov 2026 09:00:00 +0900\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\nIt has not come.\r\n"
).encode()


@dataclass
class Office:
    """An agent at a customer's mail, and the Gmail account behind it."""

    sandbox: Sandbox
    box: Mailbox
    agent: User
    colleague: User
    message: Message

    def reply(self, text: str = "本日発送いたします。", **fields: Any) -> Outgoing:
        """The agent answers and presses 送信."""
        composer = start_reply(self.message, self.agent, DraftKind.REPLY)
        return send(
            composer.draft,
            self.agent,
            token=composer.lock.token,
            version=composer.draft.version,
            fields=DraftFields(text=text, **fields),
        )

    def work(self, outgoing: Outgoing) -> Outgoing:
        """What a worker does with it when it is woken; the row as it stands then."""
        delivery.deliver(outgoing.pk)
        return self.fresh(outgoing)

    def work_now(self, outgoing: Outgoing, after: timedelta = timedelta(0)) -> Outgoing:
        """The same once the waiting, and this much time, is over."""
        self.let_pass(outgoing, after)
        return self.work(outgoing)

    def let_pass(self, outgoing: Outgoing, time: timedelta) -> None:
        """As if that much time had gone by, and the claim and the waiting with it."""
        Outgoing.objects.filter(pk=outgoing.pk).update(
            not_before=Now(), claimed_until=None, sending_at=F("sending_at") - time
        )
        Draft.objects.filter(pk=outgoing.draft_id).update(not_before=Now(), claimed_until=None)

    def fresh(self, outgoing: Outgoing) -> Outgoing:
        return Outgoing.objects.select_related("draft", "mailbox", "author").get(pk=outgoing.pk)

    def mail(self) -> Message:
        return Message.objects.select_related("assignee").get(pk=self.message.pk)

    def ledger(self) -> list[dict[str, Any]]:
        return self.sandbox.admin.ledger(ADDRESS)

    def delivered(self) -> bytes:
        """The one mail that was delivered, as it left."""
        told = self.sandbox.admin.call("GET", "ledger", account=ADDRESS, raw=1)
        [entry] = told["entries"]
        return base64.urlsafe_b64decode(entry["raw"])

    def gmail_drafts(self) -> list[str]:
        return [draft.id for draft in self.gmail().list_drafts().drafts]

    def gmail(self) -> Any:
        return client_for(Mailbox.objects.get(pk=self.box.pk), priority="agent")

    def reconnect(self) -> None:
        """What an administrator does in 認証設定."""
        tokens = self.sandbox.admin.connect(ADDRESS)
        Mailbox.objects.filter(pk=self.box.pk).update(
            state=MailboxState.CONNECTED,
            refresh_token=Secret.of(tokens["refresh_token"]),
            access_token=Secret.of(tokens["access_token"]),
            access_expires_at=Now() + timedelta(seconds=tokens["expires_in"]),
        )


@pytest.fixture
def office(sandbox: Sandbox, transactional_db: None, broker: Any, settings: Any) -> Office:
    connected.point_at(sandbox, settings)
    box = connected.connect(sandbox, ADDRESS, name="サポート")
    cast.send_as(box, ADDRESS, name="サポート", is_default=True, is_primary=True)
    delivered = sandbox.admin.deliver(ADDRESS, LETTER)
    conversation = Conversation.objects.create(mailbox=box, gmail_thread_id=delivered["threadId"])
    message = cast.mail(
        box,
        conversation=conversation,
        gmail_id=delivered["id"],
        sender=("Aoi", CUSTOMER),
        subject="Where is my order?",
        text="It has not come.",
    )
    message.body.rfc822_id = "first@customer.example"
    message.body.save()
    return Office(
        sandbox=sandbox,
        box=box,
        # Without an undo window: a worker that looks sends at once.
        agent=cast.person("tanaka", box, name="田中 健一", undo_seconds=0),
        colleague=cast.person("suzuki", box, name="鈴木 一郎", role="leader"),
        message=message,
    )
