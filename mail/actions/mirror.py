"""What an administrator asks of the mirror: to be compared with Gmail, and to try mails again."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from activity.events import record
from mail.health.unimported import rows_of
from mail.models import Reconciliation, SyncPhase, SyncState
from mail.sync import reconcile
from mail.sync.tasks import wake
from mailboxes.models import Mailbox
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation


class NotNow(Exception):
    """The mirror is not at work, or still at its first synchronisation."""


@transaction.atomic
def compare(mailbox: Mailbox, *, by: User) -> Reconciliation:
    """Hold the mirror against Gmail's lists now (今すぐ照合); one that is running goes on.

    Raises:
        NotNow: the account is not connected, or its first synchronisation is a comparison itself.
    """
    require(by, Operation.ADMIN_MAILBOXES)
    followed = SyncState.objects.filter(mailbox=mailbox, phase=SyncPhase.FOLLOWING)
    if not mailbox.is_working or not followed.exists():
        raise NotNow
    run = reconcile.ask(mailbox)
    record("sync.asked_to_compare", actor=by, mailbox_id=mailbox.pk)
    transaction.on_commit(lambda: wake(mailbox.pk))
    return run


@transaction.atomic
def try_again(mailbox: Mailbox, *, by: User, row_id: int | None = None) -> int:
    """Ask Gmail again now for a mail that could not be imported (再取得), or for all of them.

    Since when a mail is in trouble stays, so that another failure does not look like a new one.

    Returns how many there were.

    Raises:
        NotNow: the account is not connected.
    """
    require(by, Operation.ADMIN_MAILBOXES)
    if not mailbox.is_working:
        raise NotNow
    rows = rows_of(mailbox)
    if row_id is not None:
        rows = rows.filter(pk=row_id)
    found = rows.update(not_before=Now(), attempts=0, trouble="", trouble_detail="")
    if found:
        record("sync.asked_again", actor=by, mailbox_id=mailbox.pk, mails=found)
        transaction.on_commit(lambda: wake(mailbox.pk))
    return found
