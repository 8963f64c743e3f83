"""Which mailbox may be looked at by whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.shortcuts import get_object_or_404

from mailboxes.models import Mailbox, Membership
from permissions.access import require, who_may
from permissions.models import User
from permissions.operations import Operation


def administered(user: User, mailbox_id: int) -> Mailbox:
    """A mailbox for an administrator, who keeps accounts without having to read their mail.

    Raises:
        OperationDenied: not an administrator (403). Http404: no such mailbox.
    """
    require(user, Operation.ADMIN_MAILBOXES)
    return get_object_or_404(Mailbox, pk=mailbox_id)


def given(user_ids: Collection[int], operation: Operation) -> dict[int, frozenset[int]]:
    """The mailboxes of each of these people who may do this now; the others are left out."""
    found: dict[int, set[int]] = defaultdict(set)
    allowed = who_may(user_ids, operation)
    rows = Membership.objects.filter(user__in=allowed).values_list("user_id", "mailbox_id")
    for user_id, mailbox_id in rows:
        found[user_id].add(mailbox_id)
    return {user_id: frozenset(found[user_id]) for user_id in allowed}
