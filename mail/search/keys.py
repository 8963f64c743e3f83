"""Tree -> what every hit must have in the index, as PostgreSQL's tsquery.

The index narrows and never decides: a key says that two characters stand together somewhere, not
that the whole word does. `conditions` decides on the text itself.
"""

from __future__ import annotations

from mail.search.documents import PARTS
from mail.search.meanings import Asked
from mail.search.nodes import And, Everything, Field, Near, Node, Not, Or, Term, conjunction
from mail.search.words import LONGEST_KEY, Pattern, grams

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
        if tree.field is Field.CUSTOMER and asked.knows_customers(tree.text):
            return ""  # those who are linked to them need not have the words; see `drivers`
        return of_words(tree, asked)
    return ""


def of_words(term: Term, asked: Asked) -> str:
    """The keys of a term's own words."""
    letters = tuple(_LETTERS[part] for part in SEARCHED_PARTS.get(term.field, ())) or ("",)
    patterns = asked.patterns(term)
    return f"({' | '.join(_pattern(each, letters) for each in patterns)})" if patterns else ""


def decided(tree: Node, asked: Asked) -> Node:
    """What is left to ask of a mail that has the keys of `tsquery(tree)`: nothing where a key says
    all that the term does (a word, two characters, three kana, one character and what follows)."""
    if isinstance(tree, And):
        return conjunction(decided(member, asked) for member in tree.members)
    if isinstance(tree, Or):
        return Everything() if all(_is_exact(each, asked) for each in tree.members) else tree
    return Everything() if _is_exact(tree, asked) else tree


def excluded(tree: Node, asked: Asked) -> str:
    """The keys of what no hit may have, where having them is having the word: as a tsquery; "" when
    the query excludes nothing so simple."""
    members = tree.members if isinstance(tree, And) else (tree,)
    found = [
        tsquery(each.member, asked)
        for each in members
        if isinstance(each, Not) and _is_exact(each.member, asked)
    ]
    return " | ".join(found)


def _is_exact(tree: Node, asked: Asked) -> bool:
    if isinstance(tree, And | Or):
        return all(_is_exact(each, asked) for each in tree.members)
    # The head's keys are among the body's: those of `body:` say too little.
    if not isinstance(tree, Term) or tree.field is Field.BODY or not tsquery(tree, asked):
        return False
    return all(
        len(each.units) == 1 and len(each.units[0]) <= LONGEST_KEY and len(set(grams(each))) == 1
        for each in asked.patterns(tree)
    )


def _pattern(pattern: Pattern, letters: tuple[str, ...]) -> str:
    found = list(dict.fromkeys(grams(pattern)))
    alternatives = [
        " & ".join(f"'{letter}{key}'{':*' if begins else ''}" for key, begins in found)
        for letter in letters
    ]
    return f"({' | '.join(f'({each})' for each in alternatives)})"
