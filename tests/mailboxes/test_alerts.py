"""No stop is silent: what each kind of trouble looks like on every page, and for whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mailboxes.alerts import STALE_AFTER
from mailboxes.models import Mailbox, MailboxState
from permissions.models import User
from tests.mail import cast

pytestmark = pytest.mark.django_db
STOPPED = "の新着メールが届いていません"
LATE = "の新着メールが遅れることがあります"


def page(user: User, address: str = "") -> str:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client.get(address or reverse("mail:list")).content.decode()


def be(box: Mailbox, **fields: Any) -> None:
    Mailbox.objects.filter(pk=box.pk).update(**fields)


@pytest.fixture
def box() -> Mailbox:
    box = cast.mailbox()
    now = timezone.now()
    be(box, connected_at=now - timedelta(days=9), last_sync_at=now)
    return box


@pytest.fixture
def admin() -> User:
    return cast.person("admin", role="admin")  # not of the mailbox's people


@pytest.fixture
def agent(box: Mailbox) -> User:
    return cast.person("agent", box)


@pytest.mark.spec("S4")
@pytest.mark.parametrize(
    ("state", "trouble", "minutes", "words"),
    [
        (MailboxState.NEEDS_AUTH, "revoked", 0, "Googleが再認証を求めています"),
        (MailboxState.NEEDS_AUTH, "test_mode", 0, "許可を7日で終了します"),
        (MailboxState.NEEDS_AUTH, "unreadable_token", 0, "TOKEN_KEYS"),
        (MailboxState.CONNECTED, "wrong_client", 0, "Google API Console"),
        (MailboxState.CONNECTED, "no_client", 0, "クライアント"),
        (MailboxState.CONNECTED, "gmail_down", 6, "Gmailに接続できません"),
    ],
)
def test_a_stop_is_a_red_banner_for_administrators_and_the_mailboxs_people(
    box: Mailbox, admin: User, agent: User, state: str, trouble: str, minutes: int, words: str
) -> None:
    stranger = cast.person("stranger", cast.mailbox("other@shop.example"))
    be(
        box,
        state=state,
        trouble=trouble,
        trouble_since=timezone.now() - timedelta(minutes=minutes),
    )
    for person in (admin, agent):
        shown = page(person)
        assert f"{box.address} {STOPPED}" in shown
        assert words in shown
        assert "banner-bad" in shown
        assert "下書きと未送信のメールは保持されています" in shown
        assert "同期が停止しています" in shown
    way = reverse("mailboxes:settings") if state == MailboxState.NEEDS_AUTH else "health"
    assert way in page(admin).split("banner-bad")[1].split("</div></div>")[0]
    assert "banner-end" not in page(agent)
    assert box.address not in page(stranger)


@pytest.mark.spec("S4")
@pytest.mark.parametrize("trouble", ["gmail_down", "quota"])
def test_what_passes_by_itself_is_a_warning(
    box: Mailbox, admin: User, agent: User, trouble: str
) -> None:
    be(box, trouble=trouble, trouble_since=timezone.now())
    for person in (admin, agent):
        shown = page(person)
        assert f"{box.address} {LATE}" in shown
        assert "banner-bad" not in shown


@pytest.mark.spec("S4")
def test_workers_that_have_stopped_are_noticed_without_their_help(
    box: Mailbox, admin: User, agent: User
) -> None:
    assert STOPPED not in page(admin)
    long_ago = timezone.now() - STALE_AFTER - timedelta(seconds=1)
    be(box, last_sync_at=long_ago)
    for person in (admin, agent):
        assert f"{box.address} {STOPPED}" in page(person)
        assert "どのワーカーもGmailの新着を確認していません" in page(person)
    # Never looked at since it was connected.
    be(box, last_sync_at=None, connected_at=long_ago)
    assert STOPPED in page(admin)
    be(box, last_sync_at=None, connected_at=timezone.now())
    assert STOPPED not in page(admin)


@pytest.mark.parametrize("state", [MailboxState.PAUSED, MailboxState.DISCONNECTED])
def test_what_was_stopped_on_purpose_is_no_alarm(
    box: Mailbox, admin: User, agent: User, state: str
) -> None:
    be(box, state=state, last_sync_at=timezone.now() - timedelta(days=3))
    for person in (admin, agent):
        assert STOPPED not in page(person)


@pytest.mark.spec("S4", "S6")
def test_the_end_of_a_permission_is_told_days_ahead(box: Mailbox, admin: User, agent: User) -> None:
    """To those who can do something about it; the card tells from the first day."""
    settings = reverse("mailboxes:settings")
    now = timezone.now()
    be(box, connected_at=now - timedelta(days=2), grant_ends_at=now + timedelta(days=5))
    assert "によって終了します" not in page(admin)
    card = page(admin, settings).split(f'id="mailbox-{box.pk}"')[1].split("</li>")[0]
    assert "この許可は" in card
    assert "テストモード" in card
    be(box, connected_at=now - timedelta(days=5), grant_ends_at=now + timedelta(days=2))
    banner = page(admin).split("banner-warn")[1]
    assert f"{box.address} への許可は" in banner
    assert settings in banner
    assert "テストモード" in banner
    assert "への許可は" not in page(agent)
    # It is no stop: the mail is coming in.
    assert "同期が停止しています" not in page(admin)
    # Access that was allowed for half a year has nothing to do with test mode.
    be(box, connected_at=now - timedelta(days=178))
    for address in ("", settings):
        shown = page(admin, address)
        assert "期間を限って許可されています" in shown
        assert "テストモードのため" not in shown


def test_all_well_is_quiet(box: Mailbox, admin: User, agent: User) -> None:
    for person in (admin, agent):
        assert "banner-bad" not in page(person)
        assert "banner-warn" not in page(person)


def test_the_alerts_cost_one_query(box: Mailbox, admin: User) -> None:
    for number in range(5):
        other = cast.mailbox(f"box{number}@shop.example")
        be(other, state=MailboxState.NEEDS_AUTH, trouble="revoked")
    client = Client()
    client.force_login(User.objects.get(pk=admin.pk))
    with CaptureQueriesContext(connection) as seen:
        shown = client.get(reverse("mail:list")).content.decode()
    assert shown.count(STOPPED) == 5
    asked = [one["sql"] for one in seen if 'FROM "mailboxes_mailbox"' in one["sql"]]
    assert sum("heard" in sql for sql in asked) == 1


@pytest.mark.parametrize("state", [MailboxState.PAUSED, MailboxState.DISCONNECTED])
def test_the_last_trouble_of_what_was_stopped_on_purpose_is_no_alarm(
    box: Mailbox, admin: User, state: MailboxState
) -> None:
    be(box, trouble="gmail_down", trouble_since=timezone.now())
    assert LATE in page(admin)
    be(box, state=state)
    assert LATE not in page(admin)
