"""顧客 by hand: from a mail of somebody unknown to the customer's page and back (C2, M10b)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk
from tests.waiting import until


def save(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^変更を保存")).click()


def field(page: Page, name: str) -> Locator:
    """One of the form's; the search above the list has words of several in its name."""
    return page.get_by_role("textbox", name=name, exact=True)


def open_mail(desk: Desk, subject: str) -> None:
    desk.page.get_by_role("link", name=re.compile(subject)).first.click()
    expect(desk.page.get_by_role("heading", level=1, name=re.compile(subject))).to_be_visible()


@pytest.mark.spec("M10b", "C3")
def test_an_unknown_sender_becomes_a_customer(stage: Stage) -> None:
    agent, admin = stage.person("田中 健一"), stage.person("管理 太郎", "admin")
    address = stage.connected(agent, admin)
    sender = f"kyaku-{agent}@customer.example"
    for number in (1, 2):
        stage.deliver(address, f"お問い合わせ {number} 件目", sender=sender)
    until(lambda: stage.mirrors_all(address), what="both mails are here")
    desk = stage.at_work("田中 健一", agent)
    page = desk.page
    # An administrator has set where the company's own CRM shows a customer.
    office = stage.at_work("管理 太郎", admin)
    office.go("/settings/crm/")
    office.page.get_by_label("顧客ページのURL").fill("javascript:{customer_no}")
    save(office.page)
    expect(office.page.get_by_text("https:// または http://")).to_be_visible()
    office.page.get_by_label("顧客ページのURL").fill("https://crm.example/c/{customer_no}")
    save(office.page)
    expect(office.page.get_by_text("保存しました")).to_be_visible()

    open_mail(desk, "お問い合わせ 2 件目")
    mail = page.url
    page.get_by_role("link", name="顧客として登録").click()
    expect(page.get_by_role("heading", level=2, name="新しい顧客")).to_be_visible()
    expect(field(page, "メールアドレス")).to_have_value(sender)
    field(page, "名前").fill("青空 花子")
    field(page, "フリガナ").fill("あおぞら はなこ")
    field(page, "顧客番号").fill(f"No {agent}/1")
    save(page)
    # Back at the mail, which bears the name.
    expect(page).to_have_url(mail)
    expect(page.get_by_role("link", name="顧客として登録")).to_have_count(0)
    name = page.get_by_role("link", name=re.compile("青空 花子"))
    expect(name).to_be_visible()
    # So do its rows in the list, the mail of before among them, once a worker has linked them.
    rows = page.locator("#rows tr").filter(has_text="青空 花子")

    def both_bear_it() -> bool:
        desk.go("/mail/")
        return rows.count() == 2

    until(both_bear_it, timeout=20)

    open_mail(desk, "お問い合わせ 1 件目")
    name.click()
    expect(page.get_by_role("heading", level=2, name="青空 花子")).to_be_visible()
    expect(field(page, "フリガナ")).to_have_value("アオゾラ ハナコ")
    own = page.get_by_role("link", name="自社CRMで開く")
    expect(own).to_have_attribute("href", f"https://crm.example/c/No%20{agent}%2F1")
    expect(own).to_have_attribute("rel", "noopener noreferrer")
    expect(own).to_have_attribute("target", "_blank")
    # All mail with the customer, from where it is opened.
    there = page.get_by_role("region", name="メール", exact=True)
    expect(there.get_by_role("link", name=re.compile("お問い合わせ"))).to_have_count(2)
    there.get_by_role("link", name=re.compile("お問い合わせ 2 件目")).click()
    expect(page.get_by_role("heading", level=1, name=re.compile("2 件目"))).to_be_visible()


def test_a_deleted_customer_is_let_go(stage: Stage) -> None:
    leader = stage.person("鈴木 一郎", "leader")
    address = stage.connected(leader)
    sender = f"kyaku-{leader}@customer.example"
    desk = stage.at_work("鈴木 一郎", leader)
    page = desk.page
    desk.go("/customers/new/")
    field(page, "名前").fill(f"短い縁 {leader}")
    field(page, "メールアドレス").fill(f"{sender.upper()}\n{sender}")
    save(page)
    expect(page.get_by_role("heading", level=2, name=f"短い縁 {leader}")).to_be_visible()
    expect(page.get_by_text("この顧客とのメールはまだありません")).to_be_visible()
    entry = page.url
    # What arrives is linked at once.
    stage.deliver(address, "つながる一通", sender=sender)
    until(lambda: stage.mirrors_all(address), what="it is here")
    desk.go("/mail/")
    row = page.locator("#rows tr").filter(has_text="つながる一通")
    expect(row).to_contain_text(f"短い縁 {leader}")
    page.goto(entry)
    page.get_by_role("button", name="削除").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("メールはそのまま残ります")
    question.get_by_role("button", name="削除").click()
    expect(page.get_by_text("削除しました")).to_be_visible()
    desk.go("/mail/")
    expect(row).to_be_visible()
    expect(row).not_to_contain_text("短い縁")
