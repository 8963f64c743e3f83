"""The list that an address asks for: category or label, mailbox, status, words, place.

The address holds all of it, so that a list can be bookmarked, sent to a colleague, and walked from
an open mail («newer», «older»). A parameter that means nothing is left out of account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Q, Subquery
from django.utils import timezone

from labels.models import Label
from labels.seen import labels_of
from mail import walks
from mail.categories import BY_KEY, DEFAULT, Category
from mail.models import Message, Status
from mail.models.message import MessageQuerySet
from mail.search import Asked, Found, Query, count, find, format_tree, matching, parse
from mail.search.drivers import Edge
from mail.search.nodes import (
    Assigned,
    Handling,
    In,
    InMailbox,
    Is,
    Labelled,
    Node,
    conjunction,
)
from mailboxes.models import Mailbox
from permissions.models import User

PAGE = 100
COUNTED = 1000
_LONGEST = 2000  # characters of a search
_COUNTING = 0.4  # seconds, for the number of hits
_STATUSES = frozenset(Status.values)
# The categories in the language of search; すべてのメール asks for nothing.
_AS_WORDS: dict[str, tuple[Node, ...]] = {
    "inbox": (In("inbox"),),
    "open": (Handling("open"),),
    "in_progress": (Handling("in_progress"),),
    "done": (Handling("done"),),
    "mine": (Assigned("me"),),
    "mentioned": (Is("mentioned"), In("anywhere")),
    "starred": (Is("starred"),),
    "sent": (In("sent"),),
    "drafts": (In("drafts"),),
    "spam": (In("spam"),),
    "trash": (In("trash"),),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the list begins: a mail's date and id, which every list is ordered by."""

    date: datetime
    pk: int

    @classmethod
    def of(cls, message: Message) -> Place:
        return cls(message.internal_date, message.pk)

    @classmethod
    def parse(cls, text: str) -> Place | None:
        micros, dash, pk = text.partition("-")
        if not (dash and micros.isdecimal() and pk.isdecimal() and len(text) < 40):
            return None
        try:
            date = datetime.fromtimestamp(int(micros) / 1_000_000, UTC)
        except (ValueError, OverflowError, OSError):
            return None
        return cls(date, int(pk)) if int(pk) < 2**63 else None

    def __str__(self) -> str:
        return f"{round(self.date.timestamp() * 1_000_000)}-{self.pk}"

    @property
    def edge(self) -> Edge:
        return Edge(self.date, self.pk)

    @property
    def older(self) -> Q:
        return self.beyond(newer=False)

    def beyond(self, date: str = "internal_date", pk: str = "pk", *, newer: bool) -> Q:
        """What comes behind in the list, or before: by the columns that say where a mail stands."""
        way = "gt" if newer else "lt"
        # The date alone as well: an index can only be entered by what both alternatives say.
        edge = Q(**{f"{date}__{way}e": self.date})
        same = Q(**{date: self.date, f"{pk}__{way}": self.pk})
        return edge & (Q(**{f"{date}__{way}": self.date}) | same)


@dataclass(frozen=True)
class Browse:
    """One list. `first` is the number of its first row, counted from 1, for show only."""

    category: Category
    label: Label | None = None
    mailbox: Mailbox | None = None
    status: str = ""
    words: str = ""
    before: Place | None = None
    after: Place | None = None
    first: int = 1

    @classmethod
    def parse(cls, user: User, query: Mapping[str, str]) -> Browse:
        """Read an address. Labels and mailboxes that the user may not see are as unknown ones."""
        visible = Mailbox.objects.visible_to(user)
        label, mailbox = None, None
        if (label_id := query.get("label", "")).isdecimal() and len(label_id) < 19:
            label = next((each for each in labels_of(user) if each.pk == int(label_id)), None)
        if (mailbox_id := query.get("mailbox", "")).isdecimal() and len(mailbox_id) < 19:
            mailbox = visible.filter(pk=int(mailbox_id)).first()
        status = query.get("status", "")
        first = query.get("n", "")
        words = query.get("q", "").replace("\0", "").strip()[:_LONGEST]
        return cls(
            # Words are looked for in all mail, unless a category was chosen as well.
            category=BY_KEY.get(query.get("category", ""), BY_KEY["all"] if words else DEFAULT),
            label=label,
            mailbox=mailbox,
            status=status if status in _STATUSES or status == "mine" else "",
            words=words,
            before=Place.parse(query.get("before", "")),
            after=Place.parse(query.get("after", "")),
            first=int(first) if first.isdecimal() and len(first) < 9 else 1,
        )

    @property
    def query(self) -> str:
        """The list's own part of the address, without the place in it."""
        pairs = []
        if self.label is not None:
            pairs.append(("label", str(self.label.pk)))
        else:
            pairs.append(("category", self.category.key))
        if self.mailbox is not None:
            pairs.append(("mailbox", str(self.mailbox.pk)))
        if self.status:
            pairs.append(("status", self.status))
        if self.words:
            pairs.append(("q", self.words))
        return urlencode(pairs)

    @cached_property
    def search(self) -> Query:
        """What the words mean."""
        return parse(self.words)

    def as_text(self, *, with_mailbox: bool = True) -> str:
        """The whole list as the text of one query: what stands in the address beside the words
        becomes words too."""
        nodes = [] if self.label else list(_AS_WORDS.get(self.category.key, ()))
        if self.label is not None:
            nodes.append(Labelled(self.label.name))
        if self.mailbox is not None and with_mailbox:
            nodes.append(InMailbox(self.mailbox.address))
        if self.status:
            nodes.append(Assigned("me") if self.status == "mine" else Handling(self.status))
        scope = format_tree(conjunction(nodes))
        # As it was typed, where nothing is to be added: what is wrong with it is told of it.
        if not scope or not self.words:
            return scope or self.words
        return format_tree(conjunction([self.search.tree, *nodes]))

    @property
    def title(self) -> str:
        return self.label.name if self.label else str(self.category.name)

    def with_status(self, status: str) -> Browse:
        return replace(self, status=status, before=None, after=None, first=1)

    def messages(self, user: User) -> MessageQuerySet:
        """All mail of the list, without its place and order."""
        within = self._within(user)
        if not self.words:
            return within
        return matching(self.search.tree, Asked(user, timezone.now()), within)

    def _within(self, user: User) -> MessageQuerySet:
        """As `messages`, whatever the words say."""
        found, labels = self._scope(user)
        if labels is None:
            return found
        return found.filter(message_labels__label__in=labels)

    def _scope(self, user: User) -> tuple[MessageQuerySet, list[Label] | None]:
        """All that the list asks but for the words; labels of which one is asked besides, each of
        another mailbox."""
        found = Message.objects.visible_to(user)
        labels: list[Label] | None = None
        if self.mailbox is not None:
            found = found.filter(mailbox=self.mailbox)
        if self.label is not None:
            elsewhere = self.mailbox is not None and self.label.mailbox_id != self.mailbox.pk
            labels = [] if elsewhere else [self.label]
            found = found.exclude(folder__in=["spam", "trash"])
        elif not (self.words and self.category.key == "all"):
            # A search in all mail leaves out spam and trash by itself, unless it asks for them.
            found = found.filter(self.category.rule(user))
            if self.category.gmail_label:
                labels = self._gmail_labels(user)
        if self.status == "mine":
            found = found.filter(assignee=user)
        elif self.status:
            found = found.filter(status=self.status)
        return found, labels

    def _gmail_labels(self, user: User) -> list[Label]:
        wanted, box = self.category.gmail_label, self.mailbox
        return [
            label
            for label in labels_of(user)
            if label.gmail_id == wanted and (box is None or label.mailbox_id == box.pk)
        ]

    def _walks(self, user: User) -> list[walks.Walk]:
        """The list without words as lists that are each in the order of an index."""
        found, labels = self._scope(user)
        if labels is not None and self.status == "mine":
            return [walks.Walk(found.filter(message_labels__label__in=labels))]
        if labels is not None and self.status in {Status.OPEN, Status.IN_PROGRESS}:
            # Of all that has the label little is not done, and that has an index.
            return [
                walks.Walk(found.filter(mailbox=label.mailbox, message_labels__label=label))
                for label in labels
            ]
        if labels is not None:
            return [walks.Walk(found, label.pk) for label in labels]
        if self.mailbox is not None or self.status == "mine" or self.category.by_person:
            return [walks.Walk(found)]
        return [walks.Walk(found.filter(mailbox=box)) for box in sorted(user.mailbox_ids)]

    def page(self, user: User) -> tuple[list[Message], bool, bool]:
        """The rows of this place, newest first; whether there are newer ones, and older ones."""
        lists = self._walks(user)
        if self.after is not None:
            rows = list(walks.nearest(lists, PAGE + 1, self.after, newer=True).for_rows())
            return rows[:PAGE][::-1], len(rows) > PAGE, True
        rows = list(walks.nearest(lists, PAGE + 1, self.before).for_rows())
        return rows[:PAGE], self.before is not None, len(rows) > PAGE

    def find(self, user: User) -> Found:
        """A page of the search, which may have had to stop before its end."""
        asked = Asked(user, timezone.now())
        within = self._within(user).for_rows()
        place = self.after or self.before
        return find(
            self.search.tree,
            asked,
            within,
            edge=place.edge if place else None,
            newer=self.after is not None,
            limit=PAGE,
            count=COUNTED,
        )

    def total(self, found: Found) -> tuple[int, bool]:
        """What a page of the search tells of the number of hits, and whether there may be more."""
        if self.after is not None:
            return 0, True  # it was looked for towards the newer ones
        return (self.first if self.before else 1) - 1 + found.counted, not found.is_all

    def count_hits(self, user: User) -> tuple[int, bool]:
        """Hits of the search up to `COUNTED`, and whether there are (or may be) more."""
        found = count(
            self.search.tree,
            Asked(user, timezone.now()),
            self._within(user),
            most=COUNTED,
            budget=_COUNTING,
        )
        return min(found.counted, COUNTED), not found.is_all

    def count(self, user: User) -> int:
        """How many mails the list without words has, exact up to `COUNTED`, one more when there are
        more."""
        return walks.count(self._walks(user), COUNTED + 1)

    def neighbours(self, user: User, message: Message) -> tuple[int | None, int | None]:
        """The ids of the next newer and the next older mail of the list."""
        place = Place.of(message)
        if self.words:
            return self._next_hit(user, place, newer=True), self._next_hit(user, place, newer=False)
        lists = self._walks(user)
        newer, older = (
            Subquery(walks.nearest(lists, 1, place, newer=way).values("pk"))
            for way in (True, False)
        )
        # Both in one question, hung on the mail's own row.
        row = Message.objects.filter(pk=message.pk).values_list(newer, older).get()
        return row[0], row[1]

    def _next_hit(self, user: User, place: Place, *, newer: bool) -> int | None:
        found = find(
            self.search.tree,
            Asked(user, timezone.now()),
            self._within(user).only("pk"),
            edge=place.edge,
            newer=newer,
            limit=1,
            budget=_COUNTING,
        )
        return found.messages[0].pk if found.messages else None
