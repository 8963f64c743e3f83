"""Every screen by axe-core's rules for WCAG 2.2 A and AA, at 1280 pixels and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk
from tests.e2e.letters import CUSTOMER
from tests.sandbox_server import CLIENT_ID, CLIENT_SECRET

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE, PHONE = (1280, 720), (390, 844)
# What is still moving is neither where nor as it will be.
_AT_REST = """() => Promise.all(document.getAnimations()
    .filter((each) => each.effect.getTiming().iterations !== Infinity)
    .map((each) => each.finished.catch(() => {})))"""
# The mail's own frame is its sender's. Of what axe thinks good besides the rules one is left out:
# an entry of a drawer on a phone, and the sheet of keys, stand below the heading of what they
# belong to.
_JUDGE = """async (rules) => await axe.run(
    {exclude: [["iframe"]]}, {iframes: false, resultTypes: ["violations"],
    runOnly: {type: "tag", values: rules},
    rules: {"page-has-heading-one": {enabled: false}}})"""
_BEYOND = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Judge:
    """Collects what is wrong, so that one run tells of all screens."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.seen: list[str] = []

    def look(self, page: Page, what: str) -> None:
        """The page as it stands, at both widths."""
        self.seen.append(what)
        for width, height in (WIDE, PHONE):
            page.set_viewport_size({"width": width, "height": height})
            at = f"{what}, {width} wide"
            self._measure(page, at)
            page.evaluate(_AT_REST)
            if not page.evaluate("'axe' in window"):
                page.evaluate(AXE)
            found: dict[str, Any] = page.evaluate(_JUDGE, RULES)
            self.found += [
                f"{at}: {each['id']} {node['target']} {node['failureSummary']} {node['html'][:200]}"
                for each in found["violations"]
                for node in each["nodes"]
            ]
        page.set_viewport_size({"width": 1440, "height": 900})

    def measure(self, page: Page, what: str) -> None:
        """Only whether all of it is there without scrolling sideways."""
        self.seen.append(what)
        for width, height in (WIDE, PHONE):
            page.set_viewport_size({"width": width, "height": height})
            self._measure(page, f"{what}, {width} wide")

    def _measure(self, page: Page, at: str) -> None:
        beyond = page.evaluate(_BEYOND)
        if beyond > 0:
            self.found.append(f"{at}: {beyond}px too wide")


@pytest.fixture
def judge() -> Iterator[Judge]:
    judge = Judge()
    yield judge
    assert judge.seen
    assert not judge.found, "\n\n".join(judge.found)


@pytest.fixture
def address(stage: Stage) -> str:
    address = stage.account()
    stage.sandbox.admin.act(
        address, "create_label", name="配送/遅延", background="#cc3a21", text_color="#ffffff"
    )
    for subject in ("一通目の件", "二通目の件"):
        mail = stage.deliver(address, subject)
        stage.sandbox.admin.act(address, "modify", message_id=mail["id"], add=["配送/遅延"])
    stage.connect(address, open_days=1)
    stage.all_mirrored(address)
    return address


@pytest.fixture
def desk(stage: Stage, address: str) -> Desk:
    admin = stage.person("管理 者", "admin")
    stage.give(address, admin)
    return stage.at_work("管理 者", admin)


SCREENS = {
    "the list": "/mail/",
    "an empty list": "/mail/?category=trash",
    "hits": "/mail/?q=件",
    "no hits, and a reading": '/mail/?q=zzzzzz+nosuch:x+"open',
    "the drafts": "/mail/?category=drafts",
    "a new mail": "/mail/new/",
    "the search form": "/mail/search/",
    "the keys": "/mail/keys/",
    "the settings": "/settings/gmail/",
    "templates": "/templates/",
    "a new template": "/templates/new/",
    "signatures": "/signatures/",
    "a new signature": "/signatures/new/",
    "labels": "/labels/",
    "a new label": "/labels/new/",
    "the address book": "/addressbook/",
    "a new address": "/addressbook/new/",
    "an import": "/addressbook/import/",
    "saved searches": "/mail/searches/",
    "a new saved search": "/mail/searches/new/",
}


@pytest.mark.spec("X4")
def test_every_screen_keeps_to_the_rules(desk: Desk, judge: Judge) -> None:
    for what, path in SCREENS.items():
        desk.go(path)
        expect(desk.page.locator("main, .dialog-head").first).to_be_visible()
        judge.look(desk.page, what)


@pytest.mark.spec("X4")
def test_the_longer_words_of_english_have_room_too(desk: Desk, judge: Judge) -> None:
    desk.page.locator("summary.av-l").click()
    desk.page.get_by_role("button", name="English").click()
    expect(desk.page.locator("html")).to_have_attribute("lang", "en")
    for what, path in SCREENS.items():
        desk.go(path)
        expect(desk.page.locator("main, .dialog-head").first).to_be_visible()
        judge.measure(desk.page, what)


@pytest.mark.spec("X4")
def test_so_does_a_mail_with_all_that_opens_in_it(
    stage: Stage, desk: Desk, address: str, judge: Judge
) -> None:
    page = desk.page
    stage.give(address, stage.person("田中 健一"))
    desk.open_mail("二通目の件")
    judge.look(page, "a mail")
    page.get_by_role("link", name="ラベルを変更").click()
    expect(page.get_by_role("dialog", name="このメールのラベル")).to_be_visible()
    judge.look(page, "the labels of a mail")
    page.keyboard.press("Escape")
    page.locator("summary[aria-label^='ほかの表示']").click()
    judge.look(page, "the menu of a mail")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="備考").click()
    field = page.get_by_role("textbox", name="コメント")
    field.press_sequentially("在庫を確認中 @")
    expect(page.get_by_role("listbox", name="知らせる相手")).to_be_visible()
    judge.look(page, "names to call")
    field.press("Enter")
    page.get_by_role("button", name="コメントする").click()
    expect(page.locator(".note-text .called")).to_be_visible()
    page.get_by_role("link", name=re.compile("コメントを編集")).click()
    dialog = page.get_by_role("dialog", name="コメントの編集")
    expect(dialog.get_by_role("textbox")).to_be_focused()
    judge.look(page, "a comment being edited")
    page.keyboard.press("Escape")
    for name in ("メール履歴", "操作履歴", "備考"):
        page.get_by_role("tab", name=name).click()
        panel = page.get_by_role("tabpanel", name=re.compile(name))
        expect(panel.locator(".skel")).to_have_count(0)
        judge.look(page, name)
    page.get_by_role("tab", name="メール履歴").click()
    page.get_by_role("tabpanel").get_by_role("link", name=re.compile("一通目の件")).click()
    expect(page.get_by_role("region", name="メール履歴のほかのメール")).to_be_visible()
    judge.look(page, "another mail beside it")
    desk.go(f"{urlsplit(page.url).path}original/")
    expect(page.get_by_role("heading", level=1, name=re.compile("原文"))).to_be_visible()
    judge.look(page, "a mail as it came")


@pytest.mark.spec("X4")
def test_so_does_what_is_written_with(desk: Desk, judge: Judge) -> None:
    page = desk.page
    desk.open_mail("二通目の件")
    desk.start_reply()
    judge.look(page, "a reply")
    page.get_by_role("button", name="テンプレート").click()
    expect(page.get_by_role("dialog").get_by_role("heading").first).to_be_visible()
    judge.look(page, "the templates to choose from")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="差出人を選ぶ").click()
    expect(page.get_by_role("dialog").get_by_role("heading").first).to_be_visible()
    judge.look(page, "the senders to choose from")
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("アドレス帳")).first.click()
    expect(page.get_by_role("dialog").get_by_role("heading").first).to_be_visible()
    judge.look(page, "the address book over the page")
    page.keyboard.press("Escape")
    desk.until_suggested(CUSTOMER)
    page.get_by_role("combobox", name="Cc", exact=True).press_sequentially("aoi")
    expect(page.get_by_role("listbox", name="候補")).to_be_visible()
    judge.look(page, "suggestions")
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="Cc", exact=True).fill("wrong@")
    assert desk.while_answering("/send/", desk.send_button.click) == 422
    judge.look(page, "what is wrong, at its field")
    page.get_by_role("button", name="wrong@ を外す").click()
    page.locator("input[data-files]").set_input_files(
        FilePayload(name="納品書①.txt", mimeType="text/plain", buffer=b"x")
    )
    expect(page.get_by_role("link", name="納品書①.txt")).to_be_visible()
    page.get_by_role("button", name="書式", exact=True).click()
    expect(desk.text).to_be_focused()
    page.keyboard.type("お送りします。")
    judge.look(page, "a reply with formatting and a file")
    page.get_by_role("button", name="プレビュー").click()
    expect(page.get_by_role("dialog", name="送信内容のプレビュー")).to_be_visible()
    judge.look(page, "the preview")
    page.keyboard.press("Escape")
    page.get_by_text("予約送信").click()
    judge.look(page, "a time to send at")
    desk.send_button.click()
    expect(page.get_by_role("heading", name="送信済み")).to_be_visible()
    judge.look(page, "what was sent")


@pytest.mark.spec("X4")
def test_so_does_what_others_do_meanwhile(
    stage: Stage, desk: Desk, address: str, judge: Judge
) -> None:
    page = desk.page
    tanaka = stage.person("田中 健一")
    stage.give(address, tanaka)
    other = stage.at_work("田中 健一", tanaka)
    other.open_mail("一通目の件")
    other.start_reply()
    stage.deliver(address, "新しい件")
    expect(page.get_by_role("button", name="新着 1件")).to_be_visible()
    page.get_by_label("このページをすべて選択").check()
    judge.look(page, "ticked rows, and new mail waiting")
    page.get_by_label("一覧の表示設定").click()
    judge.look(page, "how the list is shown")
    page.keyboard.press("Escape")
    desk.open_mail("一通目の件")
    expect(desk.banner).to_contain_text("田中 健一さん")
    expect(page.locator("[data-looking]")).to_be_visible()
    assert desk.while_answering("/reply/", desk.button("返信").click) == 409
    expect(desk.alert).to_be_visible()
    judge.look(page, "somebody else's lock, and a refusal")
    desk.go("/mail/")
    desk.open_mail("二通目の件")
    desk.button("ゴミ箱").click()
    expect(page.locator("#toasts")).to_contain_text("ゴミ箱")
    judge.look(page, "a toast with the way back")
    page.locator("summary.av-l").click()
    judge.look(page, "one's own menu")
    page.keyboard.press("Escape")
    search = page.get_by_role("search").get_by_label("メールを検索")
    search.press_sequentially("in:")
    expect(page.locator("#search-list [role=option]").first).to_be_visible()
    judge.look(page, "completions of a search")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="詳細検索").click()
    expect(page.locator("#search-panel form")).to_be_visible()
    judge.look(page, "the search form over the list")


@pytest.mark.spec("X4")
def test_so_do_the_accounts_and_their_health(
    stage: Stage, desk: Desk, address: str, judge: Judge
) -> None:
    page = desk.page
    stage.product.backstage.client(CLIENT_ID, CLIENT_SECRET)
    desk.open_settings()
    for summary in desk.account(address).locator("summary").all():
        summary.click()
    judge.look(page, "an account with all that opens in it")
    desk.account(address).get_by_role("link", name="状態を見る").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(address)
    judge.look(page, "the health of a mailbox")
    desk.go("/auth/gmail/callback?error=access_denied")
    judge.look(page, "a refused consent")


@pytest.mark.spec("X4")
def test_so_does_the_log_in(stage: Stage, judge: Judge) -> None:
    desk = stage.desk("nobody", "誰か")
    desk.go("/login/")
    judge.look(desk.page, "the log-in")
    desk.page.get_by_label("ユーザー名").fill("nobody")
    desk.page.get_by_label("パスワード").fill("wrong")
    desk.page.get_by_role("button", name="ログイン", exact=True).click()
    expect(desk.page.get_by_role("alert")).to_be_visible()
    judge.look(desk.page, "a refused log-in")
