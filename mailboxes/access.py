"""Which mailbox may be looked at by whom."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from mailboxes.models import Mailbox
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation


def administered(user: User, mailbox_id: int) -> Mailbox:
    """A mailbox for an administrator, who keeps accounts without having to read their mail.

    Raises:
        OperationDenied: not an administrator (403). Http404: no such mailbox.
    """
    require(user, Operation.ADMIN_MAILBOXES)
    return get_object_or_404(Mailbox, pk=mailbox_id)
