"""認証設定 and Google's own screens, as a person goes through them."""

from __future__ import annotations

import re

from django.utils import translation
from playwright.sync_api import Locator, Page, expect

from mailboxes.troubles import TROUBLES
from tests.e2e.desk import Desk


def type_client(page: Page, client_id: str, client_secret: str) -> None:
    page.get_by_label("クライアント ID").fill(client_id)
    page.get_by_label("クライアント シークレット").fill(client_secret)
    save_client(page)


def save_client(page: Page) -> None:
    page.get_by_role("button", name="変更を保存して Google で許可する").click()


def choose(page: Page, address: str) -> None:
    """The account chooser; the consent screen follows."""
    expect(page.get_by_role("heading", name="アカウントの選択")).to_be_visible()
    page.get_by_role("button", name=address).click()
    expect(page.get_by_role("heading", name=re.compile("アクセスを求めています"))).to_be_visible()


def allow(page: Page, address: str) -> None:
    choose(page, address)
    page.get_by_role("button", name="許可", exact=True).click()


def deny(page: Page, address: str) -> None:
    choose(page, address)
    page.get_by_role("button", name="拒否", exact=True).click()


def expect_connected(desk: Desk, address: str) -> Locator:
    """The account's entry, once it says 接続済み."""
    account = desk.account(address)
    expect(account.get_by_text("接続済み")).to_be_visible()
    return account


def expect_trouble(page: Page, code: str) -> None:
    """The page that explains a failure: what happened, what is safe, what to do."""
    with translation.override("ja"):
        trouble = TROUBLES[code]
        words = [str(trouble.what), str(trouble.safe), str(trouble.next_step)]
        title = str(trouble.title)
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    for each in words:
        expect(page.get_by_text(each)).to_be_visible()
