"""Hostile text wherever somebody's words are shown: none runs, none leaves, none becomes markup."""

from __future__ import annotations

import json
import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.conftest import Stage
from tests.e2e.payloads import PAYLOADS
from tests.e2e.watch import Watch, provoke, watched
from tests.waiting import until

MANY = len(PAYLOADS)
ROOM = 195  # what a name in a drawer may hold, nearly
CONTROLS = {"leak.example", "control.leak.example"}  # what the control itself looks up
EACH = 9  # together in one mail, each under a file of its own


def _together() -> list[str]:
    """Several a name, as many as have room: mere text is mere text wherever it stands."""
    names = [""]
    for payload in PAYLOADS:
        longer = f"{names[-1]} {payload}".strip()
        if len(longer) <= ROOM:
            names[-1] = longer
        else:
            names.append(payload)
    return names


NAMES = _together()
GROUPS = [PAYLOADS[at : at + EACH] for at in range(0, MANY, EACH)]


def letter_of(to: str, number: int, *payloads: str) -> bytes:
    """A mail that says them everywhere: subject, sender, files, plain text."""
    words = " ".join(payloads)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(display_name=words, username=f"c{number}", domain="customer.example")
    mail["To"] = to
    mail["Subject"] = words
    mail["Message-ID"] = f"<payload-{number}@customer.example>"
    lines = [f"{each}\n> {each}\nhttp://127.0.0.1:9/{each}\n" for each in payloads]
    mail.set_content("".join(lines), cte="base64")
    for each in payloads:
        mail.add_attachment(each.encode(), maintype="text", subtype="plain", filename=each)
    return mail.as_bytes()


def as_label(number: int, payload: str) -> str:
    """What Gmail takes as a label's name, and for another than the one before."""
    return re.sub(r"/+", "/", payload.replace("^", "")).strip("/ ") + f" {number}"


def check(watch: Watch, what: str) -> None:
    """The page as it stands has none of it as markup, in none of its documents."""
    for page in watch.desk.page.context.pages:
        for frame in page.frames:
            found = frame.locator(".pwn, [pwn], pwn, [id=pwn], [name=pwn]")
            count = found.count()
            assert count == 0, f"{what}: {found.first.evaluate('each => each.outerHTML')}"
    watch.expect_quiet()


def post(watch: Watch, path: str, **told: str | float | bool) -> None:
    """As the page's own form would."""
    desk = watch.desk
    headers = json.loads(desk.page.locator("body").get_attribute("hx-headers") or "{}")
    answer = desk.page.request.post(
        f"{desk.home}{path}", form=told, headers=headers, max_redirects=0
    )
    assert answer.status in {200, 302}, f"{answer.status} for {told}: {answer.text()[:2000]}"


def mirrored(stage: Stage, address: str) -> None:
    until(lambda: stage.settled(address) and stage.mirrors_all(address), timeout=90)


@pytest.fixture
def address(stage: Stage) -> str:
    """An account whose few mails say all of them, under labels that do, too."""
    address = stage.account(PAYLOADS[5])
    admin = stage.sandbox.admin
    labels = [as_label(number, words) for number, words in enumerate(NAMES)]
    for label in labels:
        admin.act(address, "create_label", name=label)
    for number, group in enumerate(GROUPS):
        mail = admin.deliver(address, letter_of(address, number, *group))
        admin.act(address, "modify", message_id=mail["id"], add=labels[number :: len(GROUPS)])
    stage.connect(address, open_days=1)
    mirrored(stage, address)
    return address


@pytest.mark.spec("M11a")
def test_in_lists_and_as_they_come_live(stage: Stage, tmp_path: Path) -> None:
    """One of them a row: what is cut to the row's length is cut at another place in each."""
    assert MANY >= 60
    address = stage.account(PAYLOADS[5])
    for number, payload in enumerate(PAYLOADS):
        stage.sandbox.admin.deliver(address, letter_of(address, number, payload))
    stage.connect(address, open_days=1)
    mirrored(stage, address)
    reader = stage.person(PAYLOADS[33], "leader")
    other = stage.person(PAYLOADS[31], "leader")
    stage.give(address, reader, other)
    with watched(stage, reader, "読む人", tmp_path) as watch:
        provoke(watch)
        desk, page = watch.desk, watch.desk.page
        watch.show("the list")
        desk.go("/mail/?category=all")
        rows = page.locator("#rows").get_by_role("row")
        expect(rows).to_have_count(MANY)
        mails = [row.get_attribute("value") or "" for row in page.locator("#rows [name=id]").all()]
        check(watch, "the list")

        # By a colleague whose name is hostile too: comments and locks come live.
        colleague = stage.at_work("書く人", other)
        writer = Watch(colleague, watch.trap, watch.net_log)
        writer.listen(colleague.page.context)
        for mail, payload in zip(mails, reversed(PAYLOADS), strict=True):
            post(writer, f"/mail/{mail}/comments/", text=payload)
        for payload in PAYLOADS:
            expect(rows.filter(has_text=payload[:40]).first).to_be_visible()
        expect(page.locator("#rows .cm")).to_have_count(MANY)
        check(watch, "comments that came live")
        for number, payload in enumerate(PAYLOADS):
            stage.sandbox.admin.deliver(address, letter_of(address, 1000 + number, payload))
        bar = page.get_by_role("button", name=re.compile(f"新着 {MANY}件"))
        expect(bar).to_be_visible(timeout=60_000)
        bar.click()
        expect(rows).to_have_count(2 * MANY)
        check(watch, "mails that came live")

        watch.show("a colleague at the same mail")
        desk.go(f"/mail/{mails[-1]}/")
        colleague.go(f"/mail/{mails[-1]}/")
        expect(page.locator("[data-looking]")).to_be_visible()
        colleague.start_reply()
        expect(desk.banner).to_contain_text(PAYLOADS[31])
        assert desk.while_answering("/reply/", desk.button("返信").click) == 409
        expect(desk.alert_text).to_contain_text(PAYLOADS[31])
        check(watch, "the lock's banner and the refusal")
        check(writer, "the composer")
        writer.expect_quiet()
        desk.open_list("すべてのメール")
        page.get_by_label("このページをすべて選択").check()
        check(watch, "what can be done with ticked mails")
    assert watch.looked_up() <= CONTROLS


@pytest.mark.spec("M11a")
def test_in_mails_with_their_labels_files_and_comments(
    stage: Stage, address: str, tmp_path: Path
) -> None:
    reader = stage.person(PAYLOADS[33], "leader")
    stage.give(address, reader)
    with watched(stage, reader, "読む人", tmp_path) as watch:
        provoke(watch)
        desk, page = watch.desk, watch.desk.page
        desk.go("/mail/?category=all")
        rows = page.locator("#rows [name=id]")
        mails = [row.get_attribute("value") or "" for row in rows.all()]
        assert len(mails) == len(GROUPS)
        check(watch, "the list")
        aside = desk.new_tab()
        for mail in mails:
            through(watch, aside, mail)
        watch.show("the labels to choose from")
        page.get_by_role("link", name="ラベルを変更").click()
        dialog = page.get_by_role("dialog", name="このメールのラベル")
        expect(dialog.get_by_role("checkbox").nth(len(NAMES) - 1)).to_be_attached()
        check(watch, "the labels to choose from")
    assert watch.looked_up() <= CONTROLS


def through(watch: Watch, aside: Page, mail: str) -> None:
    """A mail with its tabs and a comment; on paper, as it came, and a file of it."""
    desk, page = watch.desk, watch.desk.page
    at = f"/mail/{mail}/"
    watch.show(at)
    desk.go(at)
    expect(page.locator("#comment-list")).to_be_visible()
    post(watch, f"{at}comments/", text="\n".join(PAYLOADS))
    expect(page.locator("#comment-list")).to_contain_text(PAYLOADS[-1][:40])
    for tab in ("メール履歴", "操作履歴"):
        page.get_by_role("tab", name=tab).click()
        panel = page.get_by_role("tabpanel", name=re.compile(tab))
        expect(panel.locator("[aria-busy=true], .skel")).to_have_count(0)
    check(watch, at)
    files = page.get_by_role("list", name="添付ファイル").get_by_role("link")
    look = files.filter(has_text="プレビュー").first.get_attribute("href") or ""
    for path in (f"{at}print/", f"{at}original/", look):
        aside.goto(desk.home + path)
        check(watch, path)


DRAWERS: dict[str, dict[str, Any]] = {
    "/signatures/": {"name": "{}", "text": "{}", "html": "<b>x</b>{}"},
    "/templates/": {"name": "{}", "folder": "{}", "subject": "{}", "body": "{}"},
    "/addressbook/": {"name": "{}", "address": "n{number}@customer.example"},
    "/mail/searches/": {"name": "{}", "query": "{}"},
}


@pytest.mark.spec("M11a")
def test_in_what_people_keep_and_write_with(stage: Stage, address: str, tmp_path: Path) -> None:
    person = stage.person(PAYLOADS[5], "leader")
    stage.give(address, person)
    with watched(stage, person, "書く人", tmp_path) as watch:
        provoke(watch)
        desk, page = watch.desk, watch.desk.page
        desk.go("/mail/")
        for number, words in enumerate(NAMES):
            for path, fields in DRAWERS.items():
                told = {
                    name: value.replace("{number}", str(number)).replace("{}", words)
                    for name, value in fields.items()
                }
                if "folder" in told:
                    told["folder"] = words[:100]
                post(watch, f"{path}new/", **told)
        for turn, path in enumerate((*DRAWERS, "/labels/")):
            watch.show(path)
            desk.go(path)
            check(watch, path)
            entries = page.locator("#drawer-rows [data-drawer-row]")
            assert entries.count() >= len(NAMES)
            # Each name stands in every list; its form is opened in every other drawer.
            for number in range(turn % 2, entries.count(), 2):
                key = entries.nth(number).get_attribute("data-drawer-row")
                with page.expect_response(re.compile(rf"{path}{key}/")):
                    entries.nth(number).click()
                form = page.locator(f"#drawer-detail form[action*='{path}{key}/']")
                expect(form.first).to_be_attached()
                check(watch, f"{path}{key}/")
        watch.show("a toast that names what was deleted")
        desk.go("/signatures/")
        page.locator("#drawer-rows [data-drawer-row]").first.click()
        name = page.get_by_role("textbox", name="名称").input_value()
        page.get_by_role("button", name="削除", exact=True).click()
        check(watch, "the question before deleting")
        page.get_by_role("dialog").get_by_role("button", name="削除").click()
        expect(page.locator("#toasts")).to_contain_text(name)
        check(watch, "the toast")
        write_with_them(watch)
    assert watch.looked_up() <= CONTROLS


def write_with_them(watch: Watch) -> None:
    """A reply with hostile recipients, template, signature, files and text; then its preview."""
    desk, page = watch.desk, watch.desk.page
    watch.show("the composer")
    desk.go("/mail/?category=all")
    page.locator("#rows .sub a").nth(3).click()
    desk.start_reply()
    check(watch, "the composer")
    cc = page.get_by_role("combobox", name="Cc", exact=True)
    for typed in ("c1", "n1", "c2"):
        cc.fill(typed)
        expect(page.get_by_role("listbox", name="候補").get_by_role("option").first).to_be_visible()
        check(watch, f"who begins with {typed}")
    cc.press("ArrowDown")
    cc.press("Enter")
    check(watch, "a chip")
    cc.fill(", ".join(f'"{each}" <x@customer.example>' for each in PAYLOADS[:9]))
    cc.press("Tab")
    check(watch, "chips that were typed")
    page.get_by_role("button", name="テンプレート", exact=True).click()
    expect(page.locator("#template-list")).to_contain_text("alert(1)")
    check(watch, "the templates to choose from")
    page.keyboard.press("Escape")
    for number, payload in enumerate(NAMES):
        content = b"" if number > 3 else b"x"  # an empty one is refused by its name
        told = FilePayload(
            name=payload.replace("/", "\u2215"), mimeType="text/plain", buffer=content
        )
        with page.expect_response(re.compile(r"/files/$")):
            page.locator("input[data-files]").set_input_files(told)
        expect(page.locator("#composer .c-file.is-going")).to_have_count(0)
        check(watch, "a file, or the toast that refuses it")
    desk.text.fill("\n".join(PAYLOADS))
    page.get_by_label("件名").fill(PAYLOADS[5])
    page.get_by_role("button", name="プレビュー").click()
    expect(page.get_by_role("dialog", name="送信内容のプレビュー")).to_be_visible()
    check(watch, "the preview")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="書式", exact=True).click()
    expect(desk.text).to_be_focused()
    check(watch, "the text in the editor")
    page.get_by_role("button", name="プレビュー").click()
    expect(page.get_by_role("dialog", name="送信内容のプレビュー")).to_be_visible()
    check(watch, "the preview with formatting")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="下書き保存").click()
    expect(page.get_by_text("に保存")).to_be_visible()
    check(watch, "the saved draft")
    desk.open_list("下書き")
    check(watch, "the drafts")


@pytest.mark.spec("M11a")
def test_in_what_is_searched_for(stage: Stage, address: str, tmp_path: Path) -> None:
    person = stage.person(PAYLOADS[33], "leader")
    stage.give(address, person)
    with watched(stage, person, "探す人", tmp_path) as watch:
        provoke(watch)
        desk, page = watch.desk, watch.desk.page
        desk.go("/mail/")
        box = page.locator("#q")
        for payload in PAYLOADS:
            watch.show(payload)
            box.fill(payload)
            box.press("Enter")
            page.wait_for_function(
                "wanted => new URLSearchParams(location.search).get('q')?.trim() === wanted",
                arg=payload.strip(),
            )
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            check(watch, payload)
        for typed in ("label:", "from:c1"):
            box.fill("")
            box.press_sequentially(typed)
            expect(page.locator("#search-list [role=option]").first).to_be_visible()
            check(watch, f"completions of {typed}")
        box.press("Escape")
        for payload in PAYLOADS[31:37]:
            desk.go(f"/mail/search/?{urlencode({'q': payload})}")
            check(watch, f"the form for {payload}")
    assert watch.looked_up() <= CONTROLS
