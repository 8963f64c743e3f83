"""The list as somebody has it all day: keys, density, pages, and nothing that jumps."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk

# Layout shifts since the page was ready, apart from those that a person's own key or click caused.
_WATCH = """() => {
    window.shifts = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
            if (!entry.hadRecentInput) window.shifts.push(entry.value);
        }
    }).observe({type: "layout-shift", buffered: false});
}"""


@pytest.fixture
def address(stage: Stage) -> str:
    return stage.connected(subjects=["一通目", "二通目", "三通目"])


@pytest.fixture
def desk(stage: Stage, address: str) -> Desk:
    tanaka = stage.person("田中 健一", "leader")  # who may do things to many mails
    stage.give(address, tanaka)
    return stage.at_work("田中 健一", tanaka)


def heights(page: Page) -> set[float]:
    measured = page.locator("#rows tr").evaluate_all(
        "rows => rows.map(row => row.getBoundingClientRect().height)"
    )
    return {round(each) for each in measured}


def test_nothing_moves_when_others_work_and_mail_comes(
    stage: Stage, desk: Desk, address: str
) -> None:
    yamada = stage.person("山田 花子")
    stage.give(address, yamada)
    other = stage.at_work("山田 花子", yamada)
    before = heights(desk.page)
    assert len(before) == 1
    desk.page.evaluate(_WATCH)
    stage.deliver(address, "新しいお問い合わせ")
    bar = desk.page.get_by_role("button", name=re.compile("新着 1"))
    expect(bar).to_be_visible()
    other.open_mail("二通目")
    other.page.get_by_role("tab", name="備考").click()
    other.page.get_by_role("textbox", name="コメント").fill("折り返し済みです" * 20)
    other.page.get_by_role("button", name="コメントする").click()
    expect(desk.row("二通目")).to_contain_text("折り返し済みです")
    other.button("完了").click()
    expect(desk.row("二通目")).to_contain_text("完了")
    assert desk.page.evaluate("window.shifts") == []
    assert heights(desk.page) == before
    bar.click()
    expect(desk.row("新しいお問い合わせ")).to_be_visible()
    assert heights(desk.page) == before


def test_density_and_columns_stay_as_they_were_chosen(desk: Desk) -> None:
    page = desk.page
    (usual,) = heights(page)
    menu = page.get_by_label("一覧の表示設定")
    menu.click()
    page.get_by_role("radio", name="詰める").check()
    page.get_by_role("checkbox", name="担当", exact=True).uncheck()
    (compact,) = heights(page)
    assert compact < usual
    who = page.locator("#rows td.w").first
    expect(who).to_be_hidden()
    page.reload()
    assert heights(page) == {compact}
    expect(who).to_be_hidden()
    desk.open_list("すべてのメール")
    assert heights(page) == {compact}
    menu.click()
    expect(page.get_by_role("radio", name="詰める")).to_be_checked()
    expect(page.get_by_role("checkbox", name="担当", exact=True)).not_to_be_checked()
    page.get_by_role("radio", name="標準").check()
    page.get_by_role("checkbox", name="担当", exact=True).check()
    assert heights(page) == {usual}
    expect(who).to_be_visible()


@pytest.mark.spec("X3")
def test_the_whole_day_by_keyboard(stage: Stage, desk: Desk) -> None:
    page = desk.page
    keys = page.keyboard
    keys.press("j")
    expect(desk.row("三通目").get_by_role("link")).to_be_focused()
    keys.press("j")
    expect(desk.row("二通目").get_by_role("link")).to_be_focused()
    keys.press("k")
    expect(desk.row("三通目").get_by_role("link")).to_be_focused()
    keys.press("x")
    expect(desk.row("三通目").get_by_role("checkbox")).to_be_checked()
    keys.press("x")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1, name="三通目")).to_be_visible()
    keys.press("j")
    expect(page.get_by_role("heading", level=1, name="二通目")).to_be_visible()
    keys.press("k")
    expect(page.get_by_role("heading", level=1, name="三通目")).to_be_visible()
    keys.press("?")
    sheet = page.get_by_role("dialog", name="キーボードショートカット")
    expect(sheet).to_contain_text("全員に返信")
    keys.press("e")  # not under a dialog
    keys.press("Escape")
    expect(sheet).to_be_hidden()
    expect(desk.status("未処理")).to_be_visible()
    keys.press("l")
    labels = page.get_by_role("dialog", name="このメールのラベル")
    expect(labels).to_be_visible()
    keys.press("Escape")
    expect(labels).to_be_hidden()
    keys.press("e")
    expect(desk.status("完了")).to_be_visible()
    for key, kind in (("r", "Re: 三通目"), ("a", "Re: 三通目"), ("f", "Fwd: 三通目")):
        keys.press(key)
        subject = page.get_by_role("textbox", name="件名", exact=True)
        expect(subject).to_have_value(re.compile(kind.replace("Fwd", "(Fwd|Fw)")))
        keys.press("Escape")  # out of the field that was entered
        page.get_by_role("button", name="キャンセル").first.click()
        expect(subject).to_have_count(0)
        page.locator("body").click(position={"x": 5, "y": 5})
    keys.press("/")
    search = page.get_by_role("search").get_by_label("メールを検索")
    expect(search).to_be_focused()
    keys.type("jkx?")  # letters, and no shortcuts
    expect(search).to_have_value("jkx?")
    keys.press("Escape")
    page.locator("body").click(position={"x": 5, "y": 5})
    keys.press("u")
    expect(desk.row("三通目")).to_be_visible()
    keys.press("c")
    expect(page.get_by_role("heading", level=1, name="新規メール")).to_be_visible()
