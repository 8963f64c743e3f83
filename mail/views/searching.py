"""The search form, completion below the box, and what was searched for last (M2a, M2c)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from callcenter.partials import page
from labels.models import LabelKind
from labels.seen import labels_of
from mail.actions.saved_search import forget, remember
from mail.browse import Browse
from mail.models import Status
from mail.search import cautions, parse
from mail.search.sheet import Sheet, Written, sheet_of, written
from mail.search.values import label_key
from mail.search_forms import RecentForm, SheetForm
from mail.suggestions import suggest
from permissions.access import AgentRequest, require
from permissions.models import User
from permissions.operations import Operation


@require_safe
@never_cache
def form(request: AgentRequest) -> HttpResponse:
    """The form, filled with what the text says; a page of its own without JavaScript."""
    user = require(request.user, Operation.MAIL_VIEW)
    browse = Browse.parse(user, request.GET)
    request.browse = browse
    # Where nothing was asked for yet, all mail is looked through, not the list on screen.
    asks = bool(browse.words or "category" in request.GET or browse.label)
    sheet = sheet_of(parse(browse.as_text(with_mailbox=False) if asks else "").tree)
    values = {
        "sheet": sheet,
        "offered": _offered(user, sheet),
        "statuses": Status.choices,
        "mailbox": browse.mailbox,
        "reading": {},
    }
    return page(request, "mail/search_form.html", values)


@require_safe
@never_cache
def text(request: AgentRequest) -> HttpResponse:
    """What the form says, as text: on its way to the list, or beside the form while typing."""
    user = require(request.user, Operation.MAIL_VIEW)
    found = written(SheetForm(request.GET).sheet())
    if "reading" not in request.GET:
        return redirect(f"{reverse('mail:list')}?{_address(request, user, found)}")
    return render(request, "mail/_search_reading.html", {"reading": _reading(found)})


def _address(request: AgentRequest, user: User, found: Written) -> str:
    mailbox = Browse.parse(user, request.GET).mailbox
    pairs = [("q", found.text)] if found.text else [("category", "all")]
    return urlencode([*pairs, *([("mailbox", str(mailbox.pk))] if mailbox else [])])


def _reading(found: Written) -> dict[str, Any]:
    told = dict.fromkeys(cautions.words(each) for _field, each in found.cautions)
    return {"text": found.text, "cautions": list(told)}


def _offered(user: User, sheet: Sheet) -> list[dict[str, Any]]:
    """The labels of all mailboxes by name, once each, and those that only the query knows."""
    wanted = {label_key(name): name for name in sheet.labels}
    offered: dict[str, dict[str, Any]] = {}
    for label in labels_of(user):
        key = label_key(label.name)
        if label.kind == LabelKind.USER and (not label.hidden or key in wanted):
            offered.setdefault(
                key, {"name": label.name, "label": label, "ticked": wanted.pop(key, None)}
            )
    unknown = [{"name": name, "label": None, "ticked": name} for name in wanted.values()]
    return [*unknown, *sorted(offered.values(), key=lambda each: each["name"].split("/"))]


@require_safe
@never_cache
def complete(request: AgentRequest) -> HttpResponse:
    """What the text at the cursor may become."""
    user = require(request.user, Operation.MAIL_VIEW)
    typed = request.GET.get("q", "").replace("\0", "")[:2000]
    at = request.GET.get("at", "")
    cursor = int(at) if at.isascii() and at.isdigit() and len(at) < 6 else len(typed)
    options = suggest(user, typed, cursor)
    return render(request, "mail/_search_options.html", {"options": options})


@require_POST
def recent(request: AgentRequest) -> HttpResponse:
    """Remember what was searched for; without a text, forget all of it."""
    user = require(request.user, Operation.MAIL_VIEW)
    if "text" not in request.POST:
        forget(user)
        return HttpResponse(status=204)
    given = RecentForm(request.POST)
    if not given.is_valid():
        return JsonResponse({"errors": given.errors}, status=422)
    remember(user, given.cleaned_data["text"])
    return HttpResponse(status=204)
