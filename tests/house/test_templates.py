"""What every template must keep to, so that a strict content policy can stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import loader

from callcenter.templatetags.ui import ICONS, sprite
from scripts import palette

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NAMES = [path.relative_to(ROOT / "templates").as_posix() for path in TEMPLATES]
FORBIDDEN = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an inline handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "hx-on": re.compile(r"\bhx-on\b"),
    "a js: value": re.compile(r"""=["']\s*(?:js|javascript):""", re.IGNORECASE),
    "an event filter, which needs eval": re.compile(r"""hx-trigger="[^"]*\w\[[^\]"]*[=&|(]"""),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "a value marked as safe": re.compile(r"\|safe\b|\{% autoescape off"),
    "a comment over several lines that would be shown": re.compile(r"\{#(?:(?!#\}).)*\n"),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(name: str) -> None:
    loader.get_template(name)  # raises what is wrong with it


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_template_has_nothing_that_the_policy_refuses(name: str, what: str) -> None:
    source = (ROOT / "templates" / name).read_text(encoding="utf-8")
    assert not FORBIDDEN[what].search(source)


def test_the_rules_find_what_they_look_for() -> None:
    samples = {
        "a style attribute": '<p class="a" style="color:red">',
        "a style element": "<style>",
        "an inline handler": '<a href="/" onclick="x()">',
        "hx-on": "<p hx-on:click>",
        "a js: value": "<p hx-vals='js:{a: 1}'>",
        "an event filter, which needs eval": '<p hx-trigger="click[event.shiftKey && true]">',
        "an inline script": "<script>",
        "a value marked as safe": "{{ a|safe }}",
        "a comment over several lines that would be shown": "{# one\n two #}",
    }
    assert {what for what, rule in FORBIDDEN.items() if rule.search(samples[what])} == set(samples)


def test_every_icon_that_is_named_is_drawn() -> None:
    named: set[str] = set()
    for path in TEMPLATES:
        named.update(re.findall(r'\{% icon "([^"]+)"', path.read_text(encoding="utf-8")))
    assert named <= ICONS
    drawn = set(re.findall(r'<symbol id="i-([^"]+)"', sprite()))
    assert drawn == ICONS


def test_the_palette_is_gmails() -> None:
    assert palette.TARGET.read_text(encoding="utf-8") == palette.stylesheet()
    assert {"4a86e8", "ffffff", "000000"} <= set(palette.colours())
