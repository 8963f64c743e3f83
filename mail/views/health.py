"""How each mailbox is (S6): a page for administrators, and the same as JSON for monitoring."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from callcenter.alive import broker_answers
from callcenter.partials import page
from mail import health
from mail.actions import mirror
from mail.health import told, unimported, words
from mail.health.judging import Level
from mail.views import progress
from mailboxes.access import administered
from mailboxes.models import Mailbox
from mailboxes.troubles import explain
from permissions.access import AgentRequest
from permissions.monitoring import NotAuthorised, allow_monitoring


def _shown(request: AgentRequest, mailbox: Mailbox) -> dict[str, Any]:
    """What mail/_health.html shows."""
    facts = health.of(mailbox)
    reasons = health.judge(facts)
    after = request.GET.get("after", "")
    rows, following = unimported.page_of(mailbox, after=_number(after))
    return {
        "health": facts,
        "level": health.level_of(facts, reasons).word,
        "reasons": [(reason, words.of(reason.code)) for reason in reasons],
        "words": {
            "lag": words.duration(facts.sync.lag),
            "closed": words.duration(facts.quota.closed if facts.quota else None),
            "oldest_change": words.duration(facts.changes.oldest),
        },
        "progress": progress.shown(mailbox.pk, facts.sync.first) if facts.sync.first else None,
        "trouble": explain(mailbox.trouble) if mailbox.trouble else None,
        "unimported": rows,
        "after": _number(after),
        "following": following,
    }


def _number(text: str) -> int:
    """A place in a list; the beginning for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


@require_safe
@never_cache
def mailbox(request: AgentRequest, mailbox_id: int) -> HttpResponse:
    """The page; it asks for its own piece every few seconds."""
    values = _shown(request, administered(request.user, mailbox_id))
    return page(request, "mail/health.html", values)


@require_safe
@never_cache
def panel(request: AgentRequest, mailbox_id: int) -> HttpResponse:
    """The piece of the page that changes."""
    values = _shown(request, administered(request.user, mailbox_id))
    return render(request, "mail/_health.html", values)


@require_POST
def compare(request: AgentRequest, mailbox_id: int) -> HttpResponse:
    """今すぐ照合."""
    mailbox = administered(request.user, mailbox_id)
    try:
        mirror.compare(mailbox, by=request.user)
    except mirror.NotNow:
        messages.error(request, _("Not possible now: the account is not being followed yet."))
    else:
        messages.success(request, _("The mirror is being compared with Gmail."))
    return redirect("mail:health", mailbox.pk)


@require_POST
def try_again(request: AgentRequest, mailbox_id: int) -> HttpResponse:
    """再取得, of one mail (`row`) or of all."""
    mailbox = administered(request.user, mailbox_id)
    chosen = request.POST.get("row", "")
    row_id = _number(chosen) if chosen else None
    if chosen and not row_id:
        raise Http404
    try:
        found = mirror.try_again(mailbox, by=request.user, row_id=row_id)
    except mirror.NotNow:
        messages.error(request, _("Not possible now: the account is not connected."))
    else:
        if row_id and not found:
            messages.info(request, _("This mail has been imported meanwhile."))
            return redirect("mail:health", mailbox.pk)
        said = ngettext(
            "%(n)d mail is being fetched again.", "%(n)d mails are being fetched again.", found
        )
        messages.success(request, said % {"n": found})
    return redirect("mail:health", mailbox.pk)


def _refusal(refused: NotAuthorised) -> HttpResponse:
    error = {401: "unauthorised", 403: "forbidden"}[refused.status]
    response = JsonResponse({"error": error}, status=refused.status)
    if refused.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="monitoring"'
    return response


def _code(level: Level) -> int:
    return 503 if level == Level.FAIL else 200


@login_not_required
@require_safe
@never_cache
def installation_json(request: HttpRequest) -> HttpResponse:
    """All mailboxes in brief; 503 when one of them, or the broker, fails."""
    try:
        allow_monitoring(request)
    except NotAuthorised as refused:
        return _refusal(refused)
    broker = broker_answers()
    worst = Level.OK if broker else Level.FAIL
    lines = []
    for each in Mailbox.objects.all():
        facts = health.of(each)
        reasons = health.judge(facts)
        level = health.level_of(facts, reasons)
        worst = max(worst, level)
        lines.append(told.brief(facts, level, reasons))
    answer = {"status": worst.word, "database": True, "broker": broker, "mailboxes": lines}
    return JsonResponse(answer, status=_code(worst))


@login_not_required
@require_safe
@never_cache
def mailbox_json(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """One mailbox with all its facts; 503 when it fails."""
    try:
        allow_monitoring(request)
    except NotAuthorised as refused:
        return _refusal(refused)
    facts = health.of(get_object_or_404(Mailbox, pk=mailbox_id))
    reasons = health.judge(facts)
    level = health.level_of(facts, reasons)
    return JsonResponse(told.whole(facts, level, reasons), status=_code(level))
