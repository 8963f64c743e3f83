"""Variables in templates and signatures: `{顧客名|お客様}` in, the customer's name out.

Pure, and at the bottom of the house: the drawers show what is in a text, the mail fills it.

A **blank** is a short name in braces, with a fallback behind a bar where one is wanted. Braces and
bar may be full-width, as they come off a Japanese keyboard; each name is known in Japanese and in
English. A blank whose name is none of ours (`{注文番号}`) is for the writer to fill in by hand.
What looks like code or data (`{"a": 1}`, `{}`, `{a; b}`) is no blank but text.

A text is filled once and in one pass: what a customer put into their name or their subject is never
read as a blank itself. What could not be filled stays as it was written and is told by name: a mail
that was born of such a text is not sent before that is gone from it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Variable(StrEnum):
    """What a blank can be filled with by itself."""

    CUSTOMER_NAME = "customer_name"
    CUSTOMER_ADDRESS = "customer_address"
    AGENT_NAME = "agent_name"
    MAIL_DATE = "mail_date"
    MAIL_SUBJECT = "mail_subject"
    MAIL_ID = "mail_id"
    TODAY = "today"


JAPANESE = {
    Variable.CUSTOMER_NAME: "顧客名",
    Variable.CUSTOMER_ADDRESS: "顧客アドレス",
    Variable.AGENT_NAME: "担当者名",
    Variable.MAIL_DATE: "受信日",
    Variable.MAIL_SUBJECT: "件名",
    Variable.MAIL_ID: "メールID",
    Variable.TODAY: "今日",
}
"""The name that is offered in Japanese; in English it is the variable's own."""

# No quotes, brackets or punctuation of programs: a name is what a person would call the thing.
_BLANK = re.compile(
    r"""[{｛]\s*
    (?P<name>[^\s{}｛｝|｜"'`:;=<>\[\]()\\,/][^\n{}｛｝|｜"'`:;=<>\[\]()\\,]{0,39})
    (?:[|｜](?P<fallback>[^\n{}｛｝]{0,200}))?
    [}｝]""",
    re.VERBOSE,
)


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().replace(" ", "").replace("_", "")


_BY_NAME = {_key(name): variable for variable, name in JAPANESE.items()} | {
    _key(variable.value): variable for variable in Variable
}


@dataclass(frozen=True, slots=True)
class Blank:
    """One blank as it stands in a text; `variable` is None for one that is filled in by hand."""

    literal: str
    name: str
    variable: Variable | None
    fallback: str | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a filled text: plain (`blank` is None), filled, or left as it was."""

    text: str
    blank: Blank | None = None
    is_filled: bool = True


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its blanks filled; `unfilled` are the literals that stayed, each once."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def unfilled(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.text for each in self.pieces if not each.is_filled))


def name_of(variable: Variable, language: str) -> str:
    """What the variable is called by people who read this language."""
    return JAPANESE[variable] if language.startswith("ja") else variable.value


def placeholder(variable: Variable, language: str) -> str:
    """`{顧客名}`, as the picker writes it."""
    return f"{{{name_of(variable, language)}}}"


def blanks(text: str) -> tuple[Blank, ...]:
    """The blanks of a text, in their order."""
    return tuple(_blank(match) for match in _BLANK.finditer(text))


def _blank(match: re.Match[str]) -> Blank:
    name = match["name"].strip()
    return Blank(match[0], name, _BY_NAME.get(_key(name)), match["fallback"])


def one_line(value: str) -> str:
    """A value as it may stand in a subject or a salutation: one line, nothing invisible.

    Names and subjects come from strangers, and a line break in one would begin a paragraph of
    theirs in our mail.
    """
    signs = []
    for sign in value:
        category = unicodedata.category(sign)
        if category in {"Cc", "Zl", "Zp"}:
            signs.append(" ")
        elif category != "Cf":
            signs.append(sign)
    return re.sub(" +", " ", "".join(signs)).strip()


def fill(text: str, values: Mapping[Variable, str]) -> Filled:
    """The text with its blanks filled; a missing or empty value falls back, or leaves the blank."""
    pieces: list[Piece] = []
    end = 0
    for match in _BLANK.finditer(text):
        if match.start() > end:
            pieces.append(Piece(text[end : match.start()]))
        end = match.end()
        blank = _blank(match)
        value = one_line(values.get(blank.variable, "")) if blank.variable else ""
        value = value or (blank.fallback or "").strip()
        pieces.append(Piece(value or blank.literal, blank, bool(value) or blank.fallback == ""))
    if end < len(text):
        pieces.append(Piece(text[end:]))
    return Filled(tuple(_emptied(piece) for piece in pieces))


def _emptied(piece: Piece) -> Piece:
    """`{顧客名|}` asks for nothing where there is no name."""
    if piece.blank and piece.blank.fallback == "" and piece.text == piece.blank.literal:
        return Piece("", piece.blank)
    return piece


def remaining(literals: Iterable[str], *texts: str) -> tuple[str, ...]:
    """Those of the unfilled blanks that still stand in these texts."""
    return tuple(each for each in dict.fromkeys(literals) if any(each in text for text in texts))
