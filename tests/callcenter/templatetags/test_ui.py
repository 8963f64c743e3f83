"""Dates, counts and label colours as the screens show them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.template import TemplateSyntaxError
from django.utils import timezone, translation

from callcenter.templatetags import ui
from scripts.palette import colours

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)  # 15:00 in Tokyo


@pytest.fixture(autouse=True)
def _tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        yield


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 11, 22, 5, 32, tzinfo=UTC), "14:32"),
        (datetime(2026, 11, 21, 15, 0, tzinfo=UTC), "00:00"),  # midnight in Tokyo is today
        (datetime(2026, 11, 21, 14, 59, tzinfo=UTC), "11/21"),
        (datetime(2025, 12, 31, 15, 0, tzinfo=UTC), "01/01"),  # this year in Tokyo
        (datetime(2025, 11, 21, 3, 0, tzinfo=UTC), "2025/11/21"),
        (None, ""),
    ],
)
def test_dates_in_lists(moment: datetime | None, shown: str) -> None:
    assert ui.list_date(moment) == shown


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 11, 22, 5, 32, tzinfo=UTC), "14:32"),
        (datetime(2026, 11, 21, 14, 59, tzinfo=UTC), "11/21 23:59"),
        (datetime(2027, 1, 5, 0, 0, tzinfo=UTC), "2027/01/05 09:00"),
        (datetime(2025, 11, 21, 3, 0, tzinfo=UTC), "2025/11/21 12:00"),
        (None, ""),
    ],
)
def test_moments_in_lists(moment: datetime | None, shown: str) -> None:
    assert ui.list_moment(moment) == shown


def test_the_full_date_names_the_day_of_the_week_in_the_readers_language() -> None:
    moment = datetime(2026, 11, 22, 5, 28, tzinfo=UTC)
    with translation.override("ja"):
        assert ui.full_date(moment) == "2026/11/22 (日) 14:28"
    with translation.override("en"):
        assert ui.full_date(moment) == "2026/11/22 (Sun) 14:28"


@pytest.mark.parametrize(
    ("background", "text", "classes"),
    [
        ("#0B4F30", "#b3efd3", "lb-0b4f30 lt-b3efd3"),
        ("#0b4f30", "", "lb-0b4f30 lt-ffffff"),
        ("#16a766", "#ffffff", "lb-16a766 lt-000000"),  # Gmail's white is 3.1:1 there
        ("", "", "lb-none"),
        ('"><script>', "", "lb-none"),
        ("red", "#000000", "lb-none"),
    ],
)
def test_label_colours_are_classes(background: str, text: str, classes: str) -> None:
    label = SimpleNamespace(background=background, text_color=text)
    assert ui.label_class(label) == classes


def test_every_label_can_be_read_whatever_pair_was_chosen() -> None:
    for background in colours():
        for text in colours():
            label = SimpleNamespace(background=f"#{background}", text_color=f"#{text}")
            behind, written = ui.label_class(label).split()
            assert ui.contrast(behind[3:], written[3:]) >= 4.5
            assert ui.contrast(background, text) < 4.5 or written == f"lt-{text}"


@pytest.mark.parametrize(
    ("count", "shown"), [(None, ""), (0, ""), (7, "7"), (999, "999"), (1000, "999+")]
)
def test_counts_are_capped(count: int | None, shown: str) -> None:
    assert ui.capped(count) == shown


def test_an_unknown_icon_is_an_error_and_not_an_empty_place() -> None:
    with pytest.raises(TemplateSyntaxError):
        ui.icon("no-such-icon")
