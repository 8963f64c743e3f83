"""The palette is Gmail's, whole and nothing else."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest

from callcenter.templatetags.ui import contrast
from labels.palette import COLOURS, MAIN, PAIRS, PALETTE


def _allowed(field: str) -> list[str]:
    documents = files("googleapiclient.discovery_cache.documents")
    api = json.loads(documents.joinpath("gmail.v1.json").read_text(encoding="utf-8"))
    text = api["schemas"]["LabelColor"]["properties"][field]["description"]
    return re.findall(r"#[0-9a-f]{6}", text.split("allowed:", 1)[1])


@pytest.mark.parametrize("field", ["backgroundColor", "textColor"])
def test_it_is_the_discovery_documents(field: str) -> None:
    assert list(PALETTE) == _allowed(field)


def test_each_colour_once_and_the_main_ones_in_eight_columns() -> None:
    assert len(PALETTE) == len(COLOURS)
    assert len(MAIN) % 8 == 0


def test_pairs_are_of_the_palette_and_can_be_read() -> None:
    for background, text in PAIRS:
        assert {background, text} <= COLOURS
        assert contrast(background[1:], text[1:]) >= 4.5, (background, text)
