"""Labels, star, unread, spam and trash: the row at once, the command for Gmail, and the event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import Http404

from activity.models import Event
from labels.models import Label, LabelKind
from mail import editlock
from mail.actions.errors import BeingSent, NotForThisMail
from mail.actions.fields import DraftFields
from mail.actions.label import change_labels
from mail.actions.read import set_read
from mail.actions.reply import start_reply
from mail.actions.send import send
from mail.actions.spam import release_spam, report_spam
from mail.actions.star import set_star
from mail.actions.trash import restore, trash
from mail.models import DraftKind, Folder, Message, MessageLabel, SetAside, Status, SyncState
from mailboxes.models import Change
from permissions.access import OperationDenied
from permissions.models import User, UserGrant
from permissions.operations import Operation
from tests.mail import cast

pytestmark = pytest.mark.django_db


class Desk:
    """A mail in the inbox under 配送, and two agents."""

    def __init__(self) -> None:
        self.box = cast.mailbox()
        self.agent = cast.person("tanaka", self.box, name="田中 健一")
        self.other = cast.person("yamada", self.box, name="山田 花子")
        self.mail = cast.mail(self.box, is_unread=True)
        self.delivery = self.label("Label_1", "配送")
        self.urgent = self.label("Label_2", "クレーム/至急")
        self.put("INBOX", "UNREAD", "Label_1")

    def label(self, gmail_id: str, name: str) -> Label:
        kind = LabelKind.SYSTEM if gmail_id.isupper() else LabelKind.USER
        label, _ = Label.objects.get_or_create(
            mailbox=self.box, gmail_id=gmail_id, defaults={"name": name, "kind": kind}
        )
        return label

    def put(self, *gmail_ids: str) -> None:
        self.mail.message_labels.all().delete()
        for gmail_id in gmail_ids:
            MessageLabel.objects.create(
                message=self.mail,
                label=self.label(gmail_id, gmail_id),
                internal_date=self.mail.internal_date,
            )

    def fresh(self) -> Message:
        return Message.objects.get(pk=self.mail.pk)

    @property
    def labels(self) -> set[str]:
        return set(self.fresh().labels.values_list("gmail_id", flat=True))

    @property
    def change(self) -> Change:
        return Change.objects.latest("pk")

    @property
    def event(self) -> Event:
        return Event.objects.latest("pk")


@pytest.fixture
def desk() -> Desk:
    return Desk()


def star(mail: Message, user: User) -> None:
    set_star(mail, user, starred=True)


def label(mail: Message, user: User) -> None:
    change_labels(mail, user, add=[Label.objects.get(gmail_id="Label_2").pk], remove=[])


def unread(mail: Message, user: User) -> None:
    set_read(mail, user, read=True)


VERBS: list[tuple[Callable[[Message, User], None], Operation]] = [
    (star, Operation.MAIL_LABEL),
    (label, Operation.MAIL_LABEL),
    (unread, Operation.MAIL_LABEL),
    (report_spam, Operation.MAIL_TRASH),
    (trash, Operation.MAIL_TRASH),
]
NAMES = [verb.__name__ for verb, _ in VERBS]


@pytest.mark.spec("M15")
def test_a_star_is_given_and_taken(desk: Desk) -> None:
    set_star(desk.mail, desk.agent, starred=True)
    assert desk.fresh().is_starred
    assert "STARRED" in desk.labels
    assert desk.change.payload == {"add": ["STARRED"], "remove": []}
    assert desk.event.kind == "mail.starred"
    assert desk.event.data["starred"] is True
    assert desk.event.actor == desk.agent
    assert desk.event.data["version"] == desk.fresh().version == 1
    set_star(desk.mail, desk.agent, starred=False)
    assert not desk.fresh().is_starred
    assert "STARRED" not in desk.labels


@pytest.mark.spec("M15")
def test_read_and_unread(desk: Desk) -> None:
    set_read(desk.mail, desk.agent, read=True)
    assert not desk.fresh().is_unread
    assert desk.change.payload == {"add": [], "remove": ["UNREAD"]}
    set_read(desk.mail, desk.agent, read=False)
    assert desk.fresh().is_unread
    assert "UNREAD" in desk.labels
    assert [event.kind for event in Event.objects.order_by("pk")] == ["mail.read", "mail.unread"]


def test_what_is_so_already_is_no_change(desk: Desk) -> None:
    set_read(desk.mail, desk.agent, read=False)
    set_star(desk.mail, desk.agent, starred=False)
    change_labels(desk.mail, desk.agent, add=[desk.delivery.pk], remove=[desk.urgent.pk])
    assert not Change.objects.exists()
    assert not Event.objects.exists()
    assert desk.fresh().version == 0


@pytest.mark.spec("M13")
def test_labels_are_added_and_removed_and_told_by_name(desk: Desk) -> None:
    change_labels(desk.mail, desk.agent, add=[desk.urgent.pk], remove=[desk.delivery.pk])
    assert desk.labels == {"INBOX", "UNREAD", "Label_2"}
    assert desk.change.payload == {"add": ["Label_2"], "remove": ["Label_1"]}
    assert desk.event.data["added"] == ["クレーム/至急"]
    assert desk.event.data["removed"] == ["配送"]


def test_labels_of_another_mailbox_and_gmails_own_are_passed_over(desk: Desk) -> None:
    elsewhere = Label.objects.create(
        mailbox=cast.mailbox("other@shop.example"), gmail_id="Label_9", name="よそ"
    )
    trash_label = desk.label("TRASH", "TRASH")
    change_labels(desk.mail, desk.agent, add=[elsewhere.pk, trash_label.pk, 999], remove=[])
    assert not Change.objects.exists()


@pytest.mark.spec("M15")
@pytest.mark.parametrize(
    ("away", "back", "folder"), [(trash, restore, "trash"), (report_spam, release_spam, "spam")]
)
def test_away_and_back_with_labels_and_status(
    desk: Desk, away: Any, back: Any, folder: str
) -> None:
    before = desk.labels
    away(desk.mail, desk.agent)
    assert desk.fresh().folder == folder
    assert desk.mail.folder == folder
    assert desk.labels == (before | {folder.upper()}) - {"INBOX"}
    assert desk.change.payload == {"add": [folder.upper()], "remove": ["INBOX"]}
    back(desk.mail, desk.agent)
    assert desk.labels == before
    assert desk.fresh().folder == Folder.RECEIVED
    assert desk.fresh().status == Status.OPEN
    assert not SetAside.objects.exists()


def test_what_was_read_in_the_trash_comes_back_read(desk: Desk) -> None:
    trash(desk.mail, desk.agent)
    set_read(desk.mail, desk.agent, read=True)
    restore(desk.mail, desk.agent)
    assert desk.labels == {"INBOX", "Label_1"}


def test_a_label_that_is_gone_meanwhile_does_not_come_back(desk: Desk) -> None:
    trash(desk.mail, desk.agent)
    desk.delivery.delete()
    restore(desk.mail, desk.agent)
    assert desk.labels == {"INBOX", "UNREAD"}
    assert desk.change.payload == {"add": ["INBOX"], "remove": ["TRASH"]}


def test_archived_mail_comes_back_archived(desk: Desk) -> None:
    desk.put("Label_1")
    trash(desk.mail, desk.agent)
    restore(desk.mail, desk.agent)
    assert desk.labels == {"Label_1", "UNREAD"}


def test_spam_that_was_thrown_away_comes_back_as_spam_and_then_as_it_was(desk: Desk) -> None:
    report_spam(desk.mail, desk.agent)
    trash(desk.mail, desk.agent)
    restore(desk.mail, desk.agent)
    assert desk.fresh().folder == Folder.SPAM
    release_spam(desk.mail, desk.agent)
    assert desk.labels == {"INBOX", "UNREAD", "Label_1"}


@pytest.mark.spec("M34")
def test_what_gmail_had_put_away_begins_with_its_first_status(desk: Desk) -> None:
    before = desk.mail.internal_date - timedelta(days=1)
    SyncState.objects.create(mailbox=desk.box, mail_before=before)
    desk.put("SPAM", "UNREAD")
    Message.objects.filter(pk=desk.mail.pk).update(folder=Folder.SPAM, status=None)
    release_spam(desk.mail, desk.agent)
    assert desk.fresh().status == Status.OPEN
    assert "INBOX" in desk.labels


def test_ones_own_mail_comes_back_without_the_inbox(desk: Desk) -> None:
    desk.put("SENT", "TRASH")
    Message.objects.filter(pk=desk.mail.pk).update(folder=Folder.TRASH)
    restore(desk.mail, desk.agent)
    assert desk.fresh().folder == Folder.SENT
    assert "INBOX" not in desk.labels


@pytest.mark.spec("M24b")
@pytest.mark.parametrize(("verb", "operation"), VERBS, ids=NAMES)
def test_somebody_elses_lock_refuses_all_but_reading(
    desk: Desk, verb: Any, operation: Operation
) -> None:
    editlock.acquire(desk.mail, desk.other)
    if verb is unread:
        verb(desk.mail, desk.agent)
        assert not desk.fresh().is_unread
        return
    version = desk.fresh().version
    with pytest.raises(editlock.LockHeld) as refused:
        verb(desk.mail, desk.agent)
    assert refused.value.holder == desk.other
    assert desk.fresh().version == version
    assert not Change.objects.exists()


@pytest.mark.parametrize(("verb", "operation"), VERBS, ids=NAMES)
def test_each_needs_its_permission_and_the_mailbox(
    desk: Desk, verb: Any, operation: Operation
) -> None:
    outsider = cast.person("outsider")
    with pytest.raises(Http404):
        verb(desk.mail, outsider)
    UserGrant.objects.create(user=desk.agent, operation=operation.value, allowed=False)
    with pytest.raises(OperationDenied):
        verb(desk.mail, cast.again(desk.agent))
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    ("verb", "folder"),
    [
        (report_spam, Folder.SENT),
        (report_spam, Folder.SPAM),
        (report_spam, Folder.DRAFT),
        (release_spam, Folder.RECEIVED),
        (trash, Folder.TRASH),
        (trash, Folder.DRAFT),
        (restore, Folder.RECEIVED),
    ],
)
def test_what_makes_no_sense_in_a_folder_is_declined(desk: Desk, verb: Any, folder: Folder) -> None:
    Message.objects.filter(pk=desk.mail.pk).update(folder=folder)
    with pytest.raises(NotForThisMail):
        verb(desk.mail, desk.agent)
    assert not Change.objects.exists()


def test_ones_own_lock_ends_and_gives_the_status_back(desk: Desk) -> None:
    editlock.acquire(desk.mail, desk.agent)
    assert desk.fresh().status == Status.IN_PROGRESS
    trash(desk.mail, desk.agent)
    assert editlock.current(desk.mail) is None
    assert desk.fresh().status == Status.OPEN
    restore(desk.mail, desk.agent)
    assert desk.fresh().status == Status.OPEN


def test_a_mail_whose_answer_is_on_its_way_stays(desk: Desk) -> None:
    composer = start_reply(desk.mail, desk.agent, DraftKind.REPLY)
    send(
        composer.draft,
        desk.agent,
        token=composer.lock.token,
        version=composer.draft.version,
        fields=DraftFields(text="本日発送いたします。"),
    )
    with pytest.raises(BeingSent):
        trash(desk.mail, desk.agent)
    assert desk.fresh().folder == Folder.RECEIVED
