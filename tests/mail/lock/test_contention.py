"""Many agents, one mail: real connections, real races."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import psycopg
import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from mail import editlock
from mail.models import EditLock, Message, Status
from mailboxes.models import Mailbox
from permissions.models import User
from tests.mail import cast

pytestmark = pytest.mark.django_db(transaction=True)

AGENTS = 8
ROUNDS = 12


def all_at_once(*deeds: Callable[[], object]) -> list[object]:
    """Each deed on a thread and connection of its own, let go together; results or exceptions."""
    gate = threading.Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> object:
        connection.ensure_connection()
        gate.wait(timeout=20)
        try:
            return deed()
        except editlock.LockRefusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


@pytest.fixture
def box() -> Mailbox:
    return cast.mailbox()


@pytest.fixture
def agents(box: Mailbox) -> list[User]:
    return [cast.person(f"agent{number}", box) for number in range(AGENTS)]


@pytest.mark.spec("M24a")
def test_exactly_one_of_many_gets_it_in_every_round(box: Mailbox, agents: list[User]) -> None:
    message = cast.mail(box)
    tokens = []
    for _ in range(ROUNDS):
        results = all_at_once(
            *(lambda agent=agent: editlock.acquire(message, agent) for agent in agents)
        )
        won = [result for result in results if isinstance(result, editlock.Lock)]
        lost = [result for result in results if isinstance(result, editlock.LockHeld)]
        assert (len(won), len(lost)) == (1, AGENTS - 1)
        assert {refusal.holder for refusal in lost} == {won[0].holder}
        message.refresh_from_db()
        assert (message.status, message.assignee) == (Status.IN_PROGRESS, won[0].holder)
        tokens.append(won[0].token)
        editlock.release(message, won[0].holder, won[0].token)
        message.refresh_from_db()
        assert (message.status, message.assignee) == (Status.OPEN, None)
    assert tokens == sorted(set(tokens))


@pytest.mark.spec("M24a", "M27")
def test_a_lease_that_just_ended_goes_to_exactly_one(box: Mailbox, agents: list[User]) -> None:
    message = cast.mail(box)
    for _ in range(ROUNDS):
        first = editlock.acquire(message, agents[0])
        EditLock.objects.update(expires_at=Now() - timedelta(seconds=1))
        results = all_at_once(
            editlock.expire_due,
            *(lambda agent=agent: editlock.acquire(message, agent) for agent in agents[1:]),
        )
        won = [result for result in results if isinstance(result, editlock.Lock)]
        assert len(won) == 1
        assert won[0].token == first.token + 1
        editlock.release(message, won[0].holder, won[0].token)
        message.refresh_from_db()
        assert (message.status, message.assignee) == (Status.OPEN, None)


@pytest.mark.spec("M24b")
def test_no_stale_token_is_accepted_while_the_lock_changes_hands(
    box: Mailbox, agents: list[User]
) -> None:
    """A write that passed `check` is committed before the next holder has the lock."""
    message = cast.mail(box)
    slow, quick = agents[:2]

    def write(token: int) -> str:
        with transaction.atomic():
            editlock.check(message, slow, token)
            Message.objects.filter(pk=message.pk).update(subject=f"written with {token}")
        return "written"

    for _ in range(ROUNDS):
        Message.objects.filter(pk=message.pk).update(subject="")
        lock = editlock.acquire(message, slow)

        def steal() -> str:
            with transaction.atomic():
                editlock.break_lock(message, by=quick, reason="test")
                editlock.acquire(message, quick)
                return Message.objects.get(pk=message.pk).subject

        wrote, seen = all_at_once(partial(write, lock.token), steal)
        after = Message.objects.get(pk=message.pk).subject
        # Either the write came first and the thief saw it, or it was refused and left nothing.
        assert (wrote == "written") == (after != "") == (seen != "")
        own = editlock.current(message)
        assert own is not None
        assert own.held_by(quick)
        editlock.release(message, quick, own.token)


def test_two_mails_of_one_conversation_do_not_block_each_other_for_good(
    box: Mailbox, agents: list[User]
) -> None:
    first = cast.mail(box)
    second = cast.mail(box, conversation=first.conversation)
    results = all_at_once(
        *(
            lambda agent=agent, number=number: editlock.acquire((first, second)[number % 2], agent)
            for number, agent in enumerate(agents)
        )
    )
    won = [result for result in results if isinstance(result, editlock.Lock)]
    assert {lock.message_id for lock in won} == {first.pk, second.pk}
    assert len(won) == 2


@pytest.mark.spec("M24a")
def test_who_is_stopped_in_the_middle_keeps_nobody_waiting(
    box: Mailbox, agents: list[User]
) -> None:
    """Its transaction holds the rows only until the database ends it."""
    message = cast.mail(box)
    editlock.acquire(message, agents[0])
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('idle_in_transaction_session_timeout')")
        assert cursor.fetchone() == ("1min",)
    settings = connection.get_connection_params() | {"cursor_factory": None}
    settings["options"] = settings["options"].replace("60000", "300")
    with psycopg.connect(**settings) as asleep:
        asleep.execute("SELECT FROM mail_editlock WHERE message_id = %s FOR UPDATE", [message.pk])
        editlock.break_lock(message, by=agents[1], reason="お電話のため")
        assert editlock.acquire(message, agents[2]).held_by(agents[2])
        with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
            asleep.execute("SELECT 1")
