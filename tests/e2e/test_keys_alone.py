"""The work by keys alone: every stop is seen, none is a trap, and no pointer is ever needed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.backstage import PASSWORD
from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk

# What stands where the keys are, and whether that is seen: on itself, or on the box that it fills.
_STOP = """() => {
    const at = document.activeElement;
    if (!at || at === document.body) return null;
    let seen = false;
    for (let box = at, up = 0; box && up < 4 && !seen; box = box.parentElement, up++) {
        const style = getComputedStyle(box);
        const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
        seen = (box === at || box.matches(":focus-within")) && (outlined || style.boxShadow !== "none");
    }
    const place = at.getBoundingClientRect();
    const there = place.width > 0 && place.height > 0
        && place.bottom > 0 && place.top < innerHeight && place.right > 0 && place.left < innerWidth;
    window.theStops ??= new Map();
    if (!window.theStops.has(at)) window.theStops.set(at, window.theStops.size);
    return {seen: seen && there, key: window.theStops.get(at), html: at.outerHTML.slice(0, 300)};
}"""  # noqa: E501
_MOST = 120


def stop(page: Page) -> int | None:
    """Where the keys are; None outside of the page (in the browser's own bars)."""
    found = page.evaluate(_STOP)
    if found is None:
        return None
    if "<iframe" not in found["html"]:  # the browser's own, which a page cannot ask
        assert found["seen"], f"the focus is not seen on {found['html']}"
    return int(found["key"])


def walk_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Tab by Tab until it has the focus; each stop on the way is a new one."""
    seen: list[int] = []
    for _ in range(_MOST):
        page.keyboard.press(key)
        at = stop(page)
        if wanted.evaluate("each => each === document.activeElement"):
            return
        if at is not None:
            assert at not in seen, f"the focus goes round without {wanted}"
            seen.append(at)
    raise AssertionError(f"{wanted} was not reached")


def walk_around(page: Page) -> int:
    """From the page's beginning to its end; how many stops there are."""
    seen: list[int] = []
    for _ in range(_MOST):
        page.keyboard.press("Tab")
        at = stop(page)
        if at is None:
            return len(seen)
        assert at not in seen, "a trap: the focus never leaves the page"
        seen.append(at)
    raise AssertionError(f"no end after {_MOST} stops")


def stays_in(page: Page, dialog: Locator) -> None:
    """The focus is in the dialog, and whatever is pressed it does not go behind it."""
    expect(dialog).to_be_visible()
    page.wait_for_function("document.activeElement.closest('dialog') !== null")
    for key in ("Tab", "Tab", "Tab", "Shift+Tab", "Shift+Tab", "Shift+Tab", "Shift+Tab"):
        page.keyboard.press(key)
        assert page.evaluate(
            "document.activeElement === document.body "
            "|| document.activeElement.closest('dialog') !== null"
        )


@pytest.fixture
def address(stage: Stage) -> str:
    address = stage.account()
    stage.sandbox.admin.act(address, "create_label", name="返品")
    older = stage.deliver(address, "一通目の件")
    # The mirror has the label when it has a mail with it.
    stage.sandbox.admin.act(address, "modify", message_id=older["id"], add=["返品"])
    stage.deliver(address, "二通目の件")
    stage.connect(address, open_days=1)
    stage.all_mirrored(address)
    return address


@pytest.mark.spec("X4")
def test_from_the_log_in_to_a_sent_reply(stage: Stage, address: str) -> None:
    tanaka = stage.person("田中 健一")
    stage.give(address, tanaka)
    desk = stage.desk(tanaka, "田中 健一")
    page, keys = desk.page, desk.page.keyboard
    page.set_viewport_size({"width": 1280, "height": 720})
    desk.go("/login/")
    expect(page.get_by_label("ユーザー名")).to_be_focused()
    keys.type(tanaka)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(desk.row("二通目の件")).to_be_visible()
    # Past the frame of the page in one step; and all of it, to its end.
    keys.press("Tab")
    expect(page.get_by_role("link", name="本文へ移動")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    assert walk_around(page) > 5
    walk_to(page, desk.row("二通目の件").get_by_role("link"))
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1, name="二通目の件")).to_be_visible()
    the_panes(desk)
    a_dialog(desk)
    the_menu(desk)
    keys.press("r")
    expect(desk.text).to_be_focused()
    keys.type("本日お送りします。")
    cc = page.get_by_role("combobox", name="Cc", exact=True)
    walk_to(page, cc, "Shift+Tab")
    keys.type("aoi@customer.example,")
    chip = page.get_by_role("button", name="aoi@customer.example を外す")
    expect(chip).to_be_visible()
    keys.type("kato@customer.example,")
    expect(page.get_by_role("button", name="kato@customer.example を外す")).to_be_visible()
    keys.press("Backspace")  # into the chip, and out with it
    keys.press("Backspace")
    expect(page.get_by_role("button", name="kato@customer.example を外す")).to_have_count(0)
    walk_to(page, desk.send_button)
    keys.press("Enter")
    expect(page.get_by_role("heading", name="送信済み")).to_be_visible()
    [sent] = stage.sandbox.admin.ledger(address)
    assert "aoi@customer.example" in str(sent)


def the_panes(desk: Desk) -> None:
    """The tabs by their arrows, the split by its own."""
    page, keys = desk.page, desk.page.keyboard
    comments, draft = page.get_by_role("tab", name="備考"), page.get_by_role("tab", name="下書き")
    handle = page.get_by_role("separator")
    walk_to(page, handle)
    before = int(handle.get_attribute("aria-valuenow") or 0)
    keys.press("ArrowRight")
    expect(handle).to_have_attribute("aria-valuenow", str(before + 2))
    keys.press("Tab")
    expect(comments).to_be_focused()
    keys.press("ArrowRight")
    expect(draft).to_be_focused()
    expect(draft).to_have_attribute("aria-selected", "true")
    keys.press("ArrowLeft")
    walk_to(page, page.get_by_role("textbox", name="コメント"))
    keys.type("在庫を確認中")
    walk_to(page, page.get_by_role("button", name="コメントする"))
    keys.press("Enter")
    expect(page.get_by_role("tabpanel").get_by_text("在庫を確認中")).to_be_visible()


def a_dialog(desk: Desk) -> None:
    """It takes the focus, keeps it, and gives it back; the labels in it are ticked by keys."""
    page, keys = desk.page, desk.page.keyboard
    opener = page.get_by_role("link", name="ラベルを変更")
    dialog = page.get_by_role("dialog", name="このメールのラベル")
    walk_to(page, opener, "Shift+Tab")
    keys.press("Enter")
    stays_in(page, dialog)
    keys.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    keys.press("Enter")
    expect(dialog).to_be_visible()
    walk_to(page, dialog.get_by_role("checkbox", name="返品"))
    keys.press("Space")
    walk_to(page, dialog.get_by_role("button", name="実行"))
    keys.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("#mail-labels")).to_contain_text("返品")


def the_menu(desk: Desk) -> None:
    """It opens, is walked through, and closes where it was opened."""
    page, keys = desk.page, desk.page.keyboard
    summary = page.locator("summary[aria-label^='ユーザーメニュー']")
    walk_to(page, summary, "Shift+Tab")
    keys.press("Enter")
    walk_to(page, page.get_by_role("button", name="English"))
    keys.press("Escape")
    expect(page.get_by_role("button", name="English")).to_be_hidden()
    expect(summary).to_be_focused()


@pytest.mark.spec("X4")
def test_a_drawer_is_filled_and_emptied(stage: Stage, address: str) -> None:
    """An entry is made, found again and deleted, with the question that is asked before."""
    tanaka = stage.person("田中 健一", "leader")
    stage.give(address, tanaka)
    desk = stage.at_work("田中 健一", tanaka)
    page, keys = desk.page, desk.page.keyboard
    desk.go("/templates/new/")
    name = page.get_by_role("textbox", name="名称")
    if not name.evaluate("each => each === document.activeElement"):
        walk_to(page, name)
    keys.type("お礼")
    walk_to(page, page.get_by_role("textbox", name="本文"))
    keys.type("ありがとうございました。")
    walk_to(page, page.get_by_role("button", name="変更を保存"))
    keys.press("Enter")
    entry = page.locator("#drawer-rows [data-drawer-row]").filter(has_text="お礼")
    expect(entry).to_be_visible()
    delete = page.get_by_role("button", name="削除", exact=True)
    expect(delete).to_be_visible()
    walk_to(page, delete)
    keys.press("Enter")
    dialog = page.get_by_role("dialog")
    stays_in(page, dialog)
    walk_to(page, dialog.get_by_role("button", name="削除"))
    keys.press("Enter")
    expect(entry).to_have_count(0)
