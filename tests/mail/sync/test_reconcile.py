"""The mirror held against Gmail's own lists: whatever history left out is found and mended."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from activity.models import Event
from callcenter.gmail.errors import Unavailable
from mail.models import (
    Folder,
    Listed,
    Message,
    MessageLabel,
    Reason,
    Reconciliation,
    SyncPhase,
    SyncState,
)
from mail.sync import reconcile
from mail.sync.listing import ensure_empty
from mail.sync.turn import Lane, take_turn
from mailboxes.gmail import client_for
from mailboxes.models import Mailbox
from tests.mail import cast
from tests.mail.sync.conftest import Mirror
from tests.mail.sync.test_mirror import ROOT, worker_environment
from tests.waiting import until


def filled(mirror: Mirror, number: int) -> list[str]:
    ids = [mirror.deliver(each) for each in range(number)]
    mirror.catch_up()
    # The comparison passes over what was stored after it began.
    Message.objects.update(stored_at=timezone.now() - timedelta(days=1))
    return ids


def compared(mirror: Mirror) -> Reconciliation:
    run = reconcile.ask(mirror.box)
    mirror.catch_up()
    run.refresh_from_db()
    assert run.finished_at is not None
    assert not Listed.objects.exists()
    return run


def counts(run: Reconciliation) -> tuple[int, int, int, int]:
    return run.missing, run.surplus, run.differing, run.repaired


def test_a_true_mirror_is_found_true_without_reading_a_mail(mirror: Mirror) -> None:
    filled(mirror, 30)
    before = mirror.sandbox.admin.log()["counts"]
    run = compared(mirror)
    after = mirror.sandbox.admin.log()["counts"]
    assert (run.listed, *counts(run)) == (30, 0, 0, 0, 0)
    assert after["messages.get"] == before["messages.get"]
    assert after["messages.list"] - before["messages.list"] == 1 + mirror.box.labels.count()
    told = Event.objects.get(kind="sync.reconciled")
    assert (told.data["listed"], told.data["missing"]) == (30, 0)


def test_every_kind_of_difference_is_found_and_mended(mirror: Mirror) -> None:
    ids = filled(mirror, 12)
    Message.objects.filter(gmail_id__in=ids[:2]).delete()
    MessageLabel.objects.filter(message__gmail_id=ids[2]).delete()
    spam, _ = mirror.box.labels.get_or_create(gmail_id="SPAM", defaults={"kind": "system"})
    wrong = mirror.message(ids[3])
    MessageLabel.objects.create(message=wrong, label=spam, internal_date=wrong.internal_date)
    Message.objects.filter(gmail_id=ids[4]).update(gone_at=timezone.now())
    never = Message.objects.create(
        mailbox=mirror.box,
        conversation=wrong.conversation,
        gmail_id="19ffffffffffffff",
        internal_date=wrong.internal_date,
        folder=Folder.RECEIVED,
    )
    Message.objects.filter(pk=never.pk).update(stored_at=wrong.stored_at)
    run = compared(mirror)
    assert counts(run) == (3, 1, 2, 6)
    assert mirror.mirrored() == mirror.truth()
    never.refresh_from_db()
    assert never.gone_at is not None
    assert counts(compared(mirror)) == (0, 0, 0, 0)


def test_what_history_dropped_is_found_at_night(mirror: Mirror) -> None:
    ids = filled(mirror, 6)
    mirror.sandbox.admin.faults(history={"drop": 1.0})
    mirror.act("modify", message_id=ids[0], add=["STARRED"])
    mirror.act("delete", message_id=ids[1])
    added = mirror.deliver(9)
    mirror.catch_up()
    assert mirror.mirrored() != mirror.truth()
    run = compared(mirror)
    assert counts(run) == (1, 1, 1, 3)
    assert mirror.mirrored() == mirror.truth()
    assert mirror.message(ids[0]).is_starred
    # A customer's mail that history forgot is news all the same.
    assert Event.objects.filter(kind="mail.received", data__public_id=_id(mirror, added)).exists()


def _id(mirror: Mirror, gmail_id: str) -> str:
    return mirror.message(gmail_id).public_id


def test_a_label_made_while_history_was_lost_is_compared_as_well(mirror: Mirror) -> None:
    ids = filled(mirror, 3)
    mirror.sandbox.admin.faults(history={"drop": 1.0})
    made = mirror.act("create_label", name="至急")["label_id"]
    mirror.act("modify", message_id=ids[0], add=[made])
    mirror.catch_up()
    run = compared(mirror)
    assert run.differing == 1
    assert mirror.mirrored() == mirror.truth()


def test_a_running_comparison_is_not_begun_twice(mirror: Mirror) -> None:
    filled(mirror, 1)
    first = reconcile.ask(mirror.box)
    assert reconcile.ask(mirror.box, Reason.NIGHTLY) == first


def test_a_gap_in_history_begins_a_running_comparison_anew(mirror: Mirror) -> None:
    filled(mirror, 3)
    run = reconcile.ask(mirror.box)
    Reconciliation.objects.filter(pk=run.pk).update(step="INBOX", listed=3, page_token="x")
    added = mirror.deliver(10)
    mirror.sandbox.admin.expire_history(mirror.box.address)
    mirror.catch_up()
    run.refresh_from_db()
    assert (run.reason, run.listed, run.missing) == (Reason.EXPIRED, 4, 1)
    assert mirror.message(added).gone_at is None


@pytest.mark.parametrize("step", ["ids", "INBOX", "Label_that_never_was"])
def test_a_stale_page_token_begins_the_list_again(mirror: Mirror, step: str) -> None:
    filled(mirror, 3)
    run = reconcile.ask(mirror.box)
    Reconciliation.objects.filter(pk=run.pk).update(step=step, page_token="long ago", listed=99)
    Listed.objects.create(reconciliation=run, gmail_id="from before")
    mirror.catch_up()
    run.refresh_from_db()
    assert run.finished_at is not None
    assert counts(run) == (0, 0, 0, 0)
    assert run.listed == (3 if step == "ids" else 99)


def test_a_first_listing_whose_page_token_died_begins_again(mirror: Mirror) -> None:
    for number in range(5):
        mirror.deliver(number)
    take_turn(mirror.box.pk, lane=Lane.FOLLOW)
    state = mirror.state
    assert state.phase == SyncPhase.LISTING
    SyncState.objects.filter(pk=state.pk).update(page_token="long ago", listed=2)
    mirror.catch_up()
    assert mirror.mirrored() == mirror.truth()
    assert mirror.state.listed == 5


def test_the_old_mirror_is_readable_meanwhile(mirror: Mirror) -> None:
    ids = filled(mirror, 3)
    mirror.act("delete", message_id=ids[0])
    mirror.sandbox.admin.expire_history(mirror.box.address)
    take_turn(mirror.box.pk, lane=Lane.FOLLOW)
    assert reconcile.running(mirror.box) is not None
    reader = cast.person("agent", mirror.box)
    assert Message.objects.visible_to(reader).count() == 3
    mirror.catch_up()
    assert Message.objects.visible_to(reader).count() == 2


def test_news_come_while_a_comparison_runs(mirror: Mirror) -> None:
    filled(mirror, 3)
    run = reconcile.ask(mirror.box)
    added = mirror.deliver(7)
    take_turn(mirror.box.pk, lane=Lane.FOLLOW)
    run.refresh_from_db()
    assert run.finished_at is None
    assert mirror.message(added).status == "open"


def test_a_worker_killed_in_a_comparison_leaves_a_place_to_go_on(mirror: Mirror) -> None:
    ids = filled(mirror, 40)
    Message.objects.filter(gmail_id__in=ids[:3]).delete()
    run = reconcile.ask(mirror.box)
    mirror.sandbox.admin.faults(latency_ms=120)
    for wanted in (2, 4):
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.mail.sync.worker", str(mirror.box.pk)],
            cwd=ROOT,
            env=worker_environment(),
        )
        until(partial(_has_behind, mirror, run, wanted), timeout=60)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    mirror.sandbox.admin.faults(latency_ms=0)
    mirror.catch_up()
    run.refresh_from_db()
    assert run.finished_at is not None
    assert (run.listed, run.missing) == (40, 3)
    assert mirror.mirrored() == mirror.truth()


def _has_behind(mirror: Mirror, run: Reconciliation, wanted: int) -> bool:
    return _steps(mirror, run) >= wanted


def _steps(mirror: Mirror, run: Reconciliation) -> int:
    """How many lists the comparison has behind it."""
    run.refresh_from_db()
    if run.finished_at:
        return 1 + mirror.box.labels.count()
    if run.step == reconcile.ALL:
        return 0
    return 1 + mirror.box.labels.filter(gmail_id__lt=run.step).count()


@pytest.mark.parametrize(
    ("hour", "hours_ago", "due"),
    [
        (2, 21, True),
        (2, 19, False),
        (14, 21, False),
        (14, 37, True),
        (0, 30, False),
        (5, 30, False),
        (4, 21, True),
    ],
)
def test_the_nightly_comparison_begins_at_night_and_at_the_latest_after_a_day_and_a_half(
    box: Mailbox, hour: int, hours_ago: int, due: bool
) -> None:
    then = timezone.now() - timedelta(hours=hours_ago)
    SyncState.objects.create(
        mailbox=box, phase=SyncPhase.FOLLOWING, finished_at=timezone.now() - timedelta(days=9)
    )
    Reconciliation.objects.create(
        mailbox=box, reason=Reason.NIGHTLY, started_at=then, finished_at=then
    )
    assert reconcile.due_for_nightly(hour=hour).exists() is due


def test_a_mailbox_that_is_still_read_in_or_stands_still_is_not_compared(box: Mailbox) -> None:
    state = SyncState.objects.create(mailbox=box, phase=SyncPhase.FETCHING)
    assert not reconcile.due_for_nightly(hour=2).exists()
    long_ago = timezone.now() - timedelta(days=2)
    SyncState.objects.filter(pk=state.pk).update(phase=SyncPhase.FOLLOWING, finished_at=long_ago)
    assert reconcile.due_for_nightly(hour=2).exists()
    Mailbox.objects.filter(pk=box.pk).update(state="paused")
    assert not reconcile.due_for_nightly(hour=2).exists()


@pytest.fixture
def box(db: Any) -> Mailbox:
    return cast.mailbox()


def test_an_empty_list_is_believed_of_an_empty_account_alone(mirror: Mirror) -> None:
    client = client_for(mirror.box, priority="mirror")
    ensure_empty(client)
    mirror.deliver(1)
    with pytest.raises(Unavailable, match="an empty list"):
        ensure_empty(client)
