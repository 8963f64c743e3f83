"""The list as an agent scans it: what each row tells, where its icons lead, pages, and drafts."""

from __future__ import annotations

import re
from email.message import EmailMessage

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk
from tests.e2e.letters import CUSTOMER
from tests.waiting import until

BOLD = 600


def weight(locator: Locator) -> int:
    return int(locator.evaluate("element => getComputedStyle(element).fontWeight"))


def icon(cell: Locator) -> str:
    """What is painted before the cell's words."""
    painted = cell.evaluate(
        """element => {
            const style = getComputedStyle(element, "::before");
            return [style.maskImage || style.webkitMaskImage, style.backgroundImage]
                .find((each) => each && each !== "none") || "";
        }"""
    )
    return str(painted)


def nameless(to: str) -> bytes:
    """A mail with a file, of somebody who gives no name."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "noname@customer.example", to, "名前のない人から"
    mail.set_content("写真を送ります。")
    mail.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="写真.png")
    return mail.as_bytes()


@pytest.mark.spec("M5a")
def test_a_row_tells_what_an_agent_scans_for_and_opens(stage: Stage) -> None:
    address = stage.connected(subjects=["初めの件"])
    admin = stage.sandbox.admin
    before = {
        subject: stage.deliver(address, subject)["id"]
        for subject in ("ゴミの件", "迷惑の件", "返事をする件", "読む件")
    }
    admin.deliver(address, nameless(address))
    admin.act(address, "trash", message_id=before["ゴミの件"])
    admin.act(address, "spam", message_id=before["迷惑の件"])
    admin.act(address, "reply", message_id=before["返事をする件"], text="お送りします。")
    admin.act(address, "create_draft", to=CUSTOMER, subject="Gmailで書いた件", text="途中")
    admin.act(address, "create_label", name="配送")
    admin.act(address, "modify", message_id=before["読む件"], add=["配送"])
    until(lambda: stage.mirrors_all(address), timeout=60, what="Gmail's changes are here")
    tanaka = stage.person("田中 健一")
    stage.give(address, tanaka)
    desk = stage.at_work("田中 健一", tanaka)
    page = desk.page

    # 担当, 作業中 and the latest comment, by working on it.
    desk.open_mail("読む件")
    desk.button("作業中").click()
    expect(desk.status("作業中")).to_be_visible()
    page.get_by_role("tab", name="備考").click()
    for words in ("古い備考", "在庫を確認中です"):
        page.get_by_role("textbox", name="コメント").fill(words)
        page.get_by_role("button", name="コメントする").click()
        expect(page.get_by_role("tabpanel").get_by_text(words)).to_be_visible()
    desk.open_list()
    row = desk.row("読む件")
    expect(row.get_by_text("作業中", exact=True)).to_be_visible()
    expect(row.get_by_role("img", name="田中 健一")).to_be_visible()
    expect(row).to_contain_text("井上 葵")
    expect(row).to_contain_text(CUSTOMER)
    moment = row.locator("time")
    expect(moment).to_have_text(re.compile(r"^\d\d:\d\d$"))  # of today
    assert moment.get_attribute("datetime")
    subject = row.get_by_role("link", name="読む件")
    for under in ("配送", "在庫を確認中です"):
        lower, upper = row.get_by_text(under).bounding_box(), subject.bounding_box()
        assert lower is not None
        assert upper is not None
        assert lower["y"] >= upper["y"] + upper["height"] - 2, f"{under} stands under the subject"
    expect(row.get_by_text("古い備考")).to_have_count(0)

    # What was not opened yet is bold, and a mark tells of its file; nobody's name is made up.
    unread = desk.row("名前のない人から")
    assert weight(unread.get_by_role("link")) >= BOLD > weight(subject)
    mark = unread.get_by_text("添付あり")
    assert icon(mark)
    expect(row.get_by_text("添付あり")).to_have_count(0)
    expect(unread).to_contain_text("noname@customer.example")

    # Each category has an icon of its own, with its name for who does not see it.
    kinds = {}
    for category, subject_of, kind in (
        ("受信トレイ", "読む件", "受信"),
        ("送信済み", "Re: 返事をする件", "送信"),
        ("下書き", "Gmailで書いた件", "下書き"),
        ("ゴミ箱", "ゴミの件", "ゴミ箱"),
        ("迷惑メール", "迷惑の件", "迷惑メール"),
    ):
        desk.open_list(category)
        cell = desk.row(subject_of).locator("td.k")
        expect(cell).to_contain_text(kind)
        kinds[category] = icon(cell)
    assert all(kinds.values())
    assert len(set(kinds.values())) == len(kinds)
    desk.open_list("送信済み")
    expect(desk.row("Re: 返事をする件")).to_contain_text("宛先: 井上 葵")
    statuses = {}
    for category, subject_of in (("未処理", "名前のない人から"), ("作業中", "読む件")):
        desk.open_list(category)
        shown = desk.row(subject_of).get_by_text(category, exact=True)
        statuses[category] = icon(shown)
    assert all(statuses.values())
    assert len(set(statuses.values())) == 2

    # The folder opens the mail as the subject does.
    desk.open_list()
    folder = desk.row("名前のない人から").locator("td.o")
    assert icon(folder)
    folder.click()
    expect(page.get_by_role("heading", level=1, name="名前のない人から")).to_be_visible()
    page.go_back()
    desk.open_mail("読む件")


@pytest.mark.spec("M5a")
def test_a_hundred_a_page_with_the_way_on_and_back(stage: Stage) -> None:
    address = stage.connected(mails=103)
    tanaka = stage.person("田中 健一")
    stage.give(address, tanaka)
    desk = stage.at_work("田中 健一", tanaka)
    page = desk.page
    rows = page.locator("#rows").get_by_role("row")
    pager = page.get_by_role("navigation", name="ページ")
    expect(rows).to_have_count(100)
    expect(pager).to_contain_text("1–100 件 / 103 件")
    expect(pager.get_by_role("link", name="前へ")).to_have_count(0)
    pager.get_by_role("link", name="次へ").click()
    expect(pager).to_contain_text("101–103 件 / 103 件")
    expect(rows).to_have_count(3)
    expect(desk.row("ご注文 1 について")).to_be_visible()
    expect(pager.get_by_role("link", name="次へ")).to_have_count(0)
    pager.get_by_role("link", name="前へ").click()
    expect(rows).to_have_count(100)
    expect(desk.row("ご注文 103 について")).to_be_visible()


@pytest.fixture
def desk(stage: Stage) -> Desk:
    address = stage.connected(subjects=["領収書をください"])
    tanaka = stage.person("田中 健一")
    stage.give(address, tanaka)
    return stage.at_work("田中 健一", tanaka)


def test_a_row_of_the_drafts_opens_the_draft_for_going_on(desk: Desk) -> None:
    """Half of M5b, and so without its mark: a draft begun in Gmail opens for reading only."""
    page = desk.page
    desk.open_mail("領収書をください")
    desk.start_reply()
    desk.text.fill("返信の途中")
    page.get_by_role("button", name="下書き保存").click()
    expect(page.get_by_text("に保存")).to_be_visible()
    page.get_by_role("link", name="新規").first.click()
    expect(page.get_by_role("heading", level=1, name="新規メール")).to_be_visible()
    page.get_by_role("button", name="作成").click()
    page.get_by_label("件名").fill("新しいご案内")
    desk.text.fill("案内の途中")
    page.get_by_role("button", name="下書き保存").click()
    expect(page.get_by_text("に保存")).to_be_visible()
    for subject, words, more in (
        ("新しいご案内", "案内の途中", "案内の途中、その続き"),
        ("Re: 領収書をください", "返信の途中", "返信の途中、その続き"),
    ):
        desk.open_list("下書き")
        desk.row(subject).get_by_role("link").click()
        expect(page.get_by_label("件名")).to_have_value(subject)
        expect(desk.text).to_have_value(words)
        desk.text.fill(more)
        page.get_by_role("button", name="下書き保存").click()
        desk.open_list("下書き")
        expect(desk.row(subject)).to_contain_text(more)
