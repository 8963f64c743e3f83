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

from callcenter.drawers import folded_words
from mail.search.conditions import LARGEST, category_label, whole_address
from mail.search.keys import of_words
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
    Size,
    Term,
)

# A list of at most so many is taken as it is, whatever else the query says.
SHORT = 3000


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
        """Condition and parameters for these columns."""
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
        return " AND ".join(parts), parameters


@dataclass(frozen=True, slots=True)
class Driver:
    """A list of candidates: `rows` is what stands behind FROM, ending in a condition to which a
    stretch is added; `found` a list that is made before."""

    name: str
    rows: str
    parameters: tuple[Any, ...]
    date: str = "internal_date"
    pk: str = "message_id"
    found: str = ""

    def ids(self, stretch: Stretch, most: int) -> tuple[list[str], datetime | None]:
        """Ids in the order of the list, as text: what is only handed back to the database need not
        become numbers here. And the date of the last."""
        condition, parameters = stretch.sql(self.date, self.pk)
        way, last = ("", "max") if stretch.newer else (" DESC", "min")
        listed, date = self._row(
            f"{self.found} SELECT string_agg(pk::text, ','), {last}(at)"  # noqa: S608
            f" FROM (SELECT {self.pk} AS pk, {self.date} AS at FROM {self.rows} {condition}"
            f" ORDER BY {self.date}{way}, {self.pk}{way} LIMIT %s) l",
            [*self.parameters, *parameters, most],
        )
        return (listed.split(",") if listed else []), date

    def count(self, stretch: Stretch, most: int) -> int:
        """How long the list is, up to `most`."""
        condition, parameters = stretch.sql(self.date, self.pk)
        (size,) = self._row(
            f"{self.found} SELECT count(*) FROM"  # noqa: S608
            f" (SELECT 1 FROM {self.rows} {condition} LIMIT %s) l",
            [*self.parameters, *parameters, most],
        )
        return int(size)

    def _row(self, sql: str, parameters: list[Any]) -> tuple[Any, ...]:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            row: tuple[Any, ...] = cursor.fetchone()
        return row


_WITH_KEYS = (
    "WITH found AS MATERIALIZED (SELECT internal_date, message_id FROM mail_searchdocument"
    " WHERE mail_search_keys(head, body) @@ %s::tsquery)"
)


def walk() -> Driver:
    """Every mail."""
    return Driver("walk", "mail_searchdocument WHERE", ())


def by_keys(tsquery: str) -> Driver:
    """Those with the keys of the query's words. The list is made before it is sorted and cut:
    keys are never computed for a mail that was not found by the index."""
    return Driver("keys", "found WHERE", (tsquery,), found=_WITH_KEYS)


def without_keys(tsquery: str) -> Driver:
    """Those that have not these keys: the walk, past everything that the index names."""
    return Driver(
        "without keys",
        "mail_searchdocument WHERE message_id NOT IN (SELECT message_id FROM found) AND",
        (tsquery,),
        found=_WITH_KEYS,
    )


def edge_at(pk: int) -> Edge | None:
    """A mail's place; None when it is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT internal_date FROM mail_searchdocument WHERE message_id = %s", [pk])
        row = cursor.fetchone()
    return Edge(row[0], pk) if row else None


def by_rows(tree: Node, asked: Asked) -> Iterator[Driver]:
    """What else a query asks of every hit that has an index of its own."""
    for leaf in tree.members if isinstance(tree, And) else (tree,):
        match leaf:
            case MessageId(rfc822_id):
                yield Driver(
                    "message id",
                    "mail_message m JOIN mail_messagebody b ON b.message_id = m.id"
                    " WHERE b.rfc822_id = %s AND",
                    (rfc822_id,),
                    "m.internal_date",
                    "m.id",
                )
            case Term(text, Field.CUSTOMER) if address := whole_address(text):
                yield _by_address(address, asked.customer_of(address))
            case Term(text, Field.CUSTOMER) if asked.knows_customers(text):
                yield _by_customer(leaf, asked)
            case Assigned(who) if who != "none":
                people = [asked.user.pk] if who == "me" else asked.people_named(who)
                yield _of_messages("assignee", "assignee_id = ANY(%s)", people)
            case Is("mentioned"):
                yield _of_messages("mentioned", _MENTIONED, asked.user.pk)
            case Handling("open" | "in_progress" as status):
                yield _of_messages("status", "status = %s", status)
            case Size(True, size) if size <= LARGEST:
                yield _of_messages("size", "size >= %s", size)
            case _:
                ids = _label_ids(leaf, asked)
                if ids is not None:
                    # A label of one mailbox is one walk down its index.
                    one = len(ids) == 1
                    yield Driver(
                        "label",
                        f"mail_messagelabel WHERE label_id = {'%s' if one else 'ANY(%s)'} AND",
                        (ids[0] if one else ids,),
                    )


_MENTIONED = (
    "id IN (SELECT c.message_id FROM mail_mention n JOIN mail_comment c ON c.id = n.comment_id"
    " WHERE n.user_id = %s)"
)


def _by_address(address: str, customer_id: int | None) -> Driver:
    """Mail exchanged with the address, and all mail of the customer who has it."""
    if customer_id is None:
        return Driver("customer", "mail_correspondent WHERE address = %s AND", (address,))
    return Driver(
        "customer",
        "(SELECT internal_date, message_id FROM mail_correspondent WHERE address = %s"
        " UNION SELECT internal_date, id FROM mail_message WHERE customer_id = %s) u WHERE",
        (address, customer_id),
    )


def _by_customer(term: Term, asked: Asked) -> Driver:
    """Mail of the customers of whom these words are known, and mail with the words themselves."""
    words = [f"%{_plain(word)}%" for word in folded_words(term.text)]
    return Driver(
        "customer",
        "found WHERE",
        (of_words(term, asked), words),
        found="WITH found AS MATERIALIZED (SELECT internal_date, message_id"
        " FROM mail_searchdocument WHERE mail_search_keys(head, body) @@ %s::tsquery"
        " UNION SELECT m.internal_date, m.id FROM crm_customer c"
        " JOIN mail_message m ON m.customer_id = c.id"
        " WHERE c.left_at IS NULL AND c.search_text LIKE ALL(%s))",
    )


def _plain(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _of_messages(name: str, condition: str, value: object) -> Driver:
    return Driver(name, f"mail_message WHERE {condition} AND", (value,), "internal_date", "id")


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
