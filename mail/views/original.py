"""原文: a mail as it was received, as text and as a file; also of one that was never imported."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from callcenter.partials import page, wants_partial
from callcenter.streams import in_pieces
from mail import access, fetching, raw, troubles
from mail.mime import charsets
from mail.mime.filenames import safe
from mail.models import Message, RawMail, ToFetch
from mail.raw.fetch import KIND
from mail.raw.shown import chosen_charset
from mail.raw.source import SHOWN_BYTES, source_of
from mail.raw.tasks import want
from mailboxes.access import administered
from mailboxes.models import Mailbox
from permissions.access import AgentRequest
from permissions.operations import Operation


@require_safe
@never_cache
def original(request: AgentRequest, message_id: int) -> HttpResponse:
    """Header and source of a mail; whoever may not download files sees none in it."""
    message = access.readable(request.user, message_id)
    may = request.user.may(Operation.MAIL_DOWNLOAD)
    return _page(
        request,
        want(message.mailbox, message.gmail_id, again=not wants_partial(request)),
        size=message.size,
        name=message.subject,
        file_url=reverse("mail:original_file", args=[message.pk]) if may else "",
        back_url=reverse("mail:detail", args=[message.pk]),
    )


@require_safe
@never_cache
def original_file(request: AgentRequest, message_id: int) -> HttpResponseBase:
    """The whole mail as an .eml file."""
    message = access.permitted(request.user, message_id, Operation.MAIL_DOWNLOAD)
    found = want(message.mailbox, message.gmail_id)
    return _file(found, safe(message.subject.replace("/", "_"))[:80] or message.public_id)


def _unimported(request: AgentRequest, mailbox_id: int, gmail_id: str) -> Mailbox:
    """The mailbox of a mail that we could not read in, for an administrator."""
    mailbox = administered(request.user, mailbox_id)
    waiting = ToFetch.objects.filter(mailbox=mailbox, gmail_id=gmail_id)
    if not waiting.exclude(trouble="").exists():
        raise Http404
    return mailbox


@require_safe
@never_cache
def unimported_original(request: AgentRequest, mailbox_id: int, gmail_id: str) -> HttpResponse:
    """The source of a mail that could not be imported (see the health page)."""
    mailbox = _unimported(request, mailbox_id, gmail_id)
    return _page(
        request,
        want(mailbox, gmail_id, again=not wants_partial(request)),
        size=0,
        name=gmail_id,
        file_url=reverse("mail:unimported_file", args=[mailbox_id, gmail_id]),
        back_url=reverse("mail:health", args=[mailbox_id]),
    )


@require_safe
@never_cache
def unimported_file(request: AgentRequest, mailbox_id: int, gmail_id: str) -> HttpResponseBase:
    return _file(want(_unimported(request, mailbox_id, gmail_id), gmail_id), gmail_id)


def _page(
    request: AgentRequest, found: RawMail, *, size: int, name: str, file_url: str, back_url: str
) -> HttpResponse:
    polls = wants_partial(request)
    values: dict[str, Any] = {
        "title": _("Original"),
        "name": name,
        "back_url": back_url,
        "file_url": file_url,
        "here_url": request.path,
        "poll_url": request.path,
    }
    if found.file:
        with raw.opened(found) as file:
            data = file.read(SHOWN_BYTES)
        values["size"] = found.size
        values["source"] = source_of(data, size=found.size, with_files=bool(file_url))
    else:
        values |= waiting(found, size)
    template = "mail/_original.html" if polls else "mail/original.html"
    return page(request, template, values)


def waiting(found: RawMail, size: int) -> dict[str, Any]:
    """How far an original has come, as mail/_fetching.html shows it."""
    return {
        "trouble": troubles.words(found.trouble),
        "final": found.trouble in troubles.FINAL,
        "so_far": fetching.bytes_so_far(KIND, found.pk),
        "size": size,
    }


def _file(found: RawMail, name: str) -> HttpResponseBase:
    if not found.file:
        raise Http404
    response = StreamingHttpResponse(in_pieces(raw.opened(found)), content_type="message/rfc822")
    disposition = content_disposition_header(as_attachment=True, filename=f"{name}.eml")
    response["Content-Disposition"] = disposition or "attachment"
    response["Content-Length"] = str(found.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def reading_menu(message: Message, *, query: str, charset: str) -> dict[str, Any]:
    """The menu of a mail: its original, and the charsets that it may be read in."""
    here = reverse("mail:detail", args=[message.pk])
    return {
        "original_url": reverse("mail:original", args=[message.pk]),
        "as_received_url": f"{here}?{query}" if query else here,
        "charset": charset,
        "charsets": [
            {
                "name": name,
                "current": name == charset,
                "url": f"{here}?{query + '&' if query else ''}{urlencode({'charset': name})}",
            }
            for name in charsets.CHOICES
        ],
    }


@require_safe
@never_cache
def charset_ready(request: AgentRequest, message_id: int) -> HttpResponse:
    """For the bar that waits for the original: still on its way, or the mail in its charset."""
    message = access.readable(request.user, message_id)
    charset = chosen_charset(request.GET.get("charset", ""))
    if not charset:
        raise Http404
    found = want(message.mailbox, message.gmail_id)
    query = request.GET.copy()
    query.pop("again", None)
    if found.file:
        response = HttpResponse(status=204)
        here = reverse("mail:detail", args=[message.pk])
        response["HX-Redirect"] = f"{here}?{query.urlencode()}"
        return response
    values = {
        **reading_menu(message, query="", charset=charset),
        **waiting(found, message.size),
        "charset_wait_url": request.get_full_path(),
        "again_url": f"{reverse('mail:detail', args=[message.pk])}?{query.urlencode()}&again=1",
    }
    return page(request, "mail/_charset_bar.html", values)
