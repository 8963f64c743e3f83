"""操作履歴 of one signature, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.events import of_thing
from signatures.actions.edit import THING
from signatures.forms import SignatureForm
from signatures.models import Signature

_TOLD = {
    "signature.added": gettext_lazy("made it"),
    "signature.changed": gettext_lazy("changed: %(fields)s"),
    "signature.deleted": gettext_lazy("deleted it"),
    "signature.default": gettext_lazy("changed where it is everybody's default"),
}


def told(signature: Signature, limit: int = 20) -> list[dict[str, Any]]:
    """Who did what and when, newest first; people's own choices are their own."""
    labels = {name: str(field.label) for name, field in SignatureForm.base_fields.items()}
    found = []
    events = of_thing(THING, signature.pk).exclude(kind="signature.own_default")
    for event in events[:limit]:
        fields = ", ".join(labels.get(name, name) for name in event.data.get("fields", ()))
        text = str(_TOLD.get(event.kind, event.kind)) % {"fields": fields}
        found.append({"at": event.at, "who": event.actor_name or _("System"), "text": text})
    return found


def was_deleted(signature_id: int) -> bool:
    """Whether there was such a signature, and somebody deleted it."""
    return of_thing(THING, signature_id).filter(kind="signature.deleted").exists()
