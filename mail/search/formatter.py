"""Tree -> text, such that reading the text gives the tree again."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import TypeAlias

from mail.search.lexer import is_colon, is_special, is_star, starts_special
from mail.search.nodes import (
    After,
    Age,
    And,
    Assigned,
    Before,
    Category,
    Everything,
    Field,
    Handling,
    Has,
    In,
    InMailbox,
    Is,
    Labelled,
    Leaf,
    Locked,
    MessageId,
    Near,
    Node,
    Not,
    Or,
    Period,
    Size,
    Term,
)

_JOINTS = frozenset({"OR", "AND", "AROUND"})
# Unquoted behind `filename:` these ask whether there are files; in quotes they are a file's name.
WHETHER_FILES = {"あり": True, "有": True, "なし": False, "無": False}


def format_tree(tree: Node) -> str:
    """The text of a query in Gmail's own names."""
    if isinstance(tree, And):
        return " ".join(_member(each) for each in tree.members)
    if isinstance(tree, Or):
        return " OR ".join(_member(each) for each in tree.members)
    if isinstance(tree, Not):
        return f"-{_member(tree.member)}"
    return _leaf(tree)


def _member(node: Node) -> str:
    """As part of something larger."""
    written = format_tree(node)
    grouped = isinstance(node, And | Or) or (isinstance(node, Near) and not node.ordered)
    return f"({written})" if grouped else written


def quoted(text: str) -> str:
    """A word as it is where it can stand so, else in quotes."""
    plain = (
        text
        and not any(is_special(char) or is_colon(char) for char in text)
        and not starts_special(text[0])
        and not is_star(text[-1])
        and unicodedata.normalize("NFKC", text) not in _JOINTS
    )
    return text if plain else f'"{text}"'


def _moment(when: date | int | None) -> str:
    if when is None:
        return ""
    return str(when) if isinstance(when, int) else _day(when)


def _day(day: date) -> str:
    return f"{day.year:04}/{day.month:02}/{day.day:02}"


def _leaf(leaf: Leaf) -> str:
    match leaf:
        case Everything():
            return ""
        case Term(text, field, exact, prefix):
            sign, star = "+" if exact else "", "*" if prefix else ""
            asks = field is Field.FILENAME and unicodedata.normalize("NFKC", text) in WHETHER_FILES
            word = f'"{text}"' if asks and not prefix else quoted(text)
            return f"{field}:{sign}{word}{star}" if field else f"{sign}{word}{star}"
        case Near(left, distance, right, ordered):
            if ordered:
                return f'"{left} AROUND {distance} {right}"'
            return f"{quoted(left)} AROUND {distance} {quoted(right)}"
        case After(when):
            return f"after:{_moment(when)}"
        case Before(when):
            return f"before:{_moment(when)}"
        case Period(first, end):
            return f"period:{_moment(first)}-{_moment(end)}"
        case Age(older, amount, unit):
            return f"{'older' if older else 'newer'}_than:{amount}{unit}"
        case Size(least, size):
            return f"{'larger' if least else 'smaller'}:{size}"
        case _:
            return f"{_NAMES[type(leaf)]}:{quoted(_value(leaf))}"


_NAMES: dict[type, str] = {
    Labelled: "label",
    Category: "category",
    Has: "has",
    Is: "is",
    In: "in",
    MessageId: "rfc822msgid",
    Handling: "status",
    Assigned: "assignee",
    InMailbox: "mailbox",
    Locked: "locked",
}


_Named: TypeAlias = (
    Labelled | Category | Has | Is | In | MessageId | Handling | Assigned | InMailbox | Locked
)


def _value(
    leaf: Labelled
    | Category
    | Has
    | Is
    | In
    | MessageId
    | Handling
    | Assigned
    | InMailbox
    | Locked,
) -> str:
    match leaf:
        case Labelled(text) | Category(text) | Has(text) | Is(text) | In(text):
            return text
        case MessageId(text) | Handling(text) | Assigned(text) | InMailbox(text) | Locked(text):
            return text
