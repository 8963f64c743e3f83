"""A reply as a customer's programs read it: written in the browser, sent, parsed by two others."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Stage
from tests.e2e.letters import CUSTOMER
from tests.read_elsewhere import (
    Reading,
    by_mailparser,
    by_python,
    file_reading,
    people,
    skip_without_node,
)

ANSWER = (
    "井上 葵 様\n\n"
    "> 注文番号 A-20000 の商品がまだ届きません。\n"
    "ご迷惑をおかけしております。本日、①㈱髙島屋より発送いたしました。\n"
    "> いつ届きますか。\n"
    "明日の予定です。" + "改行のない長い一行です。" * 40
)
FILES = {
    "請求書 2026年11月分（最終版）.pdf": ("application/pdf", b"%PDF-1.4\n\x00\xff"),
    "納品書①.txt": ("text/plain", "中身は\n二行\n".encode()),
    "顧客一覧㈱.csv": ("text/csv", "氏名,髙橋\r\n".encode("cp932")),
    "破損した箱の写真.png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    "とても長い名前の" * 8 + "写真.jpg": ("image/jpeg", b"\xff\xd8\xff"),
}


@pytest.mark.spec("M18b")
@pytest.mark.parametrize("formatted", [False, True], ids=["plain", "formatted"])
def test_two_parsers_read_what_was_written(
    stage: Stage, tmp_path: Path, *, formatted: bool
) -> None:
    skip_without_node()
    address = stage.connected(subjects=["㈱髙島屋①の商品が届きません"])
    [asked] = stage.sandbox.admin.state(address)["messages"]
    tanaka = stage.person("田中 健一")
    stage.give(address, tanaka)
    desk = stage.at_work("田中 健一", tanaka)
    page = desk.page
    desk.open_mail("㈱髙島屋①の商品が届きません")
    desk.start_reply()
    cc = page.get_by_role("combobox", name="Cc", exact=True)
    cc.fill("髙橋 一郎（経理） <ichiro@customer.example>, 山田 花子 <hanako@customer.example>")
    for name, (_, content) in FILES.items():
        (tmp_path / name).write_bytes(content)
    page.locator("input[data-files]").set_input_files([tmp_path / name for name in FILES])
    files = page.get_by_role("group", name="添付", exact=True)
    expect(files.get_by_role("link")).to_have_text(list(FILES))
    desk.text.fill(ANSWER)
    if formatted:
        page.get_by_role("button", name="書式", exact=True).click()
        expect(desk.text).to_be_focused()
        page.keyboard.press("Control+End")
        page.get_by_role("button", name="太字").click()
        page.keyboard.type("太字です")
    desk.send_button.click()
    expect(page.get_by_role("heading", name="送信済み")).to_be_visible()

    (entry,) = stage.sandbox.admin.ledger(address)
    raw = base64.urlsafe_b64decode(entry["raw"])
    readings: list[Reading] = [by_python(raw), by_mailparser(raw)]
    assert readings[0] == readings[1]
    read = readings[0]
    assert read["subject"] == "Re: ㈱髙島屋①の商品が届きません"
    assert read["from"][0][1] == address
    assert read["to"] == people(("井上 葵", CUSTOMER))
    assert read["cc"] == people(
        ("髙橋 一郎（経理）", "ichiro@customer.example"),
        ("山田 花子", "hanako@customer.example"),
    )
    asked_id = f"<{asked['message_id'].strip('<>')}>"
    assert read["in_reply_to"] == asked_id
    assert read["references"] == [asked_id]
    assert entry["threadId"] == asked["threadId"]
    written = ANSWER + ("太字です" if formatted else "")
    assert read["text"].startswith(f"{written}\n")
    assert "\n> 注文番号 A-20000 の商品がまだ届きません。" in read["text"].removeprefix(written)
    if formatted:
        assert "<strong>太字です</strong>" in read["html"]
        shown = re.sub(r"<br>|</?div>", "\n", read["html"])
        assert "&gt; 注文番号 A-20000 の商品がまだ届きません。\nご迷惑を" in shown
    else:
        assert read["html"] == ""
    assert read["files"] == [file_reading(name, *told) for name, told in FILES.items()]
