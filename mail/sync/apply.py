"""What Gmail has just told of some mails -> our rows, and off the list of what is to be read.

Storing a mail and striking it off is one transaction: a worker that dies leaves it on the list. A
batch is stored as one; where the database or our own code cannot take it, mail by mail, so that one
bad mail never stops the rest.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from mail.mime import bounded
from mail.models import Message, Reconciliation, ToFetch
from mail.sync.account import Account
from mail.sync.arriving import Reading, store_new, with_customers
from mail.sync.effects import after_arrival
from mail.sync.renewing import renew
from mailboxes.changes import not_yet_shown

log = logging.getLogger(__name__)
_UNREADABLE = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
    OverflowError,
    DataError,
    IntegrityError,
)
_PUT_ASIDE = timedelta(hours=6)


def apply(
    account: Account, answers: Sequence[tuple[ToFetch, Mapping[str, Any]]], *, read_at: datetime
) -> int:
    """Store mails' present state; how many could be.

    Args:
        answers: what was to be read, with Gmail's message resource.
        read_at: the database's time before Gmail was asked.
    """
    if not answers:
        return 0
    readings = _readings(answers)
    known = _known(account, readings)
    renewed = [reading for reading in readings if reading.row.gmail_id in known]
    fresh = with_customers(account, [each for each in readings if each.row.gmail_id not in known])
    news = [reading for reading in fresh if _has_effects(account, reading)]
    quiet = [reading for reading in fresh if not _has_effects(account, reading)]
    stored = _store(account, partial(_renew, read_at=read_at), renewed)
    stored += _store(account, _arrive, quiet)
    # What has effects on other mails takes those mails' locks: each in a transaction of its own.
    return stored + sum(_store(account, _arrive_as_news, [reading]) for reading in news)


def _readings(answers: Sequence[tuple[ToFetch, Mapping[str, Any]]]) -> list[Reading]:
    parsed = bounded.parse_payloads([resource for _, resource in answers])
    return [
        Reading.of(row, resource, resource.get("labelIds") or (), mail)
        for (row, resource), mail in zip(answers, parsed, strict=True)
    ]


def _known(account: Account, readings: Sequence[Reading]) -> set[str]:
    ids = [reading.row.gmail_id for reading in readings]
    rows = Message.objects.filter(mailbox=account.mailbox, gmail_id__in=ids)
    return set(rows.values_list("gmail_id", flat=True))


def _has_effects(account: Account, reading: Reading) -> bool:
    """Mail from before connecting, and what a first listing names, is never news."""
    return reading.row.is_news and reading.date >= account.connected_at


def _store(
    account: Account, store: Callable[[Account, Sequence[Reading]], None], group: list[Reading]
) -> int:
    if not group:
        return 0
    try:
        with transaction.atomic():
            store(account, group)
        return len(group)
    except _UNREADABLE as error:
        # A label that was deleted a moment ago is no mail's fault: the labels are looked up anew.
        account.forget_labels()
        if len(group) > 1:
            return sum(_store(account, store, [reading]) for reading in group)
        return _again_or_aside(account, store, group[0], error)


def _again_or_aside(
    account: Account,
    store: Callable[[Account, Sequence[Reading]], None],
    reading: Reading,
    error: Exception,
) -> int:
    if isinstance(error, IntegrityError):
        try:
            with transaction.atomic():
                store(account, [reading])
        except _UNREADABLE as second:
            error = second
        else:
            return 1
    _put_aside(reading.row, error)
    return 0


def _put_aside(row: ToFetch, error: Exception) -> None:
    """A mail that our own code cannot store: it stands among those that could not be imported."""
    log.error("Mail %s of mailbox %s: not stored", row.gmail_id, row.mailbox_id, exc_info=error)
    ToFetch.objects.filter(pk=row.pk).update(
        attempts=F("attempts") + 1,
        not_before=Now() + _PUT_ASIDE,
        trouble="unreadable",
        trouble_detail=type(error).__name__,
        trouble_since=Coalesce(F("trouble_since"), Now()),
    )


def _renew(account: Account, readings: Sequence[Reading], *, read_at: datetime) -> None:
    ids = [reading.row.gmail_id for reading in readings]
    rows = Message.objects.filter(mailbox=account.mailbox, gmail_id__in=ids)
    locked = {row.gmail_id: row for row in rows.select_for_update().order_by("pk")}
    # What an agent has just changed is not in what Gmail said: it would flicker back.
    patches = not_yet_shown(account.mailbox, ids, read_at=read_at)
    shown = [
        replace(each, label_ids=patches[each.row.gmail_id].over(each.label_ids))
        if each.row.gmail_id in patches
        else each
        for each in readings
    ]
    changed = renew(account, locked, shown)
    _strike_off([reading.row for reading in readings], repaired=changed)


def _arrive(account: Account, readings: Sequence[Reading]) -> None:
    store_new(account, readings)
    rows = [reading.row for reading in readings]
    _strike_off(rows, repaired={row.gmail_id for row in rows})


def _arrive_as_news(account: Account, readings: Sequence[Reading]) -> None:
    messages = store_new(account, readings)
    for message, reading in zip(messages, readings, strict=True):
        after_arrival(message, reading.parsed)
    rows = [reading.row for reading in readings]
    _strike_off(rows, repaired={row.gmail_id for row in rows})


def _strike_off(rows: Sequence[ToFetch], *, repaired: set[str]) -> None:
    ToFetch.objects.filter(pk__in=[row.pk for row in rows]).delete()
    count_repaired(row for row in rows if row.gmail_id in repaired)


def count_repaired(rows: Iterable[ToFetch]) -> None:
    """Credit the comparisons that asked for these mails, which really were different."""
    by = Counter(row.reconciliation_id for row in rows if row.reconciliation_id)
    for pk, number in by.items():
        Reconciliation.objects.filter(pk=pk).update(repaired=F("repaired") + number)
