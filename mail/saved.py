"""Saved searches as one sees them: in the navigation with their numbers, and in their drawer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlencode

from django.core.cache import cache
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from mail.models import Message, SavedSearch, Status
from mail.search import Asked, count, parse
from mail.search.nodes import Handling, Node, conjunction, leaves
from permissions.models import User

# More than these nobody finds in a navigation; the drawer has all.
SHOWN = 15
_COUNTED = 1000
# A number is shown for an hour, and counted anew for a page that comes after a minute (seconds).
_KEPT, _FRESH = 3600, 60
_Number: TypeAlias = tuple[int, float]  # and when it was counted
_BUDGET, _ALL = 0.25, 1.5  # seconds for one number, and for all of them


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of the navigation. `count` is None where it was never known; `fresh`: it is as of now,
    more or less."""

    search: SavedSearch
    url: str
    count: int | None
    fresh: bool
    current: bool = False


def saved_searches(user: User) -> list[SavedSearch]:
    """What stands in this person's navigation: their own first."""
    found = list(SavedSearch.objects.visible_to(user).order_by("name_key", "pk"))
    found.sort(key=lambda each: each.shared_with_id is not None)
    return found[:SHOWN]


def shown(user: User, words: str = "") -> list[Shown]:
    """The lines of the navigation, with the numbers that are known; `words` are on screen now."""
    searches = saved_searches(user)
    known = _known(user, searches)
    return [
        Shown(
            each,
            url(each.query),
            number[0] if (number := known.get(each.pk)) else None,
            fresh=number is not None and _is_fresh(number),
            current=each.query == words,
        )
        for each in searches
    ]


def counts(user: User) -> dict[int, int]:
    """The number of every shown search by its id: counted now where it is not fresh. One that takes
    too long keeps what was known."""
    searches = saved_searches(user)
    known = _known(user, searches)
    counted: dict[str, _Number] = {}
    end = time.monotonic() + _ALL
    for each in searches:
        if (number := known.get(each.pk)) and _is_fresh(number):
            continue
        if time.monotonic() > end:
            break
        found = _count(user, each)
        if found is not None:
            known[each.pk] = counted[_key(user, each)] = (found, time.time())
    if counted:
        cache.set_many(counted, _KEPT)
    return {pk: number for pk, (number, _at) in known.items()}


def _known(user: User, searches: Sequence[SavedSearch]) -> dict[int, _Number]:
    keys = {_key(user, each): each.pk for each in searches}
    found: dict[str, _Number] = cache.get_many(keys) if keys else {}
    return {keys[key]: number for key, number in found.items()}


def _is_fresh(number: _Number) -> bool:
    return time.time() - number[1] < _FRESH


def _count(user: User, search: SavedSearch) -> int | None:
    """Its 未処理, as beside every category; of a query that asks for a status itself, its hits."""
    tree: Node = parse(search.query).tree
    if not any(isinstance(leaf, Handling) for leaf in leaves(tree)):
        tree = conjunction([tree, Handling(Status.OPEN.value)])
    found = count(
        tree,
        Asked(user, timezone.now()),
        Message.objects.visible_to(user),
        most=_COUNTED,
        budget=_BUDGET,
    )
    return None if found.partial else found.counted


def _key(user: User, search: SavedSearch) -> str:
    return f"saved-search:{user.pk}:{search.pk}:{search.version}"


def url(query: str) -> str:
    return f"{reverse('mail:list')}?{urlencode({'q': query})}"


def usable(user: User, pk: int) -> SavedSearch:
    """One of the user's own, or one shared with them.

    Raises:
        Http404: no such search for this user.
    """
    rows = SavedSearch.objects.visible_to(user).select_related("owner", "updated_by", "shared_with")
    search = rows.filter(pk=pk).first()
    if search is None:
        raise Http404
    return search
