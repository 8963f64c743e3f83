"""CSV out, and in: the file, which column is what, the preview, 実行."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from addressbook import access, exporting
from addressbook.forms import ColumnsForm, UploadForm
from addressbook.imports import receiving, words
from addressbook.imports.reading import Unreadable
from addressbook.models import Address, Import, ImportRow, ImportState, Verdict
from callcenter.drawers import searched
from callcenter.partials import page
from callcenter.streams import in_pieces
from permissions.access import AgentRequest, require
from permissions.operations import Operation

_SHOWN = 100
_BUSY = (ImportState.READING, ImportState.APPLYING)
# What somebody looks at first: what would go wrong, then what would change.
_ORDER = (
    Verdict.FAULTY,
    Verdict.DUPLICATE,
    Verdict.CHANGED,
    Verdict.NEW,
    Verdict.SAME,
)


@require_safe
@never_cache
def export(request: AgentRequest) -> HttpResponse | StreamingHttpResponse:
    """The list as it is searched, as a file; `charset=cp932` for programs that know no UTF-8."""
    require(request.user, Operation.ADDRESSES_TRANSFER)
    rows = searched(Address.objects.order_by("name_key", "id"), request.GET.get("q", ""))
    if request.GET.get("folder") == "targets":
        rows = rows.filter(customer_search=True)
    old = request.GET.get("charset") == "cp932"
    try:
        file = exporting.write(rows, "cp932" if old else "utf-8-sig")
    except exporting.Unwritable as lacking:
        told = _("Shift_JIS lacks signs of %(number)s entries, such as “%(entry)s”. Use UTF-8.")
        messages.error(request, told % {"number": lacking.number, "entry": lacking.entry})
        return redirect("addressbook:list")
    answer = StreamingHttpResponse(
        in_pieces(file), content_type=f"text/csv; charset={'Shift_JIS' if old else 'utf-8'}"
    )
    name = f"addresses-{timezone.localdate():%Y%m%d}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def upload(request: AgentRequest) -> HttpResponse:
    """The file is chosen (or dropped), and looked at."""
    require(request.user, Operation.ADDRESSES_TRANSFER)
    if request.method != "POST":
        return _upload(request, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _upload(request, form, status=422)
    try:
        found = receiving.receive(request.user, form.cleaned_data["file"])
    except Unreadable as unreadable:
        told = words.of_file(Import(problem=unreadable.code, problem_line=unreadable.line))
        form.add_error("file", told)
        return _upload(request, form, status=422)
    return redirect("addressbook:import", found.pk)


def _upload(request: AgentRequest, form: UploadForm, *, status: int = 200) -> HttpResponse:
    latest = Import.objects.filter(user=request.user)[:5]
    values = {"form": form, "latest": latest}
    return page(request, "addressbook/upload.html", values, status=status)


@require_safe
@never_cache
def preview(request: AgentRequest, import_id: int) -> HttpResponse:
    """What would become of each line, or what became of it; asks again while it is worked on."""
    found = access.own_import(request.user, import_id)
    return _preview(request, found, ColumnsForm(of=found))


def _preview(
    request: AgentRequest, found: Import, form: ColumnsForm, *, status: int = 200
) -> HttpResponse:
    values = {"form": form, **_shown(request, found)}
    return page(request, "addressbook/preview.html", values, status=status)


def _shown(request: AgentRequest, found: Import) -> dict[str, Any]:
    tabs: list[dict[str, Any]] = [
        {
            "verdict": verdict,
            "label": verdict.label,
            "count": found.count(verdict),
            "url": f"{reverse('addressbook:import', args=[found.pk])}?show={verdict}",
        }
        for verdict in _ORDER
        if found.count(verdict)
    ]
    shown = next((tab for tab in tabs if tab["verdict"] == request.GET.get("show")), None)
    shown = shown or (tabs[0] if tabs else None)
    return {
        "found": found,
        "busy": found.state in _BUSY,
        "tabs": tabs,
        "shown": shown["verdict"] if shown else "",
        "problem": words.of_file(found),
        "to_write": found.count(Verdict.NEW) + found.count(Verdict.CHANGED),
        "may_map": found.state in {ImportState.READY, ImportState.FAILED},
        **_lines(request, found, shown["verdict"] if shown else ""),
    }


def _lines(request: AgentRequest, found: Import, verdict: str) -> dict[str, Any]:
    """A page of the lines of one kind; a changed one with the entry as it is."""
    after = request.GET.get("after", "")
    last = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0
    rows = ImportRow.objects.filter(of=found, verdict=verdict, line__gt=last).order_by("line")
    taken = list(rows[: _SHOWN + 1]) if verdict else []
    more, taken = len(taken) > _SHOWN, taken[:_SHOWN]
    entries = Address.objects.in_bulk([row.entry for row in taken if row.entry])
    address = reverse("addressbook:import", args=[found.pk])
    return {
        "lines": [_line(row, entries.get(row.entry or 0)) for row in taken],
        "more_url": f"{address}?show={verdict}&after={taken[-1].line}" if more else "",
        "first_url": f"{address}?show={verdict}" if last else "",
    }


def _line(row: ImportRow, entry: Address | None) -> dict[str, Any]:
    changed = row.verdict == Verdict.CHANGED
    return {
        "line": row.line,
        "name": row.name or (entry.name if entry else ""),
        "address": row.address,
        "target": entry.customer_search
        if row.customer_search is None and entry
        else row.customer_search,
        "was": entry if changed else None,
        "problem": words.of_line(row),
    }


@require_POST
def remap(request: AgentRequest, import_id: int) -> HttpResponse:
    found = access.own_import(request.user, import_id)
    form = ColumnsForm(request.POST, of=found)
    if not form.is_valid():
        return _preview(request, found, form, status=422)
    try:
        receiving.remap(
            found,
            request.user,
            mapping=form.mapping,
            has_header=form.cleaned_data["has_header"],
            encoding=form.cleaned_data["encoding"],
        )
    except receiving.NotNow:
        _went_on(request)
    return redirect("addressbook:import", found.pk)


@require_POST
def apply(request: AgentRequest, import_id: int) -> HttpResponse:
    """実行: everything that the preview shows, or nothing."""
    found = access.own_import(request.user, import_id)
    try:
        receiving.start(found, request.user)
    except receiving.NotNow:
        _went_on(request)
    return redirect("addressbook:import", found.pk)


@require_POST
def give_up(request: AgentRequest, import_id: int) -> HttpResponse:
    found = access.own_import(request.user, import_id)
    try:
        receiving.give_up(found, request.user)
    except receiving.NotNow:
        _went_on(request)
        return redirect("addressbook:import", found.pk)
    return redirect("addressbook:list")


def _went_on(request: AgentRequest) -> None:
    messages.warning(request, _("The import has gone on meanwhile. This is how it stands now."))


@require_safe
@never_cache
def progress(request: AgentRequest, import_id: int) -> HttpResponse:
    """Asked while a worker has it in hand; when it is through, the page is loaded anew."""
    found = access.own_import(request.user, import_id)
    if found.state in _BUSY:
        return render(request, "addressbook/_progress.html", {"found": found})
    answer = HttpResponse()
    answer["HX-Redirect"] = reverse("addressbook:import", args=[found.pk])
    return answer
