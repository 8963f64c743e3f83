"""How much of the mail from before connecting is still to be worked on (M34)."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activity.models import Event
from mail.models import Status
from mail.sync import listing
from mail.sync.account import Account
from mailboxes.actions.connect import Granted, connect
from mailboxes.actions.keep import NotPossibleNow, set_open_days
from mailboxes.gmail import client_for
from mailboxes.models import Mailbox
from permissions.models import User
from tests.mail import cast
from tests.mail.connected import ADDRESS
from tests.mail.sync.conftest import Mirror, mirror
from tests.mailboxes.test_connecting import Desk, desk

__all__ = ["desk", "mirror"]
DAY = 24 * 3600 * 1000


def as_admin(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def post(client: Client, box: Mailbox, days: str) -> str:
    address = reverse("mailboxes:open_days", args=[box.pk])
    return client.post(address, {"open_days": days}, follow=True).content.decode()


def card(client: Client, box: Mailbox) -> str:
    shown = client.get(reverse("mailboxes:settings")).content.decode()
    return shown.split(f'id="mailbox-{box.pk}"')[1].split("</li>")[0]


@pytest.mark.django_db
@pytest.mark.spec("M34")
def test_it_is_chosen_on_the_way_to_google(desk: Desk) -> None:
    asked = desk.save(open_days="14")
    desk.come_back(state=asked["state"], code=desk.allow(asked))
    mailbox = Mailbox.objects.get()
    assert mailbox.open_days == 14
    # Connecting again does not ask, and changes nothing.
    response = desk.client.post(reverse("mailboxes:reconnect", args=[mailbox.pk]))
    asked = desk.asked(response["Location"])
    desk.come_back(state=asked["state"], code=desk.allow(asked))
    assert Mailbox.objects.get().open_days == 14
    asked = desk.save(client_secret="", open_days="")
    desk.come_back(state=asked["state"], code=desk.allow(asked, "info@shop.example"))
    assert Mailbox.objects.get(address="info@shop.example").open_days == 0


@pytest.mark.django_db
@pytest.mark.parametrize("days", ["-1", "366", "many", "1.5"])
def test_a_wrong_number_is_told_at_its_field(desk: Desk, days: str) -> None:
    response = desk.client.post(
        "/settings/gmail/", {"client_id": "a", "client_secret": "b", "open_days": days}
    )
    assert response.status_code == 422
    assert "id_open_days-error" in response.content.decode()
    box = cast.mailbox()
    client = as_admin(desk.admin)
    assert "toast-bad" in post(client, box, days)
    assert Mailbox.objects.get(pk=box.pk).open_days == 0


@pytest.mark.spec("M34")
def test_it_can_be_changed_until_the_import_begins_and_is_kept_from_then_on(
    mirror: Mirror,
) -> None:
    admin = cast.person("admin", role="admin")
    client = as_admin(admin)
    now = int(time.time() * 1000)
    old = mirror.deliver(1, internal_date=now - 5 * DAY)
    recent = mirror.deliver(2, internal_date=now - 1 * DAY)
    assert 'name="open_days"' in card(client, mirror.box)
    assert "一度だけ適用され" in card(client, mirror.box)
    assert "保存しました" in post(client, mirror.box, "2")
    assert Event.objects.filter(kind="mailbox.open_days", actor=admin).exists()
    mirror.catch_up()
    assert mirror.message(old).status == Status.DONE
    assert mirror.message(recent).status == Status.OPEN
    # Now it is decided: the card tells what was, and nothing can be changed.
    assert 'name="open_days"' not in card(client, mirror.box)
    assert "2 日以内" in card(client, mirror.box)
    assert "取り込みはすでに始まっています" in post(client, mirror.box, "30")
    assert mirror.fresh_box().open_days == 2
    with pytest.raises(NotPossibleNow):
        set_open_days(mirror.fresh_box(), 30, by=admin)


@pytest.mark.spec("M34")
def test_a_turn_that_has_begun_uses_what_was_chosen_before_it(mirror: Mirror) -> None:
    """The worker has read the mailbox, the number is changed, and only then the import begins."""
    admin = cast.person("admin", role="admin")
    in_the_workers_hand = mirror.fresh_box()
    set_open_days(mirror.fresh_box(), 3, by=admin)
    state = listing.begin(in_the_workers_hand, client_for(in_the_workers_hand, priority="mirror"))
    account = Account.of(in_the_workers_hand, state)
    assert account.connected_at - account.open_since == timedelta(days=3)
    with pytest.raises(NotPossibleNow):
        set_open_days(mirror.fresh_box(), 30, by=admin)


@pytest.mark.django_db
def test_only_administrators_may(desk: Desk) -> None:
    box = cast.mailbox()
    agent = cast.person("agent", box)
    client = as_admin(agent)
    address = reverse("mailboxes:open_days", args=[box.pk])
    assert client.post(address, {"open_days": "3"}).status_code == 403
    assert as_admin(desk.admin).get(address).status_code == 405
    missing = reverse("mailboxes:open_days", args=[box.pk + 1000])
    assert as_admin(desk.admin).post(missing, {"open_days": "3"}).status_code == 404
    assert Mailbox.objects.get(pk=box.pk).open_days == 0


@pytest.mark.django_db
def test_an_account_that_is_known_keeps_its_own(desk: Desk) -> None:
    granted = Granted(ADDRESS, "a", timezone.now(), "r", ("https://mail.google.com/",), ())
    connect(by=desk.admin, granted=granted, open_days=5)
    connect(by=desk.admin, granted=granted, open_days=9)
    assert Mailbox.objects.get().open_days == 5
