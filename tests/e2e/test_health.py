"""An administrator keeps an account: pause, resume, a permission that is taken away, the proof that
nothing is missing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Stage
from tests.e2e.google_screens import allow
from tests.waiting import until


@pytest.mark.spec("S4", "S6")
def test_an_account_is_kept_and_proved_to_be_whole(stage: Stage) -> None:
    sato = stage.person("佐藤 真理", "admin")
    address = stage.connected(sato, mails=12)
    admin = stage.at_work("佐藤 真理", sato)
    page = admin.page
    admin.open_settings()
    account = admin.account(address)
    expect(account.get_by_text("接続済み")).to_be_visible()

    # The page of its state renews itself: nothing is reloaded in what follows.
    account.get_by_role("link", name="状態を見る").click()
    expect(page.get_by_role("heading", name=f"{address} の状態")).to_be_visible()
    page.evaluate("document.body.dataset.stayed = 'yes'")
    page.get_by_role("button", name="今すぐ照合").click()
    expect(page.get_by_text("Gmailとの照合を始めました")).to_be_visible()
    expect(page.get_by_text("漏れはありません。Gmailにある 12 通がすべてここにあり")).to_be_visible(
        timeout=60_000
    )
    expect(page.get_by_text(re.compile(r"手動 · \d{4}/"))).to_be_visible()

    # Paused: mail that comes meanwhile is not fetched, until it goes on where it stood.
    admin.open_settings()
    account.get_by_role("button", name="一時停止").click()
    expect(account.get_by_text("一時停止中")).to_be_visible()
    stage.deliver(address, "止まっている間のメール")
    account.get_by_role("button", name="再開").click()
    expect(account.get_by_text("接続済み")).to_be_visible()
    until(lambda: stage.mirrors_all(address), timeout=40, what="what came meanwhile is here")

    # The owner takes the permission back at Google: the open page says so by itself.
    stage.sandbox.admin.revoke_tokens(address)
    expect(account.get_by_text("要再認証").first).to_be_visible(timeout=60_000)
    admin.go("/mail/")
    banner = page.get_by_role("status").filter(has_text="新着メールが届いていません")
    expect(banner).to_contain_text(address)
    expect(banner).to_contain_text("下書きと未送信のメールは保持されています")
    banner.get_by_role("link", name="認証設定を開く").click()
    account.get_by_role("button", name="再接続").click()
    allow(page, address)
    expect(account.get_by_text("接続済み")).to_be_visible()
    expect(banner).to_have_count(0)

    # Disconnecting asks first.
    account.get_by_role("button", name="接続を解除").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text(address)
    question.get_by_role("button", name="キャンセル").click()
    expect(account.get_by_text("接続済み")).to_be_visible()
    account.get_by_role("button", name="接続を解除").click()
    question.get_by_role("button", name="接続を解除").click()
    expect(account.get_by_text("接続解除済み")).to_be_visible()
