"""The address of a customer's page in the company's own CRM, set for the whole installation."""

from __future__ import annotations

from django.db import transaction

from activity.events import record
from crm.models import OwnCrm
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation

THING = "own_crm"


@transaction.atomic
def set_pattern(user: User, pattern: str) -> None:
    """An empty one takes the links away.

    Raises:
        OperationDenied: they do not connect this installation with other services.
    """
    require(user, Operation.ADMIN_MAILBOXES)
    OwnCrm.objects.get_or_create(pk=1)
    stored = OwnCrm.objects.select_for_update().get(pk=1)
    if stored.pattern == pattern:
        return
    stored.pattern = pattern
    stored.save()
    record("own_crm.changed", actor=user, thing=(THING, 1), silent=True, pattern=pattern)
