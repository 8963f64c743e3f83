"""A client in Google's test mode: the permission dies after seven days, and that is no surprise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mail.sync.turn import take_turn
from mailboxes import grants
from mailboxes.actions.keep import note_refused
from mailboxes.gmail import refresh_now
from mailboxes.models import Mailbox, MailboxState
from tests.mail import cast
from tests.mail.connected import ADDRESS, connect, point_at
from tests.mailboxes.test_connecting import Desk
from tests.sandbox_server import CLIENT_ID, CLIENT_SECRET, Sandbox

pytestmark = pytest.mark.django_db(transaction=True)
WEEK = timedelta(days=7)


@pytest.fixture
def desk(sandbox: Sandbox, broker: Any, settings: Any) -> Desk:
    """As in test_connecting, with a client in test mode."""
    point_at(sandbox, settings)
    sandbox.admin.client(testing=True)
    sandbox.admin.account(ADDRESS, name="カスタマーサポート")
    admin = cast.person("admin", role="admin")
    client = Client()
    client.force_login(admin)
    return Desk(sandbox, client, admin)


def connected(desk: Desk) -> Mailbox:
    asked = desk.save()
    desk.come_back(state=asked["state"], code=desk.allow(asked))
    return Mailbox.objects.get()


@pytest.mark.spec("S6")
def test_the_end_is_kept_at_connecting_and_moves_with_each_reconnection(desk: Desk) -> None:
    mailbox = connected(desk)
    assert mailbox.grant_ends_at is not None
    assert abs(mailbox.grant_ends_at - timezone.now() - WEEK) < timedelta(minutes=2)
    assert mailbox.refreshed_at is not None
    Mailbox.objects.update(grant_ends_at=timezone.now() + timedelta(days=1))
    assert grants.ends_soon(Mailbox.objects.get(), timezone.now())
    response = desk.client.post(reverse("mailboxes:reconnect", args=[mailbox.pk]))
    asked = desk.asked(response["Location"])
    desk.come_back(state=asked["state"], code=desk.allow(asked))
    assert not grants.ends_soon(Mailbox.objects.get(), timezone.now())
    # An app that was published meanwhile: the permission has no end any more.
    desk.sandbox.admin.client(CLIENT_ID, CLIENT_SECRET, testing=False)
    response = desk.client.post(reverse("mailboxes:reconnect", args=[mailbox.pk]))
    asked = desk.asked(response["Location"])
    desk.come_back(state=asked["state"], code=desk.allow(asked))
    assert Mailbox.objects.get().grant_ends_at is None


@pytest.mark.spec("S4", "S6")
def test_a_permission_that_dies_of_age_says_why(desk: Desk) -> None:
    """Gmail's clock goes on by seven days; ours notices with the next look."""
    mailbox = connected(desk)
    assert take_turn(mailbox.pk) is None
    Mailbox.objects.update(
        grant_ends_at=timezone.now() - timedelta(seconds=1), access_expires_at=timezone.now()
    )
    desk.sandbox.admin.advance(WEEK.total_seconds() + 60)
    take_turn(mailbox.pk)
    dead = Mailbox.objects.get()
    assert (dead.state, dead.trouble) == (MailboxState.NEEDS_AUTH, "test_mode")
    shown = desk.client.get(reverse("mailboxes:settings")).content.decode()
    assert "許可が7日で終了しました" in shown
    assert "「内部」" in shown


def test_a_refresh_is_written_down_and_keeps_the_end_that_was_told(desk: Desk) -> None:
    mailbox = connected(desk)
    Mailbox.objects.update(refreshed_at=None)
    before = mailbox.access_token.reveal()
    refresh_now(mailbox)
    fresh = Mailbox.objects.get()
    assert fresh.refreshed_at is not None
    assert fresh.access_token.reveal() != before
    assert fresh.grant_ends_at == mailbox.grant_ends_at


@pytest.mark.spec("S6")
@pytest.mark.parametrize(
    ("age", "told", "code"),
    [
        (timedelta(days=7, minutes=20), None, "test_mode"),
        (timedelta(days=7, hours=5), None, "test_mode"),
        (timedelta(days=6), None, "revoked"),
        (timedelta(days=9), None, "revoked"),
        (timedelta(days=7, minutes=20), timedelta(days=30), "revoked"),
        (timedelta(days=3), timedelta(days=4), "revoked"),
        (timedelta(days=7), timedelta(minutes=-1), "test_mode"),
        # Access that was allowed for half a year.
        (timedelta(days=180), timedelta(minutes=-1), "time_over"),
        (None, None, "revoked"),
    ],
)
def test_the_age_at_death_tells_where_google_did_not(
    age: timedelta | None, told: timedelta | None, code: str
) -> None:
    now = timezone.now()
    box = cast.mailbox()
    Mailbox.objects.filter(pk=box.pk).update(
        connected_at=None if age is None else now - age,
        grant_ends_at=None if told is None else now + told,
    )
    box = Mailbox.objects.get(pk=box.pk)
    assert grants.why_refused(box, now) == code
    note_refused(box, "invalid_grant")
    refused = Mailbox.objects.get(pk=box.pk)
    assert (refused.state, refused.trouble) == (MailboxState.NEEDS_AUTH, code)


def test_a_plain_account_has_no_end(sandbox: Sandbox, broker: Any, settings: Any) -> None:
    point_at(sandbox, settings)
    mailbox = connect(sandbox)
    refresh_now(mailbox)
    mailbox = Mailbox.objects.get()
    assert mailbox.grant_ends_at is None
    assert not grants.is_limited(mailbox)
    assert not grants.ends_soon(mailbox, timezone.now())
