"""What stands in a pane that has requests of its own leads to pages only unboosted: a boosted link
or form would inherit the pane's target, and a whole page would land within it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "mail"
IN_PANES = (
    *("_comments", "_events", "_history", "_no_draft", "_sending", "_lock_banner"),
    *("_customer_mail", "_customer_mail_rows"),
)
_TAG = re.compile(r"<(?:a|form)\s(?:[^<>{]|\{\{.*?\}\}|\{%.*?%\})*>", re.S)
_KNOWS_ITS_WAY = re.compile(r'\bhx-(?:post|get)=|\bhx-boost="false"|\btarget=')


@pytest.mark.parametrize("name", IN_PANES)
def test_no_page_lands_within_a_pane(name: str) -> None:
    text = (TEMPLATES / f"{name}.html").read_text("utf-8")
    lost = [tag[0] for tag in _TAG.finditer(text) if not _KNOWS_ITS_WAY.search(tag[0])]
    assert lost == []


def test_the_tags_are_found() -> None:
    text = (TEMPLATES / "_no_draft.html").read_text("utf-8")
    found = [tag[0] for tag in _TAG.finditer(text)]
    assert [tag for tag in found if "begun.url" in tag and 'hx-boost="false"' in tag]
