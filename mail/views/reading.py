"""How one mail reads: its fields, text and files, in its own charset or in a chosen one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from callcenter.partials import page
from mail import access, bodies, linking, troubles
from mail.attachments.preview import may_be_previewed
from mail.models import DeliveryFailure, Message
from mail.notices import explain_notices
from mail.raw.shown import chosen_charset, in_charset
from mail.raw.tasks import want
from mail.views.original import reading_menu, waiting
from permissions.access import AgentRequest
from permissions.models import User
from permissions.operations import Operation

_NOTICES = 2  # more are folded


def people(body_people: dict[str, list[list[str]]]) -> dict[str, list[dict[str, str]]]:
    shown = {
        key: [{"name": name, "address": address} for name, address in pairs]
        for key, pairs in body_people.items()
    }
    shown["sender"] = shown.pop("from", [])
    if shown.get("reply_to") == shown["sender"]:
        shown["reply_to"] = []
    return shown


def reading(request: AgentRequest, message: Message, *, query: str = "") -> dict[str, Any]:
    """What mail/_subject.html, mail/_facts.html and mail/_text.html show.

    Args:
        query: the list that one came from, kept in the addresses.
    """
    user = request.user
    charset = chosen_charset(request.GET.get("charset", ""))
    shown, body, names = message, bodies.of(message), dict[str, str]()
    values: dict[str, Any] = {"charset": charset, "charset_wait_url": ""}
    frame_query = {}
    if charset:
        again = request.GET.get("again") == "1"
        original = want(message.mailbox, message.gmail_id, again=again)
        if original.file:
            shown, body, names = in_charset(message, original, charset)
            frame_query["charset"] = charset
        else:
            values |= waiting(original, message.size)
            ready = reverse("mail:charset_ready", args=[message.pk])
            values["charset_wait_url"] = f"{ready}?{_with(query, charset=charset)}"
            values["again_url"] = f"?{_with(query, charset=charset, again='1')}"
    here = f"{reverse('mail:detail', args=[message.pk])}?{query}"
    menu = reading_menu(message, query=query, charset=charset)
    notices = explain_notices(body.notices)
    return values | {
        "shown": shown,
        "people": people(body.people),
        "known": linking.known(user, message, body.people, here),
        "attachments": _attachments(message, user, names),
        "notices": notices[:_NOTICES],
        "more_notices": notices[_NOTICES:],
        "body_url": _frame(message, frame_query),
        "blocked_remote": bodies.blocked_remote(body),
        "plain_url": _frame(message, {**frame_query, "plain": "1"}) if body.html else "",
        "print_url": reverse("mail:print", args=[message.pk]),
        "images_url": _frame(message, {**frame_query, "images": "1"}),
        "reading": menu,
        "as_received_url": menu["as_received_url"],
        "reading_url": f"{reverse('mail:reading', args=[message.pk])}?{request.GET.urlencode()}",
        "failures": _failures(message),
    }


def _with(query: str, **more: str) -> str:
    return f"{query}{'&' if query else ''}{urlencode(more)}"


def _frame(message: Message, query: dict[str, str]) -> str:
    # The version makes it another address, so that a mail that was read anew is shown anew.
    told = urlencode({**query, "v": message.version})
    return f"{reverse('mail:body', args=[message.pk])}?{told}"


def _attachments(message: Message, user: User, names: dict[str, str]) -> list[dict[str, Any]]:
    may = user.may(Operation.MAIL_DOWNLOAD)
    return [
        {
            "pk": each.pk,
            "name": names.get(each.part_id, each.filename),
            "size": each.size,
            "content_type": each.content_type,
            "url": reverse("mail:attachment", args=[message.pk, each.pk]) if may else "",
            "look_url": reverse("mail:look", args=[message.pk, each.pk])
            if may and may_be_previewed(declared=each.content_type, filename=each.filename)
            else "",
            "trouble": troubles.words(each.trouble),
        }
        for each in message.attachments.filter(inline=False)
    ]


def _failures(message: Message) -> list[dict[str, Any]]:
    """不達: what came back about this mail or its answer; or which mail this report is about."""
    own = DeliveryFailure.objects.select_related("report", "sent", "answered")
    told = []
    if message.undelivered:
        about = own.filter(answered=message) | own.filter(sent=message)
        for failure in about.order_by("-at")[:3]:
            told.append({"is_report": False, "other": failure.report, **_who(failure)})
    if message.automatic == "bounce":
        for failure in own.filter(report=message):
            other = failure.answered or failure.sent
            told.append({"is_report": True, "other": other, **_who(failure)})
    return told


def _who(failure: DeliveryFailure) -> dict[str, Any]:
    first = failure.recipients[0] if failure.recipients else ["", "", ""]
    return {
        "people": ", ".join(address for address, *_reason in failure.recipients[:5] if address),
        "reason": " ".join(part for part in first[1:] if part),
    }


@require_safe
@never_cache
def reading_again(request: AgentRequest, message_id: int) -> HttpResponse:
    """The text and fields of an open mail, which was read anew from its original."""
    message = access.readable(request.user, message_id)
    query = request.GET.copy()
    for own in ("charset", "again"):
        query.pop(own, None)
    values = {"mail": message, "oob": True, **reading(request, message, query=query.urlencode())}
    return page(request, "mail/_text.html", values)
