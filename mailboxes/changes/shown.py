"""What a reading of Gmail does not show yet, and which targets must be looked at again.

A reading that began before a change was carried out may or may not show it, and whoever stores the
reading cannot tell. So the change is laid over it until a reading has begun after `done_at`. That
hides, for as long, what somebody changed in Gmail itself meanwhile: each change that was laid over
something therefore asks for one more reading once it is done.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from mailboxes.changes.patch import LabelPatch
from mailboxes.models import Change, ChangeState, Mailbox


def not_yet_shown(
    mailbox: Mailbox, gmail_ids: Collection[str], *, read_at: datetime
) -> dict[str, LabelPatch]:
    """What to lay over the labels that a reading gave, by mail; one query where nothing waits.

    To be asked in the transaction that stores the reading, after the mails' own rows are held: an
    action that changes one of them meanwhile then waits for the commit, and overwrites it.

    Args:
        read_at: the database's clock when the reading began, before the request left.
    """
    rows = _hidden(mailbox, Q(kind__in=Change.MAIL_KINDS, target__in=gmail_ids), read_at=read_at)
    patches: dict[str, LabelPatch] = {}
    for change in rows:
        patch = LabelPatch.from_payload(change.payload)
        patches[change.target] = patches.get(change.target, LabelPatch()).then(patch)
    return patches


def labels_not_yet_shown(mailbox: Mailbox, *, read_at: datetime) -> list[Change]:
    """As `not_yet_shown`, for a reading of the mailbox's labels: the changes, oldest first."""
    return _hidden(mailbox, Q(kind__in=Change.LABEL_KINDS), read_at=read_at)


def _hidden(mailbox: Mailbox, which: Q, *, read_at: datetime) -> list[Change]:
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("asked with the targets' rows held")
    hidden = Q(state__in=Change.OPEN_STATES) | Q(state=ChangeState.DONE, done_at__gte=read_at)
    rows = list(
        Change.objects.filter(hidden, which, mailbox=mailbox)
        .order_by("pk")
        .select_for_update(no_key=True)
    )
    unmarked = [change.pk for change in rows if not change.attention]
    if unmarked:
        Change.objects.filter(pk__in=unmarked).update(attention=True)
    return rows


def needing_attention(kinds: Collection[str] = Change.MAIL_KINDS, limit: int = 200) -> list[Change]:
    """Changes that have come to an end and whose targets must be read again, oldest first.

    Refused ones: what was shown here is not so in Gmail. Done ones: see above.
    """
    ended = Change.objects.filter(
        attention=True, kind__in=kinds, state__in=[ChangeState.DONE, ChangeState.REFUSED]
    ).select_related("mailbox", "actor")
    return list(ended.order_by("pk")[:limit])


def attend(change: Change) -> bool:
    """Note that the caller sees to it; False when somebody else already does.

    Within the caller's transaction, and after the target's own row is held (the order of row locks
    everywhere: the mail, then its changes).
    """
    open_still = Change.objects.filter(pk=change.pk, attention=True, state=change.state)
    return bool(open_still.update(attention=False))
