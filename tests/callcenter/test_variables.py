"""Blanks in templates and signatures: what is one, and how it is filled."""

from __future__ import annotations

import pytest

from callcenter.variables import (
    JAPANESE,
    Variable,
    blanks,
    fill,
    name_of,
    one_line,
    placeholder,
    remaining,
)

VALUES = {
    Variable.CUSTOMER_NAME: "井上 葵",
    Variable.AGENT_NAME: "田中",
    Variable.MAIL_SUBJECT: "注文 {顧客名} の件",
}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{顧客名} 様", "井上 葵 様"),
        ("{customer_name} 様", "井上 葵 様"),
        ("{Customer Name} 様", "井上 葵 様"),
        ("｛顧客名｝ 様", "井上 葵 様"),
        ("{ 顧客名 } 様", "井上 葵 様"),
        ("{顧客名|お客}様", "井上 葵様"),
        ("{受信日|先日}のメール", "先日のメール"),
        ("｛受信日｜先日｝のメール", "先日のメール"),
        ("{受信日|}メール", "メール"),
        ("{顧客名}と{担当者名}と{顧客名}", "井上 葵と田中と井上 葵"),
        ("名前なし", "名前なし"),
        ("", ""),
    ],
)
def test_a_blank_is_filled(text: str, filled: str) -> None:
    found = fill(text, VALUES)
    assert found.text == filled
    assert found.unfilled == ()


@pytest.mark.parametrize(
    "text",
    ["{}", "{ }", '{"a": 1}', "{a: 1}", "a{b;c}", "{a\nb}", "{{", "{a", "a}", "f(x){a, b}"],
)
def test_what_is_code_or_data_is_text(text: str) -> None:
    assert blanks(text) == ()
    assert fill(text, VALUES).text == text


def test_what_has_no_value_stays_and_is_told_once() -> None:
    found = fill("{受信日} {注文番号} {受信日} {顧客名}", VALUES)
    assert found.text == "{受信日} {注文番号} {受信日} 井上 葵"
    assert found.unfilled == ("{受信日}", "{注文番号}")


def test_what_a_customer_wrote_is_never_a_blank() -> None:
    found = fill("件名: {件名}", VALUES)
    assert found.text == "件名: 注文 {顧客名} の件"
    assert found.unfilled == ()


def test_a_value_is_one_visible_line() -> None:
    assert one_line("井上\r\nBcc: x@y.example\u2028\u202e葵\x00") == "井上 Bcc: x@y.example 葵"
    assert one_line("井上　葵") == "井上　葵"  # an ideographic space is part of a name
    assert fill("{顧客名|お客様}", {Variable.CUSTOMER_NAME: "\u200b\n"}).text == "お客様"


def test_pieces_tell_what_was_put_in() -> None:
    pieces = fill("あ{顧客名}い{注文番号}", VALUES).pieces
    assert [(each.text, bool(each.blank), each.is_filled) for each in pieces] == [
        ("あ", False, True),
        ("井上 葵", True, True),
        ("い", False, True),
        ("{注文番号}", True, False),
    ]


def test_the_picker_writes_what_is_understood() -> None:
    for variable in Variable:
        for language in ("ja", "en", "en-gb"):
            (blank,) = blanks(placeholder(variable, language))
            assert blank.variable == variable
    assert name_of(Variable.CUSTOMER_NAME, "ja") == "顧客名"
    assert set(JAPANESE) == set(Variable)


def test_only_what_still_stands_remains() -> None:
    assert remaining(["{a}", "{b}", "{a}"], "x {a}", "y") == ("{a}",)
    assert remaining([], "{a}") == ()


def test_a_long_text_costs_little() -> None:
    text = "{" * 50_000 + "顧客名" + "}" * 50_000
    assert fill(text, VALUES).text.count("井上") == 1
    assert len(fill("{顧客名|" * 20_000, VALUES).text) == len("{顧客名|" * 20_000)
