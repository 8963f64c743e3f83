"""409 and its kin: what an action declines, said in the page without changing anything there."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from callcenter.partials import wants_partial
from mail.actions.errors import AnswerBegun, Declined, DraftConflict, OthersDraft, WorkNearby
from mail.editlock import LockRefusal
from permissions.access import AgentRequest

# Of a request that is to be confirmed; the token of the form is given anew.
_REPEATED = {"take_over"}
P = ParamSpec("P")
View = Callable[Concatenate[AgentRequest, P], HttpResponse]


def refusal(request: AgentRequest, error: Declined | LockRefusal) -> HttpResponse:
    """An alert that names the holder or the reason; a page of its own without JavaScript."""
    values: dict[str, Any] = {
        "refusal": {"title": "", "text": error.explain()},
        "holder": error.holder if isinstance(error, LockRefusal) else None,
        "since": error.since if isinstance(error, LockRefusal) else None,
        "url": reverse("mail:draft", args=[error.draft.pk])
        if isinstance(error, OthersDraft | AnswerBegun)
        else request.htmx.current_url or "",
    }
    if isinstance(error, DraftConflict):
        values |= {"other": error.stored, "url": ""}
    if isinstance(error, WorkNearby):
        # Asked once more with the same request, and the answer to it goes where the first would.
        values |= {
            "nearby": error.found,
            "again_url": request.path,
            "again": {name: request.POST[name] for name in request.POST if name in _REPEATED},
            "url": "",
        }
    whole = not wants_partial(request) and not _wants_json(request)
    template = "mail/refused_page.html" if whole else "mail/_refused.html"
    response = render(request, template, values, status=409)
    # From the whole page: the pressed button may have been renewed before its answer came.
    response["HX-Retarget"] = "global #alerts"
    response["HX-Reswap"] = "innerHTML"
    return response


def _wants_json(request: AgentRequest) -> bool:
    """The page's own scripts, which put the alert where it belongs."""
    return "application/json" in request.headers.get("Accept", "")


def refusals_shown(view: View[P]) -> View[P]:
    """Let the view's actions decline: 409, and what was typed stays on the page."""

    def guarded(request: AgentRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (Declined, LockRefusal) as error:
            return refusal(request, error)

    update_wrapper(guarded, view)
    return guarded
