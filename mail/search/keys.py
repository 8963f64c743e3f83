"""Tree -> what every hit must have in the index, as PostgreSQL's tsquery.

The index narrows and never decides: a key says that two characters stand together somewhere, not
that the whole word does. `conditions` decides on the text itself.
"""

from __future__ import annotations

from mail.search.documents import PARTS
from mail.search.meanings import Asked
from mail.search.nodes import And, Field, Near, Node, Or, Term
from mail.search.words import Pattern, grams

_LETTERS = {part: chr(65 + place) for place, part in enumerate(PARTS)}
PEOPLE = (Field.FROM, Field.TO, Field.CC, Field.BCC)
# Gmail's to: asks all recipients.
SEARCHED_PARTS: dict[Field, tuple[Field, ...]] = {
    **{part: (part,) for part in PARTS},
    Field.TO: (Field.TO, Field.CC, Field.BCC),
    Field.CUSTOMER: PEOPLE,
}


def tsquery(tree: Node, asked: Asked) -> str:
    """ "" when a hit need not have any key at all."""
    if isinstance(tree, And):
        parts = [text for member in tree.members if (text := tsquery(member, asked))]
        return f"({' & '.join(parts)})" if parts else ""
    if isinstance(tree, Or):
        alternatives = [tsquery(member, asked) for member in tree.members]
        return f"({' | '.join(alternatives)})" if all(alternatives) else ""
    if isinstance(tree, Near):
        both = [_pattern(Pattern.of(text), ("",)) for text in (tree.left, tree.right)]
        return f"({' & '.join(both)})"
    if isinstance(tree, Term):
        if tree.field is Field.CUSTOMER and "@" in tree.text:
            return ""  # the correspondents have it
        letters = tuple(_LETTERS[part] for part in SEARCHED_PARTS.get(tree.field, ())) or ("",)
        patterns = asked.patterns(tree)
        return f"({' | '.join(_pattern(each, letters) for each in patterns)})" if patterns else ""
    return ""


def _pattern(pattern: Pattern, letters: tuple[str, ...]) -> str:
    found = list(dict.fromkeys(grams(pattern)))
    alternatives = [
        " & ".join(f"'{letter}{key}'{':*' if begins else ''}" for key, begins in found)
        for letter in letters
    ]
    return f"({' | '.join(f'({each})' for each in alternatives)})"
