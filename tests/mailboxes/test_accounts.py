"""The connected accounts as an administrator sees them, and the banner when one stops."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mail.models import SyncPhase, SyncState, ToFetch
from mailboxes.actions.keep import note_trouble, note_well
from mailboxes.models import Mailbox, MailboxState, Membership
from permissions.models import User
from tests.mail import cast

pytestmark = pytest.mark.django_db


def page(user: User, address: str) -> str:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return str(client.get(address).content.decode())


def progress(user: User, box: Mailbox) -> str:
    return page(user, reverse("mail:progress", args=[box.pk]))


@pytest.mark.spec("S4")
def test_the_accounts_are_listed_with_address_state_and_last_sync() -> None:
    admin = cast.person("admin", role="admin")
    boxes = [cast.mailbox(f"{name}@shop.example") for name in ("a", "b", "c", "d")]
    states = [
        (MailboxState.CONNECTED, "接続済み"),
        (MailboxState.NEEDS_AUTH, "要再認証"),
        (MailboxState.PAUSED, "一時停止中"),
        (MailboxState.DISCONNECTED, "接続解除済み"),
    ]
    for box, (state, _) in zip(boxes, states, strict=True):
        Mailbox.objects.filter(pk=box.pk).update(state=state, last_sync_at=timezone.now())
    shown = page(admin, reverse("mailboxes:settings"))
    for box, (_, word) in zip(boxes, states, strict=True):
        account = shown.split(f'id="mailbox-{box.pk}"')[1].split("</li>")[0]
        assert box.address in account
        assert word in account
        assert "最終同期" in account
        assert reverse("mailboxes:reconnect", args=[box.pk]) in account


@pytest.mark.spec("S4")
def test_the_first_synchronisation_tells_how_far_it_is_and_how_long_it_takes() -> None:
    admin, box = cast.person("admin", role="admin"), cast.mailbox()
    assert "Gmailのメールを一覧しています" in progress(admin, box)
    state = SyncState.objects.create(
        mailbox=box, phase=SyncPhase.FETCHING, listed=2000, total=2000, fetched=500
    )
    ToFetch.objects.bulk_create(
        ToFetch(mailbox=box, gmail_id=str(n), position=n) for n in range(1500)
    )
    shown = progress(admin, box)
    assert 'value="25"' in shown
    assert "残り時間を計算中" in shown  # nothing has been measured yet
    assert "every 2s" in shown
    for pace, left in ((500 / 120, "約6分"), (0.1, "約5時間"), (1_000.0, "1分未満")):
        SyncState.objects.filter(pk=state.pk).update(pace=pace)
        assert left in progress(admin, box).replace(" ", "")
    ToFetch.objects.all().delete()
    SyncState.objects.update(phase=SyncPhase.FOLLOWING, fetched=2000)
    shown = progress(admin, box)
    assert "2000" in shown.replace(",", "")
    assert "every 2s" not in shown


@pytest.mark.spec("S4")
def test_a_lost_permission_is_a_banner_for_administrators_until_it_is_mended() -> None:
    box = cast.mailbox()
    admin = cast.person("admin", role="admin")  # not of this mailbox's people
    agent = cast.person("agent", box)
    stranger = cast.person("stranger")
    note_trouble(Mailbox.objects.get(pk=box.pk), "revoked")
    assert Mailbox.objects.get(pk=box.pk).state == MailboxState.NEEDS_AUTH
    address = reverse("mail:list")
    for person in (admin, agent):
        assert f"{box.address} の新着メール" in page(person, address)
    assert reverse("mailboxes:settings") in page(admin, address)
    assert box.address not in page(stranger, address)
    Mailbox.objects.filter(pk=box.pk).update(state=MailboxState.CONNECTED)
    note_well(Mailbox.objects.get(pk=box.pk))
    assert "の新着メール" not in page(admin, address)


def test_a_trouble_is_told_once_and_a_passing_one_keeps_the_account_at_work() -> None:
    box = cast.mailbox()
    for _ in range(3):
        note_trouble(box, "gmail_down")
    kept = Mailbox.objects.get(pk=box.pk)
    assert (kept.state, kept.trouble) == (MailboxState.CONNECTED, "gmail_down")
    assert not Membership.objects.exists()
