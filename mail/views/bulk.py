"""一括操作: what is done to ticked mails, or to everything that a list has; its report and undo."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from callcenter.partials import page, wants_partial
from labels.seen import labels_of
from mail import bulk
from mail.browse import Browse
from mail.bulk import tasks, words
from mail.bulk.forms import BulkForm
from mail.models import BulkOutcome, BulkRun, BulkVerb
from mail.views.refusals import refusals_shown
from permissions.access import AgentRequest, require
from permissions.models import User
from permissions.operations import Operation

# A page of ticked mails is usually done before the answer leaves; the rest is a worker's.
_AT_ONCE_SECONDS = 1.5
_SHOWN = 100


@require_POST
@refusals_shown
def start(request: AgentRequest) -> HttpResponse:
    """Begin; the answer is the report, which follows the rest by itself."""
    user = require(request.user, Operation.MAIL_BULK)
    form = BulkForm(request.POST)
    if not form.is_valid():
        values = {"error": form.first_error}
        return render(request, "mail/_bulk_report.html", values, status=422)
    verb, arguments = form.bulk_verb, form.arguments
    query = Browse.parse(user, QueryDict(form.cleaned_data["list"])).query
    if form.cleaned_data["all"]:
        run = bulk.start_all(user, verb, arguments, query=query)
    else:
        run = bulk.start(user, verb, arguments, message_ids=form.cleaned_data["id"])
    return _begun(request, run, query)


def _begun(request: AgentRequest, run: BulkRun, query: str = "") -> HttpResponse:
    if bulk.go_on(run.pk, seconds=_AT_ONCE_SECONDS):
        tasks.wake(run.pk)
    if wants_partial(request):
        return _report(request, run.pk)
    return redirect("mail:bulk_report", run.pk)


def _own(user: User, run_id: int) -> BulkRun:
    """One's own run (404)."""
    require(user, Operation.MAIL_BULK)
    return get_object_or_404(BulkRun.objects.select_related("undoes").filter(user=user), pk=run_id)


@require_safe
@never_cache
def report(request: AgentRequest, run_id: int) -> HttpResponse:
    """How far a run is, and what it could not do."""
    return _report(request, run_id)


def _report(request: AgentRequest, run_id: int) -> HttpResponse:
    run = _own(request.user, run_id)
    refused = run.items.filter(outcome=BulkOutcome.REFUSED).select_related("message")
    undone = run.undone_by.first()
    values = {
        "run": run,
        "deed": words.deed(run),
        "outcome": words.outcome(run),
        "refused": refused.order_by("pk")[:_SHOWN],
        "more": max(0, run.refused - _SHOWN),
        "undone": undone,
        "may_undo": not run.is_open
        and bool(run.changed)
        and run.verb != BulkVerb.UNDO
        and undone is None,
    }
    if wants_partial(request):
        return render(request, "mail/_bulk_report.html", values)
    return page(request, "mail/bulk_report.html", values)


@require_POST
@refusals_shown
def undo(request: AgentRequest, run_id: int) -> HttpResponse:
    """元に戻す: what the run has really changed."""
    run = _own(request.user, run_id)
    return _begun(request, bulk.start_undo(run, request.user))


@require_POST
def stop(request: AgentRequest, run_id: int) -> HttpResponse:
    """No mail more."""
    run = _own(request.user, run_id)
    bulk.stop(run, request.user)
    if wants_partial(request):
        return _report(request, run_id)
    return redirect("mail:bulk_report", run.pk)


@require_safe
@never_cache
def people(request: AgentRequest) -> HttpResponse:
    """The people to choose from."""
    user = require(request.user, Operation.MAIL_BULK)
    require(user, Operation.MAIL_ASSIGN)
    return render(request, "mail/_bulk_people.html", {"people": _people(user)})


@require_safe
@never_cache
def labels(request: AgentRequest) -> HttpResponse:
    """The labels to choose from."""
    user = require(request.user, Operation.MAIL_BULK)
    require(user, Operation.MAIL_LABEL)
    return render(request, "mail/_bulk_labels.html", {"labels": _labels(user)})


def _people(user: User) -> list[User]:
    """Who works in one of this person's mailboxes, oneself first."""
    found = User.objects.filter(
        is_active=True, memberships__mailbox__in=user.mailbox_ids
    ).distinct()
    return sorted(found, key=lambda each: (each.pk != user.pk, each.name))


def _labels(user: User) -> list[dict[str, Any]]:
    """The labels of all mailboxes by name: each mail gets its own mailbox's."""
    found: dict[str, Any] = {}
    for label in sorted(labels_of(user), key=lambda each: (each.name_key, each.pk)):
        if label.kind == "user" and label.state == "live" and not label.hidden:
            found.setdefault(label.name, label)
    return [{"label": label, "child": label.parent_name in found} for label in found.values()]
