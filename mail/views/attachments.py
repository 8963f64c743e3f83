"""Attachments: waiting for one, looking at it, downloading it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from callcenter.partials import page, wants_partial
from mail import access, fetching, troubles
from mail.attachments import preview, store
from mail.attachments.fetch import KIND
from mail.attachments.tasks import want
from mail.mime import charsets
from mail.models import Attachment
from permissions.access import AgentRequest
from permissions.operations import Operation

# A PDF's own scripts and forms stay in the browser's viewer, which has no reach to our pages. Many
# viewers do not start under `sandbox`, so that the type, proved by its bytes, is what protects.
_PDF_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)


def _readable(request: AgentRequest, message_id: int, attachment_id: int) -> Attachment:
    message = access.permitted(request.user, message_id, Operation.MAIL_DOWNLOAD)
    return get_object_or_404(Attachment, pk=attachment_id, message=message)


def _waiting(request: AgentRequest, attachment: Attachment, title: str) -> HttpResponse:
    """The page that waits: asked by itself again and again until the file is here."""
    polls = wants_partial(request)
    # A click beside the file asks for it anew, also after a failure; the polls behind it only look.
    clicked = (request.headers.get("HX-Target") or "").startswith("file-")
    small = clicked or request.GET.get("small") == "1"
    want(attachment, again=clicked or not polls)
    query = request.GET.copy()
    if small:
        query["small"] = "1"
    values = {
        "title": title,
        "name": store.name_of(attachment),
        "trouble": troubles.words(attachment.trouble),
        "final": attachment.trouble in troubles.FINAL,
        "so_far": fetching.bytes_so_far(KIND, attachment.pk),
        "size": attachment.size,
        "here_url": request.path,
        "poll_url": f"{request.path}?{query.urlencode()}",
        "back_url": reverse("mail:detail", args=[attachment.message_id]),
        "small": small and polls,
    }
    template = "mail/_fetching.html" if polls else "mail/fetching.html"
    return page(request, template, values)


@require_safe
@never_cache
def download(request: AgentRequest, message_id: int, attachment_id: int) -> HttpResponseBase:
    """The file under its right name; a worker fetches it from Gmail when it is not here yet."""
    attachment = _readable(request, message_id, attachment_id)
    if not attachment.file:
        return _waiting(request, attachment, _("Attachment"))
    if wants_partial(request):
        return page(request, "mail/_fetched.html", {"download_url": request.path})
    return store.answer(attachment)


@require_safe
@never_cache
def look(request: AgentRequest, message_id: int, attachment_id: int) -> HttpResponse:
    """Pictures, text and PDF on a page of ours, with the download beside it."""
    attachment = _readable(request, message_id, attachment_id)
    if not attachment.file:
        return _waiting(request, attachment, _("Preview"))
    if wants_partial(request):
        # The waiting page: what it waited for is at this very address.
        response = HttpResponse(status=204)
        response["HX-Redirect"] = request.get_full_path()
        return response
    found = _preview(attachment)
    here = [attachment.message_id, attachment.pk]
    values: dict[str, Any] = {
        "name": store.name_of(attachment),
        "size": attachment.size,
        "kind": found.kind,
        "content_url": reverse("mail:attachment_content", args=here),
        "download_url": reverse("mail:attachment", args=here),
        "back_url": reverse("mail:detail", args=here[:1]),
    }
    if found.kind == "text":
        values |= _text(request, attachment)
    return page(request, "mail/preview.html", values)


def _preview(attachment: Attachment) -> preview.Preview:
    with attachment.file.open("rb") as file:
        head = file.read(preview.HEAD_BYTES)
    return preview.preview_of(head, declared=attachment.content_type, filename=attachment.filename)


def _text(request: AgentRequest, attachment: Attachment) -> dict[str, Any]:
    with attachment.file.open("rb") as file:
        data = file.read(preview.TEXT_BYTES)
    chosen = request.GET.get("charset", "")
    text, charset = preview.text_of(data, chosen if chosen in charsets.CHOICES else "")
    # By the name that people know it by, and not the codec's.
    known = (name for name in charsets.CHOICES if charsets.canonical(name) == charset)
    charset = next(known, charset)
    return {
        "text": text,
        "charset": charset.upper(),
        "cut": attachment.size > len(data),
        "charsets": [
            {
                "name": name.upper(),
                "url": f"?{urlencode({'charset': name})}",
                "current": name == charset,
            }
            for name in charsets.CHOICES
        ],
    }


@require_safe
@never_cache
def content(request: AgentRequest, message_id: int, attachment_id: int) -> HttpResponseBase:
    """The picture or PDF of the preview, as what its own bytes say that it is."""
    attachment = _readable(request, message_id, attachment_id)
    found = _preview(attachment) if attachment.file else preview.NONE
    if found.kind == "picture":
        return store.answer(attachment, shown_as=found.content_type)
    if found.kind == "pdf":
        return store.answer(attachment, shown_as=found.content_type, policy=_PDF_POLICY)
    raise Http404
