"""Where in a query somebody is typing, and what the text becomes when a completion is taken."""

from __future__ import annotations

from dataclasses import dataclass

from mail.search.formatter import quoted
from mail.search.lexer import QUOTES, is_colon, is_special, starts_special
from mail.search.operators import operator_named


@dataclass(frozen=True, slots=True)
class Spot:
    """The term at the cursor: `text[start:end]` is what a completion takes the place of.

    `typed` is what stands between its operator and the cursor; `named` the operator as it was
    written, with its colon; `operator` its own name, "" for plain words.
    """

    text: str
    start: int
    end: int
    typed: str
    operator: str = ""
    named: str = ""

    def value(self, value: str) -> tuple[str, int]:
        """The text with this value behind the operator, ready for the next term; the cursor."""
        return self._with(f"{self.named}{quoted(value)} ")

    def term(self, operator: str, value: str = "") -> tuple[str, int]:
        """The text with `operator:value`; without a value, ready for one."""
        if not value:
            return self._with(f"{operator}:")
        return self._with(f"{operator}:{quoted(value)} ")

    def _with(self, term: str) -> tuple[str, int]:
        behind = self.text[self.end :]
        if term.endswith(" "):
            behind = behind.lstrip(" ")
        return f"{self.text[: self.start]}{term}{behind}", self.start + len(term)


def spot(text: str, at: int) -> Spot:
    """The term that the cursor stands in or behind."""
    at = max(0, min(at, len(text)))
    opened = _open_quote(text[:at])
    if opened is not None:
        start, typed = opened, text[opened + 1 : at]
        end = next((i + 1 for i in range(at, len(text)) if text[i] in QUOTES), len(text))
        begin = start
        while begin and not is_special(text[begin - 1]):
            begin -= 1
        word = text[begin:start]
    else:
        begin = at
        while begin and not is_special(text[begin - 1]):
            begin -= 1
        word, typed = text[begin:at], ""
        end = at
        while end < len(text) and not is_special(text[end]):
            end += 1
    while word and starts_special(word[0]):
        begin, word = begin + 1, word[1:]
    colon = next((i for i, char in enumerate(word) if is_colon(char)), -1)
    operator = operator_named(word[:colon]) if colon > 0 else ""
    if not operator:
        if opened is not None and not word:
            return Spot(text, opened, end, typed)
        return Spot(text, begin, end, f"{word}{typed}" if opened is not None else word)
    named, value = word[: colon + 1], word[colon + 1 :]
    return Spot(text, begin, end, f"{value}{typed}", operator, named)


def _open_quote(before: str) -> int | None:
    opened: int | None = None
    for place, char in enumerate(before):
        if char in QUOTES:
            opened = place if opened is None else None
    return opened
