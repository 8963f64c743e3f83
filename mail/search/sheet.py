"""The search form and the text of a query: two views of one tree (M2a, M2c).

A form's field is what a query asks of every hit in one place: `subject:(返品 不良)` is
「返品 不良」 under 件名. What no field can say stands under フリーキーワード, as text.

    sheet_of(parse(text).tree)      text -> form
    written(sheet)                  form -> text

Turned there and back a query asks the same as before; only the order of what it asks may change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date

from mail.search.formatter import format_tree
from mail.search.lexer import QUOTES
from mail.search.nodes import (
    After,
    And,
    Before,
    Field,
    Handling,
    Has,
    Labelled,
    Node,
    Not,
    Or,
    Period,
    Term,
    conjunction,
    disjunction,
    leaves,
)
from mail.search.parser import Caution, parse

# The form's text fields, and where their words are looked for.
TEXT_FIELDS: dict[str, Field] = {
    "subject": Field.SUBJECT,
    "sender": Field.FROM,
    "to": Field.TO,
    "cc": Field.CC,
    "bcc": Field.BCC,
    "filename": Field.FILENAME,
}
_BY_FIELD = {field: name for name, field in TEXT_FIELDS.items()}
_UNQUOTED = str.maketrans(dict.fromkeys(QUOTES, " "))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A filled form. `period` is as M2b writes it; `any_label`: one of the labels is enough."""

    words: str = ""
    subject: str = ""
    sender: str = ""
    to: str = ""
    cc: str = ""
    bcc: str = ""
    filename: str = ""
    attachment: bool = False
    status: str = ""
    period: str = ""
    labels: tuple[str, ...] = ()
    any_label: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing."""
        return not any(
            getattr(self, each.name) for each in fields(self) if each.name != "any_label"
        )


@dataclass(frozen=True, slots=True)
class Written:
    """A form as text, and what was read otherwise than it was typed, by the form's field."""

    text: str
    cautions: tuple[tuple[str, Caution], ...] = ()


def sheet_of(tree: Node) -> Sheet:
    """Fill the form with what a tree asks for."""
    kept: dict[str, list[Node]] = defaultdict(list)
    for part in tree.members if isinstance(tree, And) else (tree,):
        kept[_field_of(part)].append(part)
    rest = kept["words"]
    # What a form has one field for, and the query asks twice, stays text: all but the last, since
    # the fields are written behind the words.
    for name in ("attachment", "status", "period"):
        rest += kept[name][:-1]
    labels = [leaf.name for node in kept["labels"] for leaf in _labels(node)]
    either = kept["any_label"]
    any_label = bool(either) and not labels
    if any_label:
        labels = [leaf.name for leaf in _labels(either[-1])]
    rest += either[:-1] if any_label else either
    period, rest = _period(kept["period"][-1:], rest)
    texts = {name: format_tree(_plain(conjunction(kept[name]))) for name in TEXT_FIELDS}
    status = kept["status"][-1] if kept["status"] else None
    return Sheet(
        words=format_tree(conjunction(rest)),
        attachment=bool(kept["attachment"]),
        status=status.status if isinstance(status, Handling) else "",
        period=period,
        labels=tuple(labels),
        any_label=any_label,
        **texts,
    )


def written(sheet: Sheet) -> Written:
    """The text that asks for what the form says; a filled form that cannot be read is read in some
    other way, as a text is."""
    cautions: list[tuple[str, Caution]] = []
    asked: list[Node] = []
    for name, field in TEXT_FIELDS.items():
        if text := getattr(sheet, name):
            query = parse(text, field.value)
            asked.append(query.tree)
            cautions += [(name, each) for each in query.warnings]
    if sheet.attachment:
        asked.append(Has("attachment"))
    if sheet.status:
        asked.append(Handling(sheet.status))
    if period := sheet.period.translate(_UNQUOTED).strip():
        query = parse(f'period:"{period}"')
        asked.append(query.tree)
        cautions += [("period", each) for each in query.warnings]
    labels = [_label(each) for each in sheet.labels if each]
    asked.append(disjunction(labels) if sheet.any_label else conjunction(labels))
    words = parse(sheet.words)
    if not words.warnings:
        return Written(format_tree(conjunction([words.tree, *asked])), tuple(cautions))
    # As it was typed and at the end, where an open quotation swallows nothing: the list then tells
    # of it as of any text. AND keeps a leading OR off what stands before.
    cautions += [("words", each) for each in words.warnings]
    before = format_tree(conjunction(asked))
    return Written(f"{before} AND {sheet.words}" if before else sheet.words, tuple(cautions))


def _label(name: str) -> Node:
    return parse(f'label:"{name.translate(_UNQUOTED)}"').tree


def _field_of(node: Node) -> str:
    """The form's field that can hold a part of a query."""
    match node:
        case Has("attachment"):
            return "attachment"
        case Handling():
            return "status"
        case Period():
            return "period"
        case Labelled():
            return "labels"
        case Or(members) if all(isinstance(each, Labelled) for each in members):
            return "any_label"
    found = {leaf.field if isinstance(leaf, Term) else Field.ANY for leaf in leaves(node)}
    return _BY_FIELD.get(found.pop(), "words") if len(found) == 1 else "words"


def _labels(node: Node) -> Iterable[Labelled]:
    return (leaf for leaf in leaves(node) if isinstance(leaf, Labelled))


def _plain(node: Node) -> Node:
    """The same words, of no field."""
    match node:
        case And(members):
            return And(tuple(map(_plain, members)))
        case Or(members):
            return Or(tuple(map(_plain, members)))
        case Not(member):
            return Not(_plain(member))
        case Term():
            return replace(node, field=Field.ANY)
    return node


def _period(found: list[Node], rest: list[Node]) -> tuple[str, list[Node]]:
    """As M2b writes it; after: and before: of whole days are a period's two ends."""
    for node in found:
        if isinstance(node, Period):
            return format_tree(node).removeprefix("period:"), rest
    begins = [n for n in rest if isinstance(n, After) and isinstance(n.when, date)]
    ends = [n for n in rest if isinstance(n, Before) and isinstance(n.when, date)]
    if len(begins) > 1 or len(ends) > 1 or not (begins or ends):
        return "", rest
    first, end = (each[0].when if each else None for each in (begins, ends))
    if first == end:
        return "", rest  # nothing; as a period it would be that day
    assert not isinstance(first, int)
    assert not isinstance(end, int)
    text = format_tree(Period(first, end)).removeprefix("period:")
    return text, [node for node in rest if node not in (*begins, *ends)]
