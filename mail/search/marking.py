"""Why a mail was found: the words of a query where they stand in a text, as it was written.

Marks are for the eye. They know width, case, accents and variants of kanji as the search does; what
was folded in some rarer way is found all the same, and stands there without a mark.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from mail.search.nodes import And, Field, Near, Node, Or, Term
from mail.search.words import fold, is_run, units

_MOST_PATTERNS = 30
_BEFORE, _WHOLE = 12, 60  # characters of an excerpt


@cache
def _forms() -> dict[str, str]:
    """Folded character -> expression for all that is folded to it alone."""
    found: dict[str, list[str]] = {}
    codes = (*range(0xC0, 0x250), *range(0x1E00, 0x1F00), *range(0x4E00, 0xA000))
    for code in (*codes, *range(0xFA0E, 0xFA2A), *range(0xFF01, 0xFFE0), 0x20BB7):
        char = chr(code)
        folded = fold(char)
        if len(folded) == 1 and folded != char:
            found.setdefault(folded, []).append(char)
    for code in range(0xFF66, 0xFF9E):
        for mark in "\uff9e\uff9f":
            pair = unicodedata.normalize("NFKC", chr(code) + mark)
            if len(pair) == 1:
                found.setdefault(pair, []).append(chr(code) + mark)
    return {
        char: f"(?:{'|'.join(re.escape(each) for each in sorted({char, *forms}, key=len)[::-1])})"
        for char, forms in found.items()
    }


def pattern(tree: Node, *fields: Field) -> re.Pattern[str] | None:
    """What to mark: the terms that hits have, where one of these fields was asked (or any)."""
    wanted = {Field.ANY, *fields}
    found = [_expression(term) for term in _terms(tree) if term.field in wanted]
    found = list(dict.fromkeys(each for each in found if each))[:_MOST_PATTERNS]
    # The longest first: 注文番号 is marked whole where 注文 is asked as well.
    found.sort(key=len, reverse=True)
    return re.compile("|".join(found), re.IGNORECASE) if found else None


def _terms(tree: Node) -> Iterable[Term]:
    if isinstance(tree, And | Or):
        for member in tree.members:
            yield from _terms(member)
    elif isinstance(tree, Near):
        yield Term(tree.left)
        yield Term(tree.right)
    elif isinstance(tree, Term):
        yield tree


def _expression(term: Term) -> str:
    found = units(term.text)
    if not found:
        return ""
    forms = _forms()
    words = ("".join(forms.get(char, re.escape(char)) for char in unit) for unit in found)
    before = "" if is_run(found[0]) else r"(?<![^\W_\u0e00-\U0010ffff])"
    after = "" if term.prefix or is_run(found[-1]) else r"(?![^\W_\u0e00-\U0010ffff])"
    return before + r"[\W_]{0,8}".join(words) + after


def marked(text: str, wanted: re.Pattern[str] | None) -> list[tuple[str, bool]]:
    """The text in pieces; True: to be marked. Empty when there is nothing to mark."""
    pieces: list[tuple[str, bool]] = []
    place = 0
    for found in wanted.finditer(text) if wanted else ():
        if found.start() > place:
            pieces.append((text[place : found.start()], False))
        if found.end() > found.start():
            pieces.append((found[0], True))
        place = found.end()
    if pieces and place < len(text):
        pieces.append((text[place:], False))
    return pieces


def excerpt(text: str, wanted: re.Pattern[str] | None) -> list[tuple[str, bool]]:
    """A line of the text around its first mark, in pieces; empty when there is none."""
    found = wanted.search(text) if wanted else None
    if found is None:
        return []
    start = max(0, found.start() - _BEFORE)
    line = text[start : start + _WHOLE]
    line = " ".join(line.split())
    return marked(f"{'…' if start else ''}{line}…", wanted)
