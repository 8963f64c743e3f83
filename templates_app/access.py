"""Who may look at templates."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from permissions.access import require
from permissions.models import User
from permissions.operations import Operation
from templates_app.models import Template, TemplateQuerySet


def visible_to(user: User) -> TemplateQuerySet:
    """All templates, for whom may see them.

    Raises:
        OperationDenied: they may not (403).
    """
    require(user, Operation.TEMPLATES_VIEW)
    return Template.objects.all()


def readable(user: User, template_id: int) -> Template:
    """One template (403 before 404: nobody without the right learns what there is)."""
    rows = visible_to(user).select_related("updated_by")
    return get_object_or_404(rows, pk=template_id)
