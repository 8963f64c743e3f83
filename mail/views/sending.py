"""送信, 予約送信, and what an agent decides while a mail waits or when it did not come off."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from callcenter.partials import wants_partial
from mail import access, editlock
from mail.actions import drafts
from mail.actions.send import decide as decide_action
from mail.actions.send import reschedule as reschedule_action
from mail.actions.send import send as send_action
from mail.actions.send import send_anyway as send_anyway_action
from mail.actions.send import undo as undo_action
from mail.browse import Browse
from mail.forms import DecideForm, ScheduleForm, SeenForm
from mail.models import Draft, Message, Outgoing, OutgoingState
from mail.outbox.freeze import Problem, Unsendable
from mail.standing import standing
from mail.views.composer import composer, fresh_pane, pane, panel, sending
from mail.views.drafting import posted, too_long
from mail.views.refusals import refusals_shown
from permissions.access import AgentRequest


@require_POST
@refusals_shown
def send(request: AgentRequest, draft_id: int) -> HttpResponse:
    """送信 or 予約送信: hand a frozen copy to the outbox. What is wrong is said at its field."""
    found, form = posted(request, draft_id)
    if not form.is_valid():
        return too_long()
    token = form.cleaned_data["token"] or 0
    version = form.cleaned_data["version"]
    fields = form.fields_of_draft()
    when = ScheduleForm(request.POST) if "schedule" in request.POST else None
    try:
        if when is not None and not when.is_valid():
            raise Unsendable([Problem("at", "past_time")])
        outgoing = send_action(
            found,
            request.user,
            token=token,
            version=version,
            fields=fields,
            at=when.cleaned_data["at"] if when else None,
        )
    except Unsendable as wrong:
        # Refused, but not forgotten: what was typed is kept all the same.
        stored = drafts.autosave(found, request.user, token=token, version=version, fields=fields)
        return _unsendable(request, stored, wrong)
    if found.answers is None:
        return redirect("mail:draft", found.pk)
    if "next" in request.POST:
        undo_url = f"{reverse('mail:undo', args=[outgoing.pk])}"
        messages.success(request, _waits_in_words(outgoing), extra_tags=undo_url)
        return redirect(_next_of_list(request, found.answers))
    if not wants_partial(request):
        return redirect("mail:detail", found.answers.pk)
    return pane(request, found.answers, {"sending": sending(outgoing, request.user)})


def _unsendable(request: AgentRequest, stored: Draft, wrong: Unsendable) -> HttpResponse:
    by_field = wrong.by_field()
    shown = composer(
        stored,
        editlock.current(stored),
        request.user,
        general=by_field.pop("files", []),
        by_field=by_field,
        at=request.POST.get("at", ""),
    )
    template = "mail/_composer.html" if wants_partial(request) else "mail/new.html"
    return render(request, template, {"composer": shown}, status=422)


def _waits_in_words(outgoing: Outgoing) -> str:
    if outgoing.scheduled:
        return _("“%(subject)s” is scheduled.") % {"subject": outgoing.draft.subject}
    return _("“%(subject)s” is being sent.") % {"subject": outgoing.draft.subject}


def _next_of_list(request: AgentRequest, message: Message) -> str:
    """送信して次へ: the next older mail of the list that the agent came from, or the list."""
    query = dict(parse_qsl(urlsplit(request.htmx.current_url or "").query))
    browse = Browse.parse(request.user, query)
    _newer, older = browse.neighbours(request.user, message)
    address = reverse("mail:detail", args=[older]) if older else reverse("mail:list")
    return f"{address}?{browse.query}"


@require_safe
@never_cache
def sending_state(request: AgentRequest, outgoing_id: int) -> HttpResponse:
    """How far a mail in the outbox is; of an answer, the pane as it is now."""
    outgoing = access.outgoing_of(request.user, outgoing_id)
    if outgoing.answers is not None:
        return _pane_of(request, outgoing, outgoing.answers)
    if outgoing.state == OutgoingState.CANCELLED:
        return redirect("mail:draft", outgoing.draft.pk)
    return render(request, "mail/_sending.html", {"sending": sending(outgoing, request.user)})


def _pane_of(request: AgentRequest, outgoing: Outgoing, message: Message) -> HttpResponse:
    """What a page that waits for this sending shows next; its end stays until it is left."""
    shown: dict[str, Any] = panel(request.user, standing(message, request.user))
    if shown["sending"] is None and shown["composer"] is None:
        # It may have come to its end since it was read: this request was asked for by the news.
        outgoing.refresh_from_db()
        if outgoing.state == OutgoingState.SENT:
            shown["sending"] = sending(outgoing, request.user)
    if shown["sending"] and outgoing.state in Outgoing.UNSETTLED:
        # Nothing has come to its end: the banner, perhaps with an open question, is left alone.
        return render(request, "mail/_sending.html", shown)
    return pane(request, message, shown)


@require_safe
@never_cache
def draft_pane(request: AgentRequest, message_id: int) -> HttpResponse:
    """The 下書き pane of a mail as it is now."""
    return fresh_pane(request, access.readable(request.user, message_id))


@require_POST
@refusals_shown
def undo(request: AgentRequest, outgoing_id: int) -> HttpResponse:
    """送信取り消し: the very same draft, in the composer."""
    outgoing = access.outgoing_of(request.user, outgoing_id)
    undo_action(outgoing, request.user)
    return _after(request, outgoing)


@require_POST
@refusals_shown
def send_anyway(request: AgentRequest, outgoing_id: int) -> HttpResponse:
    """それでも送信, after having seen what came."""
    outgoing = access.outgoing_of(request.user, outgoing_id)
    form = SeenForm(request.POST)
    if not form.is_valid():
        return HttpResponse(_("What came has changed. Load the page again."), status=422)
    send_anyway_action(outgoing, request.user, seen=form.cleaned_data["seen"].split("\n"))
    return _after(request, outgoing)


@require_POST
@refusals_shown
def reschedule(request: AgentRequest, outgoing_id: int) -> HttpResponse:
    """Another time for a scheduled mail; a wrong one changes nothing."""
    outgoing = access.outgoing_of(request.user, outgoing_id)
    form = ScheduleForm(request.POST)
    try:
        if not form.is_valid():
            raise Unsendable([Problem("at", "past_time")])
        outgoing = reschedule_action(outgoing, request.user, form.cleaned_data["at"])
    except Unsendable as wrong:
        outgoing = access.outgoing_of(request.user, outgoing_id)
        shown = sending(outgoing, request.user)
        values = {"sending": {**shown, "at": request.POST.get("at", ""), "wrong": wrong.explain()}}
        return render(request, "mail/_sending.html", values, status=422)
    return _after(request, outgoing)


def _after(request: AgentRequest, outgoing: Outgoing) -> HttpResponse:
    """The pane, or the page, as it is after a decision."""
    message = outgoing.answers
    if message is None:
        return redirect("mail:draft", outgoing.draft.pk)
    if not wants_partial(request):
        return redirect("mail:detail", message.pk)
    return fresh_pane(request, message)


@require_POST
@refusals_shown
def decide(request: AgentRequest, outgoing_id: int) -> HttpResponse:
    """What a person says of a mail of which it is not known whether it was sent."""
    outgoing = access.outgoing_of(request.user, outgoing_id)
    form = DecideForm(request.POST)
    if not form.is_valid():
        return HttpResponse(_("Choose whether the mail was sent."), status=422)
    decide_action(outgoing, request.user, was_sent=form.cleaned_data["was_sent"] == "yes")
    if outgoing.answers is not None:
        return redirect("mail:detail", outgoing.answers.pk)
    return redirect("mail:draft", outgoing.draft.pk)
