"""The icons of the list's rows are those of the package that all others come from."""

from __future__ import annotations

from scripts import row_icons


def test_the_style_sheet_has_the_icons_as_they_are_drawn_today() -> None:
    assert row_icons.FILE.read_text("utf-8") == row_icons.sheet()
