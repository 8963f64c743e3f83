"""One mail in two panes, and what its tabs hold."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activity import events
from callcenter.partials import page
from mail import access, history
from mail.browse import Browse
from mail.models import Message
from mail.standing import Standing, standing
from mail.views.beside import looked_at
from mail.views.composer import panel
from mail.views.handling import banner, tools
from mail.views.reading import people, reading
from permissions.access import AgentRequest


def _tabs(message: Message, stands: Standing, query: str = "") -> list[dict[str, Any]]:
    return [
        {
            "key": "comments",
            "name": _("Comments"),
            "count": stands.comments,
            "url": reverse("mail:comments", args=[message.pk]),
        },
        {
            "key": "draft",
            "name": _("Draft"),
            "count": None,
            "url": reverse("mail:draft_pane", args=[message.pk]),
        },
        {
            "key": "history",
            "name": _("Mail history"),
            "count": stands.mail_with,
            "url": f"{reverse('mail:history', args=[message.pk])}?{query}",
        },
        {
            "key": "events",
            "name": _("Operation history"),
            "count": None,
            "url": reverse("mail:events", args=[message.pk]),
        },
    ]


@require_safe
@never_cache
def detail(request: AgentRequest, message_id: int) -> HttpResponse:
    """The mail on the left; comments, draft, history and events on the right."""
    request.live_cursor = events.horizon()  # before anything is read
    user = request.user
    message = access.to_open(user, message_id)
    stands = standing(message, user)
    if message.gone_at is not None:
        return _gone(request, message, stands)
    browse = Browse.parse(user, request.GET)
    request.browse = browse
    newer, older = browse.neighbours(user, message)
    base = reverse("mail:list")
    writing = panel(user, stands)
    values = {
        "mail": message,
        "labels": stands.labels,
        **reading(request, message, query=browse.query),
        "list_query": browse.query,
        "other": looked_at(request, message),
        "back_url": f"{base}?{browse.query}",
        "back_name": browse.title,
        "newer_url": _beside(newer, browse),
        "older_url": _beside(older, browse),
        "tabs": _tabs(message, stands, browse.query),
        "tab": "draft" if any(writing.values()) else "comments",
        **banner(message, user, stands),
        **writing,
    }
    values["urls"] = {**values["urls"], **tools(message, user)}
    values["urls"]["looking"] = reverse("mail:looking", args=[message.pk])
    # The page says that it was opened: looking at an address changes nothing.
    values["opened_url"] = values["urls"]["read"] if message.is_unread else ""
    return page(request, "mail/detail.html", values)


def _gone(request: AgentRequest, message: Message, stands: Standing) -> HttpResponse:
    """What is left of a mail that was deleted in Gmail: what people here said and did."""
    tabs = [tab for tab in _tabs(message, stands) if tab["key"] != "draft"]
    values = {
        "mail": message,
        "people": people(message.body.people) if hasattr(message, "body") else {},
        "tabs": tabs,
        "tab": "comments",
        "other": looked_at(request, message),
        "back_url": reverse("mail:list"),
    }
    return page(request, "mail/gone.html", values)


def _beside(message_id: int | None, browse: Browse) -> str:
    if message_id is None:
        return ""
    return f"{reverse('mail:detail', args=[message_id])}?{browse.query}"


@require_safe
@never_cache
def operations(request: AgentRequest, message_id: int) -> HttpResponse:
    """操作履歴: who did what to this mail and when."""
    message = access.findable(request.user, message_id)
    return render(request, "mail/_events.html", {"events": history.told_events(message)})
