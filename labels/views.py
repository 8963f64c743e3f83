"""ラベル: the list, one label, ＋新規, 変更を保存, 削除, 同期."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from callcenter.drawers import (
    Drawer,
    Editing,
    Keyset,
    Row,
    differences,
    kept_query,
    searched,
    show,
)
from callcenter.partials import page, wants_partial
from labels import access, waiting
from labels.actions import edit
from labels.actions import sync as syncing
from labels.actions.errors import LabelDeclined, LabelEdited
from labels.forms import DeleteForm, LabelForm, NewLabelForm, SyncForm
from labels.history import told
from labels.models import Label, LabelState
from labels.palette import MAIN, MORE, PAIRS
from mailboxes.models import Mailbox
from permissions.access import AgentRequest, require
from permissions.models import User
from permissions.operations import Operation

DRAWER = Drawer(
    key="labels",
    title=gettext_lazy("Labels"),
    icon="tag",
    list_url="labels:list",
    new_url="labels:new",
    new_label=gettext_lazy("New label"),
    search_label=gettext_lazy("Search labels"),
    empty_title=gettext_lazy("No label yet"),
    empty_text=gettext_lazy("Labels sort the mail of a mailbox, here and in Gmail."),
    choose_text=gettext_lazy("Choose a label on the left, or make a new one."),
)
_ORDER = Keyset("mailbox_id", "name_key", "id", size=100)


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One line of the tree; `heading` where another mailbox begins."""

    row: Row
    label: Label
    heading: str
    depth: int
    pending: bool


def _mailboxes(user: User) -> Any:
    return Mailbox.objects.filter(pk__in=user.mailbox_ids)


def _page(
    request: AgentRequest, editing: Editing | None, *, status: int = 200, **values: Any
) -> HttpResponse:
    listed = _ORDER.page(
        searched(
            access.visible_to(request.user).select_related("mailbox"),
            request.GET.get("q", "").replace("/", "\x01"),
            field="name_key",
        ),
        request.GET,
    )
    boxes = list(_mailboxes(request.user))
    found = waiting.synced(boxes)
    return show(
        request,
        DRAWER,
        "labels/page.html",
        listed=listed,
        rows=_rows(listed.rows, several=len(boxes) > 1),
        may_add=request.user.may(Operation.LABELS_ADD) and bool(boxes),
        editing=editing,
        status=status,
        synced=found,
        sync_running=any(each.is_running for each in found),
        has_mailbox=bool(boxes),
        palette={"main": MAIN, "more": MORE, "pairs": PAIRS},
        **values,
    )


def _rows(labels: list[Label], *, several: bool) -> list[Any]:
    on_its_way = waiting.pending(labels)
    known = {(label.mailbox_id, label.name) for label in labels}
    rows, mailbox_id = [], 0
    for label in labels:
        heading = label.mailbox.address if several and label.mailbox_id != mailbox_id else ""
        mailbox_id = label.mailbox_id
        # Below a parent that is not on this page, a part of the name would say too little.
        below = (label.mailbox_id, label.parent_name) in known
        row = Row(
            pk=label.pk,
            url=reverse("labels:detail", args=[label.pk]),
            title=label.leaf if below else label.name,
            tags=_tags(label),
        )
        rows.append(
            LabelRow(row, label, heading, label.depth if below else 0, label.pk in on_its_way)
        )
    return rows


def _tags(label: Label) -> tuple[str, ...]:
    found = []
    if label.refused:
        found.append(_("Refused by Gmail"))
    if label.is_deep:
        found.append(_("To look at only"))
    if label.hidden:
        found.append(_("Hidden in Gmail"))
    return tuple(found)


def _editing(request: AgentRequest, label: Label, form: LabelForm | None = None) -> Editing:
    may = request.user.may
    editable = not label.is_deep and label.state != LabelState.MAKING
    return Editing(
        form=form or LabelForm.of(label),
        action_url=reverse("labels:detail", args=[label.pk]),
        title=label.name,
        entry=label,
        may_save=editable and may(Operation.LABELS_CHANGE),
        delete_url=reverse("labels:delete", args=[label.pk])
        if editable and may(Operation.LABELS_DELETE)
        else "",
        history=told(label),
    )


def _shown(
    request: AgentRequest,
    label: Label,
    form: LabelForm | None = None,
    *,
    status: int = 200,
    conflict: Any = None,
) -> HttpResponse:
    editing = replace(_editing(request, label, form), conflict=conflict)
    pending = label.pk in waiting.pending([label])
    return _page(
        request,
        editing,
        status=status,
        label=label,
        pending=pending,
        just_saved=form is None and "saved" in request.GET and not pending,
        refusal=None if form is not None else waiting.refusal(label),
        children=len(edit.children(label)),
    )


@require_safe
@never_cache
def index(request: AgentRequest) -> HttpResponse:
    """The tree of every mailbox."""
    return _page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: AgentRequest) -> HttpResponse:
    """＋新規: shown at once, usable when Gmail has made it."""
    require(request.user, Operation.LABELS_ADD)
    boxes = _mailboxes(request.user)
    if request.method != "POST":
        initial = {"mailbox": boxes.first(), "name": request.GET.get("name", "")[:225]}
        return _new(request, NewLabelForm(initial=initial, mailboxes=boxes))
    form = NewLabelForm(request.POST, mailboxes=boxes)
    if not form.is_valid():
        return _new(request, form, status=422)
    try:
        label = edit.make(form.cleaned_data["mailbox"], request.user, form.fields_of_label())
    except LabelDeclined as declined:
        form.add_error(declined.field or None, declined.explain())
        return _new(request, form, status=422)
    messages.success(request, _("“%(name)s” is being made in Gmail.") % {"name": label.name})
    return _saved(request, label)


def _saved(request: AgentRequest, label: Label) -> HttpResponse:
    """Back to the label, which says when Gmail has it: that may be so before the page is there."""
    kept = kept_query(request)
    address = reverse("labels:detail", args=[label.pk])
    return redirect(f"{address}{kept}{'&' if kept else '?'}saved=1")


def _new(request: AgentRequest, form: NewLabelForm, *, status: int = 200) -> HttpResponse:
    editing = Editing(form=form, action_url=reverse("labels:new"), title=_("New label"))
    field = form.fields["mailbox"]
    return _page(request, editing, status=status, several=len(field.queryset) > 1)  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def detail(request: AgentRequest, label_id: int) -> HttpResponse:
    """One label; 変更を保存."""
    label = access.readable(request.user, label_id)
    if request.method != "POST":
        return _shown(request, label)
    require(request.user, Operation.LABELS_CHANGE)
    form = LabelForm(request.POST)
    if not form.is_valid():
        return _shown(request, label, form, status=422)
    try:
        edit.change(
            label,
            request.user,
            form.fields_of_label(),
            version=form.cleaned_data["version"] or 0,
        )
    except LabelEdited as meanwhile:
        return _conflict(request, meanwhile.stored, form)
    except LabelDeclined as declined:
        form.add_error(declined.field or None, declined.explain())
        return _shown(request, label, form, status=422)
    messages.success(request, _("Saved. Gmail gets the change within a few seconds."))
    return _saved(request, label)


def _conflict(request: AgentRequest, stored: Label, form: LabelForm) -> HttpResponse:
    """Both versions; the form keeps what was typed, and saving it now is meant."""
    label = access.readable(request.user, stored.pk)
    found = differences(form, LabelForm.of(label).initial)
    posted = request.POST.copy()
    posted["version"] = str(label.version)
    form.data = posted
    return _shown(request, label, form, status=409, conflict=found)


@require_safe
@never_cache
def state(request: AgentRequest, label_id: int) -> HttpResponse:
    """Whether Gmail has it: asked while something is on its way."""
    try:
        label = access.readable(request.user, label_id)
    except Http404:
        # Deleted in Gmail meanwhile, or it stands under another key: the list tells.
        response = HttpResponse()
        response["HX-Redirect"] = reverse("labels:list")
        return response
    values = {
        "label": label,
        "pending": label.pk in waiting.pending([label]),
        "refusal": waiting.refusal(label),
        "settled": True,
        "editing": _editing(request, label),
    }
    response = render(request, "labels/_state.html", values)
    if not values["pending"]:
        trigger_client_event(response, "labels-changed", {})
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def delete(request: AgentRequest, label_id: int) -> HttpResponse:
    """The question, which says what depends on the label; and the deed."""
    label = access.readable(request.user, label_id, Operation.LABELS_DELETE)
    if request.method != "POST":
        return _question(request, label)
    form = DeleteForm(request.POST)
    if not form.is_valid():
        return _question(request, label, status=422)
    if form.cleaned_data["version"] != label.version:
        messages.warning(request, _("Somebody changed it meanwhile. Look at it before deleting."))
        return redirect(reverse("labels:detail", args=[label.pk]) + kept_query(request))
    try:
        gone = edit.delete(label, request.user, with_children=form.cleaned_data["children"])
    except LabelDeclined as declined:
        messages.error(request, declined.explain())
        return redirect(reverse("labels:detail", args=[label.pk]) + kept_query(request))
    words = (
        _("“%(name)s” was deleted, here and in Gmail.")
        if gone == 1
        else _("“%(name)s” and its sub-labels (%(n)d labels) were deleted, here and in Gmail.")
    )
    messages.success(request, words % {"name": label.name, "n": gone})
    return redirect(reverse("labels:list") + kept_query(request))


def _question(request: AgentRequest, label: Label, *, status: int = 200) -> HttpResponse:
    values = {
        "label": label,
        "children": edit.children(label),
        "kept": kept_query(request),
        "delete_url": reverse("labels:delete", args=[label.pk]) + kept_query(request),
        "back_url": reverse("labels:detail", args=[label.pk]) + kept_query(request),
    }
    if wants_partial(request):
        values["in_dialog"] = True
        return render(request, "labels/_delete.html", values, status=status)
    return page(request, "labels/delete.html", values, status=status)


@require_POST
def sync(request: AgentRequest) -> HttpResponse:
    """同期: of one mailbox, or of all that the person sees."""
    require(request.user, Operation.LABELS_VIEW)
    form = SyncForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    chosen = form.cleaned_data["mailbox"]
    boxes = (
        [access.mailbox(request.user, chosen)]
        if chosen is not None
        else list(_mailboxes(request.user))
    )
    syncing.ask(boxes, request.user)
    if not wants_partial(request):
        return redirect("labels:list")
    return _sync_state(request)


@require_safe
@never_cache
def sync_state(request: AgentRequest) -> HttpResponse:
    """How far 同期 is, asked every second while it runs."""
    require(request.user, Operation.LABELS_VIEW)
    return _sync_state(request)


def _sync_state(request: AgentRequest) -> HttpResponse:
    found = waiting.synced(_mailboxes(request.user))
    running = any(each.is_running for each in found)
    values = {"synced": found, "sync_running": running, "asked": True}
    response = render(request, "labels/_sync.html", values)
    if not running:
        trigger_client_event(response, "labels-changed", {})
    return response
