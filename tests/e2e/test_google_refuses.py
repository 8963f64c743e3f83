"""Connecting goes wrong in every way: each is told in words of its own, and nothing is lost."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk
from tests.e2e.google_screens import (
    allow,
    deny,
    expect_connected,
    expect_trouble,
    save_client,
    type_client,
)
from tests.sandbox_server import CLIENT_ID, CLIENT_SECRET
from tests.waiting import until

CALLBACK = "**/auth/gmail/callback**"
DECISION = "**/o/oauth2/v2/decide"


@pytest.fixture
def address(stage: Stage) -> str:
    """An account that works already, and is to go on working."""
    return stage.connected(mails=2)


@pytest.fixture
def admin(stage: Stage, address: str) -> Desk:
    desk = stage.at_work("佐藤 真理", stage.person("佐藤 真理", "admin"))
    desk.open_settings()
    return desk


def expect_nothing_lost(stage: Stage, admin: Desk, address: str) -> None:
    """Back at the settings, the account is connected as before, and its mail still comes."""
    admin.page.get_by_role("link", name="認証設定に戻る").click()
    expect_connected(admin, address)
    stage.deliver(address, "その後のメール")
    # Nobody has this account's list open: it is asked every quarter of a minute.
    until(lambda: stage.mirrors_all(address), timeout=40, what="mail still comes")


def keep_from_landing(page: Page) -> list[str]:
    """Google's answers are written down instead of leading the browser back to the product."""
    kept: list[str] = []

    def keep(route: Route) -> None:
        answer = route.fetch(max_redirects=0)
        kept.append(answer.headers["location"])
        route.fulfill(status=200, content_type="text/plain", body="kept")

    page.route(DECISION, keep)
    return kept


def only(kept: list[str]) -> str:
    (address,) = kept
    return address


@pytest.mark.spec("S2", "S3")
def test_a_wrong_secret_is_told_and_mended_without_connecting_anything_anew(
    stage: Stage, admin: Desk, address: str
) -> None:
    page = admin.page
    new = stage.account()
    type_client(page, CLIENT_ID, "not-the-secret")
    allow(page, new)
    expect_trouble(page, "wrong_client")
    expect_nothing_lost(stage, admin, address)

    # An hour later the wrong secret is in the way of the account that worked: it says so …
    stage.sandbox.admin.expire_tokens(address)
    until(lambda: stage.product.backstage.trouble(address) == "wrong_client", timeout=30)
    page.reload()
    account = admin.account(address)
    expect(account.get_by_text("クライアント ID またはシークレットが")).to_be_visible()

    # … and works again once the secret is right, whatever account is chosen then.
    type_client(page, CLIENT_ID, CLIENT_SECRET)
    deny(page, address)
    expect_trouble(page, "denied")
    until(lambda: stage.product.backstage.trouble(address) == "", timeout=30)
    expect_nothing_lost(stage, admin, address)


def connect_another(page: Page) -> None:
    page.get_by_text("アカウントを追加").click()
    page.get_by_role("button", name="Google で許可する", exact=True).click()


@pytest.mark.spec("S3")
def test_declining_is_told_and_can_be_made_up_for(stage: Stage, admin: Desk, address: str) -> None:
    page = admin.page
    new = stage.account()
    connect_another(page)
    deny(page, new)
    expect_trouble(page, "denied")
    expect_nothing_lost(stage, admin, address)
    expect(admin.account(new)).to_have_count(0)
    connect_another(page)
    allow(page, new)
    expect_connected(admin, new)


@pytest.mark.spec("S3")
def test_a_code_is_good_for_one_answer(stage: Stage, admin: Desk, address: str) -> None:
    page = admin.page
    new = stage.account()
    with page.expect_request(CALLBACK) as landing:
        save_client(page)
        allow(page, new)
    expect_connected(admin, new)

    # The very address once more, as a reload or the history would do it.
    page.goto(landing.value.url)
    expect_trouble(page, "state_lost")
    expect_nothing_lost(stage, admin, new)

    # The old code under a fresh attempt.
    kept = keep_from_landing(page)
    save_client(page)
    allow(page, new)
    expect(page.get_by_text("kept")).to_be_visible()
    page.unroute(DECISION)
    query = {name: values[0] for name, values in parse_qs(urlsplit(only(kept)).query).items()}
    old = parse_qs(urlsplit(landing.value.url).query)["code"][0]
    admin.go(f"/auth/gmail/callback?state={query['state']}&code={old}")
    expect_trouble(page, "code_used")
    expect_nothing_lost(stage, admin, address)


@pytest.mark.spec("S3")
def test_an_answer_that_lands_in_another_browser_is_refused_there_and_good_here(
    stage: Stage, admin: Desk, address: str
) -> None:
    page = admin.page
    new = stage.account()
    kept = keep_from_landing(page)
    save_client(page)
    allow(page, new)
    expect(page.get_by_text("kept")).to_be_visible()

    elsewhere = stage.at_work("佐藤 真理、別のブラウザー", admin.username)
    elsewhere.page.goto(only(kept))
    expect_trouble(elsewhere.page, "state_lost")
    expect_nothing_lost(stage, elsewhere, address)

    page.unroute(DECISION)
    page.goto(only(kept))
    expect_connected(admin, new)


@pytest.mark.spec("S3")
def test_reconnecting_with_another_account_changes_neither(
    stage: Stage, admin: Desk, address: str
) -> None:
    page = admin.page
    other = stage.account()
    admin.account(address).get_by_role("button", name="再接続").click()
    allow(page, other)
    expect_trouble(page, "other_account")
    expect_nothing_lost(stage, admin, address)
    expect(admin.account(other)).to_have_count(0)
    admin.account(address).get_by_role("button", name="再接続").click()
    allow(page, address)
    expect_connected(admin, address)


def client_file(kind: str, *redirects: str) -> bytes:
    """What Google lets one download."""
    client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    return json.dumps({kind: {**client, "redirect_uris": list(redirects)}}).encode()


def drop(page: Page, content: bytes, name: str = "client_secret.json") -> None:
    """Drag a file from the desktop onto the field."""
    carrier = page.evaluate_handle(
        """([text, name]) => {
            const carrier = new DataTransfer();
            carrier.items.add(new File([text], name, {type: "application/json"}));
            return carrier;
        }""",
        [content.decode(), name],
    )
    page.get_by_text("JSON ファイルをここにドロップ").dispatch_event(
        "drop", {"dataTransfer": carrier}
    )


@pytest.mark.spec("S2")
def test_the_file_from_google_is_read_and_a_wrong_one_explained(
    stage: Stage, admin: Desk, address: str
) -> None:
    page = admin.page
    secret = page.get_by_label("クライアント シークレット")
    drop(page, client_file("installed", "http://localhost"))
    expect(page.get_by_text("このクライアントの種類は「デスクトップ アプリ」です")).to_be_visible()
    drop(page, b"From: somebody\n\nno JSON at all")
    expect(page.get_by_text("JSON ファイルではありません")).to_be_visible()
    drop(page, client_file("web", "https://elsewhere.example/callback"))
    expect(page.get_by_text("リダイレクト URI がまだ登録されていません")).to_be_visible()
    secret.fill("")

    drop(page, client_file("web", f"{stage.product.url}/auth/gmail/callback"))
    expect(page.get_by_text("client_secret.json を読み込みました")).to_be_visible()
    expect(page.get_by_label("クライアント ID")).to_have_value(CLIENT_ID)
    expect(secret).to_have_value(CLIENT_SECRET)
    new = stage.account()
    save_client(page)
    allow(page, new)
    expect_connected(admin, new)


@pytest.mark.spec("S2")
def test_nothing_goes_to_google_before_both_fields_are_filled(admin: Desk) -> None:
    page = admin.page
    page.get_by_label("クライアント ID").fill("")
    save_client(page)
    expect(page.get_by_text("クライアント ID を入力してください。")).to_be_visible()
    page.get_by_label("クライアント ID").fill("another-client.apps.googleusercontent.example")
    save_client(page)
    expect(page.get_by_text("クライアント シークレットを入力してください。")).to_be_visible()
