"""Who may look at customers."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from crm.models import Customer
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation


def visible_to(user: User) -> QuerySet[Customer]:
    """All customers, for whom may see them.

    Raises:
        OperationDenied: they may not (403).
    """
    require(user, Operation.CUSTOMERS_VIEW)
    return Customer.objects.all()


def readable(user: User, customer_id: int) -> Customer:
    """One customer (403 before 404: nobody without the right learns who there is)."""
    return get_object_or_404(visible_to(user).select_related("updated_by"), pk=customer_id)
