"""Gathering and compiling the words without GNU gettext."""

from __future__ import annotations

import gettext
import io
import re

import pytest

from scripts import messages
from scripts.messages import Entry, from_python, from_template, mo_bytes, read_po, write_po


@pytest.fixture
def entries() -> dict[messages.Key, Entry]:
    told = [
        Entry(None, "Reply", translation="返信"),
        Entry("verb", "Reply", translation="返信する"),
        Entry(None, 'A "quote", a \\ and\na line', translation="「引用」\\\n二行目"),
        Entry(None, "%(n)s mail", "%(n)s mails", "%(n)s通"),
        Entry(None, "Not yet", translation=""),
    ]
    return {entry.key: entry for entry in told}


def test_a_catalogue_comes_back_as_it_was_written(entries: dict[messages.Key, Entry]) -> None:
    again = read_po(write_po(entries))
    assert {key: (e.plural, e.translation) for key, e in again.items()} == {
        key: (e.plural, e.translation) for key, e in entries.items()
    }


def test_pythons_gettext_reads_what_is_compiled(entries: dict[messages.Key, Entry]) -> None:
    catalogue = gettext.GNUTranslations(io.BytesIO(mo_bytes(entries)))
    assert catalogue.gettext("Reply") == "返信"
    assert catalogue.pgettext("verb", "Reply") == "返信する"
    assert catalogue.gettext('A "quote", a \\ and\na line') == "「引用」\\\n二行目"
    assert catalogue.ngettext("%(n)s mail", "%(n)s mails", 1) == "%(n)s通"
    assert catalogue.ngettext("%(n)s mail", "%(n)s mails", 5) == "%(n)s通"
    assert catalogue.gettext("Not yet") == "Not yet"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('_("One")', [(None, "One", None)]),
        ('gettext_lazy("Two " "parts")', [(None, "Two parts", None)]),
        ('pgettext("verb", "Open")', [("verb", "Open", None)]),
        ('ngettext("%d mail", "%d mails", n)', [(None, "%d mail", "%d mails")]),
        ("_(name)", []),
        ('other("No")', []),
    ],
)
def test_texts_of_code(source: str, expected: list[tuple[str | None, str, str | None]]) -> None:
    assert [(e.context, e.msgid, e.plural) for e in from_python(source)] == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{% translate "One" %}', [(None, "One", None)]),
        ('{% translate "Open" context "verb" %}', [("verb", "Open", None)]),
        ('{{ name|default:_("(none)") }}', [(None, "(none)", None)]),
        (
            "{% blocktranslate with name=x %}To {{ name }} (now){% endblocktranslate %}",
            [(None, "To %(name)s (now)", None)],
        ),
        (
            "{% blocktranslate count n=x %}{{ n }} mail{% plural %}{{ n }} mails"
            "{% endblocktranslate %}",
            [(None, "%(n)s mail", "%(n)s mails")],
        ),
    ],
)
def test_texts_of_templates(
    source: str, expected: list[tuple[str | None, str, str | None]]
) -> None:
    assert [(e.context, e.msgid, e.plural) for e in from_template(source)] == expected


def test_translations_keep_the_places_that_are_filled_in() -> None:
    """A translation that loses `%(name)s` (or invents one) breaks the page in Japanese only."""
    places = re.compile(r"%\(\w+\)s|%%")
    for entry in read_po(messages.PO.read_text(encoding="utf-8")).values():
        if entry.translation:
            # Japanese has one form for both numbers: it is the one that says how many.
            wanted = set(places.findall(entry.plural or entry.msgid))
            assert set(places.findall(entry.translation)) == wanted, entry
