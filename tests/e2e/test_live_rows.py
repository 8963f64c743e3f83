"""What a colleague does stands in the open list at once, mostly without asking the server."""

from __future__ import annotations

import pytest
from playwright.sync_api import Request, expect

from tests.e2e.conftest import Stage


@pytest.mark.spec("M6")
def test_a_colleagues_work_is_written_into_the_row_itself(stage: Stage) -> None:
    subject = "領収書の宛名"
    address = stage.connected(subjects=[subject, "別のお問い合わせ"])
    tanaka, yamada = stage.person("田中 健一"), stage.person("山田 花子")
    stage.give(address, tanaka, yamada)
    a, b = stage.at_work("田中 健一", tanaka), stage.at_work("山田 花子", yamada)
    expect(a.row(subject)).to_contain_text("未処理")
    b.open_mail(subject)
    # Opening it has made it read: 田中's row says so before anything else happens.
    expect(a.row(subject).get_by_text("未読")).to_have_count(0)
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/mail/rows/" in request.url:
            asked.append(request.url)

    a.page.on("request", note)
    a.remember_page()
    b.page.get_by_role("button", name="作業中", pressed=False).click()
    expect(a.row(subject)).to_contain_text("作業中")
    expect(a.row(subject).get_by_role("img", name="山田 花子")).to_have_text("山")
    b.button("完了").click()
    expect(a.row(subject)).to_contain_text("完了")
    b.page.get_by_role("button", name="スター").first.click()
    star = a.row(subject).get_by_role("button", name="スター")
    expect(star).to_have_attribute("aria-pressed", "true")
    assert asked == []
    # A comment is more than an event tells: the row is asked for.
    b.page.get_by_role("tab", name="備考").click()
    b.page.get_by_role("textbox", name="コメント").fill("折り返し済みです")
    b.page.get_by_role("button", name="コメントする").click()
    expect(a.row(subject)).to_contain_text("折り返し済みです")
    assert len(asked) == 1
    expect(a.row(subject)).to_contain_text("完了")
    assert a.is_same_page()
