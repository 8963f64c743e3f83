"""アドレス帳: the list, one entry, ＋新規, 変更を保存, 削除."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from addressbook import access
from addressbook.actions import keep
from addressbook.forms import AddressForm, DeleteForm, filled
from addressbook.history import told
from addressbook.models import Address
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

DRAWER = Drawer(
    key="addressbook",
    title=gettext_lazy("Address book"),
    icon="book-user",
    list_url="addressbook:list",
    new_url="addressbook:new",
    new_label=gettext_lazy("New address"),
    search_label=gettext_lazy("Search names and addresses"),
    empty_title=gettext_lazy("No address yet"),
    empty_text=gettext_lazy("Add one by hand, or bring in a CSV file."),
    choose_text=gettext_lazy("Choose an address on the left, or add a new one."),
)
_ORDER = Keyset("name_key", "id", size=100)
TARGETS = "targets"


def page(
    request: AgentRequest, editing: Editing | None, *, status: int = 200, **values: Any
) -> HttpResponse:
    rows = Address.objects.all()
    if request.GET.get("folder") == TARGETS:
        rows = rows.filter(customer_search=True)
    listed = _ORDER.page(searched(rows, request.GET.get("q", "")), request.GET)
    return show(
        request,
        DRAWER,
        "addressbook/page.html",
        listed=listed,
        rows=[_row(entry) for entry in listed.rows],
        may_add=request.user.may(Operation.ADDRESSES_ADD),
        editing=editing,
        status=status,
        may_transfer=request.user.may(Operation.ADDRESSES_TRANSFER),
        **values,
    )


def _row(entry: Address) -> Row:
    return Row(
        pk=entry.pk,
        url=reverse("addressbook:detail", args=[entry.pk]),
        title=entry.name or entry.address,
        under=entry.address if entry.name else "",
        tags=(_("Customer search"),) if entry.customer_search else (),
    )


def _editing(request: AgentRequest, entry: Address, form: AddressForm) -> Editing:
    may = request.user.may
    question = _("Delete “%(entry)s”? Mail and templates with this address stay as they are.") % {
        "entry": entry
    }
    if entry.customer_search:
        question += " " + _("The customer will no longer be looked for in mail from it.")
    copied = f"{reverse('addressbook:new')}?copy={entry.pk}"
    return Editing(
        form=form,
        action_url=reverse("addressbook:detail", args=[entry.pk]),
        title=entry.name or entry.address,
        entry=entry,
        may_save=may(Operation.ADDRESSES_CHANGE),
        delete_url=reverse("addressbook:delete", args=[entry.pk])
        if may(Operation.ADDRESSES_DELETE)
        else "",
        question=question,
        copy_url=copied if may(Operation.ADDRESSES_ADD) else "",
        history=told(entry),
    )


@require_safe
@never_cache
def index(request: AgentRequest) -> HttpResponse:
    """The whole book, a page at a time."""
    require(request.user, Operation.ADDRESSES_VIEW)
    return page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: AgentRequest) -> HttpResponse:
    """＋新規; empty, or as a copy of another entry."""
    require(request.user, Operation.ADDRESSES_ADD)
    if request.method != "POST":
        return _new(request, AddressForm(initial=_copied(request)))
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _new(request, form, status=422)
    try:
        entry = keep.add(request.user, form.values())
    except keep.AddressTaken as taken:
        return _new(request, form, status=422, taken=_taken(request, form, taken))
    messages.success(request, _("“%(entry)s” is in the address book.") % {"entry": entry})
    return redirect(reverse("addressbook:detail", args=[entry.pk]) + kept_query(request))


def _copied(request: AgentRequest) -> dict[str, Any]:
    """What the page begins with: an entry to copy, or what a link from elsewhere tells."""
    wanted = request.GET.get("copy", "")
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
        entry = Address.objects.filter(pk=int(wanted)).first()
        if entry is not None and request.user.may(Operation.ADDRESSES_VIEW):
            return {"name": entry.name, "customer_search": entry.customer_search}
    return {name: request.GET.get(name, "")[:254] for name in ("name", "address")}


def _new(
    request: AgentRequest, form: AddressForm, *, status: int = 200, **values: Any
) -> HttpResponse:
    editing = Editing(form=form, action_url=reverse("addressbook:new"), title=_("New address"))
    return page(request, editing, status=status, **values)


def _taken(request: AgentRequest, form: AddressForm, taken: keep.AddressTaken) -> str:
    """The refusal at the field; the entry that has the address, to go to."""
    form.add_error("address", _("This address is in the address book already."))
    return reverse("addressbook:detail", args=[taken.entry.pk])


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def detail(request: AgentRequest, entry_id: int) -> HttpResponse:
    """One entry; 変更を保存."""
    if request.method != "POST":
        entry = access.entry(request.user, entry_id)
        return page(request, _editing(request, entry, AddressForm.of(entry)))
    require(request.user, Operation.ADDRESSES_CHANGE)
    form = AddressForm(request.POST)
    try:
        entry = access.entry(request.user, entry_id)
    except Http404:
        if not form.is_valid() or form.cleaned_data["version"] is None:
            raise
        return _gone(request, AddressForm(request.POST))
    if not form.is_valid():
        return page(request, _editing(request, entry, form), status=422)
    version = form.cleaned_data["version"] or 0
    try:
        keep.change(entry.pk, request.user, version=version, values=form.values())
    except EditedMeanwhile:
        return _conflict(request, entry.pk, form)
    except keep.AddressTaken as taken:
        link = _taken(request, form, taken)
        return page(request, _editing(request, entry, form), status=422, taken=link)
    except Address.DoesNotExist:
        return _gone(request, form)
    messages.success(request, _("Saved."))
    return redirect(reverse("addressbook:detail", args=[entry.pk]) + kept_query(request))


def _conflict(request: AgentRequest, entry_id: int, form: AddressForm) -> HttpResponse:
    """Both versions; the form keeps what was typed, and saving it now is meant."""
    entry = access.entry(request.user, entry_id)
    found = differences(form, filled(entry))
    form.data = {**request.POST.dict(), "version": str(entry.version)}
    editing = replace(_editing(request, entry, form), conflict=found)
    return page(request, editing, status=409)


def _gone(request: AgentRequest, form: AddressForm) -> HttpResponse:
    """Deleted while it was being typed into: what was typed can be made anew."""
    editing = Editing(
        form=form, action_url=reverse("addressbook:new"), title=_("New address"), gone=True
    )
    return page(request, editing, status=409)


@require_POST
def delete(request: AgentRequest, entry_id: int) -> HttpResponse:
    entry = access.entry(request.user, entry_id)
    require(request.user, Operation.ADDRESSES_DELETE)
    form = DeleteForm(request.POST)
    if not form.is_valid():
        return page(request, _editing(request, entry, AddressForm.of(entry)), status=422)
    try:
        keep.remove(entry.pk, request.user, version=form.cleaned_data["version"])
    except EditedMeanwhile:
        messages.warning(
            request, _("Somebody changed this entry meanwhile. Look at it before you delete it.")
        )
        return redirect(reverse("addressbook:detail", args=[entry.pk]) + kept_query(request))
    except Address.DoesNotExist:
        pass  # somebody was first: it is gone, as was wanted
    messages.success(request, _("“%(entry)s” was deleted.") % {"entry": entry})
    return redirect(reverse("addressbook:list") + kept_query(request))
