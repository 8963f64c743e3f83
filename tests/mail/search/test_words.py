"""How words are compared (M3b), and that the index never misses what the text has."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.search import words
from mail.search.words import LONGEST_KEY, Pattern, fold, folded_text, grams


def found(words: str, text: str, *, prefix: bool = False) -> bool:
    return Pattern.of(words, prefix=prefix).text in folded_text(text)


@pytest.mark.spec("M3b")
@pytest.mark.parametrize(
    ("words", "text", "hit"),
    [
        ("cat", "a cat.", True),
        ("cat", "category", False),
        ("cat", "concat", False),
        ("CAT", "ｃａｔ", True),
        ("東京", "東京都庁", True),
        ("京都", "東京都庁", True),
        ("鰻", "特上鰻重", True),
        ("の", "明日の朝", True),
        ("アイウ", "ｱｲｳ", True),
        ("ガ", "ｶﾞ", True),
        ("あいう", "アイウ", False),
        ("か", "が", False),
        ("ハハ", "パパ", False),
        ("髙橋", "高橋", True),
        ("高島屋", "㈱髙島屋", True),
        ("山崎", "山﨑", True),
        ("cafe", "Café", True),
        ("café", "cafe", True),
        ("ｅｌ Nino", "El Niño", True),
        ("A-20001", "注文番号A-20001です", True),
        ("20001", "A-200015", False),
        ("aoi@customer.example", "<aoi@customer.example>", True),
        ("customer.example", "aoi@customer.example", True),
        ("注文ABC", "ご注文 abc の件", True),
        ("①", "1番", True),
        ("03-1234", "03ー1234", True),
        ("strasse", "Straße", True),
        ("ご確認ください", f"{'あ' * 30}ご確認く\n> ださい", True),
        ("京都", "東京\n都庁", False),
    ],
)
def test_found(words: str, text: str, hit: bool) -> None:
    assert found(words, text) is hit


def test_prefix_is_our_extension() -> None:
    assert found("cat", "a category", prefix=True)
    assert not found("cat", "concat", prefix=True)


_letters = st.sampled_from("abéÅ1９ｶﾞがかたいしますアンー々注文番号髙﨑鰻 　\n-。、@.ไทย한ქ🙂_")
_texts = st.text(_letters, max_size=60)


@given(st.text(max_size=80))
def test_folding_twice_is_folding_once(text: str) -> None:
    once = folded_text(text)
    assert folded_text(once) == once
    assert fold(once) == once


@settings(max_examples=150, deadline=None)
@given(_texts, st.integers(0, 59), st.integers(1, 12))
@pytest.mark.usefixtures("db")
def test_the_index_has_every_key_of_what_the_text_has(text: str, start: int, size: int) -> None:
    pattern = Pattern.of(text[start : start + size])
    document = folded_text(text)
    if not pattern.units or pattern.text not in document:
        return
    wanted = " & ".join(f"'{key}'{':*' if begins else ''}" for key, begins in grams(pattern))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT mail_search_keys(%s, %s) @@ %s::tsquery", ["\x1f" * 8, document, wanted]
        )
        assert cursor.fetchone() == (True,)


@pytest.mark.usefixtures("db")
def test_the_longest_texts_have_keys() -> None:
    """A word of a megabyte, and nothing but different kana: a document's limits hold them."""
    kana = "".join(chr(0x3041 + a) + chr(0x30A1 + b) for a in range(80) for b in range(80))
    with connection.cursor() as cursor:
        for body in (" " + "a" * 180_000 + " ", f" {kana * 4} "):
            cursor.execute(
                "SELECT length(mail_search_keys(%s, %s))",
                ["\x1f".join([f" {kana[:1360]} "] * 9), body],
            )
            assert cursor.fetchone()[0] > 1
    assert next(grams(Pattern.of("a" * 100)))[0] == "a" * LONGEST_KEY


def test_both_patterns_find_the_same_units() -> None:
    every = [chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000]
    plain = "".join(every)
    assert words._PLAIN_UNIT.findall(plain) == words._UNIT.findall(plain)
    # Each character beside a word's and a run's.
    mixed = "".join(f"{char}a{char}漢" for char in every)
    assert words._PLAIN_UNIT.findall(mixed) == words._UNIT.findall(mixed)


def test_characters_beyond_the_first_plane_are_units_as_well() -> None:
    assert words.units("𠮷野家🍣で") == ["吉野家", "で"]
    assert words.units("𩸽を注文") == ["𩸽を注文"]
