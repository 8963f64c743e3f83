"""Text -> tokens, in one pass.

Full-width signs and the ideographic space are read as their ASCII ones outside quotes. Characters
are taken one by one; nothing is looked at twice.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import Enum, auto

from mail.search.operators import operator_named

QUOTES = frozenset('"“”＂„‟«»〝〞〟')
_OPENING = {"(": "(", "（": "(", "{": "{", "｛": "{"}
_CLOSING = {")": ")", "）": ")", "}": "}", "｝": "}"}
_COLONS = frozenset(":：")
_MINUS = frozenset("-－−‐")
_PLUS = frozenset("+＋")
_STARS = frozenset("*＊")


class Kind(Enum):
    WORD = auto()
    QUOTED = auto()
    OPERATOR = auto()
    OPEN = auto()
    CLOSE = auto()
    MINUS = auto()
    PLUS = auto()
    OR = auto()
    AND = auto()
    AROUND = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One sign or word. `text`: the word, the operator's own name, or the bracket in ASCII.

    `typed` is an operator as it was written; `number` AROUND's distance, -1 where none was given;
    `closed` is False for a quotation whose end is missing.
    """

    kind: Kind
    text: str
    typed: str = ""
    number: int = -1
    closed: bool = True


def tokens(text: str) -> list[Token]:
    """Every token of a text; any text has some reading."""
    return _Lexer(text).run()


def is_special(char: str) -> bool:
    """Whether a character ends a word, wherever it stands."""
    return char.isspace() or char in QUOTES or char in _OPENING or char in _CLOSING


def starts_special(char: str) -> bool:
    return char in _MINUS or char in _PLUS


def is_colon(char: str) -> bool:
    return char in _COLONS


def is_star(char: str) -> bool:
    return char in _STARS


class _Lexer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.found: list[Token] = []

    def run(self) -> list[Token]:
        text, size = self.text, len(self.text)
        while self.place < size:
            char = text[self.place]
            if char.isspace():
                self.place += 1
            elif char in QUOTES:
                self._quotation()
            elif char in _OPENING:
                self._sign(Kind.OPEN, _OPENING[char])
            elif char in _CLOSING:
                self._sign(Kind.CLOSE, _CLOSING[char])
            elif char in _MINUS and self._begins_something():
                self._sign(Kind.MINUS, "-")
            elif char in _PLUS and self._begins_something():
                self._sign(Kind.PLUS, "+")
            else:
                self._word()
        return self.found

    def _begins_something(self) -> bool:
        """A sign counts where a term may begin, and when one follows at once."""
        after = self.text[self.place + 1 : self.place + 2]
        return bool(after) and not after.isspace() and after not in _CLOSING

    def _sign(self, kind: Kind, text: str) -> None:
        self.found.append(Token(kind, text))
        self.place += 1

    def _quotation(self) -> None:
        start = end = self.place + 1
        while end < len(self.text) and self.text[end] not in QUOTES:
            end += 1
        closed = end < len(self.text)
        inner = " ".join(self.text[start:end].split())
        self.found.append(Token(Kind.QUOTED, inner, closed=closed))
        self.place = end + 1

    def _word(self) -> None:
        text, start = self.text, self.place
        end, colon = start, -1
        while end < len(text) and not is_special(text[end]):
            if colon < 0 and text[end] in _COLONS:
                colon = end
            end += 1
        if colon > start and (operator := operator_named(text[start:colon])):
            self.found.append(Token(Kind.OPERATOR, operator, typed=text[start:colon]))
            self.place = colon + 1
            if self.place < end and text[self.place] in _PLUS:
                self._sign(Kind.PLUS, "+")
            # A value is not looked into for operators (rfc822msgid:<a:b@c>) or a minus (期間:-…).
            if self.place < end:
                self.found.append(Token(Kind.WORD, text[self.place : end]))
                self.place = end
            return
        self.place = end
        self.found.append(self._joint(text[start:end]) or Token(Kind.WORD, text[start:end]))

    def _joint(self, word: str) -> Token | None:
        if len(word) > 12:
            return None
        plain = unicodedata.normalize("NFKC", word)
        if plain == "OR":
            return Token(Kind.OR, plain)
        if plain == "AND":
            return Token(Kind.AND, plain)
        if plain == "AROUND":
            return Token(Kind.AROUND, plain, number=self._distance())
        return None

    def _distance(self) -> int:
        """The number behind AROUND, which is no word of its own."""
        place = self.place
        while place < len(self.text) and self.text[place].isspace():
            place += 1
        end = place
        while end < len(self.text) and not is_special(self.text[end]):
            end += 1
        digits = unicodedata.normalize("NFKC", self.text[place:end])
        if not (digits.isascii() and digits.isdecimal() and len(digits) <= 4):
            return -1
        self.place = end
        return int(digits)
