"""Which entry and which import may be looked at, and by whom."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from addressbook.models import Address, Import
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation


def entry(user: User, entry_id: int) -> Address:
    """One entry, for who may see the book.

    Raises:
        OperationDenied: they may not (403). Http404: there is none.
    """
    require(user, Operation.ADDRESSES_VIEW)
    return get_object_or_404(Address.objects.select_related("updated_by"), pk=entry_id)


def own_import(user: User, import_id: int) -> Import:
    """An import of the user's own.

    Raises:
        OperationDenied: they may not import (403). Http404: there is none of theirs.
    """
    require(user, Operation.ADDRESSES_TRANSFER)
    return get_object_or_404(Import, pk=import_id, user=user)
