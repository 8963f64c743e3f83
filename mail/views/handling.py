"""Status and edit lock of one mail."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from callcenter.partials import wants_partial
from mail import access, editlock
from mail.actions import release as releasing
from mail.actions.adopt import kind_of
from mail.actions.status import set_status
from mail.actions.take import NOT_HANDLED, beat, leave
from mail.browse import Browse
from mail.editlock import LockLost
from mail.forms import ForceForm, StatusForm, TokenForm
from mail.models import Folder, Message, Status
from mail.standing import Standing, standing
from mail.views.refusals import refusals_shown
from permissions.access import AgentRequest
from permissions.models import User
from permissions.operations import Operation


def banner(message: Message, user: User, stands: Standing) -> dict[str, Any]:
    """What mail/_lock_banner.html shows."""
    lock = stands.lock
    waits = stands.in_hand if lock is not None and lock.is_sending else None
    mine = lock is not None and lock.held_by(user)
    here = [message.pk]
    may_force = user.may(Operation.MAIL_FORCE)
    kept = stands.parked_draft or (stands.live_draft if stands.broken else None)
    return {
        "mail": message,
        "lock": lock
        and {
            "mine": mine,
            "mode": lock.mode,
            "phase": waits.phase if waits else "",
            "due_at": waits.due_at if waits else None,
            "holder": lock.holder,
            "taken_at": lock.since,
            "expired": False,
            "token": lock.token if mine else None,
            "asked_by": lock.asked_by,
            "asked_by_me": lock.asked_by is not None and lock.asked_by.pk == user.pk,
        },
        "broken": stands.broken
        and {
            "by": stands.broken.actor_name,
            "at": stands.broken.at,
            "reason": stands.broken.data.get("reason", ""),
        },
        "parked_url": reverse("mail:draft", args=[kept.pk]) if kept else "",
        "urls": {
            "lock": reverse("mail:lock", args=here),
            "release": reverse("mail:release", args=here) if mine else "",
            "force": reverse("mail:force", args=here) if lock and not mine and may_force else "",
            "ask": reverse("mail:ask", args=here)
            if lock and not mine and not lock.is_sending and user.may(Operation.MAIL_REPLY)
            else "",
            "decline": reverse("mail:decline", args=here) if mine else "",
            "hand_over": reverse("mail:hand_over", args=here) if mine else "",
            "beat": reverse("mail:beat", args=here) if mine else "",
            "leave": reverse("mail:leave", args=here) if mine else "",
        },
    }


def tools(message: Message, user: User) -> dict[str, str]:
    """The addresses behind the status control and the buttons, empty for what is not offered."""
    handled = message.folder not in NOT_HANDLED
    mailed = message.folder != Folder.DRAFT
    going_on = Operation.MAIL_COMPOSE if mailed else access.writing(kind_of(message))
    offered = {
        "status": (handled, Operation.MAIL_STATUS),
        "reply": (handled, Operation.MAIL_REPLY),
        "reply_all": (handled, Operation.MAIL_REPLY),
        "forward": (handled, Operation.MAIL_FORWARD),
        "adopt": (not mailed, going_on),
        "star": (mailed, Operation.MAIL_LABEL),
        "read": (mailed, Operation.MAIL_LABEL),
        "labels": (mailed, Operation.MAIL_LABEL),
        "spam": (message.folder == Folder.RECEIVED, Operation.MAIL_TRASH),
        "not_spam": (message.folder == Folder.SPAM, Operation.MAIL_TRASH),
        "trash": (mailed and message.folder != Folder.TRASH, Operation.MAIL_TRASH),
        "restore": (message.folder == Folder.TRASH, Operation.MAIL_TRASH),
    }
    return {
        name: reverse(f"mail:{name}", args=[message.pk]) if fits and user.may(needed) else ""
        for name, (fits, needed) in offered.items()
    }


def answer(request: AgentRequest, message: Message) -> HttpResponse:
    """The banner, with status, marks and labels along; without JavaScript, the mail again."""
    if not wants_partial(request):
        return redirect("mail:detail", message.pk)
    message.refresh_from_db()
    stands = standing(message, request.user)
    values: dict[str, Any] = {**banner(message, request.user, stands), "oob_state": True}
    values["urls"] = {**values["urls"], **tools(message, request.user)}
    values["labels"] = stands.labels
    values["list_query"] = _list_of(request)
    return render(request, "mail/_lock_banner.html", values)


def _list_of(request: AgentRequest) -> str:
    """The query of the list in whose course the mail is open, out of the page's own address."""
    address = urlsplit(request.htmx.current_url or "")
    return Browse.parse(request.user, QueryDict(address.query)).query


@require_safe
@never_cache
def lock(request: AgentRequest, message_id: int) -> HttpResponse:
    """The banner as it is now."""
    return answer(request, access.readable(request.user, message_id))


@require_POST
@refusals_shown
def status(request: AgentRequest, message_id: int) -> HttpResponse:
    """未処理 and 完了 by hand; 作業中 takes the edit lock."""
    message = access.permitted(request.user, message_id, Operation.MAIL_STATUS)
    form = StatusForm(request.POST)
    if not form.is_valid():
        return HttpResponse(_("This is not a status."), status=422)
    set_status(message, request.user, Status(form.cleaned_data["status"]))
    return answer(request, message)


@require_POST
@refusals_shown
def release(request: AgentRequest, message_id: int) -> HttpResponse:
    """編集ロックを解除: one's own."""
    message = access.readable(request.user, message_id)
    own = editlock.current(message)
    if own is None or not own.held_by(request.user):
        raise LockLost(own)
    releasing.release(message, request.user, token=own.token)
    return answer(request, message)


@require_POST
@refusals_shown
def force(request: AgentRequest, message_id: int) -> HttpResponse:
    """強制更新: somebody else's lock, with a reason; with a status, that as well."""
    message = access.permitted(request.user, message_id, Operation.MAIL_FORCE)
    form = ForceForm(request.POST)
    if not form.is_valid():
        return HttpResponse(_("Please give a reason."), status=422)
    reason, chosen = form.cleaned_data["reason"], form.cleaned_data["status"]
    if chosen:
        set_status(message, request.user, Status(chosen), force=True, reason=reason)
    else:
        releasing.force(message, request.user, reason=reason)
    return answer(request, message)


@require_POST
@refusals_shown
def heartbeat(request: AgentRequest, message_id: int) -> HttpResponse:
    """The page is open and its agent is there."""
    message = access.readable(request.user, message_id)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    beat(message, request.user, token=form.cleaned_data["token"])
    return HttpResponse(status=204)


@require_POST
def left(request: AgentRequest, message_id: int) -> HttpResponse:
    """The page was closed; unless another tab beats, the lock ends in half a minute."""
    message = access.readable(request.user, message_id)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    leave(message, request.user, token=form.cleaned_data["token"])
    return HttpResponse(status=204)
