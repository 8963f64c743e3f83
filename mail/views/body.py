"""The mail's body in its frame, and the pictures that stand in it."""

from __future__ import annotations

from asyncio import sleep
from time import monotonic

from django.contrib.auth.decorators import login_not_required
from django.core.signing import BadSignature
from django.http import Http404, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from callcenter.streams import brief, let_go
from mail import access, bodies
from mail.attachments import preview, store
from mail.attachments.tasks import want
from mail.models import Attachment
from mail.raw import tasks as originals
from mail.raw.shown import chosen_charset, in_charset
from mail.views.reading import people
from permissions.access import AgentRequest

_PATIENCE = 20.0  # seconds that a picture may take to come from Gmail


@require_safe
@never_cache
def body(request: AgentRequest, message_id: int) -> HttpResponse:
    """The document of the frame, under a policy of its own (see callcenter.richtext.frame)."""
    message = access.readable(request.user, message_id)
    shown, text = message, bodies.of(message)
    if charset := chosen_charset(request.GET.get("charset", "")):
        original = originals.want(message.mailbox, message.gmail_id)
        if original.file:
            shown, text, _ = in_charset(message, original, charset)
    frame = bodies.frame(
        shown,
        text,
        request.user,
        origin=f"{request.scheme}://{request.get_host()}",
        allow_remote=request.GET.get("images") == "1",
        plain=request.GET.get("plain") == "1",
    )
    response = HttpResponse(frame.html)
    # Its own policy, and not the page's: the middleware leaves a header that is there alone.
    for name, value in frame.headers.items():
        response[name] = value
    return response


@require_safe
@never_cache
def printed(request: AgentRequest, message_id: int) -> HttpResponse:
    """The mail as a document of its own, for paper: fields, text, names of the files."""
    message = access.readable(request.user, message_id)
    text = bodies.of(message)
    above = render_to_string(
        "mail/_print_head.html",
        {
            "mail": message,
            "people": people(text.people),
            "files": message.attachments.filter(inline=False),
        },
        request,
    )
    frame = bodies.frame(
        message,
        text,
        request.user,
        origin=f"{request.scheme}://{request.get_host()}",
        allow_remote=request.GET.get("images") == "1",
        plain=request.GET.get("plain") == "1",
        above=above,
    )
    response = HttpResponse(frame.html)
    for name, value in frame.headers.items():
        response[name] = value
    return response


def _picture(token: str) -> Attachment:
    try:
        attachment = bodies.picture_of(token)
    except BadSignature as error:
        raise Http404 from error
    if attachment is None or attachment.content_type not in store.PICTURES:
        raise Http404
    return attachment


def _kind(attachment: Attachment) -> str:
    """What its bytes say that it is; only a picture is shown."""
    with attachment.file.open("rb") as file:
        head = file.read(preview.HEAD_BYTES)
    found = preview.preview_of(head, declared="", filename="")
    if found.kind != "picture":
        raise Http404
    return found.content_type


# The frame sends no cookies: the signature in the address, which only the page gives out, stands
# for the log-in.
@login_not_required
@require_safe
async def inline(request: AgentRequest, token: str) -> HttpResponseBase:
    """One inline picture; a worker fetches it from Gmail when it is not here yet."""
    await let_go()
    attachment = await brief(_picture, token)
    deadline = monotonic() + _PATIENCE
    if not attachment.file:
        await brief(want, attachment)
    while not attachment.file and not attachment.trouble and monotonic() < deadline:
        await sleep(0.25)
        attachment = await brief(_picture, token)
    if not attachment.file:
        raise Http404
    response = store.answer(attachment, shown_as=await brief(_kind, attachment))
    # The frame has an origin of its own.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
