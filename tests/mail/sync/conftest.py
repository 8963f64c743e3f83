"""A mailbox of the sandbox whose mirror the tests bring forward turn by turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from mail.models import Message, SyncState, ToFetch
from mail.sync.turn import take_turn
from mailboxes.models import Mailbox
from tests.mail.connected import ADDRESS, connect, letter, point_at
from tests.sandbox_server import Sandbox
from tests.waiting import until


@dataclass
class Mirror:
    """The mirror and what it mirrors."""

    sandbox: Sandbox
    box: Mailbox

    def turn(self) -> bool:
        return take_turn(self.box.pk, seconds=30) is not None

    def catch_up(self, timeout: float = 60) -> None:
        """Turns until nothing is waiting, as beat would order them."""

        def settled() -> bool:
            return not self.turn() and not ToFetch.objects.filter(mailbox=self.box).exists()

        until(settled, timeout=timeout, what="the mirror caught up")

    def deliver(self, number: int, **more: Any) -> str:
        told = self.sandbox.admin.deliver(ADDRESS, letter(number), **more)
        return str(told["id"])

    def act(self, action: str, **more: Any) -> dict[str, Any]:
        return self.sandbox.admin.act(ADDRESS, action, **more)

    def truth(self) -> dict[str, frozenset[str]]:
        """Gmail: message id -> label ids."""
        rows = self.sandbox.admin.state(ADDRESS)["messages"]
        return {row["id"]: frozenset(row["labelIds"]) for row in rows}

    def mirrored(self) -> dict[str, frozenset[str]]:
        """Ours, as `truth`."""
        found = {}
        for message in Message.objects.filter(mailbox=self.box, gone_at=None):
            ids = message.labels.values_list("gmail_id", flat=True)
            found[message.gmail_id] = frozenset(ids)
        return found

    def message(self, gmail_id: str) -> Message:
        return Message.objects.get(mailbox=self.box, gmail_id=gmail_id)

    @property
    def state(self) -> SyncState:
        return SyncState.objects.get(mailbox=self.box)

    def fresh_box(self) -> Mailbox:
        return Mailbox.objects.get(pk=self.box.pk)


@pytest.fixture
def mirror(sandbox: Sandbox, transactional_db: None, broker: Any, settings: Any) -> Mirror:
    point_at(sandbox, settings)
    return Mirror(sandbox, connect(sandbox))
