"""One lock from taking to its end, one thing at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from activity.models import Event
from mail import editlock
from mail.models import Draft, EditLock, LockMode, Message, Status
from mailboxes.models import Mailbox
from permissions.models import User, UserGrant
from permissions.operations import Operation
from tests.mail import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def box() -> Mailbox:
    return cast.mailbox()


@pytest.fixture
def tanaka(box: Mailbox) -> User:
    return cast.person("tanaka", box, name="田中 健一")


@pytest.fixture
def yamada(box: Mailbox) -> User:
    return cast.person("yamada", box, name="山田 花子")


@pytest.fixture
def message(box: Mailbox) -> Message:
    return cast.mail(box)


def fresh(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def let_lease_end(message: Message, seconds: int = 1) -> None:
    """As if this much time had passed since the end of the lease, by the database's clock."""
    EditLock.objects.filter(message=message).update(expires_at=Now() - timedelta(seconds=seconds))


@pytest.mark.spec("M24a")
def test_taking_sets_in_progress_and_the_assignee(message: Message, tanaka: User) -> None:
    lock = editlock.acquire(message, tanaka)
    assert lock.is_new
    assert lock.held_by(tanaka)
    assert fresh(message).status == Status.IN_PROGRESS
    assert fresh(message).assignee == tanaka


@pytest.mark.spec("M24a")
def test_releasing_brings_back_what_was_before(
    message: Message, tanaka: User, yamada: User
) -> None:
    Message.objects.filter(pk=message.pk).update(status=Status.DONE, assignee=yamada)
    lock = editlock.acquire(message, tanaka)
    editlock.release(message, tanaka, lock.token)
    assert fresh(message).status == Status.DONE
    assert fresh(message).assignee == yamada
    assert editlock.current(message) is None


def test_releasing_with_a_status_keeps_the_assignee(message: Message, tanaka: User) -> None:
    lock = editlock.acquire(message, tanaka)
    editlock.release(message, tanaka, lock.token, status=Status.DONE)
    assert (fresh(message).status, fresh(message).assignee) == (Status.DONE, tanaka)


def test_what_somebody_else_changed_meanwhile_is_left_alone(
    message: Message, tanaka: User, yamada: User
) -> None:
    lock = editlock.acquire(message, tanaka)
    Message.objects.filter(pk=message.pk).update(status=Status.DONE, assignee=yamada)
    editlock.release(message, tanaka, lock.token)
    assert (fresh(message).status, fresh(message).assignee) == (Status.DONE, yamada)


@pytest.mark.spec("M24a", "M25")
def test_a_second_agent_is_told_who_and_since_when(
    message: Message, tanaka: User, yamada: User
) -> None:
    lock = editlock.acquire(message, tanaka)
    with pytest.raises(editlock.LockHeld) as refused:
        editlock.acquire(message, yamada)
    assert refused.value.holder == tanaka
    assert refused.value.since == lock.since
    assert "田中 健一" in refused.value.explain()
    assert fresh(message).assignee == tanaka


def test_the_same_agent_gets_the_same_token_in_another_tab(message: Message, tanaka: User) -> None:
    first = editlock.acquire(message, tanaka)
    second = editlock.acquire(message, tanaka)
    assert second.token == first.token
    assert not second.is_new
    assert second.since == first.since


def test_another_mail_of_the_conversation_is_another_lock(
    box: Mailbox, message: Message, tanaka: User, yamada: User
) -> None:
    other = cast.mail(box, conversation=message.conversation)
    editlock.acquire(message, tanaka)
    assert editlock.acquire(other, yamada).holder == yamada


def test_the_token_grows_with_every_taking(message: Message, tanaka: User, yamada: User) -> None:
    tokens = []
    for user in (tanaka, yamada, tanaka):
        lock = editlock.acquire(message, user)
        tokens.append(lock.token)
        editlock.release(message, user, lock.token)
    assert tokens == sorted(set(tokens))


@pytest.mark.spec("M24b")
def test_check_knows_ones_own_live_lock_only(message: Message, tanaka: User, yamada: User) -> None:
    lock = editlock.acquire(message, tanaka)
    with transaction.atomic():
        assert editlock.check(message, tanaka, lock.token).token == lock.token
        with pytest.raises(editlock.LockLost):
            editlock.check(message, tanaka, lock.token - 1)
        with pytest.raises(editlock.LockLost) as lost:
            editlock.check(message, yamada, lock.token)
    assert lost.value.holder == tanaka


@pytest.mark.django_db(transaction=True)
def test_check_needs_a_transaction(message: Message, tanaka: User) -> None:
    lock = editlock.acquire(message, tanaka)
    with pytest.raises(transaction.TransactionManagementError):
        editlock.check(message, tanaka, lock.token)


@pytest.mark.spec("M27")
def test_the_lease_ends_and_the_next_one_takes_over(
    message: Message, tanaka: User, yamada: User
) -> None:
    stale = editlock.acquire(message, tanaka)
    let_lease_end(message)
    assert editlock.current(message) is None
    with pytest.raises(editlock.LockLost) as lost:
        editlock.renew(message, tanaka, stale.token)
    assert lost.value.holder is None

    lock = editlock.acquire(message, yamada)
    assert lock.token > stale.token
    with transaction.atomic(), pytest.raises(editlock.LockLost) as lost:
        editlock.check(message, tanaka, stale.token)
    assert lost.value.holder == yamada
    editlock.release(message, yamada, lock.token)
    assert fresh(message).status == Status.OPEN  # not 作業中: the dead lock was put right first
    assert fresh(message).assignee is None


@pytest.mark.spec("M24a", "M27")
def test_the_sweeper_restores_and_tells(message: Message, tanaka: User) -> None:
    editlock.acquire(message, tanaka)
    assert editlock.expire_due() == 0
    let_lease_end(message)
    assert editlock.expire_due() == 1
    assert fresh(message).status == Status.OPEN
    event = Event.objects.get(kind="lock.expired")
    assert event.message_id == message.pk
    assert event.data["former"] == tanaka.pk
    assert event.data["holder"] is None
    assert event.data["status"] == "open"
    assert editlock.expire_due() == 0


@pytest.mark.spec("M27")
def test_a_heartbeat_prolongs_and_a_closed_tab_shortens(message: Message, tanaka: User) -> None:
    lock = editlock.acquire(message, tanaka)
    editlock.leave(message, tanaka, lock.token)
    left = editlock.current(message)
    assert left is not None
    assert left.expires_at < lock.expires_at
    assert editlock.renew(message, tanaka, lock.token).expires_at > left.expires_at


@pytest.mark.spec("M27")
def test_a_saved_draft_keeps_the_lock_while_its_agent_is_away(
    message: Message, tanaka: User, yamada: User
) -> None:
    lock = editlock.acquire(message, tanaka)
    draft = Draft.objects.create(
        mailbox=message.mailbox, kind="reply", answers=message, author=tanaka
    )
    let_lease_end(message)
    with transaction.atomic():
        assert editlock.expire_due() == 1  # autosaved text alone keeps nothing
        transaction.set_rollback(True)
    Draft.objects.filter(pk=draft.pk).update(saved_at="2026-11-22T00:00:00Z")
    with pytest.raises(editlock.LockHeld) as refused:
        editlock.acquire(message, yamada)
    assert refused.value.lock is not None
    assert refused.value.lock.is_away
    assert editlock.renew(message, tanaka, lock.token).mode == LockMode.ACTIVE
    let_lease_end(message, seconds=int(editlock.AWAY_FOR.total_seconds()) + 1)
    assert editlock.acquire(message, yamada).holder == yamada


@pytest.mark.spec("P3")
def test_a_deactivated_holders_lock_is_free(message: Message, tanaka: User, yamada: User) -> None:
    editlock.acquire(message, tanaka)
    User.objects.filter(pk=tanaka.pk).update(is_active=False)
    assert editlock.current(message) is None
    assert editlock.acquire(message, yamada).holder == yamada


def test_who_no_longer_sees_the_mailbox_holds_nothing(message: Message, tanaka: User) -> None:
    editlock.acquire(message, tanaka)
    tanaka.memberships.all().delete()
    assert editlock.expire_due() == 1


@pytest.mark.parametrize(
    "withdrawn",
    [
        [Operation.MAIL_VIEW],
        [
            Operation.MAIL_REPLY,
            Operation.MAIL_FORWARD,
            Operation.MAIL_COMPOSE,
            Operation.MAIL_STATUS,
        ],
    ],
)
def test_who_may_no_longer_work_holds_nothing(
    message: Message, tanaka: User, withdrawn: list[Operation]
) -> None:
    lock = editlock.acquire(message, tanaka)
    for operation in withdrawn:
        UserGrant.objects.create(user=tanaka, operation=operation, allowed=False)
    with pytest.raises(editlock.LockLost):
        editlock.renew(message, tanaka, lock.token)


def test_one_operation_withdrawn_of_several_ends_nothing(message: Message, tanaka: User) -> None:
    lock = editlock.acquire(message, tanaka)
    UserGrant.objects.create(user=tanaka, operation=Operation.MAIL_FORWARD, allowed=False)
    assert editlock.renew(message, tanaka, lock.token).token == lock.token


@pytest.mark.spec("M26a")
def test_breaking_tells_who_and_why(message: Message, tanaka: User, yamada: User) -> None:
    lock = editlock.acquire(message, tanaka)
    broken = editlock.break_lock(message, by=yamada, reason="急ぎのため")
    assert broken is not None
    assert broken.holder == tanaka
    assert fresh(message).status == Status.OPEN
    with pytest.raises(editlock.LockLost):
        editlock.renew(message, tanaka, lock.token)
    event = Event.objects.get(kind="lock.broken")
    assert (event.actor, event.data["reason"]) == (yamada, "急ぎのため")
    assert event.data["former"] == tanaka.pk
    assert editlock.break_lock(message, by=yamada, reason="") is None


@pytest.mark.spec("M36")
def test_a_sending_lock_does_not_end_by_time(message: Message, tanaka: User, yamada: User) -> None:
    lock = editlock.acquire(message, tanaka)
    editlock.rest(message, tanaka, lock.token, LockMode.SENDING)
    let_lease_end(message, seconds=100_000)
    assert editlock.expire_due() == 0
    with pytest.raises(editlock.LockHeld):
        editlock.acquire(message, yamada)
    assert editlock.renew(message, tanaka, lock.token).is_sending
    assert editlock.acquire(message, tanaka).is_sending


@pytest.mark.spec("M24c")
def test_a_new_draft_is_its_own_locked_thing(box: Mailbox, tanaka: User, yamada: User) -> None:
    draft = Draft.objects.create(mailbox=box, kind="new", author=tanaka)
    lock = editlock.acquire(draft, tanaka)
    assert lock.draft_id == draft.pk
    with pytest.raises(editlock.LockHeld):
        editlock.acquire(draft, yamada)
    editlock.release(draft, tanaka, lock.token)
    assert Event.objects.filter(kind="lock.released", message_id=None).count() == 1


@pytest.mark.spec("M24c")
def test_a_draft_that_answers_stands_for_its_mail(message: Message, tanaka: User) -> None:
    draft = Draft.objects.create(
        mailbox=message.mailbox, kind="reply", answers=message, author=tanaka
    )
    assert editlock.acquire(draft, tanaka).message_id == message.pk


def test_every_change_makes_the_rows_version_grow(message: Message, tanaka: User) -> None:
    before = fresh(message).version
    lock = editlock.acquire(message, tanaka)
    taken = fresh(message).version
    editlock.release(message, tanaka, lock.token)
    assert before < taken < fresh(message).version
    versions = Event.objects.order_by("id").values_list("data__version", flat=True)
    assert list(versions) == [taken, fresh(message).version]


def test_one_query_tells_the_locks_of_a_page(
    box: Mailbox, tanaka: User, django_assert_num_queries: Any
) -> None:
    mails = [cast.mail(box) for _ in range(3)]
    editlock.acquire(mails[0], tanaka)
    editlock.acquire(mails[2], tanaka)
    with django_assert_num_queries(1):
        locks = editlock.current_for(mails)
        assert {pk: lock.holder.name for pk, lock in locks.items()} == {
            mails[0].pk: "田中 健一",
            mails[2].pk: "田中 健一",
        }


def test_the_row_is_kept_when_released(message: Message, tanaka: User) -> None:
    lock = editlock.acquire(message, tanaka)
    editlock.release(message, tanaka, lock.token)
    assert EditLock.objects.filter(message=message, holder=None, token=F("token")).count() == 1
