"""What others do, as it happens: one stream a browser, or polling where streams are withheld."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import redis
from asgiref.sync import sync_to_async
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activity import events
from activity.models import Event
from callcenter.live import hub
from callcenter.streams import ALIVE, brief, event, event_stream
from mail.sync import polling
from mail.sync.notes import synced
from mailboxes.models import Mailbox
from permissions.access import AgentRequest, require, signed_in
from permissions.models import User
from permissions.operations import Operation

log = logging.getLogger(__name__)
# Proxies close a connection that is silent for a minute.
ALIVE_SECONDS = 15.0
_PLACED = ("public_id", "version")


def _told(each: Event) -> dict[str, Any]:
    """One event as the page's script reads it. Its `data` holds state and never content."""
    return {
        "id": each.pk,
        "kind": each.kind,
        "mailbox": each.mailbox_id,
        "public_id": each.data.get("public_id", ""),
        "version": each.data.get("version"),
        "state": {key: value for key, value in each.data.items() if key not in _PLACED},
    }


def _mailboxes(user_id: int) -> set[int] | None:
    """The mailboxes that this user may be told of now; None when they may not read mail at all."""
    user = User.objects.filter(pk=user_id, is_active=True).select_related("role").first()
    if user is None or not user.may(Operation.MAIL_VIEW):
        return None
    return set(user.mailbox_ids)


def _watch(mailboxes: set[int]) -> None:
    """Gmail is asked more often for what somebody looks at."""
    try:
        polling.watch(mailboxes)
    except redis.RedisError:
        log.warning("The broker does not know who watches; news come later", exc_info=True)


def _look(user_id: int, cursor: int | None) -> tuple[set[int], list[Event], int] | None:
    """What is new for this user since `cursor`, asked with their present rights."""
    mailboxes = _mailboxes(user_id)
    if mailboxes is None:
        return None
    _watch(mailboxes)
    if cursor is None:
        return mailboxes, [], events.horizon()
    found, following = events.since(cursor, mailbox_ids=mailboxes)
    return mailboxes, found, following


def _cursor(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 19 else None


async def _follow(user_id: int, cursor: int | None) -> AsyncIterator[str]:
    known: dict[int, None] = {}
    async with hub.listener() as listener:
        while True:
            look = await brief(_look, user_id, cursor)
            if look is None:
                return  # no right any more: the page finds out when it comes back
            listener.mailboxes, found, following = look
            cursor = following
            while listener.notes:
                _, note = listener.notes.popitem()
                yield event(note, cursor=str(following))
            for each in found:
                if each.pk not in known:
                    known[each.pk] = None
                    yield event(_told(each), cursor=str(following))
            while len(known) > 2000:
                known.pop(next(iter(known)))
            while not await listener.wait(ALIVE_SECONDS):
                await sync_to_async(_watch, thread_sensitive=False)(look[0])
                yield ALIVE


@require_safe
@never_cache
async def stream(request: AgentRequest) -> HttpResponseBase:
    """Server-sent events from `after` (or Last-Event-ID) on."""
    user = await signed_in(request)
    await brief(_allowed, user)
    cursor = _cursor(request.headers.get("Last-Event-ID") or request.GET.get("after"))
    return await event_stream(_follow(user.pk, cursor))


def _allowed(user: User) -> None:
    require(user, Operation.MAIL_VIEW)


@require_safe
@never_cache
def poll(request: AgentRequest) -> HttpResponse:
    """The same by asking: {after, events, reload}."""
    user = require(request.user, Operation.MAIL_VIEW)
    look = _look(user.pk, _cursor(request.GET.get("after")))
    _, found, following = look or (set(), [], 0)
    told = [*map(_told, found), *map(synced, Mailbox.objects.visible_to(user).working())]
    return JsonResponse({"after": str(following), "events": told, "reload": False})
