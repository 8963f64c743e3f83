"""Where a typed beginning may match."""

from __future__ import annotations

import pytest

from addressbook.starts import LONGEST, beginnings, matches, starts


def test_an_entry_is_found_from_every_place_where_somebody_may_begin() -> None:
    found = starts("山田 花子 (Acme Corp.)", "hanako.y@Shop.example")
    assert set(found) >= {"hanako.y@shop.example", "y@shop.example", "shop.example", "example"}
    assert {start[:2] for start in found} >= {"山田", "田花", "花子", "ac", "co"}
    assert all(len(start) <= LONGEST for start in found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("typed", "name", "address", "found"),
    [
        ("山", "山田 花子", "h@x.example", True),
        ("花子", "山田 花子", "h@x.example", True),
        ("山田花", "山田 花子", "h@x.example", True),
        ("山田 花", "山田 花子", "h@x.example", True),
        ("花 山", "山田 花子", "h@x.example", True),
        ("川田", "山田 花子", "h@x.example", False),
        ("ﾔﾏﾀﾞ", "ヤマダ商店", "h@x.example", True),
        ("やまだ", "ヤマダ商店", "h@x.example", False),
        ("ＹＡＭＡ", "Hanako Yamada", "h@x.example", True),
        ("ama", "Hanako Yamada", "h@x.example", False),
        ("h@x.ex", "", "h@x.example", True),
        ("@x.ex", "", "h@x.example", True),
        ("x.example", "", "h@x.example", True),
        ("yamada tok", "Yamada, Tokyo", "h@x.example", True),
        ("%", "100% 商会", "h@x.example", False),
        ("㈱みどり", "(株)みどり屋", "h@x.example", True),
    ],
)
def test_what_matches(typed: str, name: str, address: str, found: bool) -> None:
    assert matches(beginnings(typed), name, address) is found


@pytest.mark.parametrize("typed", ["山田 花", "yamada tok", "hanako.y@s", "㈱みどり屋東京"])
def test_what_matches_has_a_start_for_each_word(typed: str) -> None:
    """The walk along the starts misses nobody whom `matches` would take."""
    for name, address in (
        ("山田 花子", "hanako.y@shop.example"),
        ("Yamada, Tokyo", "a@b.example"),
        ("㈱みどり屋東京支店", "m@x.example"),
    ):
        words = beginnings(typed)
        if matches(words, name, address):
            own = starts(name, address)
            assert all(any(start.startswith(word[:LONGEST]) for start in own) for word in words)


def test_nothing_typed_is_nothing() -> None:
    assert beginnings(' "<> , ') == []
