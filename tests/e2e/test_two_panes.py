"""One mail in two panes: the split, the tabs, the neighbours, and the history beside a draft."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk
from tests.e2e.letters import CUSTOMER, letter
from tests.waiting import until


@pytest.fixture
def address(stage: Stage) -> str:
    return stage.connected(subjects=["一通目の件", "二通目の件", "三通目の件"])


@pytest.fixture
def desk(stage: Stage, address: str) -> Desk:
    tanaka = stage.person("田中 健一")
    stage.give(address, tanaka)
    return stage.at_work("田中 健一", tanaka)


def width(page: Page, name: str) -> float:
    box = page.get_by_role("region", name=name, exact=True).bounding_box()
    assert box is not None
    return box["width"]


@pytest.mark.spec("M9")
def test_the_panes_their_split_and_the_way_through_the_list(stage: Stage, desk: Desk) -> None:
    page = desk.page
    desk.open_mail("二通目の件")
    tabs = page.get_by_role("tablist").get_by_role("tab")
    assert [re.sub(r"\d+", "", each) for each in tabs.all_inner_texts()] == [
        "備考",
        "下書き",
        "メール履歴",
        "操作履歴",
    ]
    before = width(page, "メール")
    handle = page.get_by_role("separator")
    box = handle.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] - 150, box["y"] + 200, steps=5)
    page.mouse.up()
    dragged = width(page, "メール")
    assert dragged < before - 100
    page.reload()
    assert abs(width(page, "メール") - dragged) < 2
    handle.focus()
    page.keyboard.press("ArrowRight")
    assert width(page, "メール") > dragged
    # Previous and next mail of the list.
    page.get_by_role("link", name="古いメール").click()
    expect(page.get_by_role("heading", level=1, name="一通目の件")).to_be_visible()
    expect(page.get_by_role("link", name="古いメール")).to_have_count(0)
    page.get_by_role("link", name="新しいメール").click()
    expect(page.get_by_role("heading", level=1, name="二通目の件")).to_be_visible()
    # 送信して次へ.
    desk.start_reply()
    desk.text.fill("確認いたします。")
    page.get_by_role("button", name="送信して次へ").click()
    expect(page.get_by_role("heading", level=1, name="一通目の件")).to_be_visible()
    # A narrow screen has one pane below the other.
    page.set_viewport_size({"width": 390, "height": 844})
    mail, work = (
        page.get_by_role("region", name=name, exact=True).bounding_box()
        for name in ("メール", "対応")
    )
    assert mail is not None
    assert work is not None
    assert mail["x"] == work["x"]
    assert work["y"] >= mail["y"] + mail["height"]
    expect(handle).to_be_hidden()


@pytest.mark.spec("M16")
def test_the_history_opens_on_the_left_while_the_draft_stays(
    stage: Stage, desk: Desk, address: str
) -> None:
    page = desk.page
    # An answer of ours is part of it.
    desk.open_mail("一通目の件")
    desk.start_reply()
    desk.text.fill("一通目へのご返信です。")
    desk.send_button.click()
    expect(page.get_by_role("heading", name="送信済み")).to_be_visible()
    # Somebody else's mail is not.
    other = letter(address, subject="ほかの人の件").replace(CUSTOMER.encode(), b"ken@other.example")
    stage.sandbox.admin.deliver(address, other)
    until(lambda: stage.mirrors_all(address), timeout=60)
    desk.open_list()
    desk.open_mail("三通目の件")
    desk.start_reply()
    desk.text.fill("書きかけの返信")
    page.get_by_role("tab", name="メール履歴").click()
    history = page.get_by_role("tabpanel", name=re.compile("メール履歴"))
    entries = history.get_by_role("link")
    expect(entries).to_have_count(4)
    expect(page.locator("#count-history")).to_have_text("4")
    newest_first = [" ".join(text.split()) for text in entries.all_inner_texts()]
    for told, wanted in zip(
        newest_first,
        ("送信済み: Re: 一通目の件", "受信: 三通目の件", "受信: 二通目の件", "受信: 一通目の件"),
        strict=True,
    ):
        assert told.startswith(wanted), newest_first
    desk.remember_page()
    history.get_by_role("link", name=re.compile("Re: 一通目の件")).click()
    left = page.get_by_role("region", name="メール履歴のほかのメール")
    expect(left.get_by_role("heading", name="Re: 一通目の件")).to_be_focused()
    frame = left.frame_locator("iframe")
    expect(frame.get_by_text("一通目へのご返信です。")).to_be_visible()
    expect(page.get_by_role("region", name="メール", exact=True)).to_be_hidden()
    page.get_by_role("tab", name="下書き").click()
    expect(desk.text).to_have_value("書きかけの返信")
    desk.text.press("Control+End")
    page.keyboard.type("の続き")
    expect(page.get_by_text("に保存")).to_be_visible()
    left.get_by_role("link", name=re.compile("に戻る")).click()
    expect(page.get_by_role("heading", level=1, name="三通目の件")).to_be_visible()
    expect(desk.text).to_have_value("書きかけの返信の続き")
    assert desk.is_same_page()
    desk.send_button.click()
    expect(page.get_by_role("heading", name="送信済み")).to_be_visible()
    assert len(stage.sandbox.admin.ledger(address)) == 2
