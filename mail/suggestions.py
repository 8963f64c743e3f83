"""What the search box offers while somebody types: operators, labels, people, values, what they
searched for last. Everything comes from what the person may see.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from django.utils import timezone
from django.utils.translation import gettext as _

from labels.models import LabelKind
from labels.seen import labels_of
from mail.models import Folder, Message, RecentSearch, SavedSearch
from mail.search import Asked, find, telling
from mail.search.completing import Spot, spot
from mail.search.formatter import format_tree
from mail.search.nodes import Field, Period, Term
from mail.search.values import fold_value
from mail.search.words import units
from mailboxes.models import Mailbox
from permissions.models import User

MOST = 10
_PEOPLE = 6
_PEOPLE_BUDGET = 0.15  # seconds
_LOOKED_AT = 40  # mails
_BY_PERSON = frozenset({"from", "to", "cc", "bcc", "deliveredto", "customer"})
_BY_COLLEAGUE = frozenset({"assignee", "locked"})
_BY_DAY = frozenset({"period"})


@dataclass(frozen=True, slots=True)
class Option:
    """One line below the box. Taking it makes the box say `text`, with the cursor at `at`; a whole
    search (`runs`) begins at once."""

    icon: str
    title: str
    text: str
    at: int
    about: str = ""
    runs: bool = False


def suggest(user: User, text: str, at: int) -> list[Option]:
    """At most `MOST` of them, the likeliest first."""
    if not text.strip():
        return list(islice(_searches(user, ""), MOST))
    place = spot(text, at)
    found = _values(user, place) if place.operator else _anything(user, place)
    kept: dict[str, Option] = {}
    for option in found:
        if option.text.strip() != text.strip():
            kept.setdefault(option.text, option)
        if len(kept) == MOST:
            break
    return list(kept.values())


def _searches(user: User, words: str) -> Iterator[Option]:
    """Recent ones first, then those that were kept under a name."""
    wanted = fold_value(words)
    recent = RecentSearch.objects.filter(user=user).order_by("-used_at", "-pk")
    shown = 0
    for each in recent:
        if wanted in fold_value(each.text):
            shown += 1
            yield Option("history", each.text, each.text, len(each.text), runs=True)
            if shown == (3 if wanted else 6):
                break
    for saved in SavedSearch.objects.visible_to(user).order_by("name_key", "pk"):
        if wanted in fold_value(saved.name):
            yield Option(
                "bookmark", saved.name, saved.query, len(saved.query), saved.query, runs=True
            )


def _anything(user: User, place: Spot) -> Iterator[Option]:
    """Somebody types a plain word: it may become anything."""
    wanted = fold_value(place.typed)
    if not wanted:
        return
    for operator, names, about in telling.offered_operators():
        if any(fold_value(name).startswith(wanted) for name in names):
            text, at = place.term(operator)
            yield Option("search", f"{operator}:", text, at, about)
    if place.text.strip() == place.typed.strip():
        yield from islice(_searches(user, place.typed), 4)
    for name in _labels(user, wanted):
        text, at = place.term(_operator("label"), name)
        yield Option("tag", name, text, at, str(telling.OPERATOR_WORDS["label"]))
    if len(wanted) > 1 or not wanted.isascii():
        for title, address in _people(user, place.typed):
            text, at = place.term(_operator("from"), address)
            yield Option("user", title or address, text, at, address if title else "")


def _values(user: User, place: Spot) -> Iterator[Option]:
    """Somebody types behind an operator."""
    wanted = fold_value(place.typed)
    operator = place.operator
    for value, names in telling.offered_values(operator, place.named):
        if any(fold_value(name).startswith(wanted) for name in names):
            about = next((name for name in names if name != value), "")
            yield _value(place, "check", value, about=about)
    if operator in {"label", "in"}:
        for name in _labels(user, wanted):
            yield _value(place, "tag", name)
    elif operator in _BY_COLLEAGUE:
        yield from _colleagues(user, place, wanted)
    elif operator == "mailbox":
        for box in Mailbox.objects.visible_to(user).order_by("address"):
            if wanted in fold_value(f"{box.address} {box.name}"):
                yield _value(place, "inbox", box.address, about=box.name)
    elif operator in _BY_DAY and not place.typed.strip():
        yield from _periods(place)
    elif operator in _BY_PERSON:
        if wanted and "me".startswith(wanted) and operator != "customer":
            yield _value(place, "user-check", "me", about=_("The addresses of the mailboxes"))
        for title, address in _people(user, place.typed):
            yield _value(place, "user", address, title=title, about=address if title else "")


def _value(place: Spot, icon: str, value: str, *, title: str = "", about: str = "") -> Option:
    text, at = place.value(value)
    return Option(icon, title or value, text, at, about)


def _operator(operator: str) -> str:
    """Its name in the reader's language."""
    for name, names, _about in telling.offered_operators():
        if operator == names[0]:
            return name
    return operator


def _labels(user: User, wanted: str) -> Iterator[str]:
    """Those that begin so first, then those that have it somewhere; of all mailboxes, once each."""
    names = dict.fromkeys(
        label.name
        for label in labels_of(user)
        if label.kind == LabelKind.USER and not label.hidden and wanted in fold_value(label.name)
    )
    yield from sorted(names, key=lambda name: (not fold_value(name).startswith(wanted), name))


def _colleagues(user: User, place: Spot, wanted: str) -> Iterator[Option]:
    for value, about in (("me", user.name), ("none", _("Nobody's"))):
        if value.startswith(wanted) and (value == "me" or place.operator == "assignee"):
            yield _value(place, "user-check", value, about=about)
    people = User.objects.filter(
        is_active=True, memberships__mailbox__in=user.mailbox_ids
    ).distinct()
    for person in people.order_by("name", "pk"):
        if wanted in fold_value(f"{person.name} {person.username}"):
            yield _value(place, "user", person.name, about=person.username)


def _people(user: User, typed: str) -> list[tuple[str, str]]:
    """(name, address) of people whom the newest matching mail is from."""
    if not units(typed):
        return []
    # Whom one writes to, one mostly also heard from; a mail's row knows the sender alone.
    found = find(
        Term(typed.strip(), Field.FROM, prefix=True),
        Asked(user, timezone.now()),
        Message.objects.visible_to(user).exclude(folder__in=[Folder.SENT, Folder.DRAFT]),
        limit=_LOOKED_AT,
        budget=_PEOPLE_BUDGET,
    )
    people = {mail.from_address: mail.from_name for mail in found.messages if mail.from_address}
    return [(name, address) for address, name in list(people.items())[:_PEOPLE]]


def _periods(place: Spot) -> Iterator[Option]:
    today = timezone.localdate()
    month = today.replace(day=1)
    last_month = (month - timedelta(days=1)).replace(day=1)
    day = timedelta(days=1)
    for title, first, end in (
        (_("Today"), today, today + day),
        (_("Yesterday"), today - day, today),
        (_("Last 7 days"), today - 6 * day, today + day),
        (_("This month"), month, (month + 31 * day).replace(day=1)),
        (_("Last month"), last_month, month),
    ):
        value = format_tree(Period(first, end)).removeprefix("period:")
        yield _value(place, "clock", value, title=title, about=value)
