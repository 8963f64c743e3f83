"""A refusal is told whatever else happened to the page while it was on its way."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.conftest import Stage

_RENEWED = """() => {
    const button = document.getElementById("b-reply");
    const state = button.closest("[id]:not(button)");
    const fresh = state.cloneNode(true);
    state.replaceWith(fresh);
    htmx.process(fresh);
    return button.isConnected;
}"""


@pytest.mark.spec("M25")
def test_a_refusal_finds_its_place_when_the_button_was_renewed_meanwhile(stage: Stage) -> None:
    address = stage.connected(subjects=["領収書をください"])
    tanaka, yamada = stage.person("田中 健一"), stage.person("山田 花子")
    stage.give(address, tanaka, yamada)
    a, b = stage.at_work("田中 健一", tanaka), stage.at_work("山田 花子", yamada)
    for desk in (a, b):
        desk.open_mail("領収書をください")
    a.start_reply()
    expect(b.banner).to_contain_text("田中 健一さん")

    def meanwhile(route: Route) -> None:
        assert b.page.evaluate(_RENEWED) is False
        route.continue_()

    b.page.route("**/reply/", meanwhile)
    assert b.while_answering("/reply/", b.button("返信").click) == 409
    expect(b.alert_text).to_contain_text("田中 健一さん")
    expect(b.page.locator("html.is-busy")).to_have_count(0)
    # The page is whole: the next press is answered as well.
    b.page.unroute("**/reply/")
    expect(b.button("返信")).to_have_count(1)
    assert b.while_answering("/status/", b.button("完了").click) == 409
