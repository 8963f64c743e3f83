"""From nothing to a sent reply: connect an account, give it to people, answer, never twice."""

from __future__ import annotations

import base64
import email
import email.policy
import re
from email.message import EmailMessage
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk
from tests.e2e.google_screens import allow, expect_connected, type_client
from tests.e2e.letters import CUSTOMER
from tests.sandbox_server import CLIENT_ID, CLIENT_SECRET
from tests.waiting import until

MAILS = 120
TOLD_WITHIN = 10.0  # seconds, on a busy machine
REPLY = "お待たせして申し訳ございません。\n本日、代わりの品を発送いたします。①㈱髙島屋"


def connect_through_the_screens(stage: Stage, admin: Desk, address: str) -> None:
    """認証設定, Google's screens, the progress of the first synchronisation."""
    page = admin.page
    admin.open_settings()
    told_to_google = page.get_by_label("承認済みのリダイレクト URI").input_value()
    stage.sandbox.admin.client(CLIENT_ID, CLIENT_SECRET, [told_to_google])
    stage.sandbox.admin.faults(latency_by_method={"batch": 1500})
    type_client(page, CLIENT_ID, CLIENT_SECRET)
    allow(page, address)
    expect(page.get_by_text(f"{address} を接続しました")).to_be_visible()
    account = expect_connected(admin, address)
    expect(account.get_by_role("progressbar", name="初回同期")).to_be_visible()
    expect(account.get_by_text(re.compile(r"初回同期 \d+%（120 通のうち \d+ 通"))).to_be_visible()
    stage.sandbox.admin.faults(reset=True)
    expect(account.get_by_text(f"初回同期が完了しました（{MAILS} 通）")).to_be_visible()


def give_to(admin: Desk, address: str, *names: str) -> None:
    account = admin.account(address)
    account.get_by_text("閲覧できる人").first.click()
    for name in names:
        account.get_by_role("checkbox", name=name).check()
    account.get_by_role("button", name="変更を保存").click()
    expect(admin.page.get_by_text(f"{address} を閲覧できる人を保存しました")).to_be_visible()


def only_mail_in(ledger: list[dict[str, Any]]) -> tuple[dict[str, Any], EmailMessage]:
    (entry,) = ledger
    raw = base64.urlsafe_b64decode(entry["raw"])
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return entry, parsed


@pytest.mark.spec("M25", "M24a", "M18a", "S3")
def test_from_the_consent_screen_to_one_reply_in_the_right_conversation(stage: Stage) -> None:
    address = stage.account("カスタマーサポート")
    stage.account("ほかのアカウント")  # so that there is something to choose
    stage.fill(address, MAILS)
    admin = stage.logs_in("佐藤 真理", stage.person("佐藤 真理", "admin"))
    aoki, ono = stage.person("青木 蓮"), stage.person("小野 楓")

    connect_through_the_screens(stage, admin, address)
    admin.open_list()
    expect(admin.page.get_by_text("1–100 件 / 120 件")).to_be_visible()
    expect(admin.row(f"ご注文 {MAILS} について").get_by_text("完了")).to_be_visible()
    admin.open_settings()
    give_to(admin, address, "青木 蓮", "小野 楓")

    a = stage.logs_in("青木 蓮", aoki)
    b = stage.logs_in("小野 楓", ono)
    delivered = stage.deliver(address, "商品が届きません")
    for desk in (a, b):
        desk.page.get_by_role("button", name="新着 1件").click()
        desk.open_mail("商品が届きません")
        expect(desk.status("未処理")).to_be_visible()
        body = desk.page.frame_locator("iframe").get_by_text("商品がまだ届きません")
        expect(body).to_be_visible()
        desk.remember_page()

    a.start_reply()
    expect(a.status("作業中")).to_be_visible()
    expect(a.banner).to_contain_text("あなたが編集中です")

    # B is told who works on it, without touching anything.
    soon = TOLD_WITHIN * 1000
    expect(b.banner).to_contain_text("青木 蓮さんがこのメールを作業中です", timeout=soon)
    expect(b.banner).to_contain_text(re.compile(r"\d\d:\d\dから"))
    expect(b.status("作業中")).to_be_visible()
    expect(b.page.get_by_role("definition").filter(has_text="青木 蓮")).to_be_visible()

    # B tries all the same: the server refuses, and nothing has changed.
    assert b.while_answering("/reply/", b.button("返信").click) == 409
    expect(b.alert).to_have_count(1)
    expect(b.alert_text).to_contain_text("青木 蓮さん")
    expect(b.alert_text).to_contain_text("何も変更されていません")
    expect(b.text).to_have_count(0)
    assert stage.product.backstage.holders(address) == ["青木 蓮"]
    assert b.while_answering("/status/", b.button("完了").click) == 409
    expect(a.status("作業中")).to_be_visible()
    assert stage.sandbox.admin.ledger(address) == []

    a.text.fill(REPLY)
    a.send_button.click()
    expect(a.page.get_by_role("heading", name="送信済み")).to_be_visible()
    for desk in (a, b):
        expect(desk.status("完了")).to_be_visible()
        expect(desk.banner.get_by_role("status")).to_have_count(0)
        assert desk.is_same_page()

    entry, sent = only_mail_in(stage.sandbox.admin.ledger(address))
    assert entry["threadId"] == delivered["threadId"]
    assert entry["recipients"] == [CUSTOMER]
    assert sent["In-Reply-To"].strip() == f"<{delivered['message_id'].strip('<>')}>"
    assert sent["Subject"] == "Re: 商品が届きません"
    text = sent.get_body(("plain",))
    assert text is not None
    assert REPLY in text.get_content().replace("\r\n", "\n")
    assert stage.product.backstage.holders(address) == []

    # The lock is free again: the colleague may write now, and the conversation has both mails.
    until(lambda: stage.mirrors_all(address))
    b.page.get_by_role("tab", name="メール履歴").click()
    expect(b.page.get_by_role("tabpanel").get_by_text("Re: 商品が届きません")).to_be_visible()
    b.start_reply()
    expect(b.banner).to_contain_text("あなたが編集中です")
    until(lambda: stage.product.backstage.holders(address) == ["小野 楓"])
