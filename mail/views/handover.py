"""代わってほしい, on the asker's and on the holder's screen."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from callcenter.partials import wants_partial
from mail import access
from mail.actions import handover as actions
from mail.forms import DraftForm, TokenForm
from mail.views.composer import fresh_pane
from mail.views.handling import answer
from mail.views.refusals import refusals_shown
from permissions.access import AgentRequest
from permissions.operations import Operation


@require_POST
@refusals_shown
def ask(request: AgentRequest, message_id: int) -> HttpResponse:
    """Ask whoever works on the mail to hand it over."""
    message = access.permitted(request.user, message_id, Operation.MAIL_REPLY)
    actions.ask(message, request.user)
    return answer(request, message)


@require_POST
@refusals_shown
def decline(request: AgentRequest, message_id: int) -> HttpResponse:
    """The holder goes on."""
    message = access.readable(request.user, message_id)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    actions.decline(message, request.user, token=form.cleaned_data["token"])
    return answer(request, message)


@require_POST
@refusals_shown
def hand_over(request: AgentRequest, message_id: int) -> HttpResponse:
    """The holder gives text and lock away; an open composer's text comes along."""
    message = access.readable(request.user, message_id)
    form = TokenForm(request.POST)
    typed = DraftForm(request.POST) if "version" in request.POST else None
    if not form.is_valid() or (typed is not None and not typed.is_valid()):
        return HttpResponse(status=422)
    actions.hand_over(
        message,
        request.user,
        token=form.cleaned_data["token"],
        version=typed.cleaned_data["version"] if typed else 0,
        fields=typed.fields_of_draft() if typed else None,
    )
    if not wants_partial(request):
        return redirect("mail:detail", message.pk)
    return fresh_pane(request, message)
