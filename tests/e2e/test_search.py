"""Searching: the box with what it offers, the form beside it, the calendar, saved searches."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk
from tests.waiting import until


@pytest.fixture
def address(stage: Stage) -> str:
    address = stage.account()
    for name in ("至急", "返品/不良"):
        stage.sandbox.admin.act(
            address, "create_label", name=name, background="#4986e7", text_color="#ffffff"
        )
    for subject in ("返品について", "返品と不良について", "ご注文の確認"):
        stage.deliver(address, subject)
    stage.connect(address, open_days=1)
    until(
        lambda: stage.settled(address) and stage.mirrors_all(address),
        timeout=60,
        what=f"{address} is mirrored",
    )
    return address


@pytest.fixture
def tanaka(stage: Stage, address: str) -> Desk:
    person = stage.person("田中 健一")
    stage.give(address, person)
    return stage.at_work("田中 健一", person)


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="メールを検索")


def options(page: Page) -> Locator:
    return page.get_by_role("listbox", name="候補").get_by_role("option")


def open_form(page: Page) -> Locator:
    page.get_by_role("button", name="詳細検索").click()
    form = page.get_by_role("form", name="詳細検索")
    expect(form.get_by_label("フリーキーワード")).to_be_focused()
    return form


def query_field(page: Page) -> Locator:
    """Of a saved search."""
    return page.get_by_role("textbox", name="検索", exact=True)


def chips(page: Page) -> Locator:
    return page.get_by_role("list", name="有効な条件").get_by_role("listitem")


@pytest.mark.spec("M2c")
def test_form_and_text_are_two_views_of_one_query(tanaka: Desk) -> None:
    page = tanaka.page
    form = open_form(page)
    form.get_by_label("件名").fill("返品")
    form.get_by_label("ステータス").select_option("未処理")
    # The text follows the form while it is filled in.
    expect(box(page)).to_have_value("subject:返品 status:open")
    tanaka.picture("search-form")
    form.get_by_role("button", name="検索").click()
    expect(tanaka.row("返品について")).to_be_visible()
    expect(tanaka.row("返品と不良について")).to_be_visible()
    expect(tanaka.row("ご注文の確認")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"q=subject"))
    expect(chips(page)).to_have_count(2)
    tanaka.picture("search-hits")
    tanaka.picture_in_english("search-hits")
    # And the form says what is typed as text.
    box(page).fill("subject:返品 不良 期間:2019/02/07-2019/02/08 -下書き")
    form = open_form(page)
    expect(form.get_by_label("件名")).to_have_value("返品")
    expect(form.get_by_label("フリーキーワード")).to_have_value("不良 -下書き")
    expect(form.get_by_role("textbox", name="期間")).to_have_value("2019/02/07-2019/02/08")
    form.get_by_role("textbox", name="期間").fill("")
    form.get_by_role("button", name="検索").click()
    expect(tanaka.row("返品と不良について")).to_be_visible()
    expect(tanaka.row("返品について")).to_have_count(0)
    # A chip takes its part of the query away.
    page.get_by_role("link", name="「不良」を外す").click()
    expect(tanaka.row("返品について")).to_be_visible()
    expect(box(page)).to_have_value("-下書き subject:返品")


@pytest.mark.spec("M2b")
def test_the_calendar_picks_days_inclusively(tanaka: Desk) -> None:
    page = tanaka.page
    form = open_form(page)
    period = form.get_by_role("textbox", name="期間")
    period.fill("2019/02/07-2019/02/09")
    form.get_by_role("button", name="カレンダーから選ぶ").click()
    calendar = page.get_by_role("dialog", name="カレンダーから選ぶ")
    expect(calendar.get_by_role("table", name="2019年2月")).to_be_visible()
    expect(calendar.get_by_role("button", pressed=True)).to_have_count(2)
    tanaka.picture("search-calendar")
    calendar.get_by_role("button", name="2019年2月12日").click()
    expect(period).to_have_value("2019/02/12-2019/02/13")
    calendar.get_by_role("button", name="2019年2月14日").click()
    expect(period).to_have_value("2019/02/12-2019/02/15")
    expect(calendar).to_have_count(0)
    expect(box(page)).to_have_value("period:2019/02/12-2019/02/15")
    # By keyboard alone, over the end of a month, from the last day back to the first.
    period.fill("2019/02/28")
    form.get_by_role("button", name="カレンダーから選ぶ").press("Enter")
    page.keyboard.press("ArrowRight")
    expect(calendar.get_by_role("table", name="2019年3月")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(period).to_have_value("2019/02/21-2019/03/02")
    # Escape closes the calendar first, the form only then.
    form.get_by_role("button", name="カレンダーから選ぶ").press("Enter")
    page.keyboard.press("Escape")
    expect(calendar).to_have_count(0)
    expect(form).to_be_visible()
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    expect(page.get_by_role("button", name="詳細検索")).to_be_focused()


@pytest.mark.spec("M2a")
def test_labels_with_and_or(tanaka: Desk) -> None:
    page = tanaka.page
    form = open_form(page)
    form.get_by_role("checkbox", name="至急").check()
    form.get_by_role("checkbox", name="返品/不良").check()
    expect(box(page)).to_have_value("label:至急 label:返品/不良")
    form.get_by_role("radio", name="OR").check()
    expect(box(page)).to_have_value("label:至急 OR label:返品/不良")
    form.get_by_role("button", name="条件を消す").click()
    expect(box(page)).to_have_value("")


def test_completion_while_typing(tanaka: Desk) -> None:
    page = tanaka.page
    page.keyboard.press("/")
    expect(box(page)).to_be_focused()
    box(page).press_sequentially("ラベル:至")
    expect(options(page)).to_have_count(1)
    tanaka.picture("search-completion")
    page.keyboard.press("ArrowDown")
    # Enter that takes a completion does not search yet.
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("ラベル:至急 ")
    expect(page).not_to_have_url(re.compile("q="))
    box(page).press_sequentially("is:")
    expect(options(page)).not_to_have_count(0)
    page.keyboard.press("Escape")
    expect(options(page)).to_have_count(0)
    expect(box(page)).to_have_value("ラベル:至急 is:")
    box(page).press_sequentially("unread")
    with page.expect_response(lambda answer: answer.url.endswith("search/recent/")):
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q="))
    expect(chips(page)).to_have_count(2)
    # What was searched for stands below the empty box.
    box(page).fill("")
    expect(options(page).first).to_contain_text("ラベル:至急 is:unread")
    options(page).first.click()
    expect(box(page)).to_have_value("ラベル:至急 is:unread")


def test_enter_of_a_kana_conversion_takes_and_submits_nothing(tanaka: Desk) -> None:
    page = tanaka.page
    box(page).focus()
    box(page).press_sequentially("label:")
    expect(options(page)).not_to_have_count(0)
    before = page.url
    page.evaluate(
        """() => {
          const box = document.getElementById("q");
          box.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
          for (const key of ["ArrowDown", "Enter"]) {
            box.dispatchEvent(new KeyboardEvent(
              "keydown", { key, isComposing: true, bubbles: true, cancelable: true }));
          }
        }"""
    )
    expect(page.get_by_role("option", selected=True)).to_have_count(0)
    assert page.url == before
    expect(box(page)).to_have_value("label:")


@pytest.mark.spec("M8")
def test_a_search_is_saved_and_shared(stage: Stage, address: str, tanaka: Desk) -> None:
    person = stage.person("鈴木 一郎", role="leader")
    stage.give(address, person)
    suzuki = stage.at_work("鈴木 一郎", person)
    page = suzuki.page
    box(page).fill("返品")
    box(page).press("Enter")
    expect(suzuki.row("返品について")).to_be_visible()
    page.get_by_role("link", name="この検索を保存").click()
    expect(query_field(page)).to_have_value("返品")
    page.get_by_role("textbox", name="名称").fill("返品の問い合わせ")
    page.get_by_role("combobox", name="使う人").select_option(f"{address} の全員")
    suzuki.picture("search-save")
    page.get_by_role("button", name=re.compile("変更を保存")).click()
    navigation = page.get_by_role("navigation", name="メイン")
    entry = navigation.get_by_role("link", name=re.compile("返品の問い合わせ"))
    expect(entry).to_contain_text("2")
    suzuki.picture("search-saved")
    tanaka.page.reload()
    shared = tanaka.page.get_by_role("navigation", name="メイン").get_by_role(
        "link", name=re.compile("返品の問い合わせ")
    )
    expect(shared).to_contain_text("2")
    shared.click()
    expect(tanaka.row("返品と不良について")).to_be_visible()
    expect(tanaka.row("ご注文の確認")).to_have_count(0)
    # Whoever may not share sees it, and cannot change it.
    tanaka.page.get_by_role("navigation", name="メイン").get_by_role(
        "link", name="保存した検索"
    ).click()
    expect(tanaka.page.get_by_role("heading", level=1, name="保存した検索")).to_be_visible()
    tanaka.page.locator("#drawer-rows").get_by_role(
        "link", name=re.compile("返品の問い合わせ")
    ).click()
    expect(query_field(tanaka.page)).to_be_disabled()
    tanaka.picture("search-drawer")
