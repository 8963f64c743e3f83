"""`manage.py demo`: people to log in as, and the sandbox's mailboxes, connected.

It goes the way of every installation (a grant, a code, PKCE, the token endpoint), only that the
sandbox is asked to press 「許可」 by itself. Calling it again changes nothing.
"""

from __future__ import annotations

import json
import urllib.request
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from callcenter.gmail import auth
from mailboxes import google
from mailboxes.actions.client import save_client
from mailboxes.actions.connect import connect
from mailboxes.actions.keep import give_to
from mailboxes.models import Mailbox
from permissions.models import User
from permissions.roles import ensure_built_in_roles

CLIENT_ID = "demo-client.apps.googleusercontent.example"
CLIENT_SECRET = "demo-secret"  # noqa: S105 (the sandbox's, and nobody else's)
OPEN_DAYS = 3
PEOPLE = (
    ("tanaka", "田中 健一", "agent", 4),
    ("yamada", "山田 花子", "agent", 8),
    ("suzuki", "鈴木 一郎", "leader", 10),
    ("admin", "佐藤 真理", "admin", 1),
)
MAILBOXES = ("support@shop.example", "info@shop.example")


class Command(BaseCommand):
    help = "Demo users and the sandbox's mailboxes; needs DEMO=1 and a running Gmail sandbox."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("DEMO is not set: this is no place for users with known passwords.")
        people = self._people()
        admin = people["admin"]
        save_client(by=admin, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
        for address in MAILBOXES:
            if not Mailbox.objects.filter(address=address).exists():
                mailbox = connect(by=admin, granted=self._grant(address), open_days=OPEN_DAYS)
                give_to(mailbox, people.values(), by=admin)
                self.stdout.write(f"{address} is connected.")

    def _people(self) -> dict[str, User]:
        roles = ensure_built_in_roles()
        people = {}
        for username, name, role, color in PEOPLE:
            user = User.objects.filter(username=username).first()
            if user is None:
                user = User.objects.create_user(
                    username, f"{username}-demo", name=name, role=roles[role], color=color
                )
            people[username] = user
        return people

    def _grant(self, address: str) -> Any:
        verifier, challenge = auth.new_pkce()
        parts = urlsplit(settings.GOOGLE.token_uri)
        request = urllib.request.Request(  # noqa: S310 (the sandbox on this machine)
            urlunsplit((parts.scheme, parts.netloc, "/admin/grant", "", "")),
            data=json.dumps(
                {
                    "address": address,
                    "client_id": CLIENT_ID,
                    "redirect_uri": google.redirect_uri(),
                    "code_challenge": challenge,
                }
            ).encode(),
            headers={"content-type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                code = json.load(answer)["code"]
        except (OSError, ValueError, KeyError) as error:
            raise CommandError(f"The Gmail sandbox did not grant {address}: {error}") from error
        return google.exchange({"code": code}, verifier=verifier)
