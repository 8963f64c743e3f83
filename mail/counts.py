"""The numbers of the left navigation: what is 未処理, by category and by label."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Q

from mail.categories import made_in_gmail
from mail.models import Draft, Folder, Message, MessageLabel, Status
from permissions.models import User

# Nobody reads a number above 999, and counting on would cost more the worse the day is.
_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Counts:
    """By category key and by label id; each at most `_COUNTED`."""

    categories: dict[str, int]
    labels: dict[int, int]


def counts_for(user: User) -> Counts:
    """Six short queries, however much mail there is: none looks at what is done."""
    visible = Message.objects.visible_to(user).exclude(folder__in=[Folder.SPAM, Folder.TRASH])
    still_open = visible.filter(status=Status.OPEN)
    newest_open = still_open.newest_first().values("pk")[: _COUNTED * 5]
    by_label = (
        MessageLabel.objects.filter(message__in=newest_open)
        .values_list("label_id", "label__gmail_id")
        .annotate(Count("pk"))
    )
    labels: dict[int, int] = {}
    system: Counter[str] = Counter()
    for label_id, gmail_id, number in by_label:
        labels[label_id] = number
        system[gmail_id] += number
    drafts = Draft.objects.filter(mailbox_id__in=user.mailbox_ids, state="live")
    made_there = visible.filter(
        made_in_gmail(user), message_labels__label__gmail_id="DRAFT"
    ).order_by()
    return Counts(
        categories={
            "inbox": system["INBOX"],
            "starred": system["STARRED"],
            "open": still_open.order_by()[:_COUNTED].count(),
            "in_progress": visible.filter(status=Status.IN_PROGRESS).order_by()[:_COUNTED].count(),
            "mine": visible.filter(Q(assignee=user), status__in=[Status.OPEN, Status.IN_PROGRESS])
            .order_by()[:_COUNTED]
            .count(),
            "drafts": drafts[:_COUNTED].count() + made_there[:_COUNTED].count(),
        },
        labels=labels,
    )
