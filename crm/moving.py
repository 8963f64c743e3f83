"""Addresses that came to a customer or left one, for whoever keeps mail.

Rows are the queue. One chunk of work is one transaction that holds its row: who moves the address
again meanwhile waits for the chunk, and then the row begins anew.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection
from django.db.models.functions import Now

from crm.models import Customer, Moved

# No transaction that stores mail lasts longer.
LATE = timedelta(minutes=10)


def note(address_keys: Collection[str]) -> None:
    """In the transaction that moves them."""
    with connection.cursor() as cursor:
        # In one order, so that two who move the same addresses never wait in a circle.
        cursor.execute(
            "INSERT INTO crm_moved (address_key, is_second)"
            " SELECT unnest(%s::text[]), false ON CONFLICT (address_key) DO UPDATE"
            " SET due_at = DEFAULT, reached_at = NULL, reached = NULL, is_second = false",
            [sorted(address_keys)],
        )


def next_due() -> Moved | None:
    """What is to be followed now, locked until the commit."""
    rows = Moved.objects.select_for_update(skip_locked=True).filter(due_at__lte=Now())
    return rows.order_by("due_at").first()


def reached(moved: Moved, at: datetime, pk: int) -> None:
    """Everything newer than this place of the room above is done."""
    Moved.objects.filter(pk=moved.pk).update(reached_at=at, reached=pk)


def passed(moved: Moved) -> None:
    """All of its mail was gone through: once more a little later, and then no more."""
    rows = Moved.objects.filter(pk=moved.pk)
    if moved.is_second:
        rows.delete()
    else:
        rows.update(is_second=True, due_at=Now() + LATE, reached_at=None, reached=None)


def leaving() -> list[int]:
    """Deleted customers whose rows are still there, the first deleted first."""
    rows = Customer.ever.filter(left_at__isnull=False)
    return list(rows.order_by("left_at").values_list("pk", flat=True)[:100])


def gone(customer_id: int) -> bool:
    """No mail is linked to this deleted customer: take the row away, unless it is too early."""
    rows = Customer.ever.filter(pk=customer_id, left_at__lt=Now() - LATE)
    return bool(rows.delete()[0])
