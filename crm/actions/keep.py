"""A customer entered, changed and deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from activity.events import record
from callcenter.addresses import normalise_address
from callcenter.drawers import fold, hold
from crm import moving
from crm.models import Customer, CustomerAddress
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation

THING = "customer"


class Taken(Exception):
    """Another customer has the address (`field` is "addresses") or the number ("number")."""

    def __init__(self, field: str, value: str, customer: Customer) -> None:
        super().__init__(f"{field}: customer {customer.pk} has it already")
        self.field = field
        self.value = value
        self.customer = customer


def add(user: User, values: Mapping[str, Any]) -> Customer:
    """A new customer.

    Raises:
        Taken: an address or the number is another customer's.
    """
    require(user, Operation.CUSTOMERS_ADD)
    return _write(user, Customer(), values)


def change(customer_id: int, user: User, *, version: int, values: Mapping[str, Any]) -> Customer:
    """変更を保存.

    Raises:
        callcenter.drawers.EditedMeanwhile: somebody saved since `version`; nothing is changed.
        Taken: as for `add`. Customer.DoesNotExist: it was deleted.
    """
    require(user, Operation.CUSTOMERS_CHANGE)
    with transaction.atomic():
        stored = hold(Customer.objects.all(), customer_id, version=version, wanted=values)
        if all(getattr(stored, name) == value for name, value in values.items()):
            return stored
        return _write(user, stored, values)


def _write(user: User, customer: Customer, values: Mapping[str, Any]) -> Customer:
    is_new = customer.pk is None
    changed = [name for name, value in values.items() if getattr(customer, name) != value]
    if not is_new:
        customer.version += 1
    for name, value in values.items():
        setattr(customer, name, value)
    customer.updated_by = user
    customer.updated_at = Now()
    _ensure_free(customer)
    try:
        with transaction.atomic():
            customer.save()
            _keep_addresses(customer)
            if is_new:
                record("customer.added", actor=user, thing=(THING, customer.pk), silent=True)
            else:
                record(
                    "customer.changed",
                    actor=user,
                    thing=(THING, customer.pk),
                    silent=True,
                    fields=changed,
                )
    except IntegrityError:
        # Somebody entered it in this very moment.
        _ensure_free(customer)
        raise
    customer.refresh_from_db()
    return customer


def _by_key(customer: Customer) -> dict[str, str]:
    """The addresses as they are written, by the form in which they are compared."""
    return {normalise_address(line): line for line in customer.addresses.splitlines()}


def _ensure_free(customer: Customer) -> None:
    written = _by_key(customer)
    others = CustomerAddress.objects.filter(address_key__in=written).exclude(customer=customer.pk)
    if other := others.select_related("customer").first():
        raise Taken("addresses", written[other.address_key], other.customer)
    if number := fold(customer.number):
        found = Customer.objects.filter(number_key=number).exclude(pk=customer.pk).first()
        if found is not None:
            raise Taken("number", customer.number, found)


def _keep_addresses(customer: Customer) -> None:
    wanted = set(_by_key(customer))
    present = set(customer.keys.values_list("address_key", flat=True))
    customer.keys.filter(address_key__in=present - wanted).delete()
    CustomerAddress.objects.bulk_create(
        CustomerAddress(customer=customer, address_key=key) for key in sorted(wanted - present)
    )
    if moved := wanted ^ present:
        moving.note(moved)


@transaction.atomic
def remove(customer_id: int, user: User, *, version: int) -> None:
    """削除. Mail with the customer stays; it is let go of in the background, and then the row.

    Raises:
        callcenter.drawers.EditedMeanwhile: somebody saved since `version`.
        Customer.DoesNotExist: it is gone already.
    """
    require(user, Operation.CUSTOMERS_DELETE)
    stored = hold(Customer.objects.all(), customer_id, version=version)
    stored.keys.all().delete()
    stored.left_at = Now()
    stored.version += 1
    stored.updated_by = user
    stored.updated_at = Now()
    stored.save()
    record("customer.deleted", actor=user, thing=(THING, stored.pk), silent=True)
