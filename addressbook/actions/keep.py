"""An entry made, changed and deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from activity.events import record
from addressbook.models import Address
from addressbook.writing import delete_starts, write_starts
from callcenter.addresses import normalise_address
from callcenter.drawers import hold
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation

THING = "address"


class AddressTaken(Exception):
    """The address stands in the book already, in `entry`."""

    def __init__(self, entry: Address) -> None:
        super().__init__(f"address {entry.pk} has it already")
        self.entry = entry


def add(user: User, values: Mapping[str, Any]) -> Address:
    """A new entry.

    Raises:
        AddressTaken: its address is in the book already.
    """
    require(user, Operation.ADDRESSES_ADD)
    return _write(user, Address(), values, "address.added")


def change(entry_id: int, user: User, *, version: int, values: Mapping[str, Any]) -> Address:
    """変更を保存.

    Raises:
        callcenter.drawers.EditedMeanwhile: somebody saved since `version`; nothing is changed.
        AddressTaken: another entry has the address. Address.DoesNotExist: it was deleted.
    """
    require(user, Operation.ADDRESSES_CHANGE)
    with transaction.atomic():
        stored = hold(Address.objects.all(), entry_id, version=version, wanted=values)
        if all(getattr(stored, name) == value for name, value in values.items()):
            return stored
        return _write(user, stored, values, "address.changed")


def _write(user: User, entry: Address, values: Mapping[str, Any], kind: str) -> Address:
    before = (entry.name, entry.address) if entry.pk else None
    if entry.pk:
        entry.version += 1
    for name, value in values.items():
        setattr(entry, name, value)
    entry.updated_by = user
    entry.updated_at = Now()
    _ensure_free(entry)
    try:
        with transaction.atomic():
            entry.save()
            write_starts([(entry, before)])
            record(kind, actor=user, thing=(THING, entry.pk), silent=True)
    except IntegrityError:
        # Somebody entered it in this very moment.
        _ensure_free(entry)
        raise
    entry.refresh_from_db()
    return entry


def _ensure_free(entry: Address) -> None:
    key = normalise_address(entry.address)
    other = Address.objects.filter(address_key=key).exclude(pk=entry.pk).first()
    if other is not None:
        raise AddressTaken(other)


@transaction.atomic
def remove(entry_id: int, user: User, *, version: int) -> None:
    """削除. A mail or a template that bears the address keeps it: only the entry goes.

    Raises:
        callcenter.drawers.EditedMeanwhile: somebody saved since `version`.
        Address.DoesNotExist: it is gone already.
    """
    require(user, Operation.ADDRESSES_DELETE)
    stored = hold(Address.objects.all(), entry_id, version=version)
    delete_starts(stored)
    record("address.deleted", actor=user, thing=(THING, stored.pk), silent=True)
    stored.delete()
