"""Many mails at once: each by its verb, a report of each refusal, and the way back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections
from django.urls import reverse

from activity.events import of_message
from labels.models import Label
from mail import bulk, editlock
from mail.actions.assign import assign
from mail.actions.status import set_status
from mail.bulk import running, tasks
from mail.bulk.starting import NothingToUndo
from mail.models import BulkItem, BulkRun, BulkVerb, Message, MessageLabel, Status
from mailboxes.models import Change
from permissions.access import OperationDenied
from permissions.models import UserGrant
from permissions.operations import Operation
from tests.mail import cast
from tests.mail.bulk.conftest import Desk
from tests.mailboxes.changes.test_kill import killed

pytestmark = pytest.mark.django_db


def last() -> BulkRun:
    return BulkRun.objects.latest("pk")


@pytest.mark.spec("M7")
def test_what_was_refused_is_named_and_the_rest_is_done_and_taken_back(desk: Desk) -> None:
    response = desk.post("done", *desk.mails)
    shown = response.content.decode()
    assert response.status_code == 200
    assert desk.statuses() == ["done", "done", "in_progress", "done"]
    assert "3通を変更" in shown
    assert desk.mails[2].public_id in shown
    assert "山田 花子" in shown
    assert "元に戻す" in shown
    run = last()
    assert (run.total, run.changed, run.refused, run.state) == (4, 3, 1, "done")
    back = desk.client().post(reverse("mail:bulk_undo", args=[run.pk])).content.decode()
    assert desk.statuses() == ["open", "open", "in_progress", "open"]
    assert "3通を変更" in back
    assert "元に戻す" not in back.replace("元に戻す: ", "")


@pytest.mark.spec("M7")
@pytest.mark.parametrize(
    ("verb", "more", "done"),
    [
        ("done", {}, lambda m: m.status == Status.DONE),
        ("assign", {"to": "me"}, lambda m: m.assignee is not None),
        ("label", {"label": "至急"}, lambda m: m.labels.filter(name="至急").exists()),
        ("read", {}, lambda m: not m.is_unread),
        ("star", {}, lambda m: m.is_starred),
        ("trash", {}, lambda m: m.folder == "trash"),
        ("spam", {}, lambda m: m.folder == "spam"),
    ],
)
def test_every_verb_and_its_way_back(desk: Desk, verb: str, more: Any, done: Any) -> None:
    more = {key: str(desk.leader.pk) if value == "me" else value for key, value in more.items()}
    before = [_state(desk.fresh(number)) for number in (1, 2)]
    desk.post(verb, *desk.mails[:2], **more)
    assert all(done(desk.fresh(number)) for number in (1, 2))
    run = last()
    assert (run.changed, run.refused) == (2, 0)
    assert of_message(desk.mails[0].pk).filter(actor=desk.leader).exists()
    desk.client().post(reverse("mail:bulk_undo", args=[run.pk]))
    assert [_state(desk.fresh(number)) for number in (1, 2)] == before
    # A second time there is nothing to take back.
    again = desk.client().post(reverse("mail:bulk_undo", args=[run.pk]))
    assert again.status_code == 409


def _state(message: Message) -> tuple[Any, ...]:
    labels = set(message.labels.values_list("name", flat=True)) - {"UNREAD", "STARRED"}
    return (
        message.status,
        message.assignee_id,
        message.folder,
        message.is_unread,
        message.is_starred,
        labels,
    )


@pytest.mark.spec("M7")
def test_out_of_trash_and_spam(desk: Desk) -> None:
    for away, back in (("trash", "restore"), ("spam", "not_spam")):
        desk.post(away, desk.mails[0], desk.mails[1])
        desk.post(back, desk.mails[0], desk.mails[1])
        assert {desk.fresh(1).folder, desk.fresh(2).folder} == {"received"}
        desk.client().post(reverse("mail:bulk_undo", args=[last().pk]))
        assert {desk.fresh(1).folder, desk.fresh(2).folder} == {away}
        desk.post(back, desk.mails[0], desk.mails[1])


def test_what_is_so_already_is_neither_changed_nor_taken_back(desk: Desk) -> None:
    set_status(desk.mails[0], desk.agent, Status.DONE)
    desk.post("done", desk.mails[0], desk.mails[1])
    run = last()
    assert (run.changed, run.same) == (1, 1)
    bulk.go_on(bulk.start_undo(run, desk.leader).pk, seconds=5)
    assert desk.statuses()[:2] == ["done", "open"]


@pytest.mark.spec("M7")
def test_taking_back_leaves_alone_what_somebody_changed_since(desk: Desk) -> None:
    desk.post("assign", desk.mails[0], desk.mails[1], to=str(desk.leader.pk))
    assign(desk.fresh(1), desk.agent, desk.agent)
    shown = desk.client().post(reverse("mail:bulk_undo", args=[last().pk])).content.decode()
    assert "その後に変更" in shown
    assert desk.fresh(1).assignee == desk.agent
    assert desk.fresh(2).assignee is None


def test_labels_go_by_name_and_each_mailbox_has_its_own(desk: Desk) -> None:
    second = cast.mailbox("sales@shop.example")
    second.memberships.create(user=desk.leader)
    theirs = Label.objects.create(mailbox=second, gmail_id="Label_9", name="至急")
    third = cast.mailbox("info@shop.example")
    third.memberships.create(user=desk.leader)
    other, without = cast.mail(second), cast.mail(third)
    desk.post("label", desk.mails[0], other, without, label="至急")
    assert desk.label_names(1) == {"至急"}
    assert other.labels.get(kind="user") == theirs
    run = last()
    assert (run.changed, run.refused) == (2, 1)
    assert "至急" in BulkItem.objects.get(run=run, outcome="refused").why
    desk.post("label", desk.mails[0], label="至急", way="remove")
    assert desk.label_names(1) == set()


@pytest.mark.spec("M7")
def test_without_permission_nothing_is_offered_and_nothing_done(desk: Desk) -> None:
    assert desk.post("done", *desk.mails, user=desk.agent).status_code == 403
    assert "data-bulk" not in desk.client(desk.agent, htmx=False).get("/mail/").content.decode()
    UserGrant.objects.create(user=desk.leader, operation=Operation.MAIL_TRASH.value, allowed=False)
    assert desk.post("trash", *desk.mails).status_code == 403
    shown = desk.client(htmx=False).get("/mail/").content.decode()
    assert 'value="trash"' not in shown
    assert 'value="done"' in shown
    # Withdrawn while a run waits: told mail by mail.
    run = bulk.start(desk.leader, BulkVerb.STAR, {}, message_ids=[mail.pk for mail in desk.mails])
    UserGrant.objects.create(user=desk.leader, operation=Operation.MAIL_LABEL.value, allowed=False)
    bulk.go_on(run.pk, seconds=5)
    run.refresh_from_db()
    assert (run.changed, run.refused) == (0, 4)
    assert "権限" in BulkItem.objects.filter(run=run)[0].why


def test_mails_of_others_and_of_nothing_are_left_out(desk: Desk) -> None:
    foreign = cast.mail(cast.mailbox("other@shop.example"))
    desk.post("done", desk.mails[0], foreign, id=[desk.mails[0].public_id, foreign.public_id])
    assert last().total == 1
    assert Message.objects.get(pk=foreign.pk).status == "open"
    assert desk.client().post("/mail/bulk/", {"verb": "done", "id": "M-000"}).status_code == 422


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({"verb": "done"}, "メールを選んで"),
        ({"verb": "undo"}, ""),
        ({"verb": "explode"}, ""),
        ({"verb": "label"}, "ラベルを選んで"),
        ({"verb": "assign", "to": "999999"}, "この人は"),
        ({"verb": "assign", "to": "x"}, ""),
    ],
)
def test_what_means_nothing_is_refused(desk: Desk, posted: dict[str, str], words: str) -> None:
    ids = {} if words.startswith("メール") else {"id": desk.mails[0].public_id}
    response = desk.client().post("/mail/bulk/", {**posted, **ids})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not BulkRun.objects.exists()


def test_a_report_is_its_own_persons(desk: Desk) -> None:
    desk.post("done", desk.mails[0])
    run = last()
    for name, method in (("bulk_report", "get"), ("bulk_undo", "post"), ("bulk_stop", "post")):
        address = reverse(f"mail:{name}", args=[run.pk])
        assert getattr(desk.client(desk.outsider), method)(address).status_code == 404
        assert getattr(desk.client(desk.agent), method)(address).status_code == 403
        wrong = "post" if method == "get" else "get"
        assert getattr(desk.client(), wrong)(address).status_code == 405
        assert (
            getattr(desk.client(), method)(reverse(f"mail:{name}", args=[10**9])).status_code == 404
        )
    page = desk.client(htmx=False).get(reverse("mail:bulk_report", args=[run.pk]))
    assert "<html" in page.content.decode()


def test_dialogs_offer_people_and_labels(desk: Desk) -> None:
    people = desk.client().get("/mail/bulk/people/").content.decode()
    assert people.index("鈴木 一郎") < people.index("山田 花子")
    labels = desk.client().get("/mail/bulk/labels/").content.decode()
    assert 'value="至急"' in labels
    assert "INBOX" not in labels
    UserGrant.objects.create(user=desk.leader, operation=Operation.MAIL_ASSIGN.value, allowed=False)
    assert desk.client().get("/mail/bulk/people/").status_code == 403
    assert desk.client().post("/mail/bulk/labels/").status_code == 405


# Everything that the list has


def _many(desk: Desk, number: int) -> None:
    for at in range(number):
        desk.mail(f"多数 {at}")


@pytest.mark.spec("M33")
def test_everything_of_the_list_beyond_the_page_and_nothing_else(desk: Desk) -> None:
    _many(desk, 120)
    done_before = desk.mail("済み", status=Status.DONE)
    elsewhere = cast.mail(desk.box, subject="多数 受信トレイの外")
    response = desk.client().post(
        "/mail/bulk/", {"verb": "done", "all": "1", "list": "category=inbox&status=open"}
    )
    assert "hx-get" in response.content.decode() or last().state == "done"
    while bulk.go_on(last().pk, seconds=10):
        pass
    run = last()
    assert (run.state, run.total, run.changed) == ("done", 123, 123)
    assert Message.objects.get(pk=elsewhere.pk).status == "open"
    assert not run.items.filter(message=done_before).exists()
    assert desk.statuses() == ["done", "done", "in_progress", "done"]


@pytest.mark.spec("M33")
def test_everything_that_a_search_found(desk: Desk) -> None:
    _many(desk, 110)
    desk.client().post(
        "/mail/bulk/", {"verb": "star", "all": "1", "list": "category=all&q=subject:多数"}
    )
    while bulk.go_on(last().pk, seconds=10):
        pass
    assert last().changed == 110
    assert not desk.fresh(1).is_starred


@pytest.mark.spec("M33")
def test_it_is_offered_where_there_is_more_than_a_page(desk: Desk) -> None:
    shown = desk.client(htmx=False).get("/mail/").content.decode()
    assert "data-bulk-everything" not in shown
    _many(desk, 110)
    shown = desk.client(htmx=False).get("/mail/").content.decode()
    assert "検索結果すべてを選択" in shown
    assert "114" in shown


@pytest.mark.spec("M33")
def test_progress_and_stopping(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _many(desk, 60)
    monkeypatch.setattr("mail.views.bulk._AT_ONCE_SECONDS", 0.0)
    shown = desk.client().post(
        "/mail/bulk/", {"verb": "star", "all": "1", "list": "category=inbox"}
    )
    run = last()
    assert (run.state, run.total, run.ended) == ("running", 64, 0)
    assert f'hx-get="{reverse("mail:bulk_report", args=[run.pk])}"' in shown.content.decode()
    bulk.go_on(run.pk, seconds=0.0)
    run.refresh_from_db()
    assert 0 < run.ended < run.total
    shown = desk.client().get(reverse("mail:bulk_report", args=[run.pk]))
    assert f'<progress max="64" value="{run.ended}"' in shown.content.decode()
    stopped = desk.client().post(reverse("mail:bulk_stop", args=[run.pk])).content.decode()
    assert "中止しました" in stopped
    assert bulk.go_on(run.pk, seconds=5) is False
    run.refresh_from_db()
    assert run.state == "stopped"
    starred = Message.objects.filter(is_starred=True).count()
    assert starred == run.changed
    # What is done can be taken back.
    bulk.go_on(bulk.start_undo(run, desk.leader).pk, seconds=10)
    assert not Message.objects.filter(is_starred=True).exists()


def test_what_arrives_meanwhile_is_not_meant(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    run = bulk.start_all(desk.leader, BulkVerb.STAR, {}, query="category=inbox")
    late = desk.mail("あとから届いた")
    while bulk.go_on(run.pk, seconds=10):
        pass
    assert not Message.objects.get(pk=late.pk).is_starred
    assert desk.fresh(1).is_starred


def test_only_one_worker_has_a_run_in_hand(desk: Desk) -> None:
    run = bulk.start(desk.leader, BulkVerb.STAR, {}, message_ids=[desk.mails[0].pk])
    assert running.waiting() == [run.pk]
    assert running._claim(run.pk) is not None
    assert running.waiting() == []
    assert bulk.go_on(run.pk, seconds=5) is False
    assert not desk.fresh(1).is_starred


def test_old_reports_are_forgotten_and_open_runs_are_not(desk: Desk) -> None:
    desk.post("star", desk.mails[0])
    waiting = bulk.start(desk.leader, BulkVerb.READ, {}, message_ids=[desk.mails[0].pk])
    BulkRun.objects.update(created_at="2026-01-01T00:00Z")
    tasks.sweep()
    assert list(BulkRun.objects.all()) == [waiting]


def test_ones_own_lock_ends_and_somebody_elses_stays(desk: Desk) -> None:
    editlock.acquire(desk.mails[0], desk.leader)
    desk.post("done", desk.mails[0], desk.mails[2])
    assert editlock.current(desk.fresh(1)) is None
    standing = editlock.current(desk.fresh(3))
    assert standing is not None
    assert standing.held_by(desk.yamada)


def test_there_is_nothing_to_undo(desk: Desk) -> None:
    desk.post("done", desk.mails[2])  # refused
    with pytest.raises(NothingToUndo):
        bulk.start_undo(last(), desk.leader)
    desk.post("done", desk.mails[0])
    with pytest.raises(NothingToUndo):
        bulk.start_undo(last(), desk.outsider)
    with pytest.raises(OperationDenied):
        bulk.start_undo(last(), desk.agent)


def test_gmail_hears_of_many_in_one_call_each_thousand(desk: Desk) -> None:
    _many(desk, 20)
    ids = list(Message.objects.values_list("pk", flat=True))
    bulk.go_on(bulk.start(desk.leader, BulkVerb.READ, {}, message_ids=ids).pk, seconds=20)
    payloads = {str(change.payload) for change in Change.objects.all()}
    assert len(payloads) == 1
    assert Change.objects.count() == 24


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("name", ["_note", "_change"])
def test_a_worker_killed_between_two_mails(desk: Desk, name: str, when: str) -> None:
    run = bulk.start(
        desk.leader, BulkVerb.LABEL, {"add": ["至急"]}, message_ids=[m.pk for m in desk.mails]
    )
    assert killed(lambda: bulk.go_on(run.pk, seconds=5), owner=running, name=name, when=when)
    connections.close_all()
    BulkRun.objects.update(claimed_until="2026-01-01T00:00Z")
    assert running.waiting() == [run.pk]
    bulk.go_on(run.pk, seconds=5)
    run.refresh_from_db()
    assert (run.state, run.changed, run.refused) == ("done", 3, 1)
    assert MessageLabel.objects.filter(label=desk.urgent).count() == 3
    told = [of_message(mail.pk).filter(kind="mail.labelled").count() for mail in desk.mails]
    assert told == [1, 1, 0, 1]
