"""操作履歴 of one template, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.events import of_thing
from templates_app.actions.edit import THING
from templates_app.forms import TemplateForm
from templates_app.models import Template

_TOLD = {
    "template.added": gettext_lazy("made it"),
    "template.changed": gettext_lazy("changed: %(fields)s"),
    "template.deleted": gettext_lazy("deleted it"),
}


def told(template: Template, limit: int = 20) -> list[dict[str, Any]]:
    """Who did what and when, newest first."""
    labels = {name: str(field.label) for name, field in TemplateForm.base_fields.items()}
    found = []
    for event in of_thing(THING, template.pk)[:limit]:
        fields = ", ".join(labels.get(name, name) for name in event.data.get("fields", ()))
        text = str(_TOLD.get(event.kind, event.kind)) % {"fields": fields}
        found.append({"at": event.at, "who": event.actor_name or _("System"), "text": text})
    return found


def was_deleted(template_id: int) -> bool:
    """Whether there was such a template, and somebody deleted it."""
    return of_thing(THING, template_id).filter(kind="template.deleted").exists()
