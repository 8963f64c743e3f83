"""Questions that every page asks are put into SQL once a process, and asked with other numbers.

Django makes the SQL of a query anew each time, which for a large one takes ten times as long as
PostgreSQL takes to answer it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


class Prepared:
    """`build(*numbers)` makes the query (of `values_list`) whose SQL is kept.

    It is called once for each number of numbers, with stand-ins for them: so it must not look at
    what they are, nor hold negative numbers of its own. Columns come as the driver gives them (JSON
    as text).
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._made: dict[int, tuple[str, tuple[Any, ...]]] = {}
        self._lock = threading.Lock()

    def ask(self, *numbers: int) -> Sequence[tuple[Any, ...]]:
        """The rows for these numbers (ids: never negative)."""
        statement, parameters = self._made.get(len(numbers)) or self._make(len(numbers))
        if not statement:
            return []
        with connection.cursor() as cursor:
            cursor.execute(
                statement,
                [
                    numbers[-each - 1] if isinstance(each, int) and each < 0 else each
                    for each in parameters
                ],
            )
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    def ask_all(self, ids: Sequence[int], *first: int) -> Sequence[tuple[Any, ...]]:
        """The rows for any of these ids, of a query that does not mind if one comes twice.

        They are filled up to the next power of two: so the SQL is made for few lengths. `first` are
        numbers that come before them.
        """
        if not ids:
            return []
        length = 1 << (len(ids) - 1).bit_length()
        return self.ask(*first, *ids, *[ids[0]] * (length - len(ids)))

    def _make(self, count: int) -> tuple[str, tuple[Any, ...]]:
        with self._lock:
            asked = self._build(*range(-1, -count - 1, -1))
            try:
                statement, parameters = asked.query.sql_with_params()
            except EmptyResultSet:  # «one of none»: nothing to ask the database
                statement, parameters = "", ()
            self._made[count] = (statement, tuple(parameters))
            return self._made[count]
