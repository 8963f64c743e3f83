"""Downloading an attachment."""

from __future__ import annotations

from asyncio import sleep
from time import monotonic

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from callcenter.streams import brief
from mail import access
from mail.attachments import store
from mail.attachments.tasks import want
from mail.models import Attachment
from permissions.access import AgentRequest, signed_in
from permissions.models import User
from permissions.operations import Operation

_PATIENCE = 25.0  # seconds; a proxy would give up after half a minute


def _readable(user: User, message_id: int, attachment_id: int) -> Attachment:
    message = access.permitted(user, message_id, Operation.MAIL_DOWNLOAD)
    return get_object_or_404(Attachment, pk=attachment_id, message=message)


@require_safe
async def download(request: AgentRequest, message_id: int, attachment_id: int) -> HttpResponseBase:
    """The file under its right name; a worker fetches it from Gmail when it is not here yet."""
    user = await signed_in(request)
    attachment = await brief(_readable, user, message_id, attachment_id)
    if not attachment.file:
        await brief(want, attachment)
    deadline = monotonic() + _PATIENCE
    while not attachment.file and monotonic() < deadline:
        await sleep(0.25)
        attachment = await brief(_readable, user, message_id, attachment_id)
        if attachment.trouble:
            break
    if attachment.file:
        return store.answer(attachment, as_download=True)
    return await brief(_not_now, request, attachment)


def _not_now(request: AgentRequest, attachment: Attachment) -> HttpResponse:
    gone = attachment.trouble == "gone"
    explanation = (
        _("The mail is no longer in Gmail, and this file was not fetched before.")
        if gone
        else _("Gmail has not handed the file out yet. Please try again in a moment.")
    )
    values = {"explanation": explanation, "retry_url": request.get_full_path()}
    response = TemplateResponse(
        request, "mail/attachment_failed.html", values, status=404 if gone else 503
    )
    return response.render()
