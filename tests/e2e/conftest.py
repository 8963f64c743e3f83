"""The journeys' stage: the product once a session, Chromium once a file, people anew each test."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.desk import Complaints, Desk
from tests.e2e.letters import letter
from tests.e2e.product import Product, chromium, running
from tests.sandbox_server import CLIENT_ID, CLIENT_SECRET, Sandbox
from tests.waiting import until

# A busy machine is not what is tested; what has a deadline of its own says so.
PATIENCE = 20.0
HERE = Path(__file__).parent
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    with running() as product:
        yield product


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Once a file, since Playwright keeps an event loop while it runs, which Django's database
    layer in the other folders' tests would refuse to work beside.
    """
    path = chromium()
    if path is None:
        pytest.skip("Chromium is not installed; `make test` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        expect.set_options(timeout=PATIENCE * 1000)
        yield browser
        browser.close()


@dataclass
class Stage:
    """The product, the browser, and whoever a journey asks for."""

    product: Product
    browser: Browser
    desks: list[Desk] = field(default_factory=list)

    @property
    def sandbox(self) -> Sandbox:
        return self.product.sandbox

    def account(self, name: str = "カスタマーサポート") -> str:
        """A Gmail account of its own for this journey; nothing here knows of it yet."""
        address = f"support{next(_numbers)}@shop.example"
        self.sandbox.admin.account(address, name=name)
        return address

    def person(self, name: str, role: str = "agent", *, undo_seconds: int = 0) -> str:
        """The log-in of somebody new; where undoing is not the matter, mail goes at once."""
        username = f"person{next(_numbers)}"
        self.product.backstage.person(username, name, role, undo_seconds)
        return username

    def connected(self, *people: str, mails: int = 0, subjects: Sequence[str] = ()) -> str:
        """An account that is connected and mirrored, with so many mails of before, or with mails
        of these subjects to be answered, the newest last.
        """
        address = self.account()
        self.fill(address, mails)
        for subject in subjects:
            self.deliver(address, subject)
        self.connect(address, *people, open_days=1 if subjects else 0)
        self.all_mirrored(address)
        return address

    def all_mirrored(self, address: str) -> None:
        """Waits until the mirror follows the account and has all that is in it."""
        until(
            lambda: self.settled(address) and self.mirrors_all(address),
            timeout=60,
            what=f"{address} is mirrored",
        )

    def fill(self, address: str, mails: int) -> None:
        """So many mails arrive, 「ご注文 1 について」 being the oldest."""
        for number in range(1, mails + 1):
            self.sandbox.admin.deliver(address, letter(address, number))

    def mirrors_all(self, address: str) -> bool:
        """Whether the mirror holds exactly the mails that Gmail has."""
        there = {mail["id"] for mail in self.sandbox.admin.state(address)["messages"]}
        return self.product.backstage.mirrored(address) == there

    def connect(
        self, address: str, *people: str, open_days: int = 0, also: Sequence[str] = ()
    ) -> None:
        """The mirror begins at once; mail of the last `open_days` starts as 未処理. `also` are
        other addresses that the account may write from.
        """
        self.product.backstage.client(CLIENT_ID, CLIENT_SECRET)
        tokens = self.sandbox.admin.connect(address)
        self.product.backstage.connect(
            address, tokens, list(people), open_days=open_days, also=also
        )

    def give(self, address: str, *people: str) -> None:
        """These people see the account as well."""
        self.product.backstage.give(address, list(people))

    def settled(self, address: str) -> bool:
        """Whether the first synchronisation is over, so that what comes now is news."""
        return self.product.backstage.is_following(address)

    def desk(self, username: str, name: str, **more: Any) -> Desk:
        """A browser of its own, not logged in yet."""
        context = self.browser.new_context(
            locale="ja-JP", timezone_id="Asia/Tokyo", viewport={"width": 1440, "height": 900}
        )
        complaints = Complaints(self.product.url)
        complaints.listen(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        desk = Desk(name, username, page, self.product.url, complaints, **more)
        self.desks.append(desk)
        return desk

    def logs_in(self, name: str, username: str) -> Desk:
        """Somebody who comes in by user name and password."""
        desk = self.desk(username, name)
        desk.log_in()
        return desk

    def at_work(self, name: str, username: str) -> Desk:
        """Somebody who has logged in before, and looks at the list."""
        desk = self.desk(username, name)
        session = self.product.backstage.session(username)
        desk.page.context.add_cookies(
            [{"name": "sessionid", "value": session, "url": self.product.url}]
        )
        desk.go("/mail/")
        return desk

    def deliver(self, address: str, subject: str, **more: Any) -> dict[str, Any]:
        return self.sandbox.admin.deliver(address, letter(address, subject=subject, **more))


@pytest.fixture
def stage(product: Product, browser: Browser) -> Iterator[Stage]:
    product.sandbox.admin.client()
    stage = Stage(product, browser)
    try:
        yield stage
    finally:
        for desk in stage.desks:
            desk.page.context.close()
        product.sandbox.admin.faults(reset=True)
        product.backstage.retire_all()
    complaints = [f"{desk.name}: {told}" for desk in stage.desks for told in desk.complaints.found]
    assert not complaints, "\n".join(complaints)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            # One product for all of them, also where tests run side by side.
            item.add_marker(pytest.mark.xdist_group("e2e"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """A failed journey tells what each person saw, and what the workers said last."""
    report: Any = yield
    stage = getattr(item, "funcargs", {}).get("stage")
    if report.when == "call" and report.failed and isinstance(stage, Stage):
        for desk in stage.desks:
            report.sections.append((f"what {desk.name} saw", desk.description()))
        for log in sorted(stage.product.logs.glob("*.log")):
            last = log.read_text("utf-8", "replace").splitlines()[-25:]
            report.sections.append((f"the end of {log.name}", "\n".join(last)))
    return report
