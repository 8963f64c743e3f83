"""Writing with files and formatting, and looking at what will go out before it does."""

from __future__ import annotations

import base64
import email
import email.policy
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Stage
from tests.e2e.desk import Desk

_DROP = """(form, name) => {
    const data = new DataTransfer();
    data.items.add(new File(["落とした中身"], name, {type: "text/plain"}));
    for (const type of ["dragover", "drop"]) {
        const how = {bubbles: true, cancelable: true, dataTransfer: data};
        form.dispatchEvent(new DragEvent(type, how));
    }
}"""
_PASTE = """(field) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array([137, 80, 78, 71])], "image.png", {type: "image/png"}));
    const how = {bubbles: true, cancelable: true, clipboardData: data};
    field.dispatchEvent(new ClipboardEvent("paste", how));
}"""


@pytest.fixture
def address(stage: Stage) -> str:
    return stage.connected(subjects=["領収書をください"])


@pytest.fixture
def desk(stage: Stage, address: str) -> Desk:
    tanaka = stage.person("田中 健一")
    stage.give(address, tanaka)
    desk = stage.at_work("田中 健一", tanaka)
    desk.open_mail("領収書をください")
    desk.start_reply()
    return desk


def sent(stage: Stage, address: str) -> Any:
    (entry,) = stage.sandbox.admin.ledger(address)
    raw = base64.urlsafe_b64decode(entry["raw"])
    return email.message_from_bytes(raw, policy=email.policy.default)


def kept(desk: Desk, words: str) -> AbstractContextManager[Any]:
    """What is done within ends in a save of its own that has these words."""
    return desk.page.expect_response(
        lambda answer: (
            answer.url.endswith("/autosave/")
            and words.encode() in (answer.request.post_data_buffer or b"")
        )
    )


def test_files_come_by_button_by_drop_and_by_paste(
    stage: Stage, desk: Desk, address: str, tmp_path: Path
) -> None:
    page = desk.page
    files = page.get_by_role("group", name="添付", exact=True)
    chosen = [tmp_path / name for name in ("納品書①.txt", "請求書.txt")]
    for path in chosen:
        path.write_text("中身")
    field = page.locator("input[data-files]")
    field.set_input_files(chosen)
    expect(files.get_by_role("link")).to_have_text(["納品書①.txt", "請求書.txt"])
    page.locator("form[data-composer]").evaluate(_DROP, "落とした.txt")
    expect(files.get_by_role("link", name="落とした.txt")).to_be_visible()
    desk.text.evaluate(_PASTE)
    expect(files.get_by_role("link", name="image.png")).to_be_visible()
    expect(files).to_contain_text("4 / 5")
    field.set_input_files(chosen)  # a fifth and a sixth
    expect(page.get_by_text("添付できるファイルは5つまでです。")).to_be_visible()
    expect(files).to_contain_text("4 / 5")
    files.get_by_role("button", name="請求書.txt を外す").click()
    with kept(desk, "お送りします。"):
        desk.text.fill("お送りします。")
    page.reload()
    expect(files.get_by_role("link")).to_have_text(["納品書①.txt", "落とした.txt", "image.png"])
    expect(desk.text).to_have_value("お送りします。")
    desk.send_button.click()
    expect(page.get_by_role("heading", name="送信済み")).to_be_visible()
    names = [part.get_filename() for part in sent(stage, address).iter_attachments()]
    assert names == ["納品書①.txt", "落とした.txt", "image.png"]


def test_formatting_by_choice_and_a_look_at_what_will_go_out(
    stage: Stage, desk: Desk, address: str
) -> None:
    page = desk.page
    desk.text.fill("お世話になります。")
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    assert not any("trix" in url for url in loaded)
    page.get_by_role("button", name="書式", exact=True).click()
    editor = page.get_by_role("textbox", name="本文", exact=True)
    expect(editor).to_be_focused()
    expect(editor).to_have_text("お世話になります。")
    assert any("trix" in url for url in loaded)
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="太字").click()
    page.keyboard.type("重要")
    page.get_by_role("button", name="太字").click()
    with kept(desk, "</strong>なお知らせ"):
        page.keyboard.type("なお知らせ")
    page.reload()
    expect(editor.locator("strong")).to_have_text("重要")
    page.get_by_role("button", name="プレビュー").click()
    preview = page.get_by_role("dialog", name="送信内容のプレビュー")
    expect(preview.locator("strong", has_text="重要")).to_be_visible()
    expect(preview).to_contain_text("aoi@customer.example")
    expect(preview).to_contain_text("まだ届きません")
    page.keyboard.press("Escape")
    expect(preview).to_be_hidden()
    desk.send_button.click()
    expect(page.get_by_role("heading", name="送信済み")).to_be_visible()
    mail = sent(stage, address)
    bodies = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    plain, rich = (body.replace("\r\n", "\n") for body in bodies)
    assert plain.startswith("お世話になります。\n重要なお知らせ\n")
    assert "<strong>重要</strong>なお知らせ" in rich
    assert "まだ届きません" in plain
    assert "まだ届きません" in rich


def test_giving_the_formatting_up_asks_and_keeps_the_words(desk: Desk) -> None:
    page = desk.page
    switch = page.get_by_role("button", name="書式", exact=True)
    switch.click()
    expect(desk.text).to_be_focused()
    page.get_by_role("button", name="太字").click()
    page.keyboard.type("太字")
    switch.click()
    question = page.get_by_role("dialog").filter(has_text="書式を解除しますか")
    question.get_by_role("button", name="キャンセル").click()
    expect(desk.text.locator("strong")).to_have_text("太字")
    switch.click()
    question.get_by_role("button", name="OK").click()
    expect(desk.text).to_have_value("太字")
    expect(desk.text).to_be_focused()
