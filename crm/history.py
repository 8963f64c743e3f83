"""操作履歴 of one customer, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.events import of_thing
from crm.actions.keep import THING
from crm.forms import CustomerForm
from crm.models import Customer

_TOLD = {
    "customer.added": gettext_lazy("added it"),
    "customer.changed": gettext_lazy("changed: %(fields)s"),
    "customer.deleted": gettext_lazy("deleted it"),
}


def told(customer: Customer, limit: int = 20) -> list[dict[str, Any]]:
    """Who did what and when, newest first."""
    labels = {name: str(field.label) for name, field in CustomerForm.base_fields.items()}
    found = []
    for event in of_thing(THING, customer.pk)[:limit]:
        fields = ", ".join(labels.get(name, name) for name in event.data.get("fields", ()))
        text = str(_TOLD.get(event.kind, event.kind)) % {"fields": fields}
        found.append({"at": event.at, "who": event.actor_name or _("System"), "text": text})
    return found


def was_deleted(customer_id: int) -> bool:
    """Whether there was such a customer, and somebody deleted it."""
    return of_thing(THING, customer_id).filter(kind="customer.deleted").exists()
