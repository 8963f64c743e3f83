"""Status, assignee, and the lock without a reply."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import Http404

from activity.models import Event
from mail import editlock
from mail.actions import release as releasing
from mail.actions.assign import assign
from mail.actions.errors import BeingSent, NoStatus, NotAMember
from mail.actions.reply import start_reply
from mail.actions.send import send
from mail.actions.status import set_status
from mail.actions.take import beat, leave, take
from mail.models import DraftKind, Folder, Message, Outgoing, OutgoingState, Status
from mailboxes.models import Mailbox
from permissions.access import OperationDenied
from permissions.models import User, UserGrant
from permissions.operations import Operation
from tests.mail import cast

pytestmark = pytest.mark.django_db


def state(message: Message) -> tuple[str | None, User | None]:
    fresh = Message.objects.select_related("assignee").get(pk=message.pk)
    return fresh.status, fresh.assignee


@pytest.mark.spec("M12")
def test_open_and_done_are_set_by_hand(message: Message, tanaka: User) -> None:
    set_status(message, tanaka, Status.DONE)
    assert state(message) == (Status.DONE, None)
    set_status(message, tanaka, Status.OPEN)
    assert state(message) == (Status.OPEN, None)
    events = Event.objects.filter(kind="status.changed", message_id=message.pk).order_by("id")
    assert [event.data["status"] for event in events] == ["done", "open"]


def test_the_status_that_it_has_is_no_change(message: Message, tanaka: User) -> None:
    set_status(message, tanaka, Status.OPEN)
    assert not Event.objects.exists()


@pytest.mark.spec("M12", "M24a")
def test_in_progress_takes_the_lock_and_releasing_gives_it_back(
    message: Message, tanaka: User
) -> None:
    lock = set_status(message, tanaka, Status.IN_PROGRESS)
    assert lock is not None
    assert state(message) == (Status.IN_PROGRESS, tanaka)
    releasing.release(message, tanaka, token=lock.token)
    assert state(message) == (Status.OPEN, None)


@pytest.mark.spec("M12")
def test_setting_done_ends_ones_own_lock(message: Message, tanaka: User) -> None:
    take(message, tanaka)
    set_status(message, tanaka, Status.DONE)
    assert state(message) == (Status.DONE, tanaka)
    assert editlock.current(message) is None


DEEDS: dict[str, Callable[[Message, User], object]] = {
    "open": lambda message, user: set_status(message, user, Status.OPEN),
    "in progress": lambda message, user: set_status(message, user, Status.IN_PROGRESS),
    "done": lambda message, user: set_status(message, user, Status.DONE),
    "assign": lambda message, user: assign(message, user, user),
    "take": take,
    "reply": lambda message, user: start_reply(message, user, DraftKind.REPLY),
    "forward": lambda message, user: start_reply(message, user, DraftKind.FORWARD),
}


@pytest.mark.spec("M12", "M24b", "M25")
@pytest.mark.parametrize("deed", DEEDS)
def test_while_somebody_else_works_it_is_refused_and_nothing_changes(
    message: Message, tanaka: User, yamada: User, deed: str
) -> None:
    take(message, tanaka)
    before, events = state(message), Event.objects.count()
    with pytest.raises(editlock.LockHeld) as refused:
        DEEDS[deed](message, yamada)
    assert refused.value.holder == tanaka
    assert (state(message), Event.objects.count()) == (before, events)


@pytest.mark.spec("P2")
@pytest.mark.parametrize("deed", DEEDS)
def test_an_outsider_gets_404(message: Message, deed: str) -> None:
    outsider = cast.person("outsider", cast.mailbox("other@shop.example"))
    with pytest.raises(Http404):
        DEEDS[deed](message, outsider)
    assert state(message) == (Status.OPEN, None)


@pytest.mark.spec("P2")
@pytest.mark.parametrize(
    ("deed", "operation"),
    [
        ("done", Operation.MAIL_STATUS),
        ("take", Operation.MAIL_STATUS),
        ("assign", Operation.MAIL_ASSIGN),
        ("reply", Operation.MAIL_REPLY),
        ("forward", Operation.MAIL_FORWARD),
    ],
)
def test_without_the_permission_it_is_403(
    message: Message, tanaka: User, deed: str, operation: Operation
) -> None:
    UserGrant.objects.create(user=tanaka, operation=operation, allowed=False)
    with pytest.raises(OperationDenied):
        DEEDS[deed](message, cast.again(tanaka))
    assert state(message) == (Status.OPEN, None)


@pytest.mark.spec("M12", "M26a")
def test_force_breaks_the_lock_first(message: Message, tanaka: User, leader: User) -> None:
    take(message, tanaka)
    set_status(message, leader, Status.DONE, force=True, reason="電話で解決")
    assert state(message) == (Status.DONE, None)
    broken = Event.objects.get(kind="lock.broken")
    assert (broken.actor, broken.data["reason"]) == (leader, "電話で解決")


@pytest.mark.spec("M26a")
def test_force_needs_its_permission(message: Message, tanaka: User, yamada: User) -> None:
    take(message, tanaka)
    with pytest.raises(OperationDenied):
        set_status(message, yamada, Status.DONE, force=True, reason="x")
    with pytest.raises(OperationDenied):
        releasing.force(message, yamada, reason="x")
    assert state(message) == (Status.IN_PROGRESS, tanaka)


@pytest.mark.spec("M36")
def test_what_has_left_for_gmail_cannot_be_forced(
    message: Message, tanaka: User, leader: User
) -> None:
    composer = start_reply(message, tanaka, DraftKind.REPLY)
    token = composer.lock.token
    outgoing = send(composer.draft, tanaka, token=token, version=composer.draft.version)
    Outgoing.objects.filter(pk=outgoing.pk).update(state=OutgoingState.SENDING)
    with pytest.raises(BeingSent):
        releasing.force(message, leader, reason="x")
    with pytest.raises(BeingSent):
        releasing.release(message, tanaka, token=token)
    with pytest.raises(BeingSent):
        set_status(message, tanaka, Status.DONE)
    with pytest.raises(BeingSent):
        start_reply(message, tanaka, DraftKind.REPLY)
    assert state(message) == (Status.IN_PROGRESS, tanaka)


@pytest.mark.parametrize("folder", [Folder.DRAFT, Folder.SPAM, Folder.TRASH])
def test_drafts_spam_and_trash_have_no_status(box: Mailbox, tanaka: User, folder: Folder) -> None:
    message = cast.mail(box, folder=folder, status=None)
    for status in Status:
        with pytest.raises(NoStatus):
            set_status(message, tanaka, status)


@pytest.mark.spec("M27")
def test_beating_and_leaving(message: Message, tanaka: User, yamada: User) -> None:
    lock = take(message, tanaka)
    leave(message, tanaka, token=lock.token)
    assert beat(message, tanaka, token=lock.token).expires_at > lock.since + editlock.LEFT_FOR
    with pytest.raises(editlock.LockLost):
        beat(message, yamada, token=lock.token)
    leave(message, yamada, token=lock.token)  # not theirs to end
    assert editlock.current(message) is not None


def test_only_who_sees_the_mailbox_can_be_assigned(
    message: Message, tanaka: User, yamada: User
) -> None:
    assign(message, tanaka, yamada)
    assert state(message) == (Status.OPEN, yamada)
    with pytest.raises(NotAMember):
        assign(message, tanaka, cast.person("outsider"))
    assign(message, tanaka, None)
    assert state(message) == (Status.OPEN, None)
