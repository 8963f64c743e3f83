"""The tree of a query: plain, frozen values that compare by what they say.

Trees are kept in one shape by `conjunction`, `disjunction` and `negation`: no And within And, no Or
within Or, none of either with fewer than two members, no double Not. So one meaning has one tree,
and a tree that is written out and read again is the same tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias


class Field(StrEnum):
    """Where a term is looked for; the values are the operators' names."""

    ANY = ""
    FROM = "from"
    TO = "to"
    CC = "cc"
    BCC = "bcc"
    DELIVERED_TO = "deliveredto"
    SUBJECT = "subject"
    BODY = "body"
    LIST = "list"
    FILENAME = "filename"
    COMMENT = "comment"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Everything:
    """A query that asks for nothing in particular."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase. `exact` is Gmail's +word; `prefix` our word*."""

    text: str
    field: Field = Field.ANY
    exact: bool = False
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """Two terms with at most `distance` words between them; `ordered`: the first comes first."""

    left: str
    distance: int
    right: str
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Labelled:
    """label:, and in: with a name that is none of Gmail's places."""

    name: str


@dataclass(frozen=True, slots=True)
class Category:
    name: str


@dataclass(frozen=True, slots=True)
class Has:
    what: str


@dataclass(frozen=True, slots=True)
class Is:
    what: str


@dataclass(frozen=True, slots=True)
class In:
    place: str


@dataclass(frozen=True, slots=True)
class After:
    """From the beginning of that day on; an int is a moment in seconds since 1970."""

    when: date | int


@dataclass(frozen=True, slots=True)
class Before:
    """Until the beginning of that day, which is not in it."""

    when: date | int


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the day before the last; either may be open, not both."""

    first: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class Age:
    """older_than: and newer_than:; `unit` is one of h d w m y."""

    older: bool
    amount: int
    unit: str


@dataclass(frozen=True, slots=True)
class Size:
    """In bytes; at least, or less than."""

    least: bool
    size: int


@dataclass(frozen=True, slots=True)
class MessageId:
    rfc822_id: str


@dataclass(frozen=True, slots=True)
class Handling:
    """status:; `status` is "open", "in_progress", "done"."""

    status: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """`who` is "me", "none", or a name or user name."""

    who: str


@dataclass(frozen=True, slots=True)
class InMailbox:
    """An address, or a part of a mailbox's name."""

    name: str


@dataclass(frozen=True, slots=True)
class Locked:
    """`by` is "yes", "no", "me", or a name or user name."""

    by: str


@dataclass(frozen=True, slots=True)
class And:
    members: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    members: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    member: Node


Leaf: TypeAlias = (
    Everything
    | Term
    | Near
    | Labelled
    | Category
    | Has
    | Is
    | In
    | After
    | Before
    | Period
    | Age
    | Size
    | MessageId
    | Handling
    | Assigned
    | InMailbox
    | Locked
)
Node: TypeAlias = Leaf | And | Or | Not


def conjunction(nodes: Iterable[Node]) -> Node:
    """All of them."""
    flat: list[Node] = []
    for node in nodes:
        if isinstance(node, And):
            flat.extend(node.members)
        elif not isinstance(node, Everything):
            flat.append(node)
    if not flat:
        return Everything()
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def disjunction(nodes: Iterable[Node]) -> Node:
    """One of them at least; what asks for nothing is no member."""
    flat: list[Node] = []
    for node in nodes:
        if isinstance(node, Or):
            flat.extend(node.members)
        elif not isinstance(node, Everything):
            flat.append(node)
    if not flat:
        return Everything()
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def negation(node: Node) -> Node:
    if isinstance(node, Not):
        return node.member
    return node if isinstance(node, Everything) else Not(node)


def leaves(node: Node) -> Iterator[Leaf]:
    """Every leaf, negated or not, in the order written."""
    if isinstance(node, And | Or):
        for member in node.members:
            yield from leaves(member)
    elif isinstance(node, Not):
        yield from leaves(node.member)
    else:
        yield node
