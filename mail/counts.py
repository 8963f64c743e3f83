"""The numbers of the left navigation: what waits for somebody, by category and by label."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Count, F, Func, Q, QuerySet

from callcenter.prepared import Prepared
from labels.seen import labels_of
from mail.categories import made_in_gmail
from mail.mentions import unseen
from mail.models import Draft, Folder, Message, MessageLabel, Status
from mail.numbers import Number, NumberByKey
from permissions.models import User

# Nobody reads a number above 999, and counting on would cost more the worse the day is.
_COUNTED = 1000


class _Among(Func):
    """One of an array's. Unlike IN (SELECT …) it is only ever looked up in the index, one by one:
    with a hundred thousand mails PostgreSQL would read all their labels instead."""

    arg_joiner = " = ANY("
    template = "%(expressions)s)"
    output_field = BooleanField()
    conditional = True


@dataclass(frozen=True, slots=True)
class Counts:
    """By category key and by label id; each at most `_COUNTED`."""

    categories: dict[str, int]
    labels: dict[int, int]


def _numbers(asker: int, *mailboxes: int) -> QuerySet[Any, Any]:
    """One short query, however much mail there is: no part of it looks at what is done."""
    user = User(pk=asker)
    user.mailbox_ids = frozenset(mailboxes)
    visible = Message.objects.visible_to(user).exclude(folder__in=[Folder.SPAM, Folder.TRASH])
    still_open = visible.filter(status=Status.OPEN)
    newest_open = still_open.newest_first().values("pk")[: _COUNTED * 5]
    by_label = (
        MessageLabel.objects.filter(_Among(F("message_id"), ArraySubquery(newest_open)))
        .values(key=F("label_id"))
        .annotate(number=Count("pk"))
    )
    made_there = visible.filter(
        made_in_gmail(user), message_labels__label__gmail_id="DRAFT"
    ).order_by()
    asked = {
        "open": still_open,
        "in_progress": visible.filter(status=Status.IN_PROGRESS),
        "mine": visible.filter(Q(assignee=user), status__in=[Status.OPEN, Status.IN_PROGRESS]),
        "drafts": Draft.objects.filter(mailbox_id__in=user.mailbox_ids, state="live"),
        "made_there": made_there,
        "mentioned": unseen(user),
    }
    return (
        # One row, that of the asker, to hang the numbers on.
        User.objects.filter(pk=asker)
        .annotate(
            by_label=NumberByKey(by_label),
            **{
                f"n_{name}": Number(rows.order_by().values("pk")[:_COUNTED])
                for name, rows in asked.items()
            },
        )
        .values_list("by_label", *(f"n_{name}" for name in asked))
    )


_question = Prepared(_numbers)


def counts_for(user: User) -> Counts:
    """What the person's navigation says now."""
    ((by_label, still_open, in_progress, mine, drafts, made_there, mentioned),) = _question.ask(
        user.pk, *user.mailbox_ids
    )
    labels = {int(pk): number for pk, number in json.loads(by_label or "{}").items()}
    system: Counter[str] = Counter()
    for label in labels_of(user):
        system[label.gmail_id] += labels.get(label.pk, 0)
    return Counts(
        categories={
            "inbox": system["INBOX"],
            "starred": system["STARRED"],
            "open": still_open,
            "in_progress": in_progress,
            "mine": mine,
            "drafts": drafts + made_there,
            "mentioned": mentioned,
        },
        labels=labels,
    )
