"""How much script the heaviest pages load; and that the table of parts is read as it stands."""

from __future__ import annotations

import re

import pytest

from bench.desk import script
from scripts.services import ROOT

LIST = "<div data-list><form data-bulk hidden></form><form data-look></form></div>"
MAIL = """<div class="panes" data-mail="M-1"><span data-looking="/x"></span><i data-splitter></i>
<form data-composer data-beat="/x"><address-field data-addresses></address-field></form>
<b data-countdown="9"></b><textarea data-kept="x" data-mentions="/x"></textarea></div>"""


@pytest.mark.parametrize(("page", "most"), [(LIST, 48), (MAIL, 60)])
def test_a_page_stays_light(page: str, most: float) -> None:
    assert script.weight(script.files_of(page)) < most


def test_a_page_loads_what_it_needs_and_no_more() -> None:
    found = script.files_of(LIST)
    assert {"js/app.js", "js/live.js", "js/bulk.js", "js/dom.js"} <= found
    assert not {"js/calendar.js", "js/addresses.js", "js/people.js", "js/drawers.js"} & found
    assert {"js/addresses.js", "js/people.js", "js/rich.js"} <= script.files_of(MAIL)


def test_every_module_is_reached() -> None:
    """None is forgotten in the table: whatever lies in static/js is loaded by some page."""
    table = (ROOT / "static/js/parts.js").read_text("utf-8")
    everything = " ".join(f"<i {name}>" for name in re.findall(r"\[(data-[a-z-]+)\]", table))
    # By the book's own button, and by the first @ of a comment.
    known = script.files_of(everything) | {"js/addressbook.js", "js/mentions.js"}
    assert {f"js/{path.name}" for path in (ROOT / "static/js").glob("*.js")} <= known
