"""Search: Gmail's language over our own mirror, Japanese included.

    query = parse("件名:返品 -from:me {label:至急 is:starred}")
    query.tree, query.warnings

    search(user, text)                  # a queryset of Message, everything that matches
    find(query.tree, Asked(user, now), Message.objects.visible_to(user))   # a page, in time

`nodes`, `lexer`, `operators`, `values`, `parser`, `formatter` and `words` are pure: text in, values
out, no Django. docs/search.md has every operator.
"""

from mail.search.finding import Found, find, matching, search
from mail.search.formatter import format_tree
from mail.search.meanings import Asked
from mail.search.parser import Caution, Query, parse

__all__ = [
    "Asked",
    "Caution",
    "Found",
    "Query",
    "find",
    "format_tree",
    "matching",
    "parse",
    "search",
]
