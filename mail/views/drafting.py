"""Writing: reply, forward, ＋新規, going on with a draft, keeping what is typed."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from callcenter.partials import page, wants_partial
from mail import access, editlock
from mail.actions import adopt as adopting
from mail.actions import drafts
from mail.actions.errors import Declined
from mail.actions.parking import keep_typed
from mail.actions.reply import Composer, resume, start_new, start_reply
from mail.actions.take import beat, leave
from mail.editlock import LockRefusal
from mail.forms import DraftForm, TokenForm
from mail.models import Draft, DraftKind, DraftState, OutgoingState
from mail.views.composer import composer, gmails_word, line, pane, sending
from mail.views.refusals import refusals_shown
from mailboxes.models import Mailbox
from permissions.access import AgentRequest
from permissions.operations import Operation


def _opened(request: AgentRequest, opened: Composer) -> HttpResponse:
    shown = composer(opened.draft, opened.lock, request.user)
    if opened.draft.answers is None:
        return page(request, "mail/new.html", {"composer": shown})
    if not wants_partial(request):
        return redirect("mail:detail", opened.draft.answers.pk)
    return pane(request, opened.draft.answers, {"composer": shown})


def _start(kind: DraftKind, operation: Operation) -> Callable[..., HttpResponse]:
    @require_POST
    @refusals_shown
    def start(request: AgentRequest, message_id: int) -> HttpResponse:
        message = access.permitted(request.user, message_id, operation)
        confirmed = "confirmed" in request.POST
        return _opened(request, start_reply(message, request.user, kind, confirmed=confirmed))

    return start


reply = _start(DraftKind.REPLY, Operation.MAIL_REPLY)
reply_all = _start(DraftKind.REPLY_ALL, Operation.MAIL_REPLY)
forward = _start(DraftKind.FORWARD, Operation.MAIL_FORWARD)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@refusals_shown
def new(request: AgentRequest) -> HttpResponse:
    """＋新規: asks from which mailbox when there are several, then opens an empty mail."""
    user = access.may_compose(request.user)
    mailboxes = list(Mailbox.objects.visible_to(user).working())
    if request.method != "POST":
        return page(request, "mail/new_from.html", {"choices": mailboxes})
    chosen = request.POST.get("mailbox", "")
    mailbox = next((each for each in mailboxes if str(each.pk) == chosen), None)
    if mailbox is None:
        return page(
            request, "mail/new_from.html", {"choices": mailboxes, "wrong": True}, status=422
        )
    opened = start_new(mailbox, user)
    return redirect("mail:draft", opened.draft.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@refusals_shown
def draft(request: AgentRequest, draft_id: int) -> HttpResponse:
    """下書き更新画面: one's own new mail to go on with; a reply opens beside its mail."""
    found = access.own_draft(request.user, draft_id)
    mine = request.user.pk == found.author_id
    if request.method == "POST":
        take_over = "take_over" in request.POST
        confirmed = "confirmed" in request.POST
        opened = resume(found, request.user, take_over=take_over, confirmed=confirmed)
        return _opened(request, opened)
    if found.answers is not None and found.state == DraftState.LIVE and mine:
        return redirect("mail:detail", found.answers.pk)
    lock = editlock.current(found)
    if found.state == DraftState.LIVE and lock is not None and lock.held_by(request.user):
        return page(request, "mail/new.html", {"composer": composer(found, lock, request.user)})
    latest = found.outgoing.select_related("draft", "author").order_by("-pk").first()
    if latest is not None and latest.state == OutgoingState.CANCELLED:
        latest = None
    values = {
        "draft": found,
        "to": line(found.to),
        "lock": lock,
        "mine": mine,
        "gmail": gmails_word(found),
        "may_open": found.state == DraftState.LIVE and request.user.may(access.writing(found.kind)),
        "sending": sending(latest, request.user) if latest else None,
    }
    return page(request, "mail/draft.html", values)


@require_POST
@refusals_shown
def adopt(request: AgentRequest, message_id: int) -> HttpResponse:
    """続きを書く: a draft that was begun in Gmail itself."""
    # Also one that is gone: it may be written here already, under another message.
    message = access.findable(request.user, message_id)
    opened = adopting.adopt(message, request.user, confirmed="confirmed" in request.POST)
    if opened.draft.answers is None:
        return redirect("mail:draft", opened.draft.pk)
    return redirect("mail:detail", opened.draft.answers.pk)


def posted(request: AgentRequest, draft_id: int) -> tuple[Draft, DraftForm]:
    return access.own_draft(request.user, draft_id), DraftForm(request.POST)


def too_long() -> HttpResponse:
    return HttpResponse(_("The text is too long to be kept."), status=422)


@require_POST
@refusals_shown
def autosave(request: AgentRequest, draft_id: int) -> HttpResponse:
    """Keep what was typed; answers the next version, which the page posts with its next save.

    Without the lock it is kept aside for its author, who is told where and why.
    """
    found = access.typed_draft(request.user, draft_id)
    form = DraftForm(request.POST)
    if not form.is_valid():
        return too_long()
    version = form.cleaned_data["version"]
    kept, refused = keep_typed(
        found,
        request.user,
        token=form.cleaned_data["token"] or 0,
        version=version,
        page=form.cleaned_data["page"],
        fields=form.fields_of_draft(),
    )
    at = {"time": timezone.localtime(kept.updated_at).strftime("%H:%M")}
    if refused is None:
        return JsonResponse({"version": kept.version, "saved": _("Saved at %(time)s") % at})
    told = refused.explain() if isinstance(refused, Declined | LockRefusal) else ""
    return JsonResponse(
        {
            "version": version,
            "saved": _("Kept aside for you at %(time)s") % at,
            "parked": reverse("mail:draft", args=[kept.pk]),
            "told": told or _("You may no longer write here. Your text is kept for you."),
        }
    )


@require_POST
@refusals_shown
def save(request: AgentRequest, draft_id: int) -> HttpResponse:
    """下書き保存, in Gmail too."""
    found, form = posted(request, draft_id)
    if not form.is_valid():
        return too_long()
    stored = drafts.save(
        found,
        request.user,
        token=form.cleaned_data["token"] or 0,
        version=form.cleaned_data["version"],
        fields=form.fields_of_draft(),
    )
    lock = editlock.current(stored)
    values = {"composer": composer(stored, lock, request.user)}
    return render(request, "mail/_composer.html", values)


def _closed(request: AgentRequest, found: Draft) -> HttpResponse:
    """After a draft was given up: the pane without it."""
    if found.answers is None:
        return _go(request, f"{reverse('mail:list')}?category=drafts")
    if not wants_partial(request):
        return redirect("mail:detail", found.answers.pk)
    return pane(request, found.answers, {"composer": None})


def _go(request: AgentRequest, address: str) -> HttpResponse:
    return redirect(address)  # callcenter.middleware tells htmx


@require_POST
@refusals_shown
def cancel(request: AgentRequest, draft_id: int) -> HttpResponse:
    """キャンセル: give up what was typed since 下書き保存, and the lock."""
    found, form = posted(request, draft_id)
    if not form.is_valid():
        return too_long()
    drafts.cancel(found, request.user, token=form.cleaned_data["token"] or 0)
    return _closed(request, found)


@require_POST
@refusals_shown
def discard(request: AgentRequest, draft_id: int) -> HttpResponse:
    """削除: away for good, in Gmail too."""
    found, form = posted(request, draft_id)
    if not form.is_valid():
        return too_long()
    was_parked = found.state == DraftState.PARKED
    drafts.discard(found, request.user, token=form.cleaned_data["token"] or 0)
    if was_parked:
        return _go(request, f"{reverse('mail:list')}?category=drafts")
    return _closed(request, found)


@require_POST
@refusals_shown
def draft_beat(request: AgentRequest, draft_id: int) -> HttpResponse:
    """The composer is open and its agent is there."""
    found = access.own_draft(request.user, draft_id)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    beat(found, request.user, token=form.cleaned_data["token"])
    return HttpResponse(status=204)


@require_POST
def draft_left(request: AgentRequest, draft_id: int) -> HttpResponse:
    """The composer was closed."""
    found = access.own_draft(request.user, draft_id)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    leave(found, request.user, token=form.cleaned_data["token"])
    return HttpResponse(status=204)
