"""A page of a search: candidates from the shortest list, each held against the whole query.

A search that would take too long stops and hands over what it has, the newest hits, with the place
where it stopped: never an error, and never an answer that looks whole and is not.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from django.db import OperationalError, connection, transaction
from django.db.models.expressions import RawSQL
from django.utils import timezone
from psycopg.errors import QueryCanceled

from mail.models import Message
from mail.models.message import MessageQuerySet
from mail.search import drivers
from mail.search.conditions import condition, hidden, names_hidden
from mail.search.drivers import Driver, Edge, Stretch
from mail.search.keys import tsquery
from mail.search.meanings import Asked
from mail.search.nodes import Node
from mail.search.parser import parse
from permissions.models import User

BUDGET = 1.5  # seconds
_PROBE = 200
# To hold a mail's text against the query costs as much as twenty candidates of the index.
_HELD_TO_LISTED = 20
_LIST = 20_000
_DEFAULTS = (
    "SET LOCAL statement_timeout TO DEFAULT; SET LOCAL enable_hashjoin TO DEFAULT;"
    " SET LOCAL enable_mergejoin TO DEFAULT; SET LOCAL enable_seqscan TO DEFAULT;"
    " SET LOCAL work_mem TO DEFAULT"
)
_CHUNKS = (200, 800, 3200, 6400)


@dataclass(slots=True)
class Found:
    """A page of hits in the list's order.

    `more`: there is at least one behind the last. `partial`: time was up; behind `stopped_at`
    nothing has been looked at. `driver` tells which list was walked.
    """

    messages: list[Message] = field(default_factory=list)
    more: bool = False
    partial: bool = False
    stopped_at: Edge | None = None
    driver: str = ""


def search(user: User, text: str) -> MessageQuerySet:
    """All mail that the user may see and that the query asks for. For pages see `find`."""
    asked = Asked(user, timezone.now())
    tree = parse(text).tree
    found = matching(tree, asked, Message.objects.visible_to(user))
    if keys := tsquery(tree, asked):
        rows = RawSQL(
            "SELECT message_id FROM mail_searchdocument"
            " WHERE mail_search_keys(head, body) @@ %s::tsquery",
            [keys],
        )
        found = found.filter(pk__in=rows)
    return found


def matching(tree: Node, asked: Asked, within: MessageQuerySet) -> MessageQuerySet:
    """Narrow `within`, which begins with `visible_to`, to what the tree says."""
    found = within.filter(condition(tree, asked))
    return found if names_hidden(tree) else found.exclude(hidden())


def find(
    tree: Node,
    asked: Asked,
    within: MessageQuerySet,
    *,
    edge: Edge | None = None,
    newer: bool = False,
    limit: int = 100,
    budget: float = BUDGET,
) -> Found:
    """One page of `matching(tree, asked, within)`.

    Args:
        within: what is looked through; begins with `visible_to`.
        edge: the page begins behind it.
        newer: walk towards the newer mails; the hits are still given newest first.
    """
    stretch = drivers.stretch_of(tree, asked, Stretch(edge, newer))
    search = _Search(tree, asked, matching(tree, asked, within), limit, time.monotonic() + budget)
    for attempt in (search.by_best_driver, search.by_walk):
        try:
            with transaction.atomic():
                attempt(stretch if search.reached is None else stretch.behind(search.reached))
                search.unsettle()
            break
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise
            search.found.partial = True
            if search.left() < 0.1 or search.found.driver == "walk":
                break
    return search.result(newer=newer)


def _common_share() -> float:
    """From which share of hits on, walking to a hundred is cheaper than listing all that the index
    has: walking costs 100 / share held mails, listing share x all mails."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'mail_searchdocument'::regclass")
        (mails,) = cursor.fetchone()
    return float(min(1.0, (100 * _HELD_TO_LISTED / max(mails, 1000)) ** 0.5))


class _Search:
    def __init__(
        self, tree: Node, asked: Asked, matching: MessageQuerySet, limit: int, end: float
    ) -> None:
        self.tree = tree
        self.asked = asked
        self.matching = matching
        self.limit = limit
        self.end = end
        self.found = Found()
        self.reached: Edge | None = None  # up to here everything was looked at

    def left(self) -> float:
        return self.end - time.monotonic()

    def by_best_driver(self, stretch: Stretch) -> None:
        self._settle(0.7)
        others = list(drivers.by_rows(self.tree, self.asked))
        if stretch.since or stretch.until:
            others.append(drivers.walk())
        for driver in others:
            listed = driver.ids(stretch, drivers.SHORT)
            if len(listed) < drivers.SHORT:
                self.found.driver = driver.name
                self._through(listed)
                return
        keys = tsquery(self.tree, self.asked)
        if not keys:
            # Long lists, but all hits stand in each of them.
            self._follow(others[0] if others else drivers.walk(), stretch)
            return
        probe = drivers.walk().ids(stretch, _PROBE)
        self.found.driver = "probe"
        self._hold(probe)
        if len(self.found.messages) > self.limit or len(probe) < _PROBE:
            return
        assert self.reached is not None
        driver = (
            drivers.walk()
            if len(self.found.messages) >= _PROBE * _common_share()
            else drivers.by_keys(keys)
        )
        self._follow(driver, stretch.behind(self.reached))

    def by_walk(self, stretch: Stretch) -> None:
        """Windows that widen from the newest."""
        self.found.partial = False
        self._follow(drivers.walk(), stretch)

    def _follow(self, driver: Driver, stretch: Stretch) -> None:
        self.found.driver = driver.name
        chunk = 0
        at_once = 2 * _CHUNKS[-1] if driver.name == "walk" else _LIST
        while True:
            if driver.name == "walk":
                at_once = _CHUNKS[min(chunk, len(_CHUNKS) - 1)]
            self._settle(0.7 if driver.name == "keys" else 1.0)
            listed = driver.ids(stretch, at_once)
            chunk = self._through(listed, chunk)
            if len(listed) < at_once or len(self.found.messages) > self.limit:
                return
            stretch = stretch.behind(listed[-1])

    def _through(self, listed: list[Edge], chunk: int = 0) -> int:
        """Hold a list's mails against the query, ever more at once, until the page is full."""
        place = 0
        while place < len(listed) and len(self.found.messages) <= self.limit:
            size = _CHUNKS[min(chunk, len(_CHUNKS) - 1)]
            self._settle(1.0)
            self._hold(listed[place : place + size])
            place += size
            chunk += 1
        return chunk

    def _hold(self, candidates: list[Edge]) -> None:
        """Keep those candidates that match, in their order."""
        if not candidates:
            return
        ids = RawSQL("SELECT unnest(%s::bigint[])", [[each.pk for each in candidates]])
        rows = self.matching.filter(pk__in=ids).order_by().in_bulk()
        self.found.messages += [rows[each.pk] for each in candidates if each.pk in rows]
        self.reached = candidates[-1]

    def _settle(self, share: float) -> None:
        """Let the next statement take this share of the time that is left."""
        left = max(1, int(self.left() * share * 1000))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('statement_timeout', %s, true),"
                " set_config('enable_hashjoin', 'off', true),"
                " set_config('enable_mergejoin', 'off', true),"
                " set_config('enable_seqscan', 'off', true),"
                " set_config('work_mem', '32MB', true)",
                [str(left)],
            )

    def unsettle(self) -> None:
        """The caller may be in a transaction of its own, which goes on."""
        with connection.cursor() as cursor:
            cursor.execute(_DEFAULTS)

    def result(self, *, newer: bool) -> Found:
        found = self.found
        found.more = len(found.messages) > self.limit
        del found.messages[self.limit :]
        if found.more:
            found.partial = False
        if found.partial:
            found.stopped_at = self.reached
        if newer:
            found.messages.reverse()
        return found
