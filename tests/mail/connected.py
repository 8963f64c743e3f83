"""A mailbox that is really connected: to the Gmail sandbox, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mailboxes.models import Mailbox, MailboxState, OAuthClient
from mailboxes.secrets import Secret
from tests.sandbox_server import CLIENT_ID, CLIENT_SECRET, Sandbox

ADDRESS = "support@shop.example"


def point_at(sandbox: Sandbox, settings: Any) -> None:
    """Google's doors are the sandbox's from here on."""
    settings.GOOGLE = replace(
        settings.GOOGLE,
        api_root=sandbox.api_root,
        auth_uri=sandbox.auth_uri,
        token_uri=sandbox.token_uri,
        revoke_uri=sandbox.revoke_uri,
    )


def connect(sandbox: Sandbox, address: str = ADDRESS, **fields: Any) -> Mailbox:
    """An account in the sandbox, and our mailbox with its tokens; nothing is fetched yet."""
    sandbox.admin.account(address, name="カスタマーサポート")
    tokens = sandbox.admin.connect(address)
    if not OAuthClient.objects.exists():
        OAuthClient.objects.create(client_id=CLIENT_ID, client_secret=Secret.of(CLIENT_SECRET))
    return Mailbox.objects.create(
        address=address,
        state=MailboxState.CONNECTED,
        refresh_token=Secret.of(tokens["refresh_token"]),
        access_token=Secret.of(tokens["access_token"]),
        access_expires_at=datetime.now(UTC) + timedelta(seconds=tokens["expires_in"]),
        scopes=tokens.get("scope", ""),
        **fields,
    )


def letter(
    number: int = 1, *, sender: str = "aoi@customer.example", subject: str = "", to: str = ADDRESS
) -> bytes:
    """A customer's mail."""
    text = f"注文番号 A-{20000 + number} の商品が届きません。①㈱髙島屋の袋に入れてください。\r\n"
    head = (
        f"From: =?iso-2022-jp?B?GyRCMGY+ZTAqGyhC?= <{sender}>\r\nTo: {to}\r\n"
        f"Subject: {subject or f'Order {number}'}\r\nMessage-ID: <letter-{number}@customer.example>"
        "\r\nDate: Fri, 20 Nov 2026 09:00:00 +0900\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return head.encode("ascii") + text.encode()
