"""Many mails at once: one of them is in somebody else's hands, and all of it goes back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk
from tests.waiting import until

SUBJECTS = ["ご注文の確認", "返品のお願い", "届いた商品が破損していました"]


@pytest.fixture
def address(stage: Stage) -> str:
    return stage.connected(subjects=SUBJECTS)


@pytest.fixture
def people(stage: Stage, address: str) -> tuple[Desk, Desk]:
    suzuki = stage.person("鈴木 一郎", role="leader")
    yamada = stage.person("山田 花子")
    stage.give(address, suzuki, yamada)
    return stage.at_work("鈴木 一郎", suzuki), stage.at_work("山田 花子", yamada)


def gmail_has(stage: Stage, address: str, label: str) -> int:
    """How many mails bear the label in Gmail."""
    mails = stage.sandbox.admin.state(address)["messages"]
    return sum(1 for mail in mails if label in mail["labelIds"])


@pytest.mark.spec("M7")
def test_ticked_mails_change_but_for_the_one_in_other_hands_and_all_goes_back(
    stage: Stage, address: str, people: tuple[Desk, Desk]
) -> None:
    leader, agent = people
    page = leader.page
    agent.open_mail(SUBJECTS[2])
    agent.start_reply()
    bar = page.get_by_role("form", name="選択したメール")
    expect(bar).to_be_hidden()
    page.get_by_label("このページをすべて選択").check()
    expect(bar).to_contain_text("3")
    bar.get_by_role("button", name="完了").click()
    report = page.locator("#bulk-report")
    expect(report).to_contain_text("2通を変更")
    expect(report).to_contain_text(re.compile("山田 花子"))
    expect(report.get_by_role("link", name=re.compile(SUBJECTS[2]))).to_be_visible()
    for subject in SUBJECTS[:2]:
        expect(leader.row(subject)).to_contain_text("完了")
    expect(leader.row(SUBJECTS[2])).to_contain_text("作業中")
    expect(bar).to_be_hidden()
    report.get_by_role("button", name="元に戻す").click()
    expect(report).to_contain_text("元に戻す: ")
    for subject in SUBJECTS[:2]:
        expect(leader.row(subject)).to_contain_text("未処理")

    # 担当 and スター, which Gmail hears of too.
    for subject in SUBJECTS[:2]:
        leader.row(subject).get_by_role("checkbox").check()
    bar.get_by_role("link", name="担当").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("山田 花子")).click()
    expect(report).to_contain_text("担当: 山田 花子")
    for subject in SUBJECTS[:2]:
        leader.row(subject).get_by_role("checkbox").check()
    bar.get_by_role("button", name="スター", exact=True).click()
    until(lambda: gmail_has(stage, address, "STARRED") == 2, timeout=30, what="stars in Gmail")

    # The trash and back.
    for subject in SUBJECTS[:2]:
        leader.row(subject).get_by_role("checkbox").check()
    bar.get_by_role("button", name="ゴミ箱").click()
    until(lambda: gmail_has(stage, address, "TRASH") == 2, timeout=30, what="in Gmail's trash")
    report.get_by_role("button", name="元に戻す").click()
    until(lambda: gmail_has(stage, address, "INBOX") == 3, timeout=30, what="back in the inbox")


@pytest.mark.spec("M7")
def test_what_is_ticked_while_an_answer_is_on_its_way_stays_ticked(
    stage: Stage, address: str, people: tuple[Desk, Desk]
) -> None:
    leader, _ = people
    page = leader.page
    first, second, third = (leader.row(subject).get_by_role("checkbox") for subject in SUBJECTS)
    first.check()
    held: list[Route] = []
    page.route("**/mail/bulk/", lambda route: held.append(route))
    page.get_by_role("form", name="選択したメール").get_by_role("button", name="完了").click()
    until(lambda: page.evaluate("true") and held, what="the request")
    second.check()
    held[0].continue_()
    expect(page.locator("#bulk-report")).to_contain_text("1通を変更")
    expect(first).not_to_be_checked()
    expect(second).to_be_checked()
    # A star of one row brings that row anew: its tick stays too.
    third.check()
    leader.row(SUBJECTS[2]).get_by_role("button", name="スター").click()
    starred = leader.row(SUBJECTS[2]).get_by_role("button", name="スター")
    expect(starred).to_have_attribute("aria-pressed", "true")
    expect(third).to_be_checked()
    expect(page.get_by_role("form", name="選択したメール")).to_contain_text("2")


@pytest.mark.spec("M7", "M13")
def test_labels_of_many(stage: Stage, address: str, people: tuple[Desk, Desk]) -> None:
    leader, _ = people
    page = leader.page
    label = stage.sandbox.admin.act(address, "create_label", name="至急")["label_id"]
    expect(page.locator('[data-nav-labels] [title="至急"]')).to_be_visible(timeout=30_000)
    page.get_by_label("このページをすべて選択").check()
    bar = page.get_by_role("form", name="選択したメール")
    bar.get_by_role("link", name="ラベル").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="至急").check()
    dialog.get_by_role("button", name="実行").click()
    for subject in SUBJECTS:
        expect(leader.row(subject)).to_contain_text("至急")
    until(lambda: gmail_has(stage, address, label) == 3, timeout=30, what="labelled in Gmail")


@pytest.mark.spec("M33")
def test_everything_found_beyond_the_page(stage: Stage) -> None:
    suzuki = stage.person("鈴木 一郎", role="leader")
    address = stage.connected(suzuki, mails=130)
    leader = stage.at_work("鈴木 一郎", suzuki)
    page = leader.page
    leader.go("/mail/?category=all&q=ご注文")
    page.get_by_label("このページをすべて選択").check()
    page.get_by_role("button", name=re.compile("検索結果すべてを選択")).click()
    bar = page.get_by_role("form", name="選択したメール")
    expect(bar).to_contain_text("検索結果すべて")
    bar.get_by_role("button", name="スター", exact=True).click()
    page.locator("#confirm").get_by_role("button", name="OK").click()
    report = page.locator("#bulk-report")
    expect(report).to_contain_text("130通を変更", timeout=60_000)
    until(lambda: gmail_has(stage, address, "STARRED") == 130, timeout=60, what="all in Gmail")
    report.get_by_role("button", name="元に戻す").click()
    expect(report).to_contain_text("元に戻す: ", timeout=60_000)
    until(lambda: gmail_has(stage, address, "STARRED") == 0, timeout=60, what="all taken back")
