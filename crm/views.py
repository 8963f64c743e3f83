"""顧客: the list, one customer, ＋新規, 変更を保存, 削除; the way into the company's own CRM."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
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
from callcenter.partials import page
from crm import access, link
from crm.actions import connect, keep
from crm.forms import CustomerForm, DeleteForm, LinkForm, filled
from crm.history import told, was_deleted
from crm.models import Customer, OwnCrm
from permissions.access import AgentRequest, require
from permissions.operations import Operation

DRAWER = Drawer(
    key="customers",
    title=gettext_lazy("Customers"),
    icon="contact-round",
    list_url="crm:list",
    new_url="crm:new",
    new_label=gettext_lazy("New customer"),
    search_label=gettext_lazy("Search names, companies, addresses and numbers"),
    empty_title=gettext_lazy("No customer yet"),
    empty_text=gettext_lazy(
        "Enter one here, or from a mail: its sender can be made a customer in one step."
    ),
    choose_text=gettext_lazy("Choose a customer on the left, or enter a new one."),
)
_ORDER = Keyset("name_key", "id", size=100)
# A rank is typed freely: more of them than this are no ranks.
_MOST_RANKS = 12
_LONGEST_WAY = 3000


def _page(
    request: AgentRequest, editing: Editing | None, *, status: int = 200, **values: Any
) -> HttpResponse:
    rows = access.visible_to(request.user)
    used = rows.exclude(rank="").order_by("rank").values_list("rank", flat=True)
    ranks = list(used.distinct()[:_MOST_RANKS])
    if rank := request.GET.get("folder", ""):
        rows = rows.filter(rank=rank.replace("\x00", ""))
    listed = _ORDER.page(
        searched(rows.defer("notes", "search_text"), request.GET.get("q", "")), request.GET
    )
    return show(
        request,
        DRAWER,
        "crm/page.html",
        listed=listed,
        rows=[_row(customer) for customer in listed.rows],
        may_add=request.user.may(Operation.CUSTOMERS_ADD),
        editing=editing,
        status=status,
        ranks=ranks,
        link_url=reverse("crm:own_crm") if request.user.may(Operation.ADMIN_MAILBOXES) else "",
        **values,
    )


def _row(customer: Customer) -> Row:
    first = customer.addresses.partition("\n")[0] or customer.phones.partition("\n")[0]
    return Row(
        pk=customer.pk,
        url=reverse("crm:detail", args=[customer.pk]),
        title=customer.name,
        under=" · ".join(part for part in (customer.company, first) if part),
        tags=(customer.rank,) if customer.rank else (),
        end=customer.number,
    )


def _editing(request: AgentRequest, customer: Customer, form: CustomerForm) -> Editing:
    may = request.user.may
    return Editing(
        form=form,
        action_url=reverse("crm:detail", args=[customer.pk]),
        title=customer.name,
        entry=customer,
        may_save=may(Operation.CUSTOMERS_CHANGE),
        delete_url=reverse("crm:delete", args=[customer.pk])
        if may(Operation.CUSTOMERS_DELETE)
        else "",
        question=_(
            "Delete the customer “%(name)s”? Their mail stays as it is, but no longer bears the"
            " name."
        )
        % {"name": customer.name},
        history=told(customer),
    )


def _shown(
    request: AgentRequest, customer: Customer, form: CustomerForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    """One customer, with the way into the company's own CRM."""
    editing = replace(_editing(request, customer, form), **more.pop("editing", {}))
    return _page(
        request,
        editing,
        status=status,
        customer=customer,
        own_crm_url=link.address_of(customer),
        **more,
    )


@require_safe
@never_cache
def index(request: AgentRequest) -> HttpResponse:
    """The list."""
    return _page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: AgentRequest) -> HttpResponse:
    """＋新規; from a mail filled in with who wrote it, and back to that mail afterwards."""
    require(request.user, Operation.CUSTOMERS_ADD)
    back = _way_back(request)
    if request.method != "POST":
        # What a link from a mail tells; a sender may call themselves anything.
        told_of = {name: request.GET.get(name, "").replace("\x00", "") for name in ("name", "kana")}
        initial = {name: " ".join(text.split())[:200] for name, text in told_of.items()}
        initial["addresses"] = request.GET.get("address", "").replace("\x00", "")[:254]
        return _new(request, CustomerForm(initial=initial), back)
    form = CustomerForm(request.POST)
    if not form.is_valid():
        return _new(request, form, back, status=422)
    try:
        customer = keep.add(request.user, form.values())
    except keep.Taken as taken:
        return _new(request, form, back, status=422, taken=_taken(form, taken))
    messages.success(request, _("“%(name)s” was saved.") % {"name": customer.name})
    return redirect(
        back or reverse("crm:detail", args=[customer.pk]) + kept_query(request),
    )


def _way_back(request: AgentRequest) -> str:
    """The page of ours that one came from and returns to; "" for none."""
    given = request.POST if request.method == "POST" else request.GET
    back = given.get("then", "")
    ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if ours and len(back) <= _LONGEST_WAY else ""


def _new(
    request: AgentRequest, form: CustomerForm, back: str = "", *, status: int = 200, **values: Any
) -> HttpResponse:
    address = reverse("crm:new")
    editing = Editing(form=form, action_url=address, title=_("New customer"))
    response = _page(request, editing, status=status, back_url=back, **values)
    if back and request.method == "POST":
        # Loading it anew keeps the way back.
        response["HX-Push-Url"] = f"{address}?{urlencode({'then': back})}"
    return response


def _taken(form: CustomerForm, taken: keep.Taken) -> dict[str, str]:
    """The refusal at the field; the customer who has it, to go to."""
    if taken.field == "number":
        form.add_error("number", _("Another customer has this number."))
    else:
        form.add_error(
            "addresses", _("%(address)s is another customer's.") % {"address": taken.value}
        )
    url = reverse("crm:detail", args=[taken.customer.pk])
    return {"field": taken.field, "url": url, "name": taken.customer.name}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def detail(request: AgentRequest, customer_id: int) -> HttpResponse:
    """One customer; 変更を保存."""
    try:
        customer = access.readable(request.user, customer_id)
    except Http404:
        if request.method != "POST" or not was_deleted(customer_id):
            raise
        return _gone(request, CustomerForm(request.POST))
    if request.method != "POST":
        return _shown(request, customer, CustomerForm.of(customer))
    require(request.user, Operation.CUSTOMERS_CHANGE)
    form = CustomerForm(request.POST)
    if not form.is_valid():
        return _shown(request, customer, form, status=422)
    version = form.cleaned_data["version"] or 0
    try:
        keep.change(customer.pk, request.user, version=version, values=form.values())
    except EditedMeanwhile:
        return _conflict(request, customer.pk, form)
    except keep.Taken as taken:
        return _shown(request, customer, form, status=422, taken=_taken(form, taken))
    except Customer.DoesNotExist:
        return _gone(request, form)
    messages.success(request, _("“%(name)s” was saved.") % {"name": form.cleaned_data["name"]})
    return redirect(reverse("crm:detail", args=[customer.pk]) + kept_query(request))


def _conflict(request: AgentRequest, customer_id: int, form: CustomerForm) -> HttpResponse:
    """Both versions; the form keeps what was typed, and saving it now is meant."""
    stored = access.readable(request.user, customer_id)
    found = differences(form, filled(stored))
    posted = request.POST.copy()
    posted["version"] = str(stored.version)
    return _shown(request, stored, CustomerForm(posted), status=409, editing={"conflict": found})


def _gone(request: AgentRequest, form: CustomerForm) -> HttpResponse:
    """Deleted while it was being typed into: what was typed can be made anew."""
    editing = Editing(form=form, action_url=reverse("crm:new"), title=_("New customer"), gone=True)
    return _page(request, editing, status=409)


@require_POST
def delete(request: AgentRequest, customer_id: int) -> HttpResponse:
    """削除, of the version that was looked at."""
    customer = access.readable(request.user, customer_id)
    require(request.user, Operation.CUSTOMERS_DELETE)
    form = DeleteForm(request.POST)
    if not form.is_valid():
        return _shown(request, customer, CustomerForm.of(customer), status=422)
    try:
        keep.remove(customer.pk, request.user, version=form.cleaned_data["version"])
    except EditedMeanwhile:
        messages.warning(request, _("Somebody changed it meanwhile. Look at it before deleting."))
        stored = access.readable(request.user, customer_id)
        return _shown(request, stored, CustomerForm.of(stored), status=409)
    except Customer.DoesNotExist:
        pass  # somebody was quicker: it is away, as was wanted
    messages.success(request, _("“%(name)s” was deleted.") % {"name": customer.name})
    return redirect(reverse("crm:list") + kept_query(request))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def own_crm(request: AgentRequest) -> HttpResponse:
    """The address of a customer's page in the company's own CRM."""
    # Whoever connects the installation with Gmail connects it with other services.
    require(request.user, Operation.ADMIN_MAILBOXES)
    stored = OwnCrm.objects.values_list("pattern", flat=True).first() or ""
    form = LinkForm(request.POST or None, initial={"pattern": stored})
    if request.method == "POST" and form.is_valid():
        connect.set_pattern(request.user, form.cleaned_data["pattern"])
        messages.success(request, _("Saved."))
        return redirect("crm:own_crm")
    status = 422 if request.method == "POST" else 200
    may_see = request.user.may(Operation.CUSTOMERS_VIEW)
    values = {"form": form, "list_url": reverse("crm:list") if may_see else ""}
    return page(request, "crm/own_crm.html", values, status=status)
