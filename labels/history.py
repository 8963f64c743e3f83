"""操作履歴 of one label, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.events import of_thing
from labels.actions.edit import THING
from labels.models import Label

_TOLD = {
    "label.asked_for": gettext_lazy("made it: %(name)s"),
    "label.made": gettext_lazy("Gmail has it now: %(name)s"),
    "label.edited": gettext_lazy("changed: %(name)s"),
    "label.settled": gettext_lazy("Gmail has the change: %(name)s"),
    "label.removed": gettext_lazy("deleted it"),
    "label.refused": gettext_lazy("Gmail refused it: %(name)s"),
}


def told(label: Label, limit: int = 20) -> list[dict[str, Any]]:
    """Who did what and when, newest first."""
    found = []
    for event in of_thing(THING, label.pk)[:limit]:
        name = event.data.get("name", "")
        before = event.data.get("before", "")
        if before and before != name:
            name = f"{before} → {name}"
        text = str(_TOLD.get(event.kind, event.kind)) % {"name": name}
        found.append({"at": event.at, "who": event.actor_name or _("System"), "text": text})
    return found
