"""There and back: what is done here stands in Gmail, and what Gmail says stays as it was done.

Actions, the worker of the changes, the sweeper of what became of them, and the mirror's turns are
the real ones, in every order that processes may have; Gmail is the sandbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from activity.models import Event
from labels.models import Label
from mail.actions.label import change_labels
from mail.actions.read import set_read
from mail.actions.spam import release_spam, report_spam
from mail.actions.star import set_star
from mail.actions.trash import restore, trash
from mail.models import Message, ToFetch
from mail.settled import see_to_ended_changes
from mail.sync import apply as applying
from mail.sync import fetch
from mail.sync.turn import take_turn
from mailboxes.changes import carrying
from mailboxes.models import Change, Mailbox
from permissions.models import User
from tests.mail import cast
from tests.mail.connected import ADDRESS, connect, letter, point_at
from tests.sandbox_server import Sandbox
from tests.waiting import until


@dataclass
class Office:
    """One mail under 配送 in the inbox, mirrored."""

    sandbox: Sandbox
    box: Mailbox
    agent: User
    gmail_id: str

    def mail(self) -> Message:
        return Message.objects.select_related("mailbox").get(gmail_id=self.gmail_id)

    def here(self) -> set[str]:
        return set(self.mail().labels.values_list("gmail_id", flat=True))

    def there(self) -> set[str]:
        rows = self.sandbox.admin.state(ADDRESS)["messages"]
        return next(set(row["labelIds"]) for row in rows if row["id"] == self.gmail_id)

    def look(self) -> None:
        """The mirror's turns until nothing is waiting."""

        def settled() -> bool:
            take_turn(self.box.pk, seconds=30)
            return not ToFetch.objects.filter(mailbox=self.box).exists()

        until(settled, timeout=60, what="the mirror caught up")

    def work(self) -> None:
        carrying.carry_out(self.box.pk)

    def settle(self) -> None:
        self.work()
        see_to_ended_changes()
        self.look()


@pytest.fixture
def office(sandbox: Sandbox, transactional_db: None, broker: Any, settings: Any) -> Office:
    point_at(sandbox, settings)
    box = connect(sandbox)
    sandbox.admin.act(ADDRESS, "create_label", name="配送")
    sandbox.admin.act(ADDRESS, "create_label", name="クレーム/至急")
    told = sandbox.admin.deliver(ADDRESS, letter(), labels=["INBOX", "UNREAD", "配送"])
    office = Office(sandbox, box, cast.person("tanaka", box), str(told["id"]))
    office.look()
    return office


def _urgent(office: Office) -> int:
    return Label.objects.get(name="クレーム/至急").pk


@pytest.mark.spec("M13", "M15")
def test_each_verb_stands_in_gmail_and_comes_back_unchanged(office: Office) -> None:
    before = office.here()
    assert before == office.there()
    set_star(office.mail(), office.agent, starred=True)
    change_labels(office.mail(), office.agent, add=[_urgent(office)], remove=[])
    set_read(office.mail(), office.agent, read=True)
    wanted = office.here()
    office.settle()
    assert office.here() == office.there() == wanted
    for away, back in ((trash, restore), (report_spam, release_spam)):
        away(office.mail(), office.agent)
        gone = office.here()
        office.settle()
        assert office.here() == office.there() == gone
        back(office.mail(), office.agent)
        office.settle()
        assert office.here() == office.there() == wanted
    # What we did ourselves comes back as no news.
    assert not Event.objects.filter(kind="mail.changed").exists()


def test_a_turn_between_our_change_and_its_execution_shows_nothing_old(office: Office) -> None:
    set_star(office.mail(), office.agent, starred=True)
    office.sandbox.admin.act(ADDRESS, "mark_read", message_id=office.gmail_id)
    office.look()
    assert "STARRED" in office.here()
    assert "UNREAD" not in office.here()
    assert "STARRED" not in office.there()
    office.settle()
    assert office.mail().is_starred
    assert office.here() == office.there()


def test_a_reading_that_began_before_the_execution_shows_nothing_old(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gmail has answered, then our change is made and carried out, then the answer is stored."""
    real = applying.apply

    def late(*args: Any, **kwargs: Any) -> int:
        set_star(office.mail(), office.agent, starred=True)
        office.work()
        monkeypatch.setattr(fetch, "apply", real)
        return real(*args, **kwargs)

    monkeypatch.setattr(fetch, "apply", late)
    office.sandbox.admin.act(ADDRESS, "mark_read", message_id=office.gmail_id)
    take_turn(office.box.pk, seconds=30)
    assert office.mail().is_starred
    assert "STARRED" in office.there()
    office.settle()
    assert office.mail().is_starred
    assert office.here() == office.there()


def test_what_somebody_undoes_in_gmail_before_we_know_that_it_is_done(office: Office) -> None:
    set_star(office.mail(), office.agent, starred=True)
    office.work()
    office.sandbox.admin.act(ADDRESS, "unstar", message_id=office.gmail_id)
    Change.objects.update(state="queued", done_at=None)  # a worker that died before it said so
    office.look()
    assert office.mail().is_starred
    Change.objects.update(state="done", done_at="2026-01-01T00:00Z")
    assert see_to_ended_changes() == 1
    office.look()
    assert not office.mail().is_starred
    assert see_to_ended_changes() == 0


def test_a_refusal_brings_gmails_state_back_and_tells_who_made_it(office: Office) -> None:
    with transaction.atomic():
        gone = Label.objects.create(mailbox=office.box, gmail_id="Label_404", name="なくなった")
    change_labels(office.mail(), office.agent, add=[gone.pk], remove=[])
    assert "Label_404" in office.here()
    office.settle()
    assert office.here() == office.there()
    told = Event.objects.get(kind="change.refused")
    assert told.data["told"] == office.agent.pk
    assert told.data["refused"] == "invalidArgument"
    assert told.data["public_id"] == office.mail().public_id
    assert told.message_id == office.mail().pk
    # Open pages hear that the mail is as it was.
    assert Event.objects.filter(kind="mail.changed", message_id=office.mail().pk).exists()
    assert see_to_ended_changes() == 0
    assert Event.objects.filter(kind="change.refused").count() == 1


def test_a_mail_that_is_gone_from_gmail_is_gone_here(office: Office) -> None:
    office.sandbox.admin.act(ADDRESS, "delete", message_id=office.gmail_id)
    set_star(office.mail(), office.agent, starred=True)
    office.settle()
    assert office.mail().gone_at is not None
    assert Event.objects.get(kind="change.refused").data["refused"] == "gone"


def test_what_gmail_itself_put_in_the_trash_comes_back_to_the_inbox(office: Office) -> None:
    before = office.here()
    office.sandbox.admin.act(ADDRESS, "trash", message_id=office.gmail_id)
    office.look()
    assert office.mail().folder == "trash"
    restore(office.mail(), office.agent)
    office.settle()
    assert office.here() == office.there() == before
