"""Star, read and unread, labels, spam and trash of one mail: from the mail itself, or its row."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from callcenter.partials import page, wants_partial
from labels.models import Label
from mail import access
from mail.actions.label import change_labels
from mail.actions.read import set_read
from mail.actions.spam import release_spam, report_spam
from mail.actions.star import set_star
from mail.actions.trash import restore as restore_action
from mail.actions.trash import trash as trash_action
from mail.browse import Browse
from mail.forms import LabelsForm, ReadForm, StarForm
from mail.models import Message
from mail.rows import render_rows
from mail.views.handling import answer
from mail.views.refusals import refusals_shown
from permissions.access import AgentRequest
from permissions.operations import Operation

# The form of the list's rows: see templates/mail/list.html.
_ROWS = "row-marks"


def _back(request: AgentRequest) -> str:
    """The query of the list that the page stands in or came from."""
    told = request.POST.get("list") or request.GET.get("list") or ""
    return Browse.parse(request.user, QueryDict(told)).query


def _done(request: AgentRequest, message: Message, words: str = "") -> HttpResponse:
    """The mail's pieces, or its row where a row asked; without JavaScript, the page again."""
    if request.htmx and request.htmx.target == _ROWS:
        message = access.readable(request.user, message.pk)
        rows = render_rows([message], request.user, _back(request), oob=True)
        response = render(request, "mail/_rows.html", {"rows": rows})
    elif not wants_partial(request) and ("row" in request.POST or "list" in request.GET):
        if words:
            messages.success(request, words)
        return redirect(f"{reverse('mail:list')}?{_back(request)}")
    else:
        response = answer(request, message)
    if words:
        trigger_client_event(response, "toast", {"text": words, "kind": "ok"})
    return response


def _gone_to(request: AgentRequest, message: Message, words: str, undo: str) -> HttpResponse:
    """Back to the list, where a message tells what was done and takes it back."""
    back = _back(request)
    query = QueryDict(mutable=True)
    query["list"] = back
    address = f"{reverse(undo, args=[message.pk])}?{query.urlencode()}" if undo else ""
    messages.success(request, words, extra_tags=address)
    return redirect(f"{reverse('mail:list')}?{back}")


@require_POST
@refusals_shown
def star(request: AgentRequest, message_id: int) -> HttpResponse:
    message = access.permitted(request.user, message_id, Operation.MAIL_LABEL)
    form = StarForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    set_star(message, request.user, starred=form.cleaned_data["starred"] == "1")
    return _done(request, message)


@require_POST
@refusals_shown
def read(request: AgentRequest, message_id: int) -> HttpResponse:
    """未読にする leaves the mail; the page of a mail that was opened says that it is read."""
    message = access.permitted(request.user, message_id, Operation.MAIL_LABEL)
    form = ReadForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    unread = form.cleaned_data["unread"] == "1"
    set_read(message, request.user, read=not unread)
    if unread:
        return _gone_to(request, message, _("Marked as unread."), "")
    return HttpResponse(status=204) if wants_partial(request) else _done(request, message)


@require_POST
@refusals_shown
def trash(request: AgentRequest, message_id: int) -> HttpResponse:
    message = access.permitted(request.user, message_id, Operation.MAIL_TRASH)
    trash_action(message, request.user)
    return _gone_to(request, message, _("Moved to the trash."), "mail:restore")


@require_POST
@refusals_shown
def restore(request: AgentRequest, message_id: int) -> HttpResponse:
    message = access.permitted(request.user, message_id, Operation.MAIL_TRASH)
    restore_action(message, request.user)
    return _done(request, message, _("Restored."))


@require_POST
@refusals_shown
def spam(request: AgentRequest, message_id: int) -> HttpResponse:
    message = access.permitted(request.user, message_id, Operation.MAIL_TRASH)
    report_spam(message, request.user)
    return _gone_to(request, message, _("Reported as spam."), "mail:not_spam")


@require_POST
@refusals_shown
def not_spam(request: AgentRequest, message_id: int) -> HttpResponse:
    message = access.permitted(request.user, message_id, Operation.MAIL_TRASH)
    release_spam(message, request.user)
    return _done(request, message, _("No longer marked as spam."))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@refusals_shown
def labels(request: AgentRequest, message_id: int) -> HttpResponse:
    """The labels to choose from; 実行 adds and removes what was ticked differently."""
    message = access.permitted(request.user, message_id, Operation.MAIL_LABEL)
    offered = _offered(message)
    if request.method != "POST":
        values = {"mail": message, "offered": offered, "labels_url": request.path}
        if wants_partial(request):
            return render(request, "mail/_labels_form.html", values)
        return page(request, "mail/labels.html", values)
    form = LabelsForm(request.POST, offered=[each["label"].pk for each in offered])
    if not form.is_valid():
        return HttpResponse(_("One of these labels is gone. Choose again."), status=422)
    change_labels(message, request.user, add=form.added, remove=form.removed)
    return answer(request, message)


def _offered(message: Message) -> list[dict[str, Any]]:
    """The labels of the mail's mailbox as a tree; hidden ones only where the mail bears them."""
    borne = set(message.labels.values_list("pk", flat=True))
    usable = Label.objects.usable().filter(mailbox=message.mailbox_id).order_by("name_key", "pk")
    known = [label for label in usable if not label.hidden or label.pk in borne]
    names = {label.name for label in known}
    return [
        {"label": label, "ticked": label.pk in borne, "child": label.parent_name in names}
        for label in known
    ]
