"""下書き: whatever was begun is gone on with, here or in Gmail itself, and ends as one mail."""

from __future__ import annotations

import base64
import re
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from mail.mime import parse
from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk
from tests.waiting import until

HERE, THERE = "Re: 領収書の件", "Re: 返品の件"
FILE = "返品票①.txt"


def begun_in_gmail(stage: Stage, address: str) -> dict[str, Any]:
    """A draft with formatting and a file, as Gmail's own page would leave it."""
    mail = stage.sandbox.admin.state(address)["messages"][-1]
    draft = EmailMessage(policy=SMTP)
    draft["From"], draft["To"], draft["Subject"] = address, "aoi@customer.example", THERE
    draft["In-Reply-To"] = draft["References"] = f"<{mail['message_id']}>"
    draft.set_content("Gmailで途中まで", cte="base64")
    html = '<div dir="ltr">Gmailで<b>途中まで</b></div>'
    draft.add_alternative(html, subtype="html", cte="base64")
    draft.add_attachment("返品票".encode(), maintype="text", subtype="plain", filename=FILE)
    raw = base64.urlsafe_b64encode(draft.as_bytes()).decode("ascii")
    return stage.sandbox.admin.act(address, "create_draft", message_id=mail["id"], raw=raw)


def drafts(stage: Stage, address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stage.sandbox.admin.state(address)["drafts"]
    return found


def rows(desk: Desk) -> Locator:
    """The rows of the list."""
    return desk.page.get_by_role("table").get_by_role("row").filter(has=desk.page.locator(".sub"))


@pytest.mark.spec("M5b")
def test_both_kinds_of_draft_are_opened_gone_on_with_and_sent_once(stage: Stage) -> None:
    address = stage.connected(subjects=["領収書の件", "返品の件"])
    begun_in_gmail(stage, address)
    until(lambda: stage.mirrors_all(address), timeout=60)
    tanaka, yamada = stage.person("田中 健一"), stage.person("山田 花子")
    stage.give(address, tanaka, yamada)
    a, b = stage.at_work("田中 健一", tanaka), stage.at_work("山田 花子", yamada)

    # One is begun here, saved, and left.
    a.open_mail("領収書の件")
    a.start_reply()
    a.text.fill("ここで途中まで")
    a.button("下書き保存").click()
    until(lambda: len(drafts(stage, address)) == 2, what="Gmail has both drafts")
    until(lambda: stage.mirrors_all(address), timeout=60)
    a.open_list("下書き")
    expect(rows(a)).to_have_count(2)

    # A row of ours opens it, as it was left.
    a.row(HERE).get_by_role("link").click()
    expect(a.text).to_have_value("ここで途中まで")
    a.text.fill("ここで書き終えました")
    a.send_button.click()
    expect(a.page.get_by_role("heading", name="送信済み")).to_be_visible()

    # A row of Gmail's shows what was written there, and goes on with it at a word.
    a.open_list("下書き")
    expect(rows(a)).to_have_count(1)
    a.row(THERE).get_by_role("link").click()
    expect(a.page.frame_locator("iframe").get_by_text("途中まで")).to_be_visible()
    a.picture("draft-in-gmail")
    a.picture_in_english("draft-in-gmail")
    b.open_list("下書き")
    b.row(THERE).get_by_role("link").click()
    a.button("続きを書く").click()
    expect(a.page.get_by_role("heading", level=1, name="返品の件")).to_be_visible()
    expect(a.text).to_contain_text("Gmailで途中まで")
    expect(a.text.get_by_text("途中まで", exact=True)).to_be_visible()
    expect(a.page.get_by_title(FILE)).to_be_visible()
    a.picture("adopted")

    # A colleague who does the same is told who was first.
    assert b.while_answering("/adopt/", b.button("続きを書く").click) == 409
    expect(b.alert_text).to_contain_text("田中 健一さん")

    # Saved, it is the same draft in Gmail, and one row.
    [before] = drafts(stage, address)
    a.text.press("Control+End")
    a.page.keyboard.type("、ここで最後まで")
    a.button("下書き保存").click()
    until(lambda: drafts(stage, address) != [before], what="the draft in Gmail is written anew")
    [after] = drafts(stage, address)
    assert after["id"] == before["id"]
    until(lambda: stage.mirrors_all(address), timeout=60)
    a.open_list("下書き")
    expect(rows(a)).to_have_count(1)
    a.row(THERE).get_by_role("link").click()
    expect(a.text).to_contain_text("ここで最後まで")
    a.send_button.click()
    expect(a.page.get_by_role("heading", name="送信済み")).to_be_visible()
    expect(a.status("完了")).to_be_visible()

    # One copy of each at the customer's, and no draft anywhere.
    assert drafts(stage, address) == []
    told = stage.sandbox.admin.call("GET", "ledger", account=address, raw=1)
    sent = [parse(base64.urlsafe_b64decode(entry["raw"])) for entry in told["entries"]]
    assert sorted(each.subject for each in sent) == sorted([HERE, THERE])
    [theirs] = [each for each in sent if each.subject == THERE]
    assert re.sub(r"\s", "", theirs.text) == "Gmailで途中まで、ここで最後まで"
    assert [each.filename for each in theirs.attachments] == [FILE]
    assert theirs.in_reply_to
    until(lambda: stage.mirrors_all(address), timeout=60)
    a.open_list("下書き")
    expect(rows(a)).to_have_count(0)
