"""Whoever presses two things one after the other gets the second, although the first comes late."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk
from tests.waiting import until

SUBJECT = "いつ届きますか"


class Held:
    """Requests to one address, kept from the server until they are let go."""

    def __init__(self, desk: Desk, address: re.Pattern[str], method: str) -> None:
        self.desk, self.address, self.method = desk, address, method
        self._waiting: list[Route] = []
        desk.page.route(address, self._catch)

    def _catch(self, route: Route) -> None:
        if route.request.method == self.method:
            self._waiting.append(route)
        else:
            route.continue_()

    def let_go(self) -> None:
        """Wait until they are answered as well."""
        [route] = self._waiting
        with self.desk.page.expect_response(
            lambda answer: (
                bool(self.address.search(answer.url)) and answer.request.method == self.method
            )
        ):
            route.continue_()


@pytest.fixture
def desk(stage: Stage) -> Desk:
    leader = stage.person("鈴木 一郎", role="leader")
    address = stage.connected(leader, subjects=[SUBJECT])
    for name in ("配送", "請求"):
        stage.sandbox.admin.act(
            address, "create_label", name=name, background="#4986e7", text_color="#000000"
        )
    desk = stage.at_work("鈴木 一郎", leader)
    desk.go("/labels/")
    until(lambda: desk.page.reload() and label(desk, "請求"), timeout=30)
    return desk


def label(desk: Desk, name: str) -> bool:
    return desk.page.locator("#drawer-rows").get_by_role("link", name=name).count() == 1


def test_the_page_asked_for_last_is_shown(desk: Desk) -> None:
    page = desk.page
    navigation = page.get_by_role("navigation", name="メイン")
    held = Held(desk, re.compile(r"category=done"), "GET")
    with page.expect_request(re.compile("category=done")):
        navigation.get_by_role("link", name=re.compile("^完了")).click()
    navigation.get_by_role("link", name=re.compile("^未処理")).click()
    expect(page.get_by_role("heading", level=1, name="未処理")).to_be_visible()
    held.let_go()
    desk.open_mail(SUBJECT)
    page.go_back()
    expect(page.get_by_role("heading", level=1, name="未処理")).to_be_visible()


def test_a_link_waits_for_the_form_before_it(desk: Desk) -> None:
    page = desk.page
    rows = page.locator("#drawer-rows")
    rows.get_by_role("link", name="配送").click()
    name = page.get_by_role("textbox", name="名称")
    expect(name).to_have_value("配送")
    name.fill("物流")
    held = Held(desk, re.compile(r"/labels/\d+/"), "POST")
    with page.expect_request(lambda asked: asked.method == "POST"):
        page.get_by_role("button", name=re.compile("変更を保存")).click()
    rows.get_by_role("link", name="請求").click()
    held.let_go()
    expect(name).to_have_value("請求")
    expect(rows.get_by_role("link", name="物流")).to_be_visible()


def test_what_a_form_says_is_wrong_goes_before_a_link(desk: Desk) -> None:
    page = desk.page
    rows = page.locator("#drawer-rows")
    rows.get_by_role("link", name="配送").click()
    name = page.get_by_role("textbox", name="名称")
    expect(name).to_have_value("配送")
    name.fill("a/b/c")
    held = Held(desk, re.compile(r"/labels/\d+/"), "POST")
    with page.expect_request(lambda asked: asked.method == "POST"):
        page.get_by_role("button", name=re.compile("変更を保存")).click()
    rows.get_by_role("link", name="請求").click()
    held.let_go()
    expect(page.locator("#label-name .field-error")).to_contain_text("2階層まで")
    expect(name).to_have_value("a/b/c")
