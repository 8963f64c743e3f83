"""The mirror says what Gmail says, whatever happens on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from activity.models import Event
from mail import editlock
from mail.models import Draft, Message, Reconciliation, Status, SyncPhase, ToFetch
from mailboxes.models import Mailbox, MailboxState
from tests.mail import cast
from tests.mail.sync.conftest import Mirror
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[3]


def test_the_first_synchronisation_brings_everything_once(mirror: Mirror) -> None:
    for number in range(120):
        mirror.deliver(number)
    mirror.act("create_label", name="配送/遅延", background="#fb4c2f", text_color="#ffffff")
    mirror.catch_up()
    assert mirror.mirrored() == mirror.truth()
    assert mirror.state.phase == SyncPhase.FOLLOWING
    assert mirror.state.fetched == 120
    assert mirror.box.labels.get(name="配送/遅延").background == "#fb4c2f"
    assert Message.objects.filter(mailbox=mirror.box).count() == 120


def test_japanese_arrives_as_it_was_written(mirror: Mirror) -> None:
    mirror.deliver(1)
    mirror.catch_up()
    message = Message.objects.get()
    assert message.from_name == "井上葵"
    assert "①㈱髙島屋" in message.body.text


@pytest.mark.spec("M34")
def test_a_mail_begins_with_the_status_that_fits(mirror: Mirror) -> None:
    """Before connecting 完了 (the last days' inbox 未処理 by the setting), then 未処理; sent 完了;
    drafts, spam and trash none; automatic ones are marked."""
    Mailbox.objects.filter(pk=mirror.box.pk).update(open_days=2)
    now = int(time.time() * 1000)
    day = 24 * 3600 * 1000
    old = mirror.deliver(1, internal_date=now - 5 * day)
    recent = mirror.deliver(2, internal_date=now - day)
    mirror.catch_up()
    later = mirror.deliver(3)
    spam = mirror.deliver(4, labels=["SPAM"])
    trash = mirror.deliver(5, labels=["TRASH"])
    archived = mirror.deliver(6, labels=[])
    own = mirror.act("compose", to="aoi@customer.example", subject="Hello")["id"]
    draft = mirror.act("create_draft", to="aoi@customer.example", subject="Later")["id"]
    automatic = mirror.sandbox.admin.deliver(
        mirror.box.address,
        b"From: a@customer.example\r\nTo: support@shop.example\r\nSubject: away\r\n"
        b"Auto-Submitted: auto-replied\r\n\r\nI am away.\r\n",
    )["id"]
    mirror.catch_up()
    found = {message.gmail_id: message.status for message in Message.objects.all()}
    assert found[old] == Status.DONE
    assert found[recent] == Status.OPEN
    assert found[later] == Status.OPEN
    assert found[own] == Status.DONE
    assert found[archived] == Status.DONE
    assert found[spam] is found[trash] is found[draft] is None
    assert mirror.message(automatic).automatic == "auto_reply"


@pytest.mark.spec("M34")
def test_a_reply_made_in_gmail_itself_closes_what_it_answers(mirror: Mirror) -> None:
    mirror.catch_up()
    asked = mirror.deliver(1)
    mirror.catch_up()
    assert mirror.message(asked).status == Status.OPEN
    mirror.act("reply", message_id=asked, text="発送しました。")
    mirror.catch_up()
    answered = mirror.message(asked)
    assert answered.status == Status.DONE
    event = Event.objects.get(kind="status.changed", message_id=answered.pk)
    assert event.data["reason"] == "answered_in_gmail"


@pytest.mark.spec("M34")
def test_a_reply_made_in_gmail_itself_warns_who_is_writing_one(mirror: Mirror) -> None:
    mirror.catch_up()
    asked = mirror.deliver(1)
    mirror.catch_up()
    agent = cast.person("agent", mirror.box)
    editlock.acquire(mirror.message(asked), agent)
    mirror.act("reply", message_id=asked, text="発送しました。")
    mirror.catch_up()
    answered = mirror.message(asked)
    assert answered.status == Status.IN_PROGRESS
    lock = editlock.current(answered)
    assert lock is not None
    assert lock.held_by(agent)
    assert Event.objects.filter(kind="lock.warned", message_id=answered.pk).exists()


def test_changes_made_in_gmail_arrive(mirror: Mirror) -> None:
    ids = [mirror.deliver(number) for number in range(6)]
    mirror.catch_up()
    mirror.act("modify", message_id=ids[0], add=["STARRED"], remove=["UNREAD"])
    mirror.act("modify", message_id=ids[1], add=["TRASH"], remove=["INBOX"])
    mirror.act("delete", message_id=ids[2])
    ids.append(mirror.deliver(7))
    mirror.catch_up()
    assert mirror.mirrored() == mirror.truth()
    starred = mirror.message(ids[0])
    assert (starred.is_starred, starred.is_unread) == (True, False)
    assert mirror.message(ids[1]).folder == "trash"
    gone = mirror.message(ids[2])
    assert gone.gone_at is not None
    assert Event.objects.filter(kind="mail.gone", message_id=gone.pk).exists()


def test_an_expired_history_is_made_up_for_by_a_comparison(mirror: Mirror) -> None:
    ids = [mirror.deliver(number) for number in range(8)]
    mirror.catch_up()
    mirror.act("delete", message_id=ids[3])
    mirror.act("modify", message_id=ids[4], add=["STARRED"])
    added = mirror.deliver(20)
    mirror.sandbox.admin.expire_history(mirror.box.address)
    mirror.catch_up()
    assert mirror.mirrored() == mirror.truth()
    assert mirror.message(ids[3]).gone_at is not None
    assert mirror.message(added).status == Status.OPEN
    run = Reconciliation.objects.get()
    assert (run.reason, run.listed, run.missing, run.surplus) == ("expired", 8, 1, 1)
    assert (run.differing, run.repaired) == (1, 3)
    assert run.finished_at is not None


def test_errors_of_single_parts_lose_nothing(mirror: Mirror) -> None:
    mirror.sandbox.admin.faults(part_errors=0.25)
    for number in range(80):
        mirror.deliver(number)
    mirror.catch_up(timeout=90)
    assert mirror.mirrored() == mirror.truth()


@pytest.mark.spec("S4")
def test_gmail_down_in_the_middle_is_told_and_made_up_for(mirror: Mirror) -> None:
    for number in range(120):
        mirror.deliver(number)
    mirror.sandbox.admin.faults(
        errors=[{"method": "messages.get", "status": 503, "reason": "backendError", "rate": 1.0}]
    )
    mirror.sandbox.admin.faults(down=True)
    assert mirror.turn() is False
    assert mirror.fresh_box().trouble == "gmail_down"
    mirror.sandbox.admin.faults(down=False, errors=[])
    mirror.catch_up()
    assert mirror.mirrored() == mirror.truth()
    assert mirror.fresh_box().trouble == ""


@pytest.mark.spec("S4")
def test_a_withdrawn_permission_stops_the_mirror_and_keeps_everything(mirror: Mirror) -> None:
    mirror.deliver(1)
    mirror.catch_up()
    agent = cast.person("agent", mirror.box)
    Draft.objects.create(mailbox=mirror.box, kind="new", author=agent, text="途中まで")
    mirror.sandbox.admin.revoke_tokens(mirror.box.address)
    mirror.turn()
    box = mirror.fresh_box()
    assert (box.state, box.trouble) == (MailboxState.NEEDS_AUTH, "revoked")
    assert Message.objects.count() == 1
    assert Draft.objects.get().text == "途中まで"


def test_a_turn_is_taken_once_at_a_time(mirror: Mirror) -> None:
    """A second worker finds the mailbox taken and leaves it alone."""
    for number in range(40):
        mirror.deliver(number)
    mirror.sandbox.admin.faults(latency_ms=20)
    others = [_worker(mirror.box.pk) for _ in range(3)]
    for other in others:
        assert other.wait(timeout=150) == 0
    mirror.sandbox.admin.faults(latency_ms=0)
    mirror.catch_up()
    assert mirror.mirrored() == mirror.truth()
    assert mirror.sandbox.admin.log()["counts"]["getProfile"] == 1


def _worker(mailbox_id: int) -> subprocess.Popen[bytes]:
    """A process that takes turns until nothing is waiting."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.mail.sync.worker", str(mailbox_id)],
        cwd=ROOT,
        env=worker_environment(),
    )


def worker_environment() -> dict[str, str]:
    google = settings.GOOGLE
    host = connection.settings_dict["HOST"]
    name, user = connection.settings_dict["NAME"], connection.settings_dict["USER"]
    return {
        **os.environ,
        "DATABASE_URL": f"postgresql://{user}@/{name}?host={host}",
        "GMAIL_API_ROOT": google.api_root,
        "GOOGLE_TOKEN_URI": google.token_uri,
    }


def _stored_at_least(wanted: int) -> bool:
    return Message.objects.count() >= wanted


def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(mirror: Mirror) -> None:
    for number in range(150):
        mirror.deliver(number)
    mirror.sandbox.admin.faults(latency_ms=60)
    for wanted in (10, 60, 110):
        worker = _worker(mirror.box.pk)
        until(partial(_stored_at_least, wanted), timeout=60)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    mirror.sandbox.admin.faults(latency_ms=0)
    mirror.catch_up()
    assert mirror.mirrored() == mirror.truth()
    assert Message.objects.count() == 150
    assert not ToFetch.objects.exists()
