"""A page of a search: candidates from the shortest list, each held against the whole query.

A search that would take too long stops and hands over what it has, the newest hits, with the place
where it stopped: never an error, and never an answer that looks whole and is not.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connection, transaction
from django.db.models import BooleanField, F, Func, Value
from django.db.models.expressions import RawSQL
from django.utils import timezone
from psycopg.errors import QueryCanceled

from mail.models import Message
from mail.models.message import MessageQuerySet
from mail.search import drivers
from mail.search.conditions import condition, hidden, names_hidden
from mail.search.drivers import Driver, Edge, Stretch
from mail.search.keys import decided, excluded, tsquery
from mail.search.meanings import Asked
from mail.search.nodes import Node
from mail.search.parser import parse
from permissions.models import User

BUDGET = 1.5  # seconds
# Mails held against a query to see how common its hits are.
# A little more than a page, so that it is one where nearly every mail is a hit.
_PROBE = 120
# As much of another list than the walk, to see how common hits are in it.
_SAMPLE = 400
# To hold a mail's text against the query costs as much as twenty candidates of the index.
_HELD_TO_LISTED = 20
_LIST = 20_000
_CHUNKS = (200, 800, 3200, 6400)
# So many mails are walked before a query that excludes something common asks the index for that.
_PATIENCE = 1000
_ESTIMATED_EVERY = 120  # seconds
# What lies behind a full page is counted while the search is younger than this; the first of these
# times holds for a list whose end may be far, the other for one that is reached in it: then the
# number is exact. Less than so many mails more are not worth a question of their own.
_COUNTING, _COUNTING_ALL = 0.01, 0.03  # seconds
_WORTH = 100
_DEFAULTS = (
    "SET LOCAL statement_timeout TO DEFAULT; SET LOCAL enable_hashjoin TO DEFAULT;"
    " SET LOCAL enable_mergejoin TO DEFAULT; SET LOCAL enable_seqscan TO DEFAULT;"
    " SET LOCAL work_mem TO DEFAULT"
)


@dataclass(slots=True)
class Found:
    """A page of hits in the list's order.

    `more`: there is at least one behind the last. `counted`: hits known from the page's beginning
    on; all there are, when `is_all`. `partial`: time was up; behind `stopped_at` nothing has been
    looked at. `driver` tells which list was walked.
    """

    messages: list[Message] = field(default_factory=list)
    more: bool = False
    counted: int = 0
    is_all: bool = False
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
    count: int = 0,
    budget: float = BUDGET,
) -> Found:
    """One page of `matching(tree, asked, within)`.

    Args:
        within: what is looked through; begins with `visible_to`.
        edge: the page begins behind it.
        newer: walk towards the newer mails; the hits are still given newest first.
        count: hits to count behind the page where that costs little.
    """
    search = _Search(tree, asked, within, limit, count, budget)
    stretch = drivers.stretch_of(tree, asked, Stretch(edge, newer))
    inside = connection.in_atomic_block
    for attempt in (search.by_best_driver, search.by_walk):
        try:
            with transaction.atomic():
                attempt(search.onward(stretch))
                if inside:
                    # The caller's transaction goes on, under its own settings.
                    search.unsettle()
            break
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise
            search.stopped()
            if search.left() < 0.1 or search.driver == "walk":
                break
    return search.result(newer=newer)


def count(tree: Node, asked: Asked, within: MessageQuerySet, *, most: int, budget: float) -> Found:
    """As `find`, for the number alone: no mails are read. `counted` is at most `most` + 1."""
    search = _Search(tree, asked, within, most, 0, budget)
    inside = connection.in_atomic_block
    try:
        with transaction.atomic():
            search.by_best_driver(drivers.stretch_of(tree, asked, Stretch()))
            if inside:
                search.unsettle()
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        search.stopped()
    return Found(counted=len(search.hits), is_all=search.is_all, partial=search.is_partial)


def _common_share() -> float:
    """From which share of hits on, walking to a hundred is cheaper than listing all that the index
    has: walking costs 100 / share held mails, listing share x all mails."""
    return float(min(1.0, (100 * _HELD_TO_LISTED / max(_mails(), 1000)) ** 0.5))


_estimate = (-math.inf, 0.0)  # when, and how many


def _mails() -> float:
    """About how many there are, as the database reckoned some time in the last minutes."""
    global _estimate
    if time.monotonic() - _estimate[0] > _ESTIMATED_EVERY:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reltuples FROM pg_class WHERE oid = 'mail_searchdocument'::regclass"
            )
            _estimate = (time.monotonic(), float(cursor.fetchone()[0]))
    return _estimate[1]


class _Is(Func):
    """One of these ids, given as an array's text."""

    arg_joiner = " = ANY("
    template = "%(expressions)s::bigint[])"
    output_field = BooleanField()
    conditional = True


class _Holder:
    """Holds candidates against a tree: made into SQL once, asked for every few candidates."""

    _IDS = "{0}"

    def __init__(self, tree: Node, asked: Asked, within: MessageQuerySet, *, hides: bool) -> None:
        rows = within.filter(condition(tree, asked))
        if hides:
            rows = rows.exclude(hidden())
        ids = rows.filter(_Is(F("pk"), Value(self._IDS))).order_by().values_list("pk")
        self._sql = ""
        self._parameters: list[Any] = [self._IDS]
        try:
            self._sql, parameters = ids.query.sql_with_params()
        except EmptyResultSet:
            return  # no such label, no mailbox: nothing can match
        self._parameters = list(parameters)
        # What was added last stands last; everything else may be what somebody typed.
        assert self._parameters[-1] == self._IDS

    @property
    def is_empty(self) -> bool:
        return not self._sql

    def hits(self, candidates: list[str]) -> set[str]:
        self._parameters[-1] = f"{{{','.join(candidates)}}}"
        with connection.cursor() as cursor:
            cursor.execute(self._sql, self._parameters)
            return {str(pk) for (pk,) in cursor.fetchall()}


class _Search:
    def __init__(
        self,
        tree: Node,
        asked: Asked,
        within: MessageQuerySet,
        limit: int,
        count: int,
        budget: float,
    ) -> None:
        self.tree = tree
        self.asked = asked
        self.within = within
        self.limit = limit
        self.most = max(limit, count)
        self.begin = time.monotonic()
        self.budget = budget
        self.hits: list[str] = []
        self.driver = ""
        self.is_all = False
        self.is_partial = False
        self.reached = ""  # up to this candidate everything was looked at
        self._listed: Edge | None = None  # the last candidate that was listed
        self._settled_at = -1.0
        self._holders: dict[bool, _Holder] = {}
        self._held, self._holding = 0, 0.0  # candidates, and seconds

    def left(self) -> float:
        return self.begin + self.budget - time.monotonic()

    def is_enough(self) -> bool:
        """Whether the page is full, and what lies behind it counted as far as is cheap."""
        return not self._wanted(_WORTH, ends=False)

    def _wanted(self, most: int, *, ends: bool) -> int:
        """How many of the next candidates, `most` in number, are to be held against the query.

        `ends`: behind them the list is over.
        """
        if len(self.hits) <= self.limit:
            return most
        if len(self.hits) > self.most:
            return 0
        rate = self._holding / max(self._held, 1)
        left = self.begin - time.monotonic()
        if ends and rate * most <= left + _COUNTING_ALL:
            return most
        number = int((left + _COUNTING) / rate) if rate else most
        return min(number, most) if number >= _WORTH else 0

    def onward(self, stretch: Stretch) -> Stretch:
        """What is still to be looked through."""
        edge = self._place()
        return stretch.behind(edge) if edge else stretch

    def _place(self) -> Edge | None:
        if not self.reached:
            return None
        pk = int(self.reached)
        return self._listed if self._listed and self._listed.pk == pk else drivers.edge_at(pk)

    def _list(self, driver: Driver, stretch: Stretch, most: int) -> list[str]:
        listed, date = driver.ids(stretch, most)
        if listed and date:
            self._listed = Edge(date, int(listed[-1]))
        return listed

    def stopped(self) -> None:
        """Time was up. What was found before stays: it came with statements that had ended."""
        self.is_partial = True
        self._settled_at = -1.0

    def by_best_driver(self, stretch: Stretch) -> None:
        if self._holder(known=False).is_empty:
            self.is_all = True
            return
        self._settle(0.7)
        keys = tsquery(self.tree, self.asked)
        others = list(drivers.by_rows(self.tree, self.asked))
        if stretch.since or stretch.until:
            others.append(drivers.walk())
        shortest = None
        if others and (keys or len(others) > 1):
            sizes = [each.count(stretch, drivers.SHORT) for each in others]
            shortest = others[sizes.index(min(sizes))]
            if min(sizes) < drivers.SHORT:
                self.driver = shortest.name
                _, self.is_all = self._through(self._list(shortest, stretch, drivers.SHORT))
                return
        if not keys:
            # Long lists, but all hits stand in each of them.
            self._follow_unkeyed(others[0] if others else drivers.walk(), stretch)
            return
        probe = self._list(drivers.walk(), stretch, _PROBE)
        self.driver = "probe"
        self._hold(probe)
        if len(probe) < _PROBE:
            self.is_all = True
            return
        if self.is_enough():
            return
        if len(self.hits) >= _PROBE * _common_share():
            self._follow(drivers.walk(), self.onward(stretch))
        elif shortest is None or shortest.name == "walk" or self._is_rare_in(shortest, stretch):
            self._follow(drivers.by_keys(keys), self.onward(stretch))

    def _is_rare_in(self, driver: Driver, stretch: Stretch) -> bool:
        """Follow a list in which all hits stand, for as long as they are common in it; whether they
        are not."""
        self.driver = driver.name
        before = len(self.hits)
        listed = self._list(driver, self.onward(stretch), _SAMPLE)
        self._hold(listed)
        if len(listed) < _SAMPLE:
            self.is_all = True
        elif not self.is_enough():
            if len(self.hits) - before < _SAMPLE * _common_share():
                return True
            self._follow(driver, self.onward(stretch))
        return False

    def by_walk(self, stretch: Stretch) -> None:
        """Windows that widen from the newest."""
        self.is_partial = False
        self._follow(drivers.walk(), stretch)

    def _follow_unkeyed(self, driver: Driver, stretch: Stretch) -> None:
        """A query without words, or of words that no hit has. Where the excluded is in nearly all
        mails, the index tells the few without it."""
        excluding = excluded(self.tree, self.asked) if driver.name == "walk" else ""
        if not excluding:
            self._follow(driver, stretch)
            return
        self.driver = driver.name
        listed = self._list(driver, stretch, _PATIENCE)
        ends = len(listed) < _PATIENCE
        _, through = self._through(listed, ends=ends)
        if ends:
            self.is_all = through
        elif not self.is_enough():
            self._follow(drivers.without_keys(excluding), self.onward(stretch))

    def _follow(self, driver: Driver, stretch: Stretch) -> None:
        self.driver = driver.name
        chunk = 0
        at_once = _LIST if driver.found else 2 * _CHUNKS[-1]
        while True:
            if driver.name == "walk":
                at_once = _CHUNKS[min(chunk, len(_CHUNKS) - 1)]
            self._settle(0.7 if driver.found else 1.0)
            listed = self._list(driver, stretch, at_once)
            ends = len(listed) < at_once
            chunk, through = self._through(listed, chunk, ends=ends)
            if ends and through:
                self.is_all = True
                return
            if self.is_enough():
                return
            stretch = self.onward(stretch)

    def _through(self, listed: list[str], chunk: int = 0, *, ends: bool = True) -> tuple[int, bool]:
        """Hold a list's mails against the query, ever more at once, until there are enough; the
        next chunk's place, and whether the whole list was looked at.

        `ends`: the list is whole, not the next piece of a longer one.
        """
        place = 0
        while place < len(listed):
            ahead = self._wanted(len(listed) - place, ends=ends)
            if not ahead:
                return chunk, False
            size = min(ahead, _CHUNKS[min(chunk, len(_CHUNKS) - 1)])
            self._settle(1.0)
            self._hold(listed[place : place + size])
            place += size
            chunk += 1
        return chunk, True

    def _hold(self, candidates: list[str]) -> None:
        """Keep those candidates that match, in their order."""
        if not candidates:
            return
        holder, begin = self._holder(known=self.driver == "keys"), time.monotonic()
        hits = holder.hits(candidates)
        self._held += len(candidates)
        self._holding += time.monotonic() - begin
        self.hits += [each for each in candidates if each in hits]
        self.reached = candidates[-1]

    def _holder(self, *, known: bool) -> _Holder:
        """`known`: the candidates have the query's keys."""
        if known not in self._holders:
            self._holders[known] = _Holder(
                decided(self.tree, self.asked) if known else self.tree,
                self.asked,
                self.within.select_related(None),
                hides=not names_hidden(self.tree),
            )
        return self._holders[known]

    def _settle(self, share: float) -> None:
        """Let the next statement take about this share of the time that is left."""
        now = time.monotonic()
        if self._settled_at >= 0 and now - self._settled_at < 0.2 * self.budget:
            return
        self._settled_at = now
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('statement_timeout', %s, true),"
                " set_config('enable_hashjoin', 'off', true),"
                " set_config('enable_mergejoin', 'off', true),"
                " set_config('enable_seqscan', 'off', true),"
                " set_config('work_mem', '32MB', true)",
                [str(max(1, int(self.left() * share * 1000)))],
            )

    def unsettle(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_DEFAULTS)

    def result(self, *, newer: bool) -> Found:
        ids = [int(each) for each in self.hits[: self.limit]]
        rows = self.within.filter(pk__in=ids).order_by().in_bulk() if ids else {}
        found = Found(
            # In the list's order; one that went in this moment is no hit any longer.
            messages=[rows[pk] for pk in ids if pk in rows],
            more=len(self.hits) > self.limit,
            counted=len(self.hits),
            is_all=self.is_all,
            driver=self.driver,
        )
        found.partial = self.is_partial and not found.more
        if found.partial:
            found.stopped_at = self._place()
        if newer:
            found.messages.reverse()
        return found
