"""Nothing goes out by accident or twice, and what is wrong is said at its field."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import CDPSession, Request, expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk
from tests.e2e.letters import CUSTOMER
from tests.waiting import until


@pytest.fixture
def address(stage: Stage) -> str:
    return stage.connected(subjects=["住所を間違えました", "領収書をください"])


@pytest.fixture
def desk(stage: Stage, address: str) -> Desk:
    """An agent who was given the account, with a mail to answer."""
    tanaka = stage.person("田中 健一")
    stage.give(address, tanaka)
    desk = stage.at_work("田中 健一", tanaka)
    desk.open_mail("領収書をください")
    desk.start_reply()
    return desk


def sendings(desk: Desk) -> list[str]:
    """From here on, every request to send."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/send/"):
            asked.append(request.url)

    desk.page.on("request", note)
    return asked


@pytest.mark.spec("M22")
def test_pressing_send_twice_sends_once(stage: Stage, desk: Desk, address: str) -> None:
    asked = sendings(desk)
    desk.text.fill("領収書をお送りします。")
    desk.send_button.dblclick()
    expect(desk.page.get_by_role("heading", name="送信済み")).to_be_visible()
    assert len(asked) == 1

    desk.page.get_by_role("link", name="古いメール").click()
    expect(desk.page.get_by_role("heading", level=1, name="住所を間違えました")).to_be_visible()
    desk.start_reply()
    desk.text.fill("お届け先を変更しました。")
    desk.text.press("Control+Enter")
    desk.page.keyboard.press("Control+Enter")
    expect(desk.page.get_by_role("heading", name="送信済み")).to_be_visible()
    assert len(asked) == 2

    ledger = stage.sandbox.admin.ledger(address)
    subjects = [entry["subject"] for entry in ledger]
    assert subjects == ["Re: 領収書をください", "Re: 住所を間違えました"]


@pytest.mark.spec("M22")
def test_two_tabs_send_once(stage: Stage, desk: Desk, address: str) -> None:
    desk.text.fill("領収書をお送りします。")
    expect(desk.page.get_by_text("に保存")).to_be_visible()
    other = Desk(
        "田中 健一、もう一つのタブ", desk.username, desk.new_tab(), desk.home, desk.complaints
    )
    other.page.goto(desk.page.url)
    expect(other.text).to_have_value("領収書をお送りします。")
    desk.send_button.click()
    other.send_button.click()
    expect(desk.page.get_by_role("heading", name="送信済み")).to_be_visible()
    expect(desk.status("完了")).to_be_visible()
    until(lambda: stage.product.backstage.holders(address) == [])
    assert len(stage.sandbox.admin.ledger(address)) == 1


def compose(keys: CDPSession, kana: str) -> None:
    """Kana on their way to kanji, as an input method shows them."""
    keys.send(
        "Input.imeSetComposition",
        {"text": kana, "selectionStart": len(kana), "selectionEnd": len(kana)},
    )


def confirm(keys: CDPSession, kanji: str, *, control: bool = False) -> None:
    """The Enter that takes the conversion: browsers report it as key 229."""
    key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "modifiers": 2 * control, **key})
    keys.send("Input.insertText", {"text": kanji})
    keys.send("Input.dispatchKeyEvent", {"type": "keyUp", "modifiers": 2 * control, **key})


@pytest.mark.spec("M32")
def test_the_enter_of_a_kana_conversion_submits_nothing(
    stage: Stage, desk: Desk, address: str
) -> None:
    page = desk.page
    asked = sendings(desk)
    heard = page.evaluate_handle(
        """() => {
            const heard = [];
            addEventListener("keydown", (event) => heard.push(
                [event.key, event.isComposing, event.keyCode, event.ctrlKey]), true);
            return heard;
        }"""
    )
    keys = page.context.new_cdp_session(page)
    for field, before in ((desk.text, ""), (page.get_by_label("件名"), "Re: 領収書をください")):
        field.focus()
        page.keyboard.press("Control+End")
        compose(keys, "りょうしゅうしょ")
        confirm(keys, "領収書", control=True)
        expect(field).to_have_value(f"{before}領収書")
    # Shortcuts, too, keep still: «e» would set to done, «r» begin a reply.
    page.get_by_role("heading", level=1).click()
    for key in ("e", "r", "Enter"):
        page.evaluate(
            """(key) => document.body.dispatchEvent(new KeyboardEvent(
                "keydown", {key, isComposing: true, bubbles: true, cancelable: true}))""",
            key,
        )
    told = heard.json_value()
    assert [True, 229] in [each[1:3] for each in told], told
    expect(desk.status("作業中")).to_be_visible()
    # An Enter in a line of the form submits nothing either, conversion or not.
    page.get_by_label("件名").press("Enter")
    assert asked == []
    assert stage.sandbox.admin.ledger(address) == []
    desk.text.press("Control+Enter")
    expect(page.get_by_role("heading", name="送信済み")).to_be_visible()
    assert len(asked) == 1


def test_what_is_wrong_is_said_at_its_field_and_the_text_is_kept(
    stage: Stage, desk: Desk, address: str
) -> None:
    recipient = desk.page.get_by_role("combobox", name="To", exact=True)
    away = desk.page.get_by_role("button", name=re.compile("を外す$"))
    away.click()
    desk.text.fill("領収書をお送りします。\n①㈱髙島屋")
    for wrong, message in (
        ("", "宛先がありません。1件以上入力してください。"),
        ("aoi@", "メールアドレスの形式ではありません: aoi@"),
    ):
        recipient.fill(wrong)
        assert desk.while_answering("/send/", desk.send_button.click) == 422
        expect(recipient).to_have_accessible_description(message)
        expect(recipient).to_be_focused()
        expect(desk.text).to_have_value("領収書をお送りします。\n①㈱髙島屋")
        expect(desk.banner).to_contain_text("あなたが編集中です")
    assert stage.sandbox.admin.ledger(address) == []
    away.click()
    recipient.fill(CUSTOMER)
    desk.send_button.click()
    expect(desk.page.get_by_role("heading", name="送信済み")).to_be_visible()
    (entry,) = stage.sandbox.admin.ledger(address)
    assert entry["recipients"] == [CUSTOMER]
