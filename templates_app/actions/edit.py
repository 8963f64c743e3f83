"""登録, 変更, 削除."""

from __future__ import annotations

from typing import Any, TypedDict

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from activity.events import record
from callcenter.drawers import hold
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation
from templates_app.models import Template

THING = "template"


class TemplateFields(TypedDict):
    """All that a person writes into a template."""

    name: str
    folder: str
    to: str
    cc: str
    bcc: str
    subject: str
    body: str


@transaction.atomic
def add(fields: TemplateFields, *, by: User) -> Template:
    """A new template."""
    require(by, Operation.TEMPLATES_ADD)
    template = Template.objects.create(**fields, updated_by=by)
    _tell("template.added", template, by)
    return template


@transaction.atomic
def change(template: Template, fields: TemplateFields, *, version: int, by: User) -> Template:
    """Write all fields over those of `version`.

    Raises:
        drawers.EditedMeanwhile: somebody saved since then. Template.DoesNotExist: it is gone.
    """
    require(by, Operation.TEMPLATES_CHANGE)
    stored = hold(Template.objects.all(), template.pk, version=version, wanted=fields)
    changed = [name for name, value in fields.items() if getattr(stored, name) != value]
    if not changed:
        return stored
    for name in changed:
        setattr(stored, name, fields[name])  # type: ignore[literal-required]
    stored.version += 1
    stored.updated_by = by
    stored.save()
    Template.objects.filter(pk=stored.pk).update(updated_at=Now())
    stored.refresh_from_db()
    _tell("template.changed", stored, by, fields=changed)
    return stored


@transaction.atomic
def delete(template: Template, *, version: int, by: User) -> None:
    """Away for good. Mails that were written with it stay as they are.

    Raises:
        drawers.EditedMeanwhile: somebody saved since `version`. Template.DoesNotExist.
    """
    require(by, Operation.TEMPLATES_DELETE)
    stored = hold(Template.objects.all(), template.pk, version=version)
    _tell("template.deleted", stored, by)
    stored.delete()


@transaction.atomic
def rename_folder(old: str, new: str, *, by: User) -> int:
    """Move everything in a folder to another name, which may be one that is there; how many moved.

    Each of them moves on by a version: a form that was filled before it has the old name.
    """
    require(by, Operation.TEMPLATES_CHANGE)
    moved = list(Template.objects.select_for_update(no_key=True).filter(folder=old).order_by("pk"))
    for template in moved:
        template.folder = new
        template.refold()
        template.version += 1
        template.updated_by = by
    Template.objects.bulk_update(moved, ["folder", "search_text", "version", "updated_by"])
    if moved:
        Template.objects.filter(pk__in=[each.pk for each in moved]).update(updated_at=Now())
        record("template.folder_renamed", actor=by, silent=True, old=old, new=new, count=len(moved))
    return len(moved)


def note_used(template: Template) -> None:
    """It was put into a mail."""
    Template.objects.filter(pk=template.pk).update(
        used_count=F("used_count") + 1, last_used_at=Now()
    )


def _tell(kind: str, template: Template, by: User, **data: Any) -> None:
    record(kind, actor=by, thing=(THING, template.pk), silent=True, name=template.name, **data)
