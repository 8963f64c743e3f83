"""Where somebody types in a query, and what the text becomes when a completion is taken."""

from __future__ import annotations

import pytest

from mail.search.completing import spot


@pytest.mark.parametrize(
    ("text", "operator", "typed"),
    [
        ("返|", "", "返"),
        ("label:至|", "label", "至"),
        ("ラベル：至|", "label", "至"),
        ("返品 from:a|", "from", "a"),
        ("返品 -from:a|", "from", "a"),
        ("(from:a|)", "from", "a"),
        ("from:|", "from", ""),
        ('label:"VIP 客|"', "label", "VIP 客"),
        ('label:"VIP |', "label", "VIP "),
        ("foo:a|", "", "foo:a"),
        ("from:ab|cd x", "from", "ab"),
        ("a |", "", ""),
        ("|", "", ""),
    ],
)
def test_the_term_at_the_cursor(text: str, operator: str, typed: str) -> None:
    at = text.index("|")
    found = spot(text.replace("|", ""), at)
    assert (found.operator, found.typed) == (operator, typed)


@pytest.mark.parametrize(
    ("text", "value", "after"),
    [
        ("label:至|", "至急", "label:至急 |"),
        ("ラベル：至|", "VIP 客", 'ラベル："VIP 客" |'),
        ("返品 -from:a| 不良", "aoi@customer.example", "返品 -from:aoi@customer.example |不良"),
        ("from:ab|cd x", "y", "from:y |x"),
        ('label:"VI|P" x', "VIP 客", 'label:"VIP 客" |x'),
        ("(from:a|)", "b", "(from:b |)"),
    ],
)
def test_a_value_is_taken(text: str, value: str, after: str) -> None:
    found, at = spot(text.replace("|", ""), text.index("|")).value(value)
    assert f"{found[:at]}|{found[at:]}" == after


def test_an_operator_is_taken() -> None:
    assert spot("返品 fr", 5).term("from") == ("返品 from:", 8)
    assert spot("fr 返品", 2).term("from", "a b") == ('from:"a b" 返品', 11)


@pytest.mark.parametrize("at", [-5, 0, 3, 99])
def test_any_cursor_has_a_place(at: int) -> None:
    for text in ("", '"', '""', "a:", ":", "-", '-"a', "label:", "（｛"):
        found = spot(text, at)
        assert 0 <= found.start <= found.end <= len(text)
        found.value("x")
