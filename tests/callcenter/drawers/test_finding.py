"""Searching a drawer and paging it, over real rows."""

from __future__ import annotations

import base64
import json

import pytest

from callcenter.drawers import Keyset, Page, fold, searched
from templates_app.models import Template

pytestmark = pytest.mark.django_db
ORDER = Keyset("folder", "name_key", "id", size=3)


def make(*names: str, folder: str = "") -> list[Template]:
    return [Template.objects.create(name=name, folder=folder) for name in names]


def names(page: Page[Template]) -> list[str]:
    return [row.name for row in page.rows]


def cursor(*key: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def test_pages_go_forward_and_back_over_the_same_rows() -> None:
    make("b", "b", "a", "d", "c", folder="x")
    make("z", "y")
    rows = Template.objects.all()
    first = ORDER.page(rows, {})
    assert names(first) == ["y", "z", "a"]
    assert first.before == ""
    second = ORDER.page(rows, {"after": first.after})
    assert names(second) == ["b", "b", "c"]
    third = ORDER.page(rows, {"after": second.after})
    assert names(third) == ["d"]
    assert third.after == ""
    assert names(ORDER.page(rows, {"before": third.before})) == ["b", "b", "c"]
    back = ORDER.page(rows, {"before": second.before})
    assert names(back) == names(first)
    assert back.before == ""


def test_what_comes_or_goes_meanwhile_moves_nothing() -> None:
    made = make("a", "b", "c", "d", "e")
    first = ORDER.page(Template.objects.all(), {})
    made[2].delete()  # the very row at the edge
    make("0")
    assert names(ORDER.page(Template.objects.all(), {"after": first.after})) == ["d", "e"]


def test_a_cursor_behind_the_end_leads_to_the_first_page() -> None:
    made = make("a", "b", "c", "d")
    first = ORDER.page(Template.objects.all(), {})
    made[3].delete()
    assert names(ORDER.page(Template.objects.all(), {"after": first.after})) == ["a", "b", "c"]
    assert names(ORDER.page(Template.objects.all(), {"before": cursor("", "", 0)})) == [
        "a",
        "b",
        "c",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        "x",
        "====",
        "é",
        cursor("a"),
        cursor("", "a", "no number"),
        cursor("", "a", 10**30),
        cursor("", "\x00", 1),
        cursor("", None, 1),
        cursor({}, [], 1),
        base64.urlsafe_b64encode(b"[" * 3000).decode(),
        "A" * 5000,
    ],
)
def test_what_is_no_cursor_leads_to_the_first_page(wrong: str) -> None:
    make("a", "b")
    for side in ("after", "before"):
        assert names(ORDER.page(Template.objects.all(), {side: wrong})) == ["a", "b"]


def test_an_empty_list_has_one_empty_page() -> None:
    assert ORDER.page(Template.objects.all(), {}) == Page([])


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["ﾃﾝﾌﾟﾚ Ａ", "返品のお詫び"]),
        ("テンプレ a", ["ﾃﾝﾌﾟﾚ Ａ"]),
        ("a テンプレ", ["ﾃﾝﾌﾟﾚ Ａ"]),
        ("お詫び", ["返品のお詫び"]),
        ("てんぷれ", []),  # hiragana and katakana are kept apart, as in the search for mail
        ("%", []),
        ("返品 ない", []),
    ],
)
def test_every_word_must_stand_in_the_folded_text(words: str, found: list[str]) -> None:
    make("ﾃﾝﾌﾟﾚ Ａ", "返品のお詫び")
    rows = searched(Template.objects.order_by("name_key"), words)
    assert sorted(row.name for row in rows) == sorted(found)


def test_folding_keeps_kana_apart_and_drops_what_a_database_refuses() -> None:
    assert fold("ＡＢｃ㈱ﾊﾟ\x00") == "abc(株)パ"
    assert fold("ぱ") != fold("パ")
