"""Searching a drawer, and paging it by its keys."""

from __future__ import annotations

import base64
import binascii
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet

M = TypeVar("M", bound=models.Model)
# Asked of the database one by one: more only costs, and nobody types them.
_MOST_WORDS = 8
_LONGEST_CURSOR = 4000


def fold(text: str) -> str:
    """Width and case folded, as the search for mail folds them; kana are kept apart."""
    return unicodedata.normalize("NFKC", text).casefold().replace("\x00", "")


def folded_words(text: str) -> list[str]:
    """What `searched` looks for."""
    return fold(text).split()[:_MOST_WORDS]


def searched(rows: QuerySet[M], words: str, *, field: str = "search_text") -> QuerySet[M]:
    """Those rows whose folded text contains every word."""
    for word in folded_words(words):
        rows = rows.filter(**{f"{field}__contains": word})
    return rows


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Some rows of a list; `before` and `after` lead to its neighbours, empty at the ends."""

    rows: list[M]
    before: str = ""
    after: str = ""


class Keyset:
    """Pages of a list sorted by these fields, ascending, the last of them unique.

    A cursor is the key of the row at the edge: an entry that comes or goes meanwhile moves nothing,
    and the thousandth page costs what the first does.
    """

    def __init__(self, *fields: str, size: int = 50) -> None:
        self.fields = fields
        self.size = size

    def page(self, rows: QuerySet[M], asked: Mapping[str, str]) -> Page[M]:
        """The page that `after` or `before` in the address asks for; the first without one.

        A cursor that is none (an address cut in a mail) leads to the first page.
        """
        after = self._read(rows, asked.get("after", ""))
        before = None if after else self._read(rows, asked.get("before", ""))
        ordered = rows.order_by(*self.fields)
        if before:
            found = list(ordered.filter(self._beyond(before, "lt")).reverse()[: self.size + 1])
            more, found = len(found) > self.size, found[: self.size][::-1]
            return (
                Page(found, self._cursor(found[0]) if more else "", self._cursor(found[-1]))
                if found
                else self.page(rows, {})
            )
        if after:
            ordered = ordered.filter(self._beyond(after, "gt"))
        found = list(ordered[: self.size + 1])
        more, found = len(found) > self.size, found[: self.size]
        if not found:
            # The last rows went since the address was made.
            return self.page(rows, {}) if after else Page([])
        return Page(
            found,
            self._cursor(found[0]) if after else "",
            self._cursor(found[-1]) if more else "",
        )

    def _beyond(self, key: list[Any], than: str) -> Q:
        """(a, b) > (x, y), in a form that an index on (a, b) serves."""
        beyond = Q()
        for at, field in enumerate(self.fields):
            same = {name: key[i] for i, name in enumerate(self.fields[:at])}
            beyond |= Q(**same, **{f"{field}__{than}": key[at]})
        return Q(**{f"{self.fields[0]}__{than}e": key[0]}) & beyond

    def _cursor(self, row: M) -> str:
        key = json.dumps([getattr(row, name) for name in self.fields], ensure_ascii=False)
        return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")

    def _read(self, rows: QuerySet[M], cursor: str) -> list[Any] | None:
        if not cursor or len(cursor) > _LONGEST_CURSOR:
            return None
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            key = json.loads(base64.urlsafe_b64decode(padded.encode()))
        except (ValueError, binascii.Error, RecursionError):
            return None
        if not isinstance(key, list) or len(key) != len(self.fields):
            return None
        if not all(isinstance(each, str | int) and "\x00" not in str(each) for each in key):
            return None
        try:
            fields = [rows.model._meta.get_field(name) for name in self.fields]
            return [
                field.clean(value, None) if isinstance(field, models.IntegerField) else str(value)
                for field, value in zip(fields, key, strict=True)
            ]
        except ValidationError:
            return None
