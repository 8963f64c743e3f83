"""テンプレート while writing (M19b): the modal and 実行."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from callcenter.drawers import searched
from mail import access, editlock
from mail.actions.fill import Over, WouldOverwrite, offer, use_template
from mail.models import Draft
from mail.views.composer import composer
from mail.views.drafting import posted, too_long
from mail.views.refusals import refusals_shown
from permissions.access import AgentRequest, require
from permissions.models import User
from templates_app import access as templates
from templates_app.models import Template

# More are found by searching: nobody scrolls through them while a customer waits.
_SHOWN = 60


class PickForm(forms.Form):
    """What 実行 posts beside the composer's fields."""

    template = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    over = forms.ChoiceField(choices=[(each.value, each.value) for each in Over], required=False)


def _field_names() -> dict[str, str]:
    return {"to": "To", "cc": "Cc", "bcc": "Bcc", "subject": _("Subject"), "text": _("Text")}


@require_safe
@never_cache
def pick(request: AgentRequest, draft_id: int) -> HttpResponse:
    """The modal: templates to search and to tick."""
    draft = access.own_draft(request.user, draft_id)
    require(request.user, access.writing(draft.kind))
    rows = templates.visible_to(request.user)
    folders = rows.folders()
    if chosen := request.GET.get("folder", "").replace("\x00", ""):
        rows = rows.filter(folder=chosen)
    matching = searched(rows, request.GET.get("q", ""))
    found = list(matching.order_by("folder", "name_key", "pk")[: _SHOWN + 1])
    values = {
        "found": found[:_SHOWN],
        "more": len(found) > _SHOWN,
        "folders": folders,
        "folder": chosen,
        "q": request.GET.get("q", ""),
        "pick_url": reverse("mail:templates", args=[draft.pk]),
        "run_url": reverse("mail:use_template", args=[draft.pk]),
        "look_url": reverse("mail:look_template", args=[draft.pk]),
        "drawer_url": reverse("templates_app:list"),
    }
    return render(request, "mail/_templates.html", values)


@require_safe
@never_cache
def look(request: AgentRequest, draft_id: int) -> HttpResponse:
    """One template as it would stand in this draft."""
    draft = access.own_draft(request.user, draft_id)
    require(request.user, access.writing(draft.kind))
    form = PickForm(request.GET)
    if not form.is_valid():
        return HttpResponse(_("This template is gone. Choose another one."), status=422)
    template = templates.readable(request.user, form.cleaned_data["template"])
    values = {"template": template, **_looked_at(template, draft, request.user)}
    return render(request, "mail/_template_look.html", values)


def _looked_at(template: Template, draft: Draft, user: User) -> dict[str, Any]:
    offered = offer(template, draft, user)
    return {
        "lines": [
            (name, getattr(template, key))
            for key, name in _field_names().items()
            if key in ("to", "cc", "bcc") and getattr(template, key)
        ],
        "subject": offered.values.get("subject", ""),
        "text": offered.values.get("text", ""),
        "unfilled": offered.unfilled,
    }


@require_POST
@refusals_shown
def use(request: AgentRequest, draft_id: int) -> HttpResponse:
    """実行: the template's fields in the composer; asked first where typed text would go."""
    found, typed = posted(request, draft_id)
    form = PickForm(request.POST)
    if not form.is_valid():
        return _within(HttpResponse(_("Tick a template first."), status=422))
    if not typed.is_valid():
        return too_long()
    template = templates.readable(request.user, form.cleaned_data["template"])
    try:
        stored = use_template(
            found,
            request.user,
            template,
            token=typed.cleaned_data["token"] or 0,
            version=typed.cleaned_data["version"],
            fields=typed.fields_of_draft(),
            over=Over(form.cleaned_data["over"]),
        )
    except WouldOverwrite as asked:
        names = _field_names()
        told = {"fields": [names[field] for field in asked.fields], "adds": "text" in asked.fields}
        return _within(render(request, "mail/_template_over.html", told, status=422))
    shown = composer(stored, editlock.current(stored), request.user)
    return render(request, "mail/_composer.html", {"composer": shown})


def _within(response: HttpResponse) -> HttpResponse:
    """The question stands in the modal; the composer behind it is left alone."""
    response["HX-Retarget"] = "#template-question"
    response["HX-Reswap"] = "innerHTML"
    return response
