"""The health page of a mailbox (S6): what it shows, what can be done on it, and by whom."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activity.models import Event
from mail.models import (
    Message,
    Reason,
    Reconciliation,
    SyncPhase,
    SyncState,
    ToFetch,
)
from mailboxes.gmail import bucket_of
from mailboxes.models import Mailbox, MailboxState
from permissions.models import User
from tests.mail import cast
from tests.mail.sync.conftest import Mirror, mirror

__all__ = ["mirror"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def box(broker: Any) -> Mailbox:
    box = cast.mailbox()
    now = timezone.now()
    Mailbox.objects.filter(pk=box.pk).update(
        connected_at=now - timedelta(days=9),
        last_sync_at=now,
        access_expires_at=now + timedelta(minutes=50),
        refreshed_at=now - timedelta(minutes=10),
        scopes="https://mail.google.com/",
    )
    SyncState.objects.create(mailbox=box, phase=SyncPhase.FOLLOWING, finished_at=now)
    return Mailbox.objects.get(pk=box.pk)


@pytest.fixture
def admin() -> User:
    return cast.person("admin", role="admin")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def page(user: User, box: Mailbox, query: str = "") -> str:
    """The page's text, blanks drawn together."""
    shown = client_of(user).get(reverse("mail:health", args=[box.pk]) + query)
    assert shown.status_code == 200
    return re.sub(r"\s+", " ", shown.content.decode())


def fact(shown: str, name: str) -> str:
    """The value beside a name."""
    return re.sub(r"<[^>]+>", "", shown.split(f"<dt>{name}</dt>")[1].split("</dd>")[0]).strip()


@pytest.mark.spec("S6")
def test_a_well_mailbox_is_proved_to_be_whole(box: Mailbox, admin: User) -> None:
    now = timezone.now()
    Reconciliation.objects.create(
        mailbox=box, reason=Reason.NIGHTLY, started_at=now, finished_at=now, listed=24310
    )
    bucket_of(box).for_priority(1).acquire("messages.get", 10)  # type: ignore[arg-type]
    shown = page(admin, box)
    assert "正常" in shown
    assert "漏れはありません。Gmailにある 24,310 通がすべてここにあり" in shown
    assert [fact(shown, n) for n in ("Gmailにある", "ここにない", "ここにだけある")] == [
        "24,310",
        "0",
        "0",
    ]
    assert [fact(shown, n) for n in ("ラベルの相違", "修正した")] == ["0", "0"]
    assert fact(shown, "Gmailからの遅れ").endswith("秒")
    assert fact(shown, "直近1分間に使ったユニット") == "50 / 15,000"
    assert fact(shown, "Googleの1日の上限に対して") == "0 / 2,000"
    assert fact(shown, "状態") == "接続済み"
    assert fact(shown, "スコープ") == "https://mail.google.com/"
    assert fact(shown, "許可の終了") == "期限なし（Googleからの指定なし）"
    for name in ("許可された日時", "アクセストークンの有効期限", "最終更新"):
        assert re.match(r"\d{4}/\d\d/\d\d", fact(shown, name)), name
    assert "すべて読み取れました" in shown
    assert "今すぐ照合" in shown


@pytest.mark.spec("S6")
def test_what_differed_is_told_in_numbers(box: Mailbox, admin: User) -> None:
    now = timezone.now()
    run = Reconciliation.objects.create(
        mailbox=box, reason=Reason.EXPIRED, started_at=now, finished_at=now,
        listed=500, missing=7, surplus=1, differing=3, repaired=9,
    )  # fmt: skip
    shown = page(admin, box)
    assert "差異のあった 11 通を読み直しました。実際に修正が必要だったのは 9 通です。" in shown
    assert "Gmailの履歴の期限切れ" in shown
    assert "漏れはありません" not in shown
    ToFetch.objects.create(mailbox=box, gmail_id="a", position=1, reconciliation=run)
    assert "1 通を読み直しています" in page(admin, box)


@pytest.mark.spec("S6")
def test_nothing_is_called_whole_while_a_mail_could_not_be_imported(
    box: Mailbox, admin: User
) -> None:
    now = timezone.now()
    Reconciliation.objects.create(
        mailbox=box, reason=Reason.NIGHTLY, started_at=now, finished_at=now, listed=10
    )
    ToFetch.objects.create(
        mailbox=box, gmail_id="18c0ffee", position=1, attempts=4, trouble="unreadable",
        trouble_detail="<script>alert(1)</script>", trouble_since=now - timedelta(days=400),
    )  # fmt: skip
    shown = page(admin, box)
    assert "漏れはありません" not in shown
    assert "下の一覧の 1 通を除くすべて" in shown
    row = shown.split("18c0ffee")[1].split("</tr>")[0]
    assert (now - timedelta(days=400)).strftime("%Y/") in row
    assert ">4<" in row
    assert "ここで解釈できませんでした" in row
    assert "&lt;script&gt;" in row
    assert "再取得" in row


@pytest.mark.spec("S6")
def test_a_mail_that_could_not_be_imported_can_be_seen_as_gmail_has_it(
    box: Mailbox, admin: User
) -> None:
    ToFetch.objects.create(mailbox=box, gmail_id="18c0ffee", position=1, trouble="unreadable")
    shown = page(admin, box).split("18c0ffee", 1)[1].split("</tr>")[0]
    assert "原文" in shown
    assert reverse("mail:unimported_original", args=[box.pk, "18c0ffee"]) in shown


@pytest.mark.spec("S6")
def test_a_client_in_test_mode_is_warned_of(box: Mailbox, admin: User) -> None:
    now = timezone.now()
    Mailbox.objects.filter(pk=box.pk).update(
        connected_at=now - timedelta(days=5), grant_ends_at=now + timedelta(days=2)
    )
    shown = page(admin, box)
    assert "OAuthクライアントがテストモードのため、許可は7日で終了します" in shown
    assert "許可がまもなく終了します" in shown
    assert re.match(r"\d{4}/\d\d/\d\d", fact(shown, "許可の終了"))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (MailboxState.NEEDS_AUTH, "異常"),
        (MailboxState.PAUSED, "一時停止中"),
        (MailboxState.DISCONNECTED, "接続解除済み"),
    ],
)
def test_an_account_that_is_not_at_work_offers_nothing_to_ask_of_it(
    box: Mailbox, admin: User, state: str, words: str
) -> None:
    ToFetch.objects.create(mailbox=box, gmail_id="a", position=1, trouble="unreadable")
    Mailbox.objects.filter(pk=box.pk).update(state=state)
    shown = page(admin, box)
    assert words in shown
    assert "今すぐ照合" not in shown
    assert "再取得" not in shown
    for name in ("mail:compare", "mail:try_again"):
        answer = client_of(admin).post(reverse(name, args=[box.pk]), follow=True)
        assert "今は実行できません" in answer.content.decode()
    assert not Reconciliation.objects.exists()


def test_before_and_during_the_first_synchronisation(box: Mailbox, admin: User) -> None:
    SyncState.objects.all().delete()
    Mailbox.objects.filter(pk=box.pk).update(last_sync_at=None, connected_at=timezone.now())
    shown = page(admin, box)
    assert "まだGmailから何も読み取っていません" in shown
    assert "今すぐ照合" not in shown
    SyncState.objects.create(mailbox=box, phase=SyncPhase.FETCHING, listed=200, total=200, pace=1.0)
    ToFetch.objects.bulk_create(
        ToFetch(mailbox=box, gmail_id=str(n), position=n) for n in range(150)
    )
    shown = page(admin, box)
    assert "初回同期 25%" in shown
    assert "残り約 3 分" in shown
    assert "今すぐ照合" not in shown
    assert fact(shown, "取り込み待ち") == "150"
    client_of(admin).post(reverse("mail:compare", args=[box.pk]))
    assert not Reconciliation.objects.exists()


def test_a_store_of_units_that_is_away_is_told(
    box: Mailbox, admin: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import redis as store

    from mail.health import facts

    def away(mailbox: Mailbox) -> Any:
        nowhere = store.Redis(host="127.0.0.1", port=9, socket_connect_timeout=0.2)
        return type(bucket_of(mailbox))(nowhere, "1", bucket_of(mailbox).budget)

    monkeypatch.setattr(facts, "bucket_of", away)
    assert "不明です。ユニットの保管先が応答しません" in page(admin, box)


def test_the_page_renews_itself_in_its_language(box: Mailbox, admin: User) -> None:
    shown = page(admin, box)
    panel = reverse("mail:health_panel", args=[box.pk])
    assert f'hx-get="{panel}"' in shown
    assert 'data-poll="5"' in shown
    piece = client_of(admin).get(panel).content.decode()
    assert piece.lstrip().startswith('<div class="health" id="health"')
    assert "<html" not in piece
    User.objects.filter(pk=admin.pk).update(language="en")
    shown = page(admin, box)
    assert "Comparison with Gmail" in shown
    assert not re.search(r"[\u3040-\u30ff]", shown.split('id="health"')[1].split("</main>")[0])


def test_the_list_goes_on_where_it_is_asked_to(box: Mailbox, admin: User) -> None:
    for number in range(25):
        ToFetch.objects.create(mailbox=box, gmail_id=f"bad{number:02}", position=1, trouble="x")
    shown = page(admin, box)
    assert "bad19" in shown
    assert "bad20" not in shown
    following = re.search(r'href="[^"]+health/(\?after=\d+)"', shown)
    assert following is not None
    rest = page(admin, box, following[1])
    assert "bad20" in rest
    assert "bad00" not in rest
    assert f"health/now/{following[1]}" in rest  # it renews the page that is read
    for nonsense in ("?after=x", "?after=-1", "?after=" + "9" * 40, "?after=٣"):
        assert "bad00" in page(admin, box, nonsense)
    # All that was on the page has been imported since.
    ToFetch.objects.filter(gmail_id__gte="bad20").delete()
    assert "先頭へ" in page(admin, box, following[1])


@pytest.mark.spec("S6")
def test_fetching_again_takes_the_mail_out_of_its_trouble(box: Mailbox, admin: User) -> None:
    long_ago = timezone.now() - timedelta(days=2)
    later = timezone.now() + timedelta(hours=1)
    rows = [
        ToFetch.objects.create(
            mailbox=box, gmail_id=f"bad{number}", position=number, attempts=9, trouble="x",
            trouble_detail="y", trouble_since=long_ago, not_before=later,
        )
        for number in range(3)
    ]  # fmt: skip
    client, address = client_of(admin), reverse("mail:try_again", args=[box.pk])
    answer = client.post(address, {"row": rows[0].pk}, follow=True).content.decode()
    assert "1通のメールを再取得しています" in answer
    chosen, other, _ = ToFetch.objects.order_by("pk")
    assert (chosen.trouble, chosen.attempts) == ("", 0)
    assert chosen.not_before <= timezone.now()
    assert chosen.trouble_since == long_ago  # another failure will not look like a new one
    assert (other.trouble, other.attempts) == ("x", 9)
    assert Event.objects.filter(kind="sync.asked_again", actor=admin).exists()
    answer = client.post(address, {"row": rows[0].pk}, follow=True).content.decode()
    assert "すでに取り込まれています" in answer
    client.post(address)
    assert not ToFetch.objects.exclude(trouble="").exists()
    theirs = cast.mailbox("other@shop.example")
    row = ToFetch.objects.create(mailbox=theirs, gmail_id="theirs", position=1, trouble="x")
    client.post(address, {"row": row.pk})
    client.post(address)
    assert ToFetch.objects.get(pk=row.pk).trouble == "x"
    for nonsense in ("x", "-1", "0", "9" * 30):
        assert client.post(address, {"row": nonsense}).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("S6")
def test_a_mail_that_was_refused_is_imported_when_it_is_fetched_again(mirror: Mirror) -> None:
    admin = cast.person("admin", role="admin")
    mirror.catch_up()
    mirror.sandbox.admin.faults(
        errors=[
            {"method": "messages.get", "status": 400, "reason": "failedPrecondition",
             "where": "part"}
        ]
    )  # fmt: skip
    gmail_id = mirror.deliver(1)
    mirror.turn()
    row = ToFetch.objects.get(gmail_id=gmail_id)
    assert row.trouble == "failedPrecondition"
    assert row.trouble_since is not None
    shown = page(admin, mirror.box)
    assert gmail_id in shown
    assert "Gmailがこのメールの取得を拒否しました" in shown
    mirror.sandbox.admin.faults(errors=[])
    client_of(admin).post(reverse("mail:try_again", args=[mirror.box.pk]), {"row": row.pk})
    mirror.turn()
    assert Message.objects.filter(gmail_id=gmail_id).exists()
    assert not ToFetch.objects.exists()
    assert "すべて読み取れました" in page(admin, mirror.box)


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("S6")
def test_comparing_now_finds_and_mends_what_differs(mirror: Mirror) -> None:
    admin = cast.person("admin", role="admin")
    ids = [mirror.deliver(number) for number in range(12)]
    mirror.catch_up()
    # The mirror is wrong in each of the three ways, and history says nothing of it.
    Message.objects.filter(gmail_id=ids[0]).delete()
    extra = cast.mail(mirror.box, gmail_id="1234567890abcdef")
    Message.objects.filter(pk=extra.pk).update(stored_at=timezone.now() - timedelta(days=1))
    mirror.message(ids[1]).message_labels.filter(label__gmail_id="INBOX").delete()
    Message.objects.filter(gmail_id=ids[1]).update(stored_at=timezone.now() - timedelta(days=1))
    client, address = client_of(admin), reverse("mail:compare", args=[mirror.box.pk])
    answer = client.post(address, follow=True).content.decode()
    assert "Gmailとの照合を始めました" in answer
    run = Reconciliation.objects.get()
    assert (run.reason, run.finished_at) == (Reason.ASKED, None)
    assert "照合中…" in page(admin, mirror.box)
    client.post(address)
    assert Reconciliation.objects.count() == 1  # the one that runs goes on
    assert Event.objects.filter(kind="sync.asked_to_compare", actor=admin).exists()
    mirror.catch_up()
    shown = page(admin, mirror.box)
    assert [fact(shown, n) for n in ("Gmailにある", "ここにない", "ここにだけある")] == [
        "12",
        "1",
        "1",
    ]
    assert int(fact(shown, "ラベルの相違")) >= 1
    assert int(fact(shown, "修正した")) >= 3
    assert mirror.mirrored() == mirror.truth()
    client.post(address)
    mirror.catch_up()
    assert "漏れはありません。Gmailにある 12 通がすべてここにあり" in page(admin, mirror.box)


def test_a_mailbox_that_is_not_there_is_not_found(box: Mailbox, admin: User) -> None:
    client = client_of(admin)
    for name in ("mail:health", "mail:health_panel", "mail:mailbox_json", "mailboxes:account"):
        assert client.get(reverse(name, args=[box.pk + 999])).status_code == 404
        assert client.get(reverse(name, args=[10**30])).status_code == 404
        assert client.post(reverse(name, args=[box.pk])).status_code == 405
    for name in ("mail:compare", "mail:try_again"):
        assert client.post(reverse(name, args=[box.pk + 999])).status_code == 404
        assert client.get(reverse(name, args=[box.pk])).status_code == 405


@pytest.mark.spec("S6")
def test_the_page_is_for_administrators(box: Mailbox) -> None:
    for person in (cast.person("agent", box), cast.person("leader", box, role="leader")):
        client = client_of(person)
        for name in ("mail:health", "mail:health_panel"):
            answer = client.get(reverse(name, args=[box.pk]))
            assert answer.status_code == 403
            assert "照合" not in answer.content.decode()
    assert Client().get(reverse("mail:health", args=[box.pk])).status_code == 302
