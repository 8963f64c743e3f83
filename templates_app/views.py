"""テンプレート: the list, one template, ＋新規, 変更を保存, 削除, folders."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from callcenter.drawers import (
    Drawer,
    EditedMeanwhile,
    Editing,
    Keyset,
    Row,
    differences,
    kept_query,
    searched,
    show,
)
from permissions.access import AgentRequest, require
from permissions.operations import Operation
from templates_app import access
from templates_app.actions import edit
from templates_app.forms import FolderForm, TemplateForm, VersionForm
from templates_app.history import told, was_deleted
from templates_app.models import Template

DRAWER = Drawer(
    key="templates",
    title=gettext_lazy("Templates"),
    icon="layout-template",
    list_url="templates_app:list",
    new_url="templates_app:new",
    new_label=gettext_lazy("New template"),
    search_label=gettext_lazy("Search templates"),
    empty_title=gettext_lazy("No template yet"),
    empty_text=gettext_lazy(
        "Write down what you answer often. While writing a mail, one click fills it in."
    ),
    choose_text=gettext_lazy("Choose a template on the left, or make a new one."),
)
_ORDER = Keyset("folder", "name_key", "id")
_FIELDS = ("name", "folder", "to", "cc", "bcc", "subject", "body")


def _page(request: AgentRequest, editing: Editing | None, *, status: int = 200) -> HttpResponse:
    rows = access.visible_to(request.user)
    folders = rows.folders()
    if chosen := request.GET.get("folder", ""):
        rows = rows.filter(folder=chosen.replace("\x00", ""))
    listed = _ORDER.page(searched(rows.defer("body"), request.GET.get("q", "")), request.GET)
    return show(
        request,
        DRAWER,
        "templates_app/page.html",
        listed=listed,
        rows=[_row(template) for template in listed.rows],
        may_add=request.user.may(Operation.TEMPLATES_ADD),
        editing=editing,
        status=status,
        folders=folders,
        may_rename=request.user.may(Operation.TEMPLATES_CHANGE),
    )


def _row(template: Template) -> Row:
    times = template.used_count
    return Row(
        pk=template.pk,
        url=reverse("templates_app:detail", args=[template.pk]),
        title=template.name,
        under=template.subject,
        tags=(template.folder,) if template.folder else (),
        end=ngettext("used %(n)d time", "used %(n)d times", times) % {"n": times} if times else "",
    )


def _initial(template: Template) -> dict[str, Any]:
    return {name: getattr(template, name) for name in (*_FIELDS, "version")}


def _editing(
    request: AgentRequest, template: Template, form: TemplateForm | None = None, **more: Any
) -> Editing:
    may_change = request.user.may(Operation.TEMPLATES_CHANGE)
    times = template.used_count
    question = _("Delete the template “%(name)s”?") % {"name": template.name}
    used = ngettext(
        "It was used %(n)d time; mails written with it stay as they are.",
        "It was used %(n)d times; mails written with it stay as they are.",
        times,
    ) % {"n": times}
    return Editing(
        form=form or TemplateForm(initial=_initial(template)),
        action_url=reverse("templates_app:detail", args=[template.pk]),
        title=template.name,
        entry=template,
        may_save=may_change,
        delete_url=reverse("templates_app:delete", args=[template.pk])
        if request.user.may(Operation.TEMPLATES_DELETE)
        else "",
        question=f"{question} {used}" if times else question,
        copy_url=f"{reverse('templates_app:new')}?copy={template.pk}"
        if request.user.may(Operation.TEMPLATES_ADD)
        else "",
        history=told(template),
        **more,
    )


def _conflict(request: AgentRequest, stored: Template, form: TemplateForm) -> HttpResponse:
    """Both versions; the form keeps what was typed, and saving it now is meant."""
    stored = access.readable(request.user, stored.pk)
    found = differences(form, _initial(stored))
    posted = request.POST.copy()
    posted["version"] = str(stored.version)
    form = TemplateForm(posted)
    editing = _editing(request, stored, form, conflict=found)
    return _page(request, editing, status=409)


@require_safe
@never_cache
def index(request: AgentRequest) -> HttpResponse:
    """The list."""
    return _page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: AgentRequest) -> HttpResponse:
    """＋新規; `copy` begins with what another template says."""
    require(request.user, Operation.TEMPLATES_ADD)
    if request.method == "POST":
        form = TemplateForm(request.POST)
        if form.is_valid():
            template = edit.add(form.fields_of_template(), by=request.user)
            messages.success(request, _("“%(name)s” was saved.") % {"name": template.name})
            return redirect(
                reverse("templates_app:detail", args=[template.pk]) + kept_query(request)
            )
        return _page(request, _new(form), status=422)
    initial: dict[str, Any] = {"folder": request.GET.get("folder", "")}
    if source := request.GET.get("copy", ""):
        if not source.isdigit() or len(source) > 18:
            raise Http404
        template = access.readable(request.user, int(source))
        initial = _initial(template) | {"version": None}
        initial["name"] = (_("Copy of %(name)s") % {"name": template.name})[:200]
    return _page(request, _new(TemplateForm(initial=initial)))


def _new(form: TemplateForm, **more: Any) -> Editing:
    return Editing(
        form=form, action_url=reverse("templates_app:new"), title=_("New template"), **more
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def detail(request: AgentRequest, template_id: int) -> HttpResponse:
    """One template; 変更を保存."""
    try:
        template = access.readable(request.user, template_id)
    except Http404:
        if request.method != "POST" or not was_deleted(template_id):
            raise
        return _page(request, _new(TemplateForm(request.POST), gone=True), status=409)
    if request.method != "POST":
        return _page(request, _editing(request, template))
    require(request.user, Operation.TEMPLATES_CHANGE)
    form = TemplateForm(request.POST)
    if not form.is_valid():
        return _page(request, _editing(request, template, form), status=422)
    version = form.cleaned_data["version"] or 0
    try:
        edit.change(template, form.fields_of_template(), version=version, by=request.user)
    except EditedMeanwhile:
        return _conflict(request, template, form)
    except Template.DoesNotExist:
        return _page(request, _new(form, gone=True), status=409)
    messages.success(request, _("“%(name)s” was saved.") % {"name": form.cleaned_data["name"]})
    return redirect(reverse("templates_app:detail", args=[template.pk]) + kept_query(request))


@require_POST
def delete(request: AgentRequest, template_id: int) -> HttpResponse:
    """削除, of the version that was looked at."""
    template = access.readable(request.user, template_id)
    require(request.user, Operation.TEMPLATES_DELETE)
    form = VersionForm(request.POST)
    if not form.is_valid():
        return _page(request, _editing(request, template), status=422)
    try:
        edit.delete(template, version=form.cleaned_data["version"], by=request.user)
    except EditedMeanwhile:
        messages.warning(request, _("Somebody changed it meanwhile. Look at it before deleting."))
        stored = access.readable(request.user, template_id)
        return _page(request, _editing(request, stored), status=409)
    except Template.DoesNotExist:
        pass  # somebody was quicker: it is away, as was wanted
    messages.success(request, _("“%(name)s” was deleted.") % {"name": template.name})
    return redirect(reverse("templates_app:list") + kept_query(request))


@require_POST
def folder(request: AgentRequest) -> HttpResponse:
    """A folder's new name; an empty one takes its templates out of the folder."""
    access.visible_to(request.user)
    require(request.user, Operation.TEMPLATES_CHANGE)
    form = FolderForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A folder's name can have at most 100 letters."))
        return redirect("templates_app:list")
    old, new_name = form.cleaned_data["old"], form.cleaned_data["new"]
    moved = edit.rename_folder(old, new_name, by=request.user)
    told_count = ngettext("%(n)d template was moved.", "%(n)d templates were moved.", moved)
    messages.success(request, told_count % {"n": moved})
    return redirect(reverse("templates_app:list") + kept_query(request, folder=new_name))
