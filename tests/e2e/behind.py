"""The other end of `tests.e2e.backstage`: one JSON wish a line, one JSON answer a line.

It runs with the product's environment and does everything by the product's own actions.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.db.models import F, Q
from django.test import Client

from callcenter.gmail.types import SendAs
from mail.models import (
    Draft,
    DraftState,
    EditLock,
    Message,
    Outgoing,
    OutgoingState,
    SyncPhase,
    SyncState,
)
from mail.outbox import timing
from mail.sync.tasks import wake
from mailboxes.actions.client import save_client
from mailboxes.actions.connect import Granted
from mailboxes.actions.connect import connect as connect_account
from mailboxes.actions.keep import give_to
from mailboxes.models import Mailbox, MailboxState
from permissions.models import User
from permissions.roles import ensure_built_in_roles


def _owner() -> User:
    """The administrator behind the scenes, who never logs in."""
    found = User.objects.filter(username="backstage").first()
    role = ensure_built_in_roles()["admin"]
    return found or User.objects.create(username="backstage", name="Backstage", role=role)


def migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)


def person(username: str, name: str, role: str, password: str, undo_seconds: int) -> None:
    colour = User.objects.count() % 12
    roles = ensure_built_in_roles()
    User.objects.create_user(
        username,
        password,
        name=name,
        role=roles[role],
        color=colour,
        undo_seconds=undo_seconds,
    )


def session(username: str) -> str:
    browser = Client()
    browser.force_login(User.objects.get(username=username))
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def client(client_id: str, client_secret: str) -> None:
    save_client(by=_owner(), client_id=client_id, client_secret=client_secret)


def connect(
    address: str, tokens: dict[str, Any], people: list[str], open_days: int, also: list[str]
) -> None:
    own = SendAs(address, name="", reply_to="", verified=True, is_default=True, is_primary=True)
    other = replace(own, is_default=False, is_primary=False)
    granted = Granted(
        address=address,
        access_token=tokens["access_token"],
        access_expires_at=datetime.now(UTC) + timedelta(seconds=tokens["expires_in"]),
        refresh_token=tokens["refresh_token"],
        scopes=tuple(tokens["scope"].split()),
        send_as=(own, *(replace(other, address=each) for each in also)),
    )
    with transaction.atomic():
        mailbox = connect_account(by=_owner(), granted=granted)
        Mailbox.objects.filter(pk=mailbox.pk).update(open_days=open_days)
        give_to(mailbox, User.objects.filter(username__in=people), by=_owner())
    wake(mailbox.pk)  # rather than at the next look


def give(address: str, people: list[str]) -> None:
    mailbox = Mailbox.objects.get(address=address)
    everybody = User.objects.filter(
        Q(memberships__mailbox=mailbox) | Q(username__in=people)
    ).distinct()
    give_to(mailbox, everybody, by=_owner())


def retire_all() -> None:
    Mailbox.objects.update(state=MailboxState.DISCONNECTED)


def trouble(address: str) -> str:
    return Mailbox.objects.get(address=address).trouble


def names() -> list[str]:
    return list(User.objects.values_list("name", flat=True))


def mirrored(address: str) -> list[str]:
    found = Message.objects.filter(mailbox__address=address, gone_at=None)
    return list(found.values_list("gmail_id", flat=True))


def is_following(address: str) -> bool:
    states = SyncState.objects.filter(mailbox__address=address)
    return states.filter(phase=SyncPhase.FOLLOWING).exists()


def holders(address: str, subject: str) -> list[str]:
    held = EditLock.objects.held().filter(
        message__mailbox__address=address, message__subject__contains=subject
    )
    return list(held.values_list("holder__name", flat=True))


def texts(username: str) -> list[str]:
    """What this person has written and not sent, the one saved last at the end."""
    kept = Draft.objects.filter(
        author__username=username, state__in=[DraftState.LIVE, DraftState.PARKED]
    )
    return list(kept.order_by("updated_at", "pk").values_list("text", flat=True))


def quiet_time_passes(address: str) -> None:
    """What was asked of Gmail and not answered lies as far back as the outbox waits."""
    waiting = Outgoing.objects.filter(mailbox__address=address, state=OutgoingState.SENDING)
    waiting.update(sending_at=F("sending_at") - timing.QUIET, claimed_until=None)


_ALL = (
    *(migrate, person, session, client, connect, give, retire_all),
    *(trouble, names, mirrored, is_following, holders, texts, quiet_time_passes),
)
WISHES: dict[str, Callable[..., Any]] = {each.__name__: each for each in _ALL}


def serve() -> None:
    """Until standard input is closed."""
    for line in sys.stdin:
        wish = json.loads(line)
        try:
            answer = {"found": WISHES[wish.pop("do")](**wish)}
        except Exception:
            # The test that asked fails with it; the next wish is heard all the same.
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)
