"""メール履歴 beside a draft: another mail in the left pane, while the right one stays as it is."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from callcenter.partials import wants_partial
from mail import access, publicid
from mail.browse import Browse, Place
from mail.history import mail_with
from mail.models import Message
from mail.standing import correspondent_of
from mail.views.reading import people, reading
from permissions.access import AgentRequest
from permissions.models import User

_PAGE = 50


def other_mail(request: AgentRequest, message: Message, other: Message) -> dict[str, Any]:
    """What mail/_other.html shows: fields, text and files, and nothing to act upon."""
    browse = Browse.parse(request.user, request.GET)
    back = f"{reverse('mail:detail', args=[message.pk])}?{browse.query}"
    values: dict[str, Any] = {
        "mail": other,
        "at": "other-",
        "back_id": message.public_id,
        "back_to": back,
        "own_url": reverse("mail:detail", args=[other.pk]),
    }
    if other.gone_at is not None:
        body = getattr(other, "body", None)
        return values | {"people": people(body.people) if body else {}, "shown": other}
    return values | reading(request, other)


def looked_at(request: AgentRequest, message: Message) -> dict[str, Any] | None:
    """The other mail that the page's own address asks for (`look`), if it is one to be seen."""
    try:
        number = publicid.decode(request.GET.get("look", ""))
    except ValueError:
        return None
    found = Message.objects.ever_visible_to(request.user).filter(pk__lt=2**63 - 1)
    other = found.select_related("body", "assignee", "customer").filter(pk=number).first()
    return other_mail(request, message, other) if other and other.pk != message.pk else None


@require_safe
@never_cache
def beside(request: AgentRequest, message_id: int, other_id: int) -> HttpResponse:
    """Another mail for the left pane; without JavaScript the page with both."""
    message = access.findable(request.user, message_id)
    other = access.to_open(request.user, other_id)
    if not wants_partial(request):
        browse = Browse.parse(request.user, request.GET)
        here = reverse("mail:detail", args=[message.pk])
        return redirect(f"{here}?{browse.query}&look={other.public_id}")
    return render(request, "mail/_other.html", other_mail(request, message, other))


@require_safe
@never_cache
def correspondence(request: AgentRequest, message_id: int) -> HttpResponse:
    """メール履歴: all mail with this correspondent, both directions, newest first."""
    user: User = request.user
    message = access.findable(user, message_id)
    browse = Browse.parse(user, request.GET)
    place = Place.parse(request.GET.get("before", ""))
    found = mail_with(message, user)
    rows = list((found.filter(place.older) if place else found)[: _PAGE + 1])
    here = reverse("mail:history", args=[message.pk])
    values = {
        "history": [
            {
                "mail": each,
                "url": f"{reverse('mail:beside', args=[message.pk, each.pk])}?{browse.query}",
                "current": each.pk == message.pk,
            }
            for each in rows[:_PAGE]
        ],
        "further": place is not None,
        "more_url": f"{here}?{browse.query}&before={Place.of(rows[_PAGE - 1])}"
        if len(rows) > _PAGE
        else "",
        "correspondent": correspondent_of(message),
    }
    return render(request, "mail/_history.html", values)
