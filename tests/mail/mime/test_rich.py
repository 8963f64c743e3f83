"""The HTML half of a mail: what was written, the signature, the quotation as nested quotes."""

from __future__ import annotations

import email
import email.policy

import pytest

from callcenter.richtext import html_to_text
from mail.mime.rich import document, lines, quotation
from tests.mail.mime.test_compose import make


def test_lines_and_blanks_stay_as_they_were_typed() -> None:
    assert lines("a  b\n<c> & d") == "a \u00a0b<br>\n&lt;c&gt; &amp; d"


@pytest.mark.parametrize(
    ("text", "depth"),
    [("> a", 1), ("> a\n>> b\n> c", 2), (">>> a", 3), ("> " * 40 + "a", 1), (">" * 90 + "a", 20)],
)
def test_quotations_are_nested_and_closed(text: str, depth: int) -> None:
    html = quotation(text)
    assert html.count("<blockquote") == html.count("</blockquote>")
    deepest = at = 0
    for part in html.split("<")[1:]:
        at += part.startswith("blockquote") - part.startswith("/blockquote")
        deepest = max(deepest, at)
    assert (deepest, at) == (depth, 0)


def test_the_parts_stand_in_the_order_of_the_text() -> None:
    html = document(
        "<div>本日<strong>発送</strong>いたします。</div>",
        signature="サポート\n田中",
        quoted="2026/11/22 井上:\n> 届きません。\n> <b>いつ</b>ですか",
    )
    text = html_to_text(html)
    places = [text.index(part) for part in ("発送", "サポート", "田中", "井上:", "届きません。")]
    assert places == sorted(places)
    assert "&lt;b&gt;いつ" in html
    assert document("", signature="", quoted="") == "\n"


def test_both_halves_are_read_by_another_parser() -> None:
    raw = make(text="太字", html=document("<b>太字</b>", signature="田中"))
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert mail.get_content_type() == "multipart/alternative"
    plain, rich = mail.iter_parts()
    assert (plain.get_content_type(), rich.get_content_type()) == ("text/plain", "text/html")
    assert "<b>太字</b>" in rich.get_content()
