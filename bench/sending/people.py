"""A mailbox, its people, and mail to be answered."""

from __future__ import annotations

from datetime import timedelta

from django.db.models.functions import Now
from django.utils import timezone

from bench.mirror.gmail import CLIENT, Gmail
from mail.models import Conversation, Folder, Message, MessageBody, Status
from mailboxes.models import Mailbox, MailboxState, Membership, OAuthClient, SendAs
from mailboxes.secrets import Secret
from permissions.models import User
from permissions.roles import ensure_built_in_roles


def agents(box: Mailbox, count: int) -> list[User]:
    """So many agents who see the mailbox and send at once."""
    role = ensure_built_in_roles()["agent"]
    people = User.objects.bulk_create(
        User(username=f"agent{number}", name=f"Agent {number}", role=role, undo_seconds=0)
        for number in range(count)
    )
    Membership.objects.bulk_create(Membership(mailbox=box, user=each) for each in people)
    return people


def mailbox(address: str) -> Mailbox:
    box = Mailbox.objects.create(address=address)
    SendAs.objects.create(mailbox=box, address=address, verified=True, is_default=True)
    return box


def connected(gmail: Gmail) -> Mailbox:
    """A mailbox with tokens for the account."""
    gmail.admin("accounts", {"address": gmail.address, "name": "Bench", "send_as": []})
    gmail.admin("clients", {"client_id": CLIENT, "client_secret": "secret", "redirect_uris": ["*"]})
    tokens = gmail.admin("token", {"address": gmail.address, "client_id": CLIENT})
    OAuthClient.objects.create(client_id=CLIENT, client_secret=Secret.of("secret"))
    box = mailbox(gmail.address)
    Mailbox.objects.filter(pk=box.pk).update(
        state=MailboxState.CONNECTED,
        refresh_token=Secret.of(tokens["refresh_token"]),
        access_token=Secret.of(tokens["access_token"]),
        access_expires_at=Now() + timedelta(seconds=tokens["expires_in"]),
        scopes=tokens.get("scope", ""),
    )
    return Mailbox.objects.get(pk=box.pk)


def mail(box: Mailbox, number: int, gmail_id: str = "", thread_id: str = "") -> Message:
    """A customer's mail as the mirror stores it."""
    conversation = Conversation.objects.create(
        mailbox=box, gmail_thread_id=thread_id or f"thread{number}"
    )
    message = Message.objects.create(
        mailbox=box,
        conversation=conversation,
        gmail_id=gmail_id or f"mail{number}",
        internal_date=timezone.now(),
        subject=f"Order {number}",
        folder=Folder.RECEIVED,
        from_address="aoi@customer.example",
        status=Status.OPEN,
    )
    sender = ["Aoi", "aoi@customer.example"]
    MessageBody.objects.create(
        message=message,
        text="Where is it?",
        people={"from": [sender], "to": [["", box.address]], "cc": [], "bcc": [], "reply_to": []},
        rfc822_id=f"order-{number}@customer.example",
    )
    return message
