"""Where the mails come from that are held against a query: the shortest of several lists.

Every driver gives ids in the order of the list, a few at a time. A driver only has to name every
mail that may match; `conditions` decides on each. Which list is short is not left to the planner:
without knowing how often a word comes it takes the wrong one by a factor of a thousand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from mail.search.conditions import category_label, whole_address
from mail.search.meanings import Asked
from mail.search.nodes import (
    After,
    Age,
    And,
    Assigned,
    Before,
    Category,
    Field,
    Handling,
    In,
    Is,
    Labelled,
    MessageId,
    Node,
    Period,
    Term,
)

# A list of at most so many is taken as it is, whatever else the query says.
SHORT = 3000

_SOME_LABELS = (
    "SELECT internal_date, message_id FROM mail_messagelabel WHERE label_id = ANY(%s) AND"
)
_ONE_LABEL = _SOME_LABELS.replace("ANY(%s)", "%s")


@dataclass(frozen=True, slots=True)
class Edge:
    """A place in the list: what comes behind it is wanted (or before it, going back)."""

    date: datetime
    pk: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """The part of the list that is looked through."""

    edge: Edge | None = None
    newer: bool = False  # towards the newer ones
    since: datetime | None = None
    until: datetime | None = None

    def behind(self, edge: Edge) -> Stretch:
        return replace(self, edge=edge)

    def sql(self, date: str, pk: str) -> tuple[str, list[Any]]:
        """Condition, order and parameters for these columns."""
        parts, parameters = ["TRUE"], []
        if self.edge is not None:
            parts.append(f"({date}, {pk}) {'>' if self.newer else '<'} (%s, %s)")
            parameters += [self.edge.date, self.edge.pk]
        if self.since is not None:
            parts.append(f"{date} >= %s")
            parameters.append(self.since)
        if self.until is not None:
            parts.append(f"{date} < %s")
            parameters.append(self.until)
        way = "" if self.newer else " DESC"
        return f"{' AND '.join(parts)} ORDER BY {date}{way}, {pk}{way}", parameters


@dataclass(frozen=True, slots=True)
class Driver:
    """A list of candidates: `source` is SQL that ends in a WHERE to which a stretch is added."""

    name: str
    source: str
    parameters: tuple[Any, ...]
    date: str
    pk: str

    def ids(self, stretch: Stretch, most: int) -> list[Edge]:
        condition, parameters = stretch.sql(self.date, self.pk)
        with connection.cursor() as cursor:
            cursor.execute(
                f"{self.source} {condition} LIMIT %s", [*self.parameters, *parameters, most]
            )
            return [Edge(date, pk) for date, pk in cursor.fetchall()]


def walk() -> Driver:
    """Every mail."""
    return Driver(
        "walk",
        "SELECT internal_date, message_id FROM mail_searchdocument WHERE",
        (),
        "internal_date",
        "message_id",
    )


def by_keys(tsquery: str) -> Driver:
    """Those with the keys of the query's words. The list is made before it is sorted and cut:
    keys are never computed for a mail that was not found by the index."""
    return Driver(
        "keys",
        "WITH found AS MATERIALIZED (SELECT internal_date, message_id FROM mail_searchdocument"
        " WHERE mail_search_keys(head, body) @@ %s::tsquery)"
        " SELECT internal_date, message_id FROM found WHERE",
        (tsquery,),
        "internal_date",
        "message_id",
    )


def by_rows(tree: Node, asked: Asked) -> Iterator[Driver]:
    """What else a query asks of every hit that has an index of its own."""
    for leaf in tree.members if isinstance(tree, And) else (tree,):
        match leaf:
            case MessageId(rfc822_id):
                yield Driver(
                    "message id",
                    "SELECT m.internal_date, m.id FROM mail_message m JOIN mail_messagebody b"
                    " ON b.message_id = m.id WHERE b.rfc822_id = %s AND",
                    (rfc822_id,),
                    "m.internal_date",
                    "m.id",
                )
            case Term(text, Field.CUSTOMER) if address := whole_address(text):
                yield Driver(
                    "customer",
                    "SELECT internal_date, message_id FROM mail_correspondent"
                    " WHERE address = %s AND",
                    (address,),
                    "internal_date",
                    "message_id",
                )
            case Assigned(who) if who != "none":
                people = [asked.user.pk] if who == "me" else asked.people_named(who)
                yield _of_messages("assignee", "assignee_id = ANY(%s)", people)
            case Handling("open" | "in_progress" as status):
                yield _of_messages("status", "status = %s", status)
            case _:
                ids = _label_ids(leaf, asked)
                if ids is not None:
                    # A label of one mailbox is one walk down its index.
                    one = len(ids) == 1
                    yield Driver(
                        "label",
                        _ONE_LABEL if one else _SOME_LABELS,
                        (ids[0] if one else ids,),
                        "internal_date",
                        "message_id",
                    )


def _of_messages(name: str, condition: str, value: object) -> Driver:
    return Driver(
        name,
        f"SELECT internal_date, id FROM mail_message WHERE {condition} AND",  # noqa: S608
        (value,),
        "internal_date",
        "id",
    )


def _label_ids(leaf: Node, asked: Asked) -> list[int] | None:
    match leaf:
        case Labelled(name):
            return asked.labels_named(name)
        case Category(name):
            return asked.gmail_labels(category_label(name))
        case In("inbox" | "sent" | "important" | "starred" | "unread" as name):
            return asked.gmail_labels(name.upper())
        case Is("unread" | "starred" | "important" | "sent" as name):
            return asked.gmail_labels(name.upper())
    return None


def stretch_of(tree: Node, asked: Asked, stretch: Stretch) -> Stretch:
    """Narrowed to the dates that the query asks of every hit."""
    since, until = stretch.since, stretch.until
    for leaf in tree.members if isinstance(tree, And) else (tree,):
        begin: datetime | None = None
        end: datetime | None = None
        match leaf:
            case After(when):
                begin = asked.moment(when)
            case Before(when):
                end = asked.moment(when)
            case Age(older, amount, unit):
                begin, end = (
                    (None, asked.ago(amount, unit)) if older else (asked.ago(amount, unit), None)
                )
            case Period(first, last):
                begin = asked.moment(first) if first else None
                if last:
                    end = asked.day_after(last) if first == last else asked.moment(last)
        since = max(filter(None, (since, begin)), default=None)
        until = min(filter(None, (until, end)), default=None)
    return replace(stretch, since=since, until=until)
