"""An account in the Gmail sandbox, and what a benchmark does to it behind Google's back."""

from __future__ import annotations

import base64
import http.client
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from mailboxes.models import Mailbox

CLIENT = "bench-client"


class Gmail:
    """One account. Bound to a thread (it keeps a connection open)."""

    def __init__(self, root: str, address: str) -> None:
        self.root = root
        self.address = address
        self._connection = http.client.HTTPConnection(urlsplit(root).netloc, timeout=600)

    def admin(self, path: str, told: dict[str, Any] | None = None, **query: Any) -> dict[str, Any]:
        """An admin call: POST when something is told, else GET. RuntimeError when it is refused."""
        body = None if told is None else json.dumps(told).encode()
        target = f"/admin/{path}" + (f"?{urlencode(query)}" if query else "")
        headers = {"Content-Type": "application/json"}
        try:
            self._connection.request("GET" if body is None else "POST", target, body, headers)
            answer = self._connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            self._connection.close()  # the server closed it while it idled
            self._connection.request("GET" if body is None else "POST", target, body, headers)
            answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{target}: {answer.status} {content[:300]!r}")
        found: dict[str, Any] = json.loads(content)
        return found

    def fill(self, messages: int) -> None:
        self.admin("fill", {"account": self.address, "messages": messages})

    def state(self) -> dict[str, Any]:
        return self.admin("state", account=self.address)

    def faults(self, **changes: Any) -> None:
        self.admin("faults", changes)

    def act(self, action: str, **told: Any) -> dict[str, Any]:
        return self.admin("act", {"account": self.address, "action": action, **told})

    def deliver(self, raw: bytes) -> dict[str, Any]:
        data = base64.urlsafe_b64encode(raw).decode("ascii")
        return self.admin("deliver", {"account": self.address, "raw": data})

    def raw(self, gmail_id: str) -> bytes:
        found = self.admin("raw", account=self.address, id=gmail_id)
        return base64.urlsafe_b64decode(found["raw"])

    def tokens(self) -> dict[str, Any]:
        """Tokens for the account, handed out at once."""
        self.admin("clients", {"client_id": CLIENT, "client_secret": "x", "redirect_uris": ["*"]})
        return self.admin("token", {"address": self.address, "client_id": CLIENT})


def connect(gmail: Gmail) -> Mailbox:
    """Our mailbox for the account; beat's next look finds it, as after a real connecting."""
    from django.utils import timezone

    from mailboxes.models import Mailbox, OAuthClient
    from mailboxes.secrets import Secret

    tokens = gmail.tokens()
    if not OAuthClient.objects.exists():
        OAuthClient.objects.create(client_id=CLIENT, client_secret=Secret.of("x"))
    return Mailbox.objects.create(
        address=gmail.address,
        refresh_token=Secret.of(tokens["refresh_token"]),
        access_token=Secret.of(tokens["access_token"]),
        access_expires_at=timezone.now() + timedelta(seconds=tokens["expires_in"]),
        scopes=tokens["scope"],
    )
