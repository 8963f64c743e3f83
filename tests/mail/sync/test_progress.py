"""An honest time left: the slower of what was measured and what the quota allows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mail.models import SyncPhase, SyncState, ToFetch
from mail.sync import progress
from mailboxes.models import Mailbox
from tests.mail import cast


@pytest.fixture
def box(db: Any) -> Mailbox:
    return cast.mailbox()


@pytest.mark.parametrize(
    ("units", "mails", "pace", "seconds"),
    [
        (15_000, 0, 0.0, 0),
        (15_000, 1000, 0.0, None),
        (15_000, 1000, 10.0, 100),  # our own pace is the slower one
        (15_000, 1000, 500.0, 19),  # 238 units a second at 4.5 a mail
        (6_000, 1000, 500.0, 47),
    ],
)
def test_seconds_left(
    units: int, mails: int, pace: float, seconds: int | None, settings: Any
) -> None:
    settings.GOOGLE = replace(settings.GOOGLE, units_per_minute=units, costs={})
    found = progress.seconds_left(mails, pace=pace)
    assert found == seconds if seconds is None else found == pytest.approx(seconds, abs=1)


def waiting(box: Mailbox, number: int, **more: Any) -> None:
    ToFetch.objects.bulk_create(
        ToFetch(mailbox=box, gmail_id=f"{more}{each}"[:64], position=each, **more)
        for each in range(number)
    )


def test_before_anything_is_known(box: Mailbox) -> None:
    found = progress.of(box)
    assert (found.phase, found.percent, found.seconds_left) == (SyncPhase.LISTING, 0, None)


def test_while_the_rest_is_listed_gmail_s_own_total_counts(box: Mailbox) -> None:
    SyncState.objects.create(mailbox=box, total=5000, listed=1000, pace=100.0)
    waiting(box, 900)
    found = progress.of(box)
    assert (found.total, found.stored, found.waiting, found.percent) == (5000, 100, 900, 2)
    assert found.seconds_left == pytest.approx(4900 / 52.9, abs=2)


def test_while_mails_are_read(box: Mailbox) -> None:
    SyncState.objects.create(mailbox=box, phase="fetching", total=1000, listed=1000, pace=10.0)
    waiting(box, 200)
    waiting(box, 5, trouble="backendError", attempts=2)
    found = progress.of(box)
    assert (found.stored, found.troubled, found.percent) == (795, 5, 79)
    assert found.seconds_left == 20


def test_at_its_end_and_paused(box: Mailbox) -> None:
    state = SyncState.objects.create(mailbox=box, phase="following", total=10, listed=10, pace=9.0)
    assert progress.of(box).percent == 100
    SyncState.objects.filter(pk=state.pk).update(phase="fetching")
    waiting(box, 5)
    box.state = "paused"
    assert progress.of(box).seconds_left is None
