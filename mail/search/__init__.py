"""Search: Gmail's language over our own mirror, Japanese included.

    query = parse("件名:返品 -from:me {label:至急 is:starred}")
    query.tree, query.warnings

`nodes`, `lexer`, `operators`, `values`, `parser`, `formatter` and `words` are pure: text in, values
out, no Django. docs/search.md has every operator.
"""

from mail.search.formatter import format_tree
from mail.search.parser import Caution, Query, parse

__all__ = ["Caution", "Query", "format_tree", "parse"]
