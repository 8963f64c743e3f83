"""Search: Gmail's language over our own mirror, Japanese included.

    query = parse("件名:返品 -from:me {label:至急 is:starred}")
    query.tree, query.warnings

    search(user, text)                  # a queryset of Message, everything that matches
    find(query.tree, Asked(user, now), Message.objects.visible_to(user))   # a page, in time
    count(query.tree, …, most=1000, budget=0.4)                            # how many
    sheet_of(query.tree), written(sheet)                                   # the form, and back

`nodes`, `lexer`, `operators`, `values`, `parser`, `formatter`, `words`, `sheet` and `completing`
are pure: text in, values
out, no Django. docs/search.md has every operator.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from mail.search.formatter import format_tree
from mail.search.parser import Caution, Query, parse

if TYPE_CHECKING:
    from mail.search.finding import Found, count, find, matching, search
    from mail.search.meanings import Asked

__all__ = [
    "Asked",
    "Caution",
    "Found",
    "Query",
    "count",
    "find",
    "format_tree",
    "matching",
    "parse",
    "search",
]

_NEED_DJANGO = {
    "Asked": "mail.search.meanings",
    "Found": "mail.search.finding",
    "count": "mail.search.finding",
    "find": "mail.search.finding",
    "matching": "mail.search.finding",
    "search": "mail.search.finding",
}


def __getattr__(name: str) -> object:
    """The half that asks the database comes when it is asked for: `parse` needs no Django."""
    if name not in _NEED_DJANGO:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_NEED_DJANGO[name]), name)
