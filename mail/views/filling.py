"""A drawer's text as it would stand in an answer to a mail of one's choice (M23)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from callcenter.variables import Filled, fill
from mail import publicid
from mail.filling import values_for
from mail.models import Folder, Message
from permissions.access import AgentRequest, require
from permissions.models import User
from permissions.operations import Operation

_RECENT = 20
# What is longer is refused when the drawer's entry is saved.
_LONGEST = 200_000


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def filling(request: AgentRequest) -> HttpResponse:
    """GET: the panel, with the newest mails to choose from. POST: the text filled."""
    require(request.user, Operation.MAIL_VIEW)
    if request.method != "POST":
        recent = Message.objects.visible_to(request.user).filter(folder=Folder.RECEIVED)
        shown = {"recent": list(recent.newest_first()[:_RECENT])}
        return render(request, "mail/_filling.html", shown)
    asked = request.POST.get("preview_mail", "").strip()
    message = _chosen(request.user, asked)
    values_of_mail = values_for(request.user, message)
    filled = {
        name: fill(request.POST.get(name, "")[:_LONGEST].replace("\r\n", "\n"), values_of_mail)
        for name in ("subject", "body", "text")
        if request.POST.get(name)
    }
    values = {"mail": message, "unknown": bool(asked) and message is None, **_shown(filled)}
    return render(request, "mail/_filled.html", values)


def _shown(filled: dict[str, Filled]) -> dict[str, Any]:
    left = dict.fromkeys(
        piece.blank
        for each in filled.values()
        for piece in each.pieces
        if piece.blank and not piece.is_filled
    )
    by_hand = [blank.literal for blank in left if blank.variable is None]
    return {
        "subject": filled.get("subject"),
        "text": filled.get("body") or filled.get("text"),
        "missing": [blank.literal for blank in left if blank.variable is not None],
        "by_hand": by_hand,
        "by_hand_told": ngettext(
            "%(blanks)s is for the writer to fill in.",
            "%(blanks)s are for the writer to fill in.",
            len(by_hand),
        )
        % {"blanks": ", ".join(by_hand)},
    }


def _chosen(user: User, asked: str) -> Message | None:
    """The mail with this ID, as far as the person sees it."""
    try:
        number = publicid.decode(asked)
    except ValueError:
        return None
    if number >= 2**63:
        return None
    return Message.objects.visible_to(user).filter(pk=number).first()
