"""What others do, as it happens: one stream a browser, or polling where streams are withheld."""

from __future__ import annotations

from collections.abc import AsyncIterator

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activity import events
from activity.models import Event
from callcenter.streams import ALIVE, brief, event_stream, frame, let_go
from mail.live.feed import feed, watch
from mail.live.telling import told
from mail.sync.notes import synced
from mailboxes.access import given
from mailboxes.models import Mailbox
from permissions.access import AgentRequest, require, signed_in
from permissions.models import User
from permissions.operations import Operation

# Proxies close a connection that is silent for a minute.
ALIVE_SECONDS = 15.0


def _look(user_id: int, cursor: int | None) -> tuple[list[Event], int] | None:
    """What is new for this user since `cursor`, asked with their present rights; None without."""
    mailboxes = given([user_id], Operation.MAIL_VIEW).get(user_id)
    if mailboxes is None:
        return None
    watch(mailboxes)
    if cursor is None:
        return [], events.horizon()
    return events.since(cursor, mailbox_ids=mailboxes)


def _cursor(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 19 else None


async def _follow(user_id: int, cursor: int | None) -> AsyncIterator[str]:
    # From here on the feed tells; what was before is looked up once. Between the two some comes
    # twice, which the page drops, and nothing is lost.
    async with feed.subscriber(user_id) as subscriber:
        subscriber.look()
        while not subscriber.ended:
            if not await subscriber.wait(ALIVE_SECONDS):
                yield ALIVE
                continue
            if subscriber.behind:
                subscriber.behind = False
                look = await brief(_look, user_id, cursor)
                if look is None:
                    return  # no right any more: the page finds out when it comes back
                found, cursor = look
                if found:
                    yield "".join(frame(told(each), cursor=str(cursor)) for each in found)
            frames, missed = subscriber.take()
            cursor = subscriber.cursor or cursor
            if missed:
                yield frame({}, cursor=str(cursor), name="reload")
            if frames:
                yield "".join(frames)


@require_safe
@never_cache
async def stream(request: AgentRequest) -> HttpResponseBase:
    """Server-sent events from `after` (or Last-Event-ID) on."""
    user = await signed_in(request)
    await let_go()
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
    found, following = _look(user.pk, _cursor(request.GET.get("after"))) or ([], 0)
    news = [*map(told, found), *map(synced, Mailbox.objects.visible_to(user).working())]
    return JsonResponse({"after": str(following), "events": news, "reload": False})
