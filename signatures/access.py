"""Who may look at signatures."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from permissions.access import require
from permissions.models import User
from permissions.operations import Operation
from signatures.models import Signature


def visible_to(user: User) -> QuerySet[Signature]:
    """All signatures, for whom may see them.

    Raises:
        OperationDenied: they may not (403).
    """
    require(user, Operation.SIGNATURES_VIEW)
    return Signature.objects.all()


def readable(user: User, signature_id: int) -> Signature:
    """One signature (403 before 404: nobody without the right learns what there is)."""
    rows = visible_to(user).select_related("updated_by").prefetch_related("defaults__mailbox")
    return get_object_or_404(rows, pk=signature_id)
