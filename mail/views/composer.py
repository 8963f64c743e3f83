"""Writing: reply, forward, ＋新規, keeping what is typed, sending."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from callcenter.partials import page, wants_partial
from mail import access, editlock
from mail.actions import drafts
from mail.actions.reply import Composer, resume, start_new, start_reply
from mail.actions.send import decide as decide_action
from mail.actions.send import send as send_action
from mail.actions.take import beat, leave
from mail.browse import Browse
from mail.forms import DecideForm, DraftForm, TokenForm
from mail.mime import Person
from mail.mime.addresses import format_addresses
from mail.models import Draft, DraftKind, DraftState, Message, Outgoing, OutgoingState
from mail.outbox.freeze import Unsendable
from mail.outbox.troubles import DRAFT_CHANGED, DRAFT_GONE, explain
from mail.views.handling import banner, tools
from mail.views.refusals import refusals_shown
from mailboxes.models import Mailbox
from permissions.access import AgentRequest
from permissions.models import User
from permissions.operations import Operation


def _line(people: list[list[str]]) -> str:
    return format_addresses(Person(name, address) for name, address in people)


def gmails_word(draft: Draft) -> dict[str, str] | None:
    """What a person made of the saved draft in Gmail, and where their text stands."""
    if draft.trouble not in {DRAFT_CHANGED, DRAFT_GONE}:
        return None
    theirs = None
    if draft.gmail_message_id:
        theirs = Message.objects.filter(
            mailbox=draft.mailbox_id, gmail_id=draft.gmail_message_id, gone_at=None
        ).first()
    return {
        "text": explain(draft.trouble),
        "url": reverse("mail:detail", args=[theirs.pk]) if theirs else "",
    }


def composer(draft: Draft, lock: editlock.Lock | None, user: User, **errors: Any) -> dict[str, Any]:
    """What mail/_composer.html shows of a draft."""
    here = [draft.pk]
    may_delete = user.may(Operation.MAIL_DELETE_DRAFT)
    return {
        "id": draft.public_id,
        "version": draft.version,
        "token": lock.token if lock else "",
        "kind": draft.kind,
        "to": _line(draft.to),
        "cc": _line(draft.cc),
        "bcc": _line(draft.bcc),
        "subject": draft.subject,
        "body": draft.text,
        "signature": draft.signature,
        "quote": draft.quoted,
        "senders": [
            {
                "address": each.address,
                "name": each.name,
                "verified": each.verified,
                "current": each.address == draft.from_address,
            }
            for each in draft.mailbox.send_as.all()
        ],
        "signatures": [],
        "files": None,
        "file_limit": 0,
        "forwarded": draft.forwarded_files,
        "saved_at": draft.updated_at if draft.version > 1 else None,
        "gmail": gmails_word(draft),
        "errors": errors.get("by_field", {}),
        "general_errors": errors.get("general", []),
        "urls": {
            "send": reverse("mail:send", args=here),
            "autosave": reverse("mail:autosave", args=here),
            "cancel": reverse("mail:cancel", args=here),
            "save": reverse("mail:save", args=here),
            "delete": reverse("mail:discard", args=here) if may_delete and draft.saved_at else "",
            "beat": reverse("mail:draft_beat", args=here),
            "leave": reverse("mail:draft_leave", args=here),
        },
    }


def sending(outgoing: Outgoing) -> dict[str, Any]:
    """What mail/_sending.html shows of a mail in the outbox."""
    draft = outgoing.draft
    again = outgoing.state == OutgoingState.FAILED and draft.state == DraftState.LIVE
    return {
        "state": outgoing.state,
        "to": _line([*draft.to, *draft.cc, *draft.bcc]),
        "sent_at": outgoing.sent_at,
        "trouble": explain(outgoing.trouble),
        "detail": outgoing.trouble_detail,
        "url": reverse("mail:sending", args=[outgoing.pk]),
        "retry_url": "",
        "decide_url": reverse("mail:decide", args=[outgoing.pk])
        if outgoing.state == OutgoingState.UNCERTAIN
        else "",
        "text_url": reverse("mail:draft", args=[draft.pk]) if again else "",
    }


def panel(message: Message, user: User) -> dict[str, Any]:
    """The 下書き tab of a mail: the user's composer, what became of a sending, or neither."""
    lock = editlock.current(message)
    shown: dict[str, Any] = {"composer": None, "sending": None}
    latest = (
        Outgoing.objects.filter(answers=message).select_related("draft").order_by("-pk").first()
    )
    unsettled = (*Outgoing.OPEN_STATES, OutgoingState.UNCERTAIN)
    if latest is not None and latest.state in unsettled:
        shown["sending"] = sending(latest)
        return shown
    draft = (
        Draft.objects.filter(answers=message, author=user, state=DraftState.LIVE)
        .select_related("mailbox")
        .first()
    )
    if draft is not None and lock is not None and lock.held_by(user):
        failed = latest is not None and latest.state == OutgoingState.FAILED
        said = [explain(latest.trouble), latest.trouble_detail] if latest and failed else []
        shown["composer"] = composer(draft, lock, user, general=[each for each in said if each])
    elif latest is not None and latest.state == OutgoingState.FAILED and draft is not None:
        shown["sending"] = sending(latest)
    return shown


def _pane(
    request: AgentRequest, message: Message | None, template: str, values: dict[str, Any]
) -> HttpResponse:
    """A piece for the 下書き pane; the banner and the status control ride along."""
    beside: dict[str, Any] = {}
    if message is not None:
        message.refresh_from_db()
        beside = banner(message, request.user)
        beside["urls"] = {**beside["urls"], **tools(message, request.user)}
    return render(request, template, {**beside, **values, "ride_along": message is not None})


def _opened(request: AgentRequest, opened: Composer) -> HttpResponse:
    shown = composer(opened.draft, opened.lock, request.user)
    if opened.draft.answers is None:
        return page(request, "mail/new.html", {"composer": shown})
    if not wants_partial(request):
        return redirect("mail:detail", opened.draft.answers.pk)
    return _pane(request, opened.draft.answers, "mail/_draft_pane.html", {"composer": shown})


def _start(kind: DraftKind, operation: Operation) -> Callable[..., HttpResponse]:
    @require_POST
    @refusals_shown
    def start(request: AgentRequest, message_id: int) -> HttpResponse:
        message = access.permitted(request.user, message_id, operation)
        return _opened(request, start_reply(message, request.user, kind))

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
        return _opened(request, resume(found, request.user, take_over=take_over))
    if found.answers is not None and found.state == DraftState.LIVE and mine:
        return redirect("mail:detail", found.answers.pk)
    lock = editlock.current(found)
    if found.state == DraftState.LIVE and lock is not None and lock.held_by(request.user):
        return page(request, "mail/new.html", {"composer": composer(found, lock, request.user)})
    latest = found.outgoing.order_by("-pk").first()
    values = {
        "draft": found,
        "to": _line(found.to),
        "lock": lock,
        "mine": mine,
        "gmail": gmails_word(found),
        "may_open": found.state == DraftState.LIVE and request.user.may(access.writing(found.kind)),
        "sending": sending(latest) if latest else None,
    }
    return page(request, "mail/draft.html", values)


def _posted(request: AgentRequest, draft_id: int) -> tuple[Draft, DraftForm]:
    return access.own_draft(request.user, draft_id), DraftForm(request.POST)


def _too_long() -> HttpResponse:
    return HttpResponse(_("The text is too long to be kept."), status=422)


@require_POST
@refusals_shown
def autosave(request: AgentRequest, draft_id: int) -> HttpResponse:
    """Keep what was typed; answers the next version, which the page posts with its next save."""
    found, form = _posted(request, draft_id)
    if not form.is_valid():
        return _too_long()
    stored = drafts.autosave(
        found,
        request.user,
        token=form.cleaned_data["token"] or 0,
        version=form.cleaned_data["version"],
        fields=form.fields_of_draft(),
    )
    saved = _("Saved at %(time)s") % {
        "time": timezone.localtime(stored.updated_at).strftime("%H:%M")
    }
    return JsonResponse({"version": stored.version, "saved": saved})


@require_POST
@refusals_shown
def save(request: AgentRequest, draft_id: int) -> HttpResponse:
    """下書き保存, in Gmail too."""
    found, form = _posted(request, draft_id)
    if not form.is_valid():
        return _too_long()
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
    return _pane(request, found.answers, "mail/_draft_pane.html", {"composer": None})


def _go(request: AgentRequest, address: str) -> HttpResponse:
    return redirect(address)  # callcenter.middleware tells htmx


@require_POST
@refusals_shown
def cancel(request: AgentRequest, draft_id: int) -> HttpResponse:
    """キャンセル: give up what was typed since 下書き保存, and the lock."""
    found, form = _posted(request, draft_id)
    if not form.is_valid():
        return _too_long()
    drafts.cancel(found, request.user, token=form.cleaned_data["token"] or 0)
    return _closed(request, found)


@require_POST
@refusals_shown
def discard(request: AgentRequest, draft_id: int) -> HttpResponse:
    """削除: away for good, in Gmail too."""
    found, form = _posted(request, draft_id)
    if not form.is_valid():
        return _too_long()
    drafts.discard(found, request.user, token=form.cleaned_data["token"] or 0)
    return _closed(request, found)


@require_POST
@refusals_shown
def send(request: AgentRequest, draft_id: int) -> HttpResponse:
    """送信: hand a frozen copy to the outbox. What is wrong is said at its field."""
    found, form = _posted(request, draft_id)
    if not form.is_valid():
        return _too_long()
    token = form.cleaned_data["token"] or 0
    version = form.cleaned_data["version"]
    fields = form.fields_of_draft()
    try:
        outgoing = send_action(found, request.user, token=token, version=version, fields=fields)
    except Unsendable as wrong:
        # Refused, but not forgotten: what was typed is kept all the same.
        stored = drafts.autosave(found, request.user, token=token, version=version, fields=fields)
        by_field = wrong.by_field()
        shown = composer(
            stored,
            editlock.current(stored),
            request.user,
            by_field=by_field,
            general=by_field.pop("files", []),
        )
        template = "mail/_composer.html" if wants_partial(request) else "mail/new.html"
        return render(request, template, {"composer": shown}, status=422)
    if found.answers is not None and "next" in request.POST:
        return redirect(_next_of_list(request, found.answers))
    if not wants_partial(request):
        target = found.answers or found
        return redirect("mail:detail" if found.answers else "mail:draft", target.pk)
    if found.answers is None:
        return redirect("mail:draft", found.pk)
    return _pane(request, found.answers, "mail/_draft_pane.html", {"sending": sending(outgoing)})


def _next_of_list(request: AgentRequest, message: Message) -> str:
    """送信して次へ: the next older mail of the list that the agent came from, or the list."""
    query = dict(parse_qsl(urlsplit(request.htmx.current_url or "").query))
    browse = Browse.parse(request.user, query)
    _, older = browse.neighbours(request.user, message)
    address = reverse("mail:detail", args=[older]) if older else reverse("mail:list")
    return f"{address}?{browse.query}"


@require_safe
@never_cache
def sending_state(request: AgentRequest, outgoing_id: int) -> HttpResponse:
    """How far a mail in the outbox is."""
    outgoing = access.outgoing_of(request.user, outgoing_id)
    if outgoing.state == OutgoingState.SENT and outgoing.answers is not None:
        return _pane(
            request, outgoing.answers, "mail/_sending_pane.html", {"sending": sending(outgoing)}
        )
    return render(request, "mail/_sending.html", {"sending": sending(outgoing)})


@require_POST
@refusals_shown
def decide(request: AgentRequest, outgoing_id: int) -> HttpResponse:
    """What a person says of a mail of which it is not known whether it was sent."""
    outgoing = access.outgoing_of(request.user, outgoing_id)
    form = DecideForm(request.POST)
    if not form.is_valid():
        return HttpResponse(_("Choose whether the mail was sent."), status=422)
    decide_action(outgoing, request.user, was_sent=form.cleaned_data["was_sent"] == "yes")
    if outgoing.answers is not None:
        return redirect("mail:detail", outgoing.answers.pk)
    return redirect("mail:draft", outgoing.draft.pk)


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
