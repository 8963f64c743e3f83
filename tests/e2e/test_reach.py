"""Whoever works here, however: by ear, on a phone, and on plain http."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk

# What browsers withhold from a page that came over plain http from another machine; on this
# machine's own address, where the journeys run, they would give it.
_PLAIN_HTTP = """(() => {
    const withheld = (of, name) => Object.defineProperty(of, name, {get: () => undefined});
    for (const name of ["clipboard", "locks", "serviceWorker", "storage"])
        withheld(Navigator.prototype, name);
    withheld(Crypto.prototype, "subtle");
    withheld(Crypto.prototype, "randomUUID");
    withheld(window, "isSecureContext");
})()"""
PHONE = (390, 844)


@pytest.fixture
def address(stage: Stage) -> str:
    return stage.connected(subjects=["一通目の件", "二通目の件"])


def sideways(page: Page) -> int:
    """How far the page could be scrolled sideways."""
    beyond = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return int(beyond)


@pytest.mark.spec("X4")
def test_what_happens_by_itself_is_read_out(stage: Stage, address: str) -> None:
    tanaka, yamada = stage.person("田中 健一"), stage.person("山田 花子")
    stage.give(address, tanaka, yamada)
    a, b = stage.at_work("田中 健一", tanaka), stage.at_work("山田 花子", yamada)
    announcer = a.page.locator("#announcer")
    expect(announcer).to_have_attribute("aria-live", "polite")
    stage.deliver(address, "新しい件")
    expect(announcer).to_have_text("新着 1件")
    a.open_mail("二通目の件")
    b.open_mail("二通目の件")
    b.start_reply()
    expect(announcer).to_contain_text("山田 花子さん")
    # A refusal interrupts; what went well waits for its turn.
    assert a.while_answering("/reply/", a.button("返信").click) == 409
    expect(a.page.locator("#alerts")).to_have_attribute("role", "alert")
    expect(a.alert_text).to_contain_text("山田 花子さん")
    expect(a.page.locator("#toasts")).to_have_attribute("role", "status")
    # Landmarks and one heading, for those who walk by them.
    for role in ("banner", "navigation", "main"):
        expect(a.page.get_by_role(role).first).to_be_attached()
    expect(a.page.get_by_role("main").get_by_role("heading", level=1)).to_have_count(1)


@pytest.mark.spec("X4")
def test_a_mail_is_answered_on_a_phone(stage: Stage, address: str) -> None:
    tanaka = stage.person("田中 健一")
    stage.give(address, tanaka)
    desk = stage.at_work("田中 健一", tanaka)
    page = desk.page
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.reload()
    menu = page.get_by_role("button", name="メニュー", exact=True)
    expect(menu).to_have_attribute("aria-expanded", "false")
    menu.click()
    navigation = page.get_by_role("navigation", name="メイン")
    navigation.get_by_role("link", name=re.compile("^未処理")).click()
    expect(page.get_by_role("heading", level=1, name="未処理")).to_be_visible()
    expect(navigation).not_to_be_in_viewport()
    assert sideways(page) == 0
    desk.open_mail("二通目の件")
    expect(page.frame_locator("iframe").get_by_text("まだ届きません")).to_be_visible()
    assert sideways(page) == 0
    page.get_by_role("tab", name="備考").click()
    page.get_by_role("textbox", name="コメント").fill("電話で確認済み")
    page.get_by_role("button", name="コメントする").click()
    expect(page.get_by_role("tabpanel").get_by_text("電話で確認済み")).to_be_visible()
    desk.start_reply()
    expect(desk.text).to_be_in_viewport()
    assert sideways(page) == 0
    desk.text.fill("外出先からのご返信です。")
    desk.send_button.click()
    expect(page.get_by_role("heading", name="送信済み")).to_be_in_viewport()
    assert sideways(page) == 0
    assert len(stage.sandbox.admin.ledger(address)) == 1


@pytest.mark.spec("X4")
def test_on_plain_http_it_polls_and_copies_all_the_same(stage: Stage, address: str) -> None:
    tanaka, yamada = stage.person("田中 健一"), stage.person("山田 花子")
    stage.give(address, tanaka, yamada)
    a: Desk = stage.desk(tanaka, "田中 健一")
    page = a.page
    page.context.add_init_script(_PLAIN_HTTP)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    a.log_in()
    assert page.evaluate("[!navigator.locks, !navigator.clipboard, !isSecureContext]") == [
        True,
        True,
        True,
    ]
    a.open_mail("二通目の件")
    b = stage.at_work("山田 花子", yamada)
    b.open_mail("二通目の件")
    b.start_reply()
    expect(a.banner).to_contain_text("山田 花子さん")
    a.open_list()
    stage.deliver(address, "新しい件")
    bar = page.get_by_role("button", name="新着 1件")
    expect(bar).to_be_visible()
    bar.click()
    expect(a.row("新しい件")).to_be_visible()
    assert any("/live/poll/" in url for url in asked)
    assert not any(re.search(r"/live/(\?|$)", url) for url in asked)

    # The clipboard by the old command; without that, what is to be copied stands selected.
    a.open_mail("新しい件")
    mail_id = page.locator("#mail-facts .mono").inner_text()
    copy = page.locator("#mail-facts").get_by_role("button", name="コピー")
    copy.click()
    expect(page.locator("#toasts")).to_contain_text(f"コピーしました: {mail_id}")
    page.get_by_role("tab", name="備考").click()
    note = page.get_by_role("textbox", name="コメント")
    note.press("Control+v")
    expect(note).to_have_value(mail_id)
    page.evaluate("document.execCommand = () => false")
    copy.click()
    expect(page.locator("#toasts")).to_contain_text("Ctrl+C")
    assert page.evaluate("String(getSelection())") == mail_id

    # And the work itself: a reply is written, kept and sent.
    a.start_reply()
    a.text.fill("平文の回線からです。")
    expect(page.get_by_text("に保存")).to_be_visible()
    a.send_button.click()
    expect(page.get_by_role("heading", name="送信済み")).to_be_visible()
    assert len(stage.sandbox.admin.ledger(address)) == 1
