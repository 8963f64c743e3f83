"""The state machine over lock and outbox, and proof that it sees what it is there to see.

MACHINE_STEPS=10000 runs as many steps as that; without it a few.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from callcenter.gmail.client import GmailClient
from mail.editlock import LockLost, holding, rows, settling
from mail.models import Conversation, EditLock, Outgoing, OutgoingState
from mail.outbox import delivery, gate
from mail.outbox.claims import move
from permissions.models import User
from tests.mail import connected
from tests.mail.outbox.machine import SendingMachine
from tests.sandbox_server import Sandbox

STEPS = int(os.environ.get("MACHINE_STEPS", "150"))
AT_ONCE = 30


@pytest.fixture
def machine(
    sandbox: Sandbox, transactional_db: None, broker: Any, settings: Any
) -> type[SendingMachine]:
    connected.point_at(sandbox, settings)
    return type("Machine", (SendingMachine,), {"sandbox": sandbox})


def run(machine: type[RuleBasedStateMachine], steps: int, **more: Any) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=max(1, steps // AT_ONCE),
            stateful_step_count=AT_ONCE,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            # Without shrinking: a step costs tens of milliseconds.
            phases=[Phase.generate],
            **more,
        ),
    )


@pytest.mark.spec("M22", "M24a", "M24b", "M29", "M36")
def test_nothing_goes_twice_unseen_or_lost_in_any_order(
    machine: type[RuleBasedStateMachine],
) -> None:
    run(machine, STEPS)


# Planted mistakes


def no_token_check(row: EditLock, user: User, token: int) -> EditLock:
    standing = settling.settle(row)
    if standing is None or standing.holder_id != user.pk:
        raise LockLost(None)
    return standing


def no_second_gate(client: GmailClient, outgoing: Outgoing) -> gate.Look:
    return gate.Look([], outgoing.gate_history)


def no_evidence_rule(client: GmailClient, outgoing: Outgoing) -> bool:
    """«No answer, so it was not sent»: once more from the beginning."""
    move(outgoing, OutgoingState.QUEUED, gmail_draft_id="", draft_message_id="")
    return True


class Unlocked:
    """Conversations that nobody holds."""

    objects = SimpleNamespace(
        select_for_update=lambda **_: SimpleNamespace(get=lambda pk: Conversation(pk=pk))
    )


def plant_token(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(holding, "own", no_token_check)


def plant_gate(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gate, "look", no_second_gate)


def plant_evidence(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(delivery._STEPS, OutgoingState.SENDING, no_evidence_rule)


def plant_conversation(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rows, "Conversation", Unlocked)


# The shortest way to each mistake, by the machine's own rules: a random walk would find it as well,
# in minutes.


def write_with_an_older_token(walk: SendingMachine) -> None:
    page = walk.begin(who=0, which=0, confirmed=False)
    walk.write_with_a_token(page, back=0)
    walk.write_with_a_token(page, back=1)


def send_after_the_customer_wrote_again(walk: SendingMachine) -> None:
    page = walk.begin(who=0, which=0, confirmed=False)
    walk.customer_writes()
    walk.press_send(page, later=False)
    walk.work(number=0, fault="nothing")


def send_without_an_answer(walk: SendingMachine) -> None:
    page = walk.begin(who=0, which=0, confirmed=False)
    walk.press_send(page, later=False)
    walk.work(number=0, fault="send answered by nobody")
    walk.time_passes(number=0, quiet=True)
    walk.work(number=0, fault="nothing")


def begin_at_once(walk: SendingMachine) -> None:
    walk.both_begin_at_once()


@pytest.mark.parametrize(
    ("way", "plant", "seen"),
    [
        (write_with_an_older_token, plant_token, "a stale token has written"),
        (send_after_the_customer_wrote_again, plant_gate, "nobody had seen it"),
        (send_without_an_answer, plant_evidence, "sent twice"),
        (begin_at_once, plant_conversation, "neither was warned"),
    ],
    ids=["no token check", "no second gate", "no evidence rule", "no conversation lock"],
)
@pytest.mark.parametrize("planted", [True, False])
def test_a_planted_mistake_is_seen(
    machine: type[SendingMachine],
    monkeypatch: pytest.MonkeyPatch,
    way: Callable[[SendingMachine], None],
    plant: Callable[[pytest.MonkeyPatch], None],
    seen: str,
    planted: bool,
) -> None:
    """And only there: the same way without it breaks no rule."""
    if planted:
        plant(monkeypatch)
    walk = machine()
    walk.set_up(strip=False, window=0)
    try:
        if planted:
            with pytest.raises(AssertionError, match=seen):
                way(walk)
        else:
            way(walk)
            walk.the_ledger_and_the_rows_agree()
    finally:
        walk.teardown()
