"""What somebody has typed outlives a forced unlock, and their browser.

A script in the page types without a pause, each word being the time at which it was typed; so what
is missing in the end has a length, in words and in seconds. FORCED_RUNS and KILLED_RUNS say how
often each is done (docs/benchmarks.md has the figures of fifty).
"""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk
from tests.e2e.product import chromium
from tests.waiting import until

FORCED = int(os.environ.get("FORCED_RUNS", "3"))
KILLED = int(os.environ.get("KILLED_RUNS", "2"))
# What is on screen for longer than this is kept, whatever becomes of the browser.
AT_MOST_LOST = 2.0
TAB_CLOSED, BROWSER_DEAD = 30.0, 180.0

_WORD = re.compile(r"\b\d{13}\b")
_TYPE = """() => {
    window.typed = "";
    document.querySelector("form[data-composer] [name=body]").focus();
    window.typing = setInterval(() => {
        const word = `${Date.now()} `;
        window.typed += word;
        document.execCommand("insertText", false, word);
    }, 35);
}"""


def begin_typing(desk: Desk) -> None:
    desk.start_reply()
    desk.page.evaluate(_TYPE)


def words(desk: Desk) -> int:
    return int(desk.page.evaluate("window.typed.split(' ').length - 1"))


def until_typed(desk: Desk, enough: int) -> None:
    """Wait until so many words have been typed."""
    until(lambda: words(desk) >= enough, timeout=30)


def until_kept(stage: Stage, username: str, typed: str, what: str) -> None:
    """Wait until a text of this person's holds all of it."""
    until(
        lambda: any(typed in text for text in stage.product.backstage.texts(username)),
        timeout=15,
        what=what,
    )


def missing(stage: Stage, username: str, killed_at: float) -> float:
    """Seconds of typing before the end that nothing was kept of."""
    text = stage.product.backstage.texts(username)[-1]
    return killed_at - max(map(int, _WORD.findall(text)), default=0) / 1000


def until_few_are_missing(stage: Stage, username: str, killed_at: float) -> float:
    """What was on its way has arrived; how much is missing."""
    until(lambda: missing(stage, username, killed_at) <= AT_MOST_LOST, timeout=5)
    return missing(stage, username, killed_at)


def stop_typing(desk: Desk) -> str:
    """Everything that was typed."""
    return str(desk.page.evaluate("() => { clearInterval(window.typing); return window.typed; }"))


def force(leader: Desk) -> None:
    leader.button("強制解除").click()
    dialog = leader.page.get_by_role("dialog")
    dialog.get_by_label("理由").fill("お電話のため")
    dialog.get_by_role("button", name="強制解除").click()


@contextmanager
def other_browser(stage: Stage) -> Iterator[tuple[Stage, Browser]]:
    """A browser that may die."""
    kind = stage.browser.browser_type
    own = kind.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
    try:
        yield Stage(stage.product, own), own
    finally:
        own.close()


def kill(browser: Browser) -> float:
    """As a machine that loses its power; when."""
    told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    [pid] = [each["id"] for each in told["processInfo"] if each["type"] == "browser"]
    os.kill(pid, signal.SIGKILL)
    return time.time()


@pytest.mark.spec("M26b")
def test_a_forced_unlock_costs_the_former_holder_no_sign(stage: Stage) -> None:
    subjects = [f"ご注文 {number:03d} の件" for number in range(FORCED)]
    chance = random.Random(26)
    leader_name, agent_name = stage.person("鈴木 一郎", "leader"), stage.person("田中 健一")
    stage.connected(leader_name, agent_name, subjects=subjects)
    leader = stage.at_work("鈴木 一郎", leader_name)
    agent = stage.at_work("田中 健一", agent_name)
    delays = []
    for subject in subjects:
        leader.open_mail(subject)
        agent.open_mail(subject)
        begin_typing(agent)
        expect(leader.button("強制解除")).to_be_visible()
        until_typed(agent, chance.randrange(5, 80))
        force(leader)
        forced_at = time.monotonic()
        expect(agent.banner).to_contain_text("あなたの編集ロックを解除しました")
        delays.append(time.monotonic() - forced_at)
        until_typed(agent, words(agent) + chance.randrange(1, 60))
        if chance.random() < 0.5:
            leader.start_reply()  # the supervisor answers while the other still types
        typed = stop_typing(agent)
        until_kept(stage, agent_name, typed, f"all {len(typed)} signs of 「{subject}」 are kept")
        for desk in (leader, agent):
            desk.go("/mail/")
    delays.sort()
    print(f"\n  forced {FORCED} times, lost nothing, told after {delays[-1]:.2f} s at most")


@pytest.mark.spec("M20b", "M27")
def test_a_dead_browser_costs_two_seconds_of_text_and_three_minutes(stage: Stage) -> None:
    subjects = [f"ご注文 {number:03d} の件" for number in range(KILLED)]
    name, other_name = stage.person("田中 健一"), stage.person("山田 花子")
    address = stage.connected(name, other_name, subjects=["閉じたタブ", *subjects])
    chance = random.Random(27)
    losses, died_at = [], 0.0
    for subject in subjects:
        with other_browser(stage) as (theirs, browser):
            desk = theirs.at_work("田中 健一", name)
            desk.open_mail(subject)
            begin_typing(desk)
            until_typed(desk, chance.randrange(40, 120))
            killed_at = kill(browser)
            died_at = time.monotonic()
            losses.append(until_few_are_missing(stage, name, killed_at))
    print(f"\n  killed {KILLED} browsers, lost {max(losses):.2f} s of typing at most")

    # Meanwhile another tab is only closed, and a colleague waits for both mails.
    tab = stage.at_work("田中 健一", name)
    tab.open_mail("閉じたタブ")
    tab.start_reply()
    tab.text.fill("少々お待ちください")
    colleague = stage.at_work("山田 花子", other_name)
    colleague.open_mail("閉じたタブ")
    expect(colleague.banner).to_contain_text("田中 健一さんがこのメールを作業中です")
    tab.page.close(run_before_unload=True)
    closed_at = time.monotonic()
    until(
        lambda: "田中 健一" not in stage.product.backstage.holders(address, "閉じたタブ"),
        timeout=TAB_CLOSED,
        what="the closed tab's lock is over",
    )
    freed_after = time.monotonic() - closed_at
    expect(colleague.banner).not_to_contain_text("このメールを作業中です")
    shown_after = time.monotonic() - closed_at
    colleague.start_reply()
    until(
        lambda: stage.product.backstage.holders(address) == ["山田 花子"],
        timeout=BROWSER_DEAD - (time.monotonic() - died_at),
        what="the dead browsers' locks are over",
    )
    print(f"  a closed tab freed after {freed_after:.1f} s, on screen after {shown_after:.1f} s;")
    print(f"  a dead browser after {time.monotonic() - died_at:.0f} s")
