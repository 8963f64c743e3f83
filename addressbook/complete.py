"""Who may be meant by what was typed into an address field.

First those written with of late, then the book, then older correspondents. Each is a short walk
along an index that ends after a fixed number of steps (see `addressbook.starts`), so that neither a
common beginning nor a large book makes anybody wait. Where several words are typed, each of them
leads a walk until enough is found, and the others are asked of what it finds: of words that are all
very common, the first thousands are looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from addressbook.starts import LONGEST, beginnings, matches
from callcenter.addresses import normalise_address

SHOWN = 8
# Of each mailbox, these are «of late».
_LATELY = 300
# Steps of one walk: alone, and with other words to be asked of what it finds.
_STEPS, _STEPS_WITH_OTHERS = 60, 2500
# Hits of one walk after which no other word leads one.
_ENOUGH = 30
_MAX_TYPED = 200
_AFTER_ALL = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody to write to; `source` is "book" or "past"."""

    name: str
    address: str
    source: str


def complete(
    typed: str, *, mailbox_ids: Collection[int], book: bool, limit: int = SHOWN
) -> list[Suggestion]:
    """The best suggestions for what was typed, each address once.

    Args:
        mailbox_ids: those whose past correspondents the person may know.
        book: whether they may see the address book.
    """
    words = beginnings(typed[:_MAX_TYPED])
    if not words:
        return []
    boxes = sorted(mailbox_ids)
    found: dict[str, Suggestion] = {}

    def add(rows: Iterable[tuple[str, str]], source: str, most: int) -> None:
        for name, address in rows:
            if most <= 0:
                return
            key = normalise_address(address)
            known = found.get(key)
            if known is None:
                found[key] = Suggestion(name, address, source)
                most -= 1
            elif source == "book" and (name or not known.name):
                # How the team calls them comes before how they call themselves.
                found[key] = Suggestion(name or known.name, known.address, source)

    if boxes:
        add(_checked(_of_late(words, boxes), words), "past", limit // 2)
    if book:
        add(_ranked(_walked(words, _BOOK, []), words), "book", limit)
    if boxes and len(found) < limit:
        add(_ranked(_walked(words, _PAST, [boxes]), words), "past", limit)
    return list(found.values())[:limit]


def _checked(rows: Iterable[tuple[str, str]], words: list[str]) -> Iterator[tuple[str, str]]:
    return (row for row in rows if matches(words, *row))


def _ranked(rows: Iterable[tuple[str, str]], words: list[str]) -> list[tuple[str, str]]:
    """Those that begin with what was typed before those that have it further behind."""

    def place(row: tuple[str, str]) -> tuple[bool, str, str]:
        name, address = row[0].casefold(), row[1].casefold()
        begins = name.startswith(words[0]) or address.startswith(words[0])
        return (not begins, name or address, address)

    return sorted(_checked(rows, words), key=place)


def _like(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


# Blanks are left out of both: 山田 花子 is found as 山田花子 too. `matches` has the last word.
_LATE = (
    "SELECT late.name, late.address FROM unnest(%s::bigint[]) AS box(id) CROSS JOIN LATERAL ("
    "SELECT name, address, search_text, last_at FROM addressbook_contact"
    " WHERE mailbox_id = box.id ORDER BY last_at DESC LIMIT %s) AS late"
    " WHERE replace(late.search_text, ' ', '') LIKE ALL(%s::text[])"
    " ORDER BY late.last_at DESC LIMIT %s"
)
# An entry may come twice, for two of its starts: making sure here would take every walk to its end.
_BOOK = (
    "SELECT entry.name, entry.address FROM ("
    "SELECT address_id AS id FROM addressbook_addressstart"
    " WHERE start >= %s AND start < %s ORDER BY start, address_id LIMIT %s) AS walk"
    " JOIN addressbook_address AS entry ON entry.id = walk.id"
    " WHERE replace(entry.search_text, ' ', '') LIKE ALL(%s::text[]) LIMIT %s"
)
_PAST = (
    "SELECT entry.name, entry.address"
    " FROM unnest(%s::bigint[]) AS box(id) CROSS JOIN LATERAL ("
    "SELECT contact_id AS id FROM addressbook_contactstart"
    " WHERE mailbox_id = box.id AND start >= %s AND start < %s"
    " ORDER BY start, contact_id LIMIT %s) AS walk"
    " JOIN addressbook_contact AS entry ON entry.id = walk.id"
    " WHERE replace(entry.search_text, ' ', '') LIKE ALL(%s::text[]) LIMIT %s"
)


def _of_late(words: list[str], boxes: Sequence[int]) -> list[tuple[str, str]]:
    return _rows(_LATE, [list(boxes), _LATELY, [_like(word) for word in words], _STEPS])


def _walked(words: list[str], walk: str, before: list[Any]) -> Iterator[tuple[str, str]]:
    """What stands behind these beginnings; some of it is only about right."""
    for leader in words:
        begin = leader[:LONGEST]
        others = [_like(word) for word in words if word != leader]
        steps = _STEPS_WITH_OTHERS if others else _STEPS
        found = _rows(walk, [*before, begin, begin + _AFTER_ALL, steps, others, _STEPS])
        yield from found
        if len(found) >= _ENOUGH:
            return


def _rows(statement: str, values: list[Any]) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[str, str]] = cursor.fetchall()
        return found
