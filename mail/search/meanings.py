"""What names in a query mean to the one who asks: labels, people, mailboxes, «me», days, now.

All that depends on who asks and when is looked up here, once a query, and only among what the user
may see.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from crm.lookup import owners, with_words
from labels.models import Label
from mail.search.nodes import Field, Term
from mail.search.values import fold_value, label_key
from mail.search.words import Pattern, folded_text
from mailboxes.models import Mailbox, SendAs
from permissions.models import User
from permissions.operations import Operation

_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Asked:
    """Who asks, and when."""

    user: User
    now: datetime

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.user.time_zone)

    @cached_property
    def _mailboxes(self) -> list[Mailbox]:
        return list(Mailbox.objects.filter(pk__in=self.user.mailbox_ids))

    @cached_property
    def _label_rows(self) -> list[tuple[int, str, str]]:
        rows = Label.objects.filter(mailbox__in=self.user.mailbox_ids)
        return list(rows.values_list("pk", "gmail_id", "name"))

    @cached_property
    def _people(self) -> list[tuple[int, str, str]]:
        return list(User.objects.values_list("pk", "username", "name"))

    @cached_property
    def _own_addresses(self) -> list[str]:
        aliases = SendAs.objects.filter(mailbox__in=self.user.mailbox_ids)
        found = {box.address for box in self._mailboxes}
        return sorted(found | set(aliases.values_list("address", flat=True)))

    def labels_named(self, name: str) -> list[int]:
        """User labels by their name, Gmail's own by name or id, in all of the user's mailboxes."""
        key = label_key(name)
        return [
            pk
            for pk, gmail_id, title in self._label_rows
            if label_key(title) == key or gmail_id.casefold() == key
        ]

    def gmail_labels(self, gmail_id: str) -> list[int]:
        return [pk for pk, each, _ in self._label_rows if each == gmail_id]

    def people_named(self, name: str) -> list[int]:
        """By user name, or by any part of the name that words can be found by."""
        plain, pattern = fold_value(name), Pattern.of(name).text
        return [
            pk
            for pk, username, title in self._people
            if fold_value(username) == plain or (pattern and pattern in folded_text(title))
        ]

    def mailboxes_named(self, name: str) -> list[int]:
        pattern = Pattern.of(name).text
        return [
            box.pk
            for box in self._mailboxes
            if pattern in folded_text(box.address) or pattern in folded_text(box.name)
        ]

    def customer_of(self, address: str) -> int | None:
        """The key of the customer with this normalised address; None for whom may not see them."""
        found: int | None = self._once(f"@{address}", lambda: owners([address]).get(address))
        return found

    def knows_customers(self, words: str) -> bool:
        """Whether there is a customer of whom these words are known."""
        return bool(self._once(words, with_words(words).exists))

    def _once(self, key: str, ask: Callable[[], Any]) -> Any:
        if not self.user.may(Operation.CUSTOMERS_VIEW):
            return None
        if key not in self._customers:
            self._customers[key] = ask()
        return self._customers[key]

    @cached_property
    def _customers(self) -> dict[str, Any]:
        return {}

    def patterns(self, term: Term) -> list[Pattern]:
        """What a term looks for: one of them is enough. None: nothing can match."""
        if fold_value(term.text) in {"me", "自分"} and term.field in {
            *(Field.FROM, Field.TO, Field.CC, Field.BCC, Field.DELIVERED_TO),
        }:
            return [Pattern.of(address) for address in self._own_addresses]
        return [Pattern.of(term.text, prefix=term.prefix)]

    def moment(self, when: date | int) -> datetime:
        """The beginning of a day in the user's zone."""
        if isinstance(when, int):
            return datetime.fromtimestamp(when, UTC)
        try:
            return datetime.combine(when, time(), self.zone).astimezone(UTC)
        except OverflowError:
            return _EARLIEST

    def day_after(self, day: date) -> datetime:
        return (
            self.moment(day + timedelta(days=1))
            if day < date.max
            else datetime.max.replace(tzinfo=UTC)
        )

    def ago(self, amount: int, unit: str) -> datetime:
        """So long before now; months and years by the calendar, in the user's zone."""
        hours = {"h": 1, "d": 24, "w": 24 * 7}.get(unit)
        try:
            if hours is not None:
                return self.now - timedelta(hours=hours * amount)
            local = self.now.astimezone(self.zone)
            months = local.year * 12 + local.month - 1 - amount * (12 if unit == "y" else 1)
            year, month = divmod(months, 12)
            day = min(local.day, calendar.monthrange(year, month + 1)[1])
            return local.replace(year=year, month=month + 1, day=day).astimezone(UTC)
        except (OverflowError, ValueError):
            return _EARLIEST
