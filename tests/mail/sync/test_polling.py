"""How often each mailbox is asked, and that none keeps another one waiting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from mail.models import Reason, SyncPhase, SyncState
from mail.sync import polling, reconcile
from mail.sync.tasks import wake
from mail.sync.turn import Lane, take_turn
from mailboxes.models import Mailbox
from tests.mail import cast
from tests.mail.sync.conftest import Mirror


@pytest.fixture
def box(db: Any) -> Mailbox:
    return cast.mailbox()


@pytest.mark.parametrize(
    ("troubled_for", "watched", "seconds"),
    [
        (None, True, 2),
        (None, False, 15),
        (1, True, 2),
        (40, True, 10),
        (40, False, 10),
        (4000, True, 60),
    ],
)
def test_the_interval(troubled_for: int | None, watched: bool, seconds: int, settings: Any) -> None:
    settings.POLL_SECONDS = 2.0
    mailbox = Mailbox()
    if troubled_for is not None:
        mailbox.trouble = "gmail_down"
        mailbox.trouble_since = timezone.now() - timedelta(seconds=troubled_for)
    assert polling.interval(mailbox, watched=watched) == pytest.approx(seconds, abs=0.1)


def test_a_mailbox_is_due_once_in_its_time(box: Mailbox, broker: Any, settings: Any) -> None:
    settings.POLL_SECONDS = 2.0
    assert polling.due() == [box.pk]
    assert polling.due() == []
    assert 13_000 < broker.pttl(f"sync:asked:{box.pk}") <= 15_000
    # Somebody opens a page: the long pause ends at once, and once only.
    polling.watch([box.pk])
    assert polling.due() == [box.pk]
    polling.watch([box.pk])
    assert polling.due() == []
    assert 1_000 < broker.pttl(f"sync:asked:{box.pk}") <= 2_000


@pytest.mark.parametrize("at_work", ["first", "compared"])
def test_a_mailbox_at_work_is_looked_after_as_if_watched(
    box: Mailbox, broker: Any, at_work: str
) -> None:
    """Its worker may have died: nobody waits a quarter of a minute for the next one."""
    phase = SyncPhase.FETCHING if at_work == "first" else SyncPhase.FOLLOWING
    SyncState.objects.create(mailbox=box, phase=phase)
    if at_work == "compared":
        reconcile.ask(box)
    assert polling.due() == [box.pk]
    assert broker.pttl(f"sync:asked:{box.pk}") <= 2_000


def test_only_working_mailboxes_are_asked(box: Mailbox, broker: Any) -> None:
    Mailbox.objects.filter(pk=box.pk).update(state="paused")
    assert polling.due() == []


def test_an_open_page_makes_its_mailboxes_watched(client: Any, box: Mailbox, broker: Any) -> None:
    other = cast.mailbox("other@shop.example")
    client.force_login(cast.person("agent", box))
    assert client.get(reverse("mail:live_poll")).status_code == 200
    assert broker.exists(f"sync:watched:{box.pk}")
    assert not broker.exists(f"sync:watched:{other.pk}")


def test_a_storm_of_wishes_is_one_task(box: Mailbox, broker: Any) -> None:
    for _ in range(50):
        wake(box.pk)
        wake(box.pk, Lane.BACKFILL)
    assert broker.llen("sync") == 1
    assert broker.llen("backfill") == 1


def test_a_first_synchronisation_goes_to_the_workers_of_its_own(mirror: Mirror) -> None:
    mirror.deliver(1)
    assert take_turn(mirror.box.pk, lane=Lane.FOLLOW) is Lane.BACKFILL
    assert mirror.state.phase == SyncPhase.LISTING
    mirror.catch_up()
    assert take_turn(mirror.box.pk, lane=Lane.FOLLOW) is None
    reconcile.ask(mirror.box, Reason.ASKED)
    assert take_turn(mirror.box.pk, lane=Lane.FOLLOW) is Lane.BACKFILL


def test_a_paused_mailbox_stops_within_a_batch(mirror: Mirror) -> None:
    for number in range(230):
        mirror.deliver(number)
    take_turn(mirror.box.pk, lane=Lane.FOLLOW)
    stopped: list[int] = []

    def pause(**_: Any) -> None:
        if not stopped:
            stopped.append(Mailbox.objects.filter(pk=mirror.box.pk).update(state="paused"))

    from django.db.models.signals import post_delete

    from mail.models import ToFetch

    # The first batch is struck off: somebody presses 一時停止 now.
    post_delete.connect(pause, sender=ToFetch)
    try:
        take_turn(mirror.box.pk)
    finally:
        post_delete.disconnect(pause, sender=ToFetch)
    assert stopped
    assert 0 < len(mirror.mirrored()) < 230
    Mailbox.objects.filter(pk=mirror.box.pk).update(state="connected")
    mirror.catch_up()
    assert mirror.mirrored() == mirror.truth()
