"""There and back: labels made, renamed, recoloured and deleted on either side are the same on both.

Actions, the worker of the changes, what settles them and the reading are the real ones; Gmail is
the sandbox, over HTTP.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.http import Http404

from activity.events import of_thing
from activity.models import Event
from callcenter.gmail.client import GmailClient
from labels import reading
from labels.actions import edit
from labels.actions import mirror as mirroring
from labels.actions.edit import THING, LabelFields
from labels.actions.errors import BadName, LabelDeclined, LabelEdited, NameTaken, NotEdited
from labels.models import Label, LabelReading, LabelState
from labels.waiting import pending, refusal
from mail.models import MessageLabel
from mailboxes.changes import carrying
from mailboxes.gmail import client_for
from mailboxes.models import Change, Mailbox
from permissions.access import OperationDenied
from tests.labels.conftest import Office
from tests.mail import cast
from tests.mail.connected import ADDRESS, letter
from tests.mailboxes.changes.test_kill import killed

RED = ("#cc3a21", "#ffffff")
BLUE = ("#4986e7", "#000000")


# From here to Gmail


@pytest.mark.spec("L2")
def test_made_here(office: Office) -> None:
    label = office.make("クレーム", *RED)
    assert label.state == LabelState.MAKING
    assert pending([label]) == {label.pk}
    office.settle()
    assert office.there() == office.here() == {("クレーム", *RED)}
    made = Label.objects.get(pk=label.pk)
    assert made.state == LabelState.LIVE
    assert made.gmail_id.startswith("Label_")
    assert pending([made]) == frozenset()
    told = [event.kind for event in of_thing(THING, label.pk)]
    assert told == ["label.made", "label.asked_for"]


@pytest.mark.spec("L1", "L2")
def test_renamed_here_with_children(settled_office: Office) -> None:
    office = settled_office
    office.act("create_label", name="配送/遅延/東京")
    office.act("create_label", name="配送業者")
    office.read()
    office.change("配送", "物流", *BLUE)
    wanted = {
        ("物流", *BLUE),
        ("物流/遅延", "#b6cff5", "#000000"),
        ("物流/遅延/東京", "", ""),
        ("配送業者", "", ""),
        ("請求", "#149e60", "#000000"),
    }
    assert office.here() == wanted
    office.settle()
    assert office.there() == office.here() == wanted


@pytest.mark.spec("L2")
def test_recoloured_and_the_colour_taken_away_here(settled_office: Office) -> None:
    office = settled_office
    office.change("請求", "請求", *RED)
    office.settle()
    assert ("請求", *RED) in office.there()
    office.change("請求", "請求", "", "")
    office.settle()
    assert ("請求", "", "") in office.there()
    assert office.here() == office.there()


@pytest.mark.spec("L2")
def test_deleted_here(settled_office: Office) -> None:
    office = settled_office
    mail = office.sandbox.admin.deliver(ADDRESS, letter(), labels=["INBOX", "請求"])["id"]
    assert office.delete("請求") == 1
    assert "請求" not in {name for name, *_ in office.here()}
    office.settle()
    assert office.there() == office.here()
    assert not Label.objects.filter(mailbox=office.box, name="請求").exists()
    [left] = [row for row in office.sandbox.admin.state(ADDRESS)["messages"] if row["id"] == mail]
    assert "INBOX" in left["labelIds"]


def test_deleted_here_with_or_without_its_children(settled_office: Office) -> None:
    office = settled_office
    assert office.delete("配送") == 1
    office.settle()
    assert {name for name, *_ in office.there()} == {"配送/遅延", "請求"}
    office.make("配送")
    office.settle()
    assert office.delete("配送", with_children=True) == 2
    office.settle()
    assert office.there() == office.here()
    assert {name for name, *_ in office.there()} == {"請求"}


# From Gmail to here


@pytest.mark.spec("L2")
def test_made_renamed_recoloured_and_deleted_there(settled_office: Office) -> None:
    office = settled_office
    office.act("create_label", name="VIP", background=RED[0], text_color=RED[1])
    office.act("edit_label", label="配送", name="物流")
    office.act("edit_label", label="配送/遅延", name="物流/遅延")
    office.act(
        "edit_label",
        label="請求",
        color={"backgroundColor": BLUE[0], "textColor": BLUE[1]},
    )
    keys = {label.gmail_id: label.pk for label in office.box.labels.all()}
    office.read()
    assert office.here() == office.there()
    assert {label.gmail_id: label.pk for label in office.box.labels.all()}.items() >= keys.items()
    office.act("delete_label", label="VIP")
    office.read()
    assert office.here() == office.there()
    told = Event.objects.filter(kind="labels.changed").order_by("pk").last()
    assert told is not None
    assert (told.data["added"], told.data["changed"], told.data["removed"]) == (0, 0, 1)


def test_what_changes_there_makes_a_new_version(settled_office: Office) -> None:
    office = settled_office
    before = office.label("請求").version
    office.read()
    assert office.label("請求").version == before
    office.act("edit_label", label="請求", name="ご請求")
    office.read()
    assert office.label("ご請求").version == before + 1


# What is refused, at once and by Gmail


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("請求", NameTaken),
        ("VIP/a/b", BadName),
        ("Inbox", BadName),
        ("", BadName),
        ("x" * 226, BadName),
    ],
)
def test_refused_before_gmail_is_asked(
    settled_office: Office, name: str, refused: type[LabelDeclined]
) -> None:
    office = settled_office
    for attempt in (partial(office.make, name), partial(office.change, "配送", name)):
        with pytest.raises(refused) as told:
            attempt()
        assert told.value.field == "name"
        assert told.value.explain()
    assert not Change.objects.exists()
    assert office.here() == office.there()


def test_upper_and_lower_case_are_one_name(office: Office) -> None:
    office.act("create_label", name="Orders")
    office.read()
    with pytest.raises(NameTaken):
        office.make("ORDERS")
    office.change("Orders", "ORDERS")
    office.settle()
    assert office.there() == {("ORDERS", "", "")}


def test_a_family_does_not_move_where_a_name_is_taken_or_too_deep(settled_office: Office) -> None:
    office = settled_office
    office.act("create_label", name="物流/遅延")
    office.read()
    with pytest.raises(NameTaken):
        office.change("配送", "物流")
    with pytest.raises(BadName) as told:
        office.change("配送", "会社/配送")
    assert "会社/配送/遅延" in told.value.explain()
    assert not Change.objects.exists()


@pytest.mark.spec("L2")
def test_a_new_name_that_gmail_refuses_stays_to_be_mended(office: Office) -> None:
    """A name that is taken in Gmail and not known here yet."""
    office.act("create_label", name="至急")
    label = office.make("至急", *RED)
    office.settle()
    refused = Label.objects.get(pk=label.pk)
    assert refused.state == LabelState.UNMADE
    told = refusal(refused)
    assert told is not None
    assert (told.field, told.detail) == ("name", "Label name exists or conflicts")
    event = Event.objects.get(kind="label.refused")
    assert event.data["told"] == office.leader.pk
    # The same row is asked for anew under another name.
    edit.change(refused, office.leader, LabelFields("大至急", *RED), version=refused.version)
    office.settle()
    mended = Label.objects.get(pk=label.pk)
    assert (mended.name, mended.state, mended.refused) == ("大至急", LabelState.LIVE, {})
    assert office.there() == office.here() == {("至急", "", ""), ("大至急", *RED)}


def test_what_gmail_refused_to_make_can_be_dropped(office: Office) -> None:
    office.act("create_label", name="至急")
    label = office.make("至急")
    office.work()
    edit.delete(Label.objects.get(pk=label.pk), office.leader)
    assert not Label.objects.filter(pk=label.pk).exists()
    office.settle()
    assert office.here() == office.there()


@pytest.mark.spec("L2")
def test_a_rename_that_gmail_refuses_goes_back_and_is_told(settled_office: Office) -> None:
    office = settled_office
    office.act("create_label", name="物流")  # not known here yet
    label = office.label("請求")
    office.change("請求", "物流", "#149e60", "#000000")
    office.carry()
    # Between Gmail's refusal and our hearing of it nothing is said to be well.
    assert pending([label]) == {label.pk}
    office.settle()
    assert pending([label]) == set()
    assert office.here() == office.there()
    label = office.label("請求")
    told = refusal(label)
    assert told is not None
    assert (told.field, label.refused["name"]) == ("name", "物流")
    # Saving something else forgets it.
    office.change("請求", "ご請求", "#149e60", "#000000")
    office.settle()
    assert office.label("ご請求").refused == {}
    assert office.here() == office.there()


def test_gmails_own_names_in_the_accounts_language_are_refused_by_gmail(office: Office) -> None:
    label = office.make("受信トレイ")
    office.sandbox.admin.faults(
        fail_next={
            "times": 1,
            "method": "labels.create",
            "status": 400,
            "reason": "invalidArgument",
            "message": "Invalid label name",
        }
    )
    office.work()
    told = refusal(Label.objects.get(pk=label.pk))
    assert told is not None
    assert (told.field, told.detail) == ("name", "Invalid label name")


def test_a_deletion_that_gmail_refuses_comes_back_with_its_mails(settled_office: Office) -> None:
    office = settled_office
    mail = cast.mail(office.box)
    label = office.label("請求")
    MessageLabel.objects.create(label=label, message=mail, internal_date=mail.internal_date)
    office.sandbox.admin.faults(
        fail_next={"times": 1, "method": "labels.delete", "status": 400, "reason": "invalid"}
    )
    office.delete("請求")
    office.settle()
    assert office.here() == office.there()
    assert office.label("請求").state == LabelState.LIVE
    assert refusal(office.label("請求")) is not None
    assert mail.labels.filter(name="請求").exists()


# Order, repetition, and readings that come between


def test_names_change_hands_in_their_order(settled_office: Office) -> None:
    """請求 becomes 経理, and 配送 takes the name that is free now; the workers go in that order."""
    office = settled_office
    office.change("請求", "経理", "#149e60", "#000000")
    office.make("請求")
    claimed = carrying.claim(office.box.pk)
    assert claimed is not None
    assert len(claimed.rows) == 1
    assert carrying.claim(office.box.pk) is None
    office.settle()
    assert office.here() == office.there()
    assert not Change.objects.filter(state="refused").exists()


def test_two_changes_of_a_label_are_one_call_only_while_nothing_else_waits(
    settled_office: Office,
) -> None:
    office = settled_office
    office.change("請求", "経理", *RED)
    office.change("経理", "経理部", *RED)
    assert Change.objects.count() == 1
    office.make("経理")
    office.change("経理部", "会計", *RED)
    assert Change.objects.count() == 3
    office.settle()
    assert office.here() == office.there()


@pytest.mark.parametrize("answer", [{"accept_then_drop": 1}, {"accept_then_error": 1}])
def test_a_lost_answer_makes_no_second_label(office: Office, answer: dict[str, Any]) -> None:
    [kind] = answer
    rule = {"method": "labels.create", "times": 1, "status": 503}
    office.sandbox.admin.faults(**{kind: rule})
    office.make("クレーム", *RED)
    office.work()
    assert office.there() == {("クレーム", *RED)}
    assert Change.objects.get().state == "queued"
    # A reading now must not make it stand here twice.
    office.read()
    assert office.here() == {("クレーム", *RED)}
    assert Label.objects.filter(mailbox=office.box, kind="user").count() == 1
    office.settle()
    assert office.there() == office.here() == {("クレーム", *RED)}
    assert office.states() == {LabelState.LIVE}
    assert office.calls["labels.create"] == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("name", ["create_label", "patch_label", "delete_label"])
def test_a_worker_killed_at_the_call(settled_office: Office, name: str, when: str) -> None:
    office = settled_office
    office.make("クレーム", *RED)
    office.change("配送", "物流", *BLUE)
    office.delete("請求")
    assert killed(
        lambda: carrying.carry_out(office.box.pk), owner=GmailClient, name=name, when=when
    )
    for _ in range(3):
        office.settle()
    assert office.there() == office.here()
    assert ("クレーム", *RED) in office.there()
    assert ("物流/遅延", "#b6cff5", "#000000") in office.there()
    assert not Change.objects.exclude(state="done").exists()


def test_a_reading_that_began_before_shows_nothing_old(
    settled_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gmail has answered, then all this happens and is carried out, then the answer is stored."""
    office = settled_office
    real = mirroring.mirror_labels

    def late(*args: Any, **kwargs: Any) -> LabelReading:
        office.make("クレーム", *RED)
        office.change("配送", "物流", *BLUE)
        office.delete("請求")
        office.work()
        return real(*args, **kwargs)

    monkeypatch.setattr(reading, "mirror_labels", late)
    office.read()
    wanted = {("クレーム", *RED), ("物流", *BLUE), ("物流/遅延", "#b6cff5", "#000000")}
    assert office.here() == wanted
    monkeypatch.setattr(reading, "mirror_labels", real)
    office.settle()
    assert office.here() == office.there() == wanted


def test_an_older_reading_changes_nothing(settled_office: Office) -> None:
    office = settled_office
    earlier = reading.database_time()
    old = client_for(office.box, priority="mirror").list_labels()
    office.act("create_label", name="VIP")
    office.read()
    mirroring.mirror_labels(office.box, old, read_at=earlier)
    assert office.here() == office.there()


# Gmail that fails


def test_names_come_even_where_colours_cannot_be_read(settled_office: Office) -> None:
    office = settled_office
    office.sandbox.admin.faults(errors=[{"method": "labels.get", "status": 503, "where": "part"}])
    office.act("create_label", name="VIP", background=RED[0], text_color=RED[1])
    office.act("edit_label", label="請求", name="ご請求")
    office.read()
    assert {name for name, *_ in office.here()} == {name for name, *_ in office.there()}
    assert ("ご請求", "#149e60", "#000000") in office.here()
    assert LabelReading.objects.get().partial
    assert reading.due() == []
    office.sandbox.admin.faults(errors=[])
    LabelReading.objects.update(tried_at="2026-01-01T00:00Z")
    assert reading.due() == [office.box.pk]
    office.read()
    assert office.here() == office.there()
    assert not LabelReading.objects.get().partial


def test_a_reading_that_fails_is_noted_and_tried_again_soon(settled_office: Office) -> None:
    office = settled_office
    office.sandbox.admin.faults(down=503)
    office.act("create_label", name="VIP")
    office.read()
    noted = LabelReading.objects.get()
    assert noted.trouble
    assert office.here() != office.there()
    office.sandbox.admin.faults(down=False)
    office.read()
    assert LabelReading.objects.get().trouble == ""
    assert office.here() == office.there()


def test_a_paused_mailbox_is_not_read_and_keeps_its_changes(settled_office: Office) -> None:
    office = settled_office
    Mailbox.objects.update(state="paused")
    office.make("VIP")
    office.act("create_label", name="至急")
    office.settle()
    assert reading.due() == []
    assert "至急" not in {name for name, *_ in office.here()}
    Mailbox.objects.update(state="connected")
    office.settle()
    assert office.here() == office.there()


# Who may, and who was quicker


def test_somebody_saved_meanwhile(settled_office: Office) -> None:
    office = settled_office
    label = office.label("請求")
    office.change("請求", "経理", *RED)
    with pytest.raises(LabelEdited) as told:
        edit.change(label, office.leader, LabelFields("会計", *RED), version=label.version)
    assert told.value.stored.name == "経理"
    # Saying once more what stands there is no quarrel.
    edit.change(label, office.leader, LabelFields("経理", *RED), version=label.version)


def test_what_is_not_edited_here(office: Office) -> None:
    office.act("create_label", name="a/b/c")
    office.read()
    deep = office.label("a/b/c")
    assert deep.is_deep
    with pytest.raises(NotEdited):
        office.change("a/b/c", "d")
    with pytest.raises(NotEdited):
        office.delete("a/b/c")
    office.make("新しい")
    with pytest.raises(NotEdited):
        office.change("新しい", "もっと新しい")
    system = Label.objects.get(mailbox=office.box, gmail_id="INBOX")
    with pytest.raises(Http404):
        edit.change(system, office.leader, LabelFields("x"), version=system.version)


def test_who_may(settled_office: Office) -> None:
    office = settled_office
    agent = cast.person("tanaka", office.box)
    outsider = cast.person("outsider", role="leader")
    label = office.label("請求")
    for user, refused in ((agent, OperationDenied), (outsider, Http404)):
        with pytest.raises(refused):
            edit.make(office.box, user, LabelFields("VIP"))
        with pytest.raises(refused):
            edit.change(label, user, LabelFields("VIP"), version=label.version)
        with pytest.raises(refused):
            edit.delete(label, user)
    assert not Change.objects.exists()


def test_every_third_call_fails_and_both_sides_are_the_same(settled_office: Office) -> None:
    """As beat would wake the workers: a handful of rounds, however Gmail fails."""
    office = settled_office
    office.sandbox.admin.faults(
        seed=7,
        part_errors=0.34,
        errors=[{"method": "*", "status": 503, "reason": "backendError", "rate": 0.34}],
    )
    office.make("クレーム", *RED)
    office.change("配送", "物流", *BLUE)
    office.delete("請求")
    rounds = 0
    while Change.objects.exclude(state="done").exists() or office.here() != office.there():
        rounds += 1
        assert rounds < 40
        office.settle()
    assert {name for name, *_ in office.there()} == {"クレーム", "物流", "物流/遅延"}
    assert Label.objects.filter(mailbox=office.box, kind="user").count() == 3
