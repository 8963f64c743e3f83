"""A mailbox that is really connected: to the Gmail sandbox, over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
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
from mailboxes.models import Mailbox, MailboxState, OAuthClient
from mailboxes.secrets import Secret
from permissions.models import User
from tests.mail import cast
from tests.sandbox_server import CLIENT_ID, CLIENT_SECRET, Sandbox, sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]

ADDRESS = "support@shop.example"
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

    def gmail_drafts(self) -> list[str]:
        return [draft.id for draft in self.gmail().list_drafts().drafts]

    def gmail(self) -> Any:
        return client_for(Mailbox.objects.get(pk=self.box.pk), priority="agent")

    def reconnect(self) -> None:
        connect(self.sandbox, self.box)


def connect(sandbox: Sandbox, box: Mailbox) -> None:
    tokens = sandbox.admin.connect(box.address)
    Mailbox.objects.filter(pk=box.pk).update(
        state=MailboxState.CONNECTED,
        trouble="",
        refresh_token=Secret.of(tokens["refresh_token"]),
        access_token=Secret.of(tokens["access_token"]),
        access_expires_at=datetime.now(UTC) + timedelta(seconds=tokens["expires_in"]),
        scopes=tokens.get("scope", ""),
    )


@pytest.fixture
def office(sandbox: Sandbox, transactional_db: None, settings: Any) -> Office:
    settings.GOOGLE = replace(
        settings.GOOGLE,
        api_root=sandbox.api_root,
        token_uri=sandbox.token_uri,
        revoke_uri=sandbox.revoke_uri,
        auth_uri=sandbox.auth_uri,
    )
    sandbox.admin.account(ADDRESS, name="サポート")
    OAuthClient.objects.create(client_id=CLIENT_ID, client_secret=Secret.of(CLIENT_SECRET))
    box = cast.mailbox(ADDRESS, "サポート")
    connect(sandbox, box)
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
        agent=cast.person("tanaka", box, name="田中 健一"),
        colleague=cast.person("suzuki", box, name="鈴木 一郎", role="leader"),
        message=message,
    )
