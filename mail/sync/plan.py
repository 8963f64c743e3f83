"""How to read mails for the fewest units: each alone, or a conversation whole.

threads.get costs as much as a few messages.get, however long the conversation is. It is worth it
from three wanted mails on, and only where most of the conversation is wanted: a long one of which
little is missing would bring megabytes that are here already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count
from django.db.models.functions import Now

from callcenter.gmail.quota import Budget
from mail.models import Conversation, ToFetch
from mailboxes.models import Mailbox

FEWEST = 3
# Mails of one round, those of opened conversations included: a bound on memory.
MOST = 150


@dataclass(frozen=True, slots=True)
class Plan:
    """`together`: by thread id, the wanted mails of conversations to be read whole."""

    single: list[ToFetch]
    together: dict[str, list[ToFetch]]

    def __len__(self) -> int:
        return len(self.single) + sum(map(len, self.together.values()))


def budget() -> Budget:
    return Budget(settings.GOOGLE.units_per_minute, settings.GOOGLE.costs)


def worth_it(wanted: int, stored: int, *, prices: Budget) -> bool:
    """Whether a conversation is cheaper read whole. Pure."""
    if wanted < FEWEST or stored > 2 * wanted:
        return False
    return prices.cost("threads.get") < prices.cost("messages.get", wanted)


def plan(mailbox: Mailbox, rows: Sequence[ToFetch]) -> Plan:
    """How to read `rows`; with a conversation come its other mails that are due."""
    of_thread = _companions(mailbox, rows)
    stored = _stored(mailbox, of_thread)
    prices, room = budget(), MOST
    single: list[ToFetch] = []
    together: dict[str, list[ToFetch]] = {}
    for row in rows:
        mates = of_thread.get(row.thread_id, []) if not row.alone else []
        if row.thread_id in together and not row.alone:
            continue
        # A conversation that is longer than a round is a round of its own.
        fits = len(mates) <= room or not together
        if fits and worth_it(len(mates), stored.get(row.thread_id, 0), prices=prices):
            together[row.thread_id] = mates
            room -= len(mates)
        else:
            single.append(row)
    return Plan(single, together)


def _companions(mailbox: Mailbox, rows: Sequence[ToFetch]) -> dict[str, list[ToFetch]]:
    threads = {row.thread_id for row in rows if row.thread_id and not row.alone}
    found: dict[str, list[ToFetch]] = defaultdict(list)
    if threads:
        waiting = ToFetch.objects.filter(
            mailbox=mailbox, thread_id__in=threads, alone=False, not_before__lte=Now()
        )
        for row in waiting.order_by("position"):
            found[row.thread_id].append(row)
    return {thread_id: mates for thread_id, mates in found.items() if len(mates) >= FEWEST}


def _stored(mailbox: Mailbox, of_thread: dict[str, list[ToFetch]]) -> dict[str, int]:
    if not of_thread:
        return {}
    known = Conversation.objects.filter(mailbox=mailbox, gmail_thread_id__in=of_thread)
    return dict(known.annotate(n=Count("messages")).values_list("gmail_thread_id", "n"))
