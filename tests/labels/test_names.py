"""What a label may be called."""

from __future__ import annotations

import pytest

from labels import names
from labels.models import name_key


@pytest.mark.parametrize(
    ("name", "trouble"),
    [
        ("配送", ""),
        ("配送/遅延", ""),
        ("A" * 225, ""),
        ("", names.EMPTY),
        ("A" * 226, names.TOO_LONG),
        ("a/b/c", names.TOO_DEEP),
        ("/a", names.EMPTY_PART),
        ("a/", names.EMPTY_PART),
        ("a//b", names.EMPTY_PART),
        ("a\tb", names.BAD_SIGN),
        ("a^b", names.BAD_SIGN),
        ("Inbox", names.OWN),
        ("TRASH", names.OWN),
        ("category_social", names.OWN),
        ("受信トレイ", ""),  # taken in a Japanese account, as only Gmail can tell
        ("inbox/a", ""),
    ],
)
def test_trouble(name: str, trouble: str) -> None:
    assert names.trouble(name) == trouble


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  配送 ", "配送"), ("配送 / 遅延", "配送/遅延"), ("カ\u3099ス", "ガス")],
)
def test_tidy(typed: str, kept: str) -> None:
    assert names.tidy(typed) == kept


def test_a_tree_is_sorted_part_by_part() -> None:
    mixed = ["配送業者", "配送/遅延/東京", "配送", "配送-急", "配送/遅延"]
    wanted = ["配送", "配送/遅延", "配送/遅延/東京", "配送-急", "配送業者"]
    assert sorted(mixed, key=name_key) == wanted
