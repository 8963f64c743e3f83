"""Whose an address is: what the mail room asks of customers."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection
from django.db.models import QuerySet

from callcenter.drawers import folded_words, searched
from crm.models import Customer


def owners(address_keys: Collection[str]) -> dict[str, int]:
    """The customers' keys by normalised address, in one question; no entry where nobody has it."""
    wanted = [key for key in set(address_keys) if key]
    if not wanted:
        return {}
    # Asked for every batch of arriving mail: the ORM would cost more than the answer.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT address_key, customer_id FROM crm_customeraddress WHERE address_key = ANY(%s)",
            [wanted],
        )
        return dict(cursor.fetchall())


def name_of(address_key: str) -> str:
    """What the customer with this normalised address is called; "" where nobody has it."""
    if not address_key:
        return ""
    rows = Customer.objects.filter(keys__address_key=address_key)
    return rows.values_list("name", flat=True).first() or ""


def with_words(text: str) -> QuerySet[Customer]:
    """Those of whom all these words are known, as the list of customers finds them; nobody for no
    words."""
    if not folded_words(text):
        return Customer.objects.none()
    return searched(Customer.objects.all(), text)
