"""操作履歴 of one entry, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.events import of_thing
from addressbook.actions.keep import THING
from addressbook.models import Address

_TOLD = {
    "address.added": gettext_lazy("added it"),
    "address.changed": gettext_lazy("changed it"),
    "address.deleted": gettext_lazy("deleted it"),
}


def told(entry: Address, limit: int = 20) -> list[dict[str, Any]]:
    """Who did what and when, newest first."""
    found = []
    for event in of_thing(THING, entry.pk)[:limit]:
        text = str(_TOLD.get(event.kind, event.kind))
        if event.data.get("file"):
            text = _("%(what)s, from the file %(file)s") % {
                "what": text,
                "file": event.data["file"],
            }
        found.append({"at": event.at, "who": event.actor_name or _("System"), "text": text})
    return found
