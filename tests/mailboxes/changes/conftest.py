"""An account of the sandbox, and changes that a worker carries out there when it is told to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now

from mailboxes.changes import ChangeKind, LabelPatch, carrying, hand_in
from mailboxes.models import Change, Mailbox
from permissions.models import User
from tests.mail import cast, connected
from tests.mail.connected import ADDRESS, letter
from tests.sandbox_server import Sandbox


@dataclass
class Gmail:
    """The account, and what is on its way there."""

    sandbox: Sandbox
    box: Mailbox
    agent: User

    def deliver(self, number: int = 1, **more: Any) -> str:
        return str(self.sandbox.admin.deliver(ADDRESS, letter(number), **more)["id"])

    def labels(self, gmail_id: str) -> set[str]:
        for row in self.sandbox.admin.state(ADDRESS)["messages"]:
            if row["id"] == gmail_id:
                return set(row["labelIds"])
        raise AssertionError(f"{gmail_id} is gone")

    def hand_in(
        self,
        target: str,
        *,
        add: tuple[str, ...] = (),
        remove: tuple[str, ...] = (),
        kind: ChangeKind = ChangeKind.MODIFY,
        actor: User | None = None,
    ) -> Change:
        with transaction.atomic():
            return hand_in(
                self.box,
                kind,
                target,
                LabelPatch.of(add=add, remove=remove),
                actor=actor or self.agent,
            )

    def work(self) -> bool:
        """What a worker does when it is woken."""
        return carrying.carry_out(self.box.pk)

    def let_pass(self) -> None:
        """As if all waiting, and every claim, were over."""
        Change.objects.filter(state__in=Change.OPEN_STATES).update(not_before=Now())
        Change.objects.filter(state="running").update(claimed_until=Now() - timedelta(seconds=1))

    def calls(self, method: str) -> int:
        return int(self.sandbox.admin.log()["counts"].get(method, 0))

    def fresh(self, change: Change) -> Change:
        return Change.objects.get(pk=change.pk)


@pytest.fixture
def gmail(sandbox: Sandbox, transactional_db: None, broker: Any, settings: Any) -> Gmail:
    connected.point_at(sandbox, settings)
    box = connected.connect(sandbox)
    return Gmail(sandbox, box, cast.person("tanaka", box, name="田中 健一"))
