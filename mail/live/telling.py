"""An event as the page's script reads it: state and never content."""

from __future__ import annotations

from typing import Any

from activity.models import Event

_PLACED = ("public_id", "version")


def told(event: Event) -> dict[str, Any]:
    """See static/js/live.js, which reads it."""
    return {
        "id": event.pk,
        "kind": event.kind,
        "mailbox": event.mailbox_id,
        "public_id": event.data.get("public_id", ""),
        "version": event.data.get("version"),
        "state": {key: value for key, value in event.data.items() if key not in _PLACED},
    }
