"""What the frame of every page shows of the mailboxes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from callcenter.partials import wants_partial
from mailboxes.models import Mailbox
from permissions.models import User
from permissions.operations import Operation


def shell(request: HttpRequest) -> dict[str, Any]:
    """`mailboxes` of the signed-in person, for the pill and the sync state in the top bar."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or wants_partial(request):
        return {}
    mailboxes = list(Mailbox.objects.visible_to(user))
    troubled = [mailbox for mailbox in mailboxes if mailbox.trouble]
    if user.may(Operation.ADMIN_MAILBOXES):
        # Who can mend it is told, whether or not they read that mailbox's mail.
        troubled = list(Mailbox.objects.exclude(trouble=""))
    return {"mailboxes": mailboxes, "troubled_mailboxes": troubled}
