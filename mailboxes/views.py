"""認証設定: the OAuth client, connecting accounts, keeping them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast
from urllib.parse import urlsplit

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from callcenter.gmail import auth
from callcenter.partials import page
from mailboxes import alerts, attempts, google, grants
from mailboxes.access import administered
from mailboxes.actions.client import save_client
from mailboxes.actions.connect import connect
from mailboxes.actions.keep import (
    NotPossibleNow,
    disconnect,
    give_to,
    pause,
    resume,
    set_open_days,
)
from mailboxes.forms import ClientForm, OpenDaysForm, PeopleForm
from mailboxes.models import Mailbox, OAuthClient
from mailboxes.troubles import explain
from permissions.access import AgentRequest, require
from permissions.models import User
from permissions.operations import Operation

V = TypeVar("V", bound=Callable[..., HttpResponse])


def leads_to_google(view: V) -> V:
    """The form's answer redirects to Google, and browsers hold redirects to form-action too."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(settings.GOOGLE.auth_uri))
    return cast("V", csp_update({"form-action": [origin]})(view))


def _account(mailbox: Mailbox) -> dict[str, object]:
    """What mailboxes/_account.html shows."""
    now = timezone.now()
    code = mailbox.trouble or ("stale" if alerts.is_stale(mailbox, now) else "")
    return {
        "mailbox": mailbox,
        "field_id": str(mailbox.pk),
        "trouble": explain(code) if code else None,
        "is_limited": grants.is_limited(mailbox),
        "is_test_mode": grants.is_test_mode(mailbox),
        "ends_soon": grants.ends_soon(mailbox, now),
        # What its parts depend on: while this stays the same, only the time of the last look moves.
        "stamp": "-".join((mailbox.state, code, str(int(mailbox.last_sync_at is not None)))),
        "people": [membership.user for membership in mailbox.memberships.all()],
    }


def _everybody() -> QuerySet[User]:
    return User.objects.filter(is_active=True).select_related("role")


def _settings_page(
    request: AgentRequest, form: ClientForm, *, client: OAuthClient | None, status: int = 200
) -> HttpResponse:
    values = {
        "form": form,
        "client": client,
        "redirect_uri": google.redirect_uri(),
        "origin": settings.PUBLIC_URL,
        "accounts": [
            _account(mailbox)
            for mailbox in Mailbox.objects.prefetch_related("memberships__user").order_by("id")
        ],
        "everybody": _everybody(),
    }
    return page(request, "mailboxes/settings.html", values, status=status)


@leads_to_google
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def authentication_settings(request: AgentRequest) -> HttpResponse:
    """The page; 変更を保存 stores the client and goes on to Google's screen."""
    require(request.user, Operation.ADMIN_MAILBOXES)
    stored = OAuthClient.objects.first()
    if request.method != "POST":
        initial = {"client_id": stored.client_id if stored else ""}
        return _settings_page(request, ClientForm(initial=initial, stored=stored), client=stored)
    form = ClientForm(request.POST, request.FILES, stored=stored)
    if not form.is_valid():
        return _settings_page(request, form, client=stored, status=422)
    save_client(
        by=request.user,
        client_id=form.cleaned_data["client_id"],
        client_secret=form.cleaned_data["client_secret"],
    )
    return _to_google(request, expected="", open_days=form.cleaned_data["open_days"] or 0)


def _to_google(request: AgentRequest, *, expected: str, open_days: int = 0) -> HttpResponse:
    verifier, challenge = auth.new_pkce()
    state = attempts.begin(
        request.session, verifier=verifier, expected=expected, open_days=open_days
    )
    try:
        address = google.consent_address(state=state, challenge=challenge, expected=expected)
    except google.ConnectFailed as failure:
        return _failed(request, failure.code)
    return HttpResponseRedirect(address)


def _failed(request: AgentRequest, code: str) -> HttpResponse:
    return page(request, "mailboxes/callback_failed.html", {"trouble": explain(code)}, status=400)


@require_GET
@never_cache
def callback(request: AgentRequest) -> HttpResponse:
    """Google's answer. It is a GET that writes, as OAuth has it: `state` stands for the token."""
    require(request.user, Operation.ADMIN_MAILBOXES)
    attempt = attempts.take(request.session, request.GET.get("state", ""))
    if attempt is None:
        return _failed(request, "state_lost")
    try:
        granted = google.exchange(request.GET.dict(), verifier=attempt.verifier)
    except google.ConnectFailed as failure:
        return _failed(request, failure.code)
    if attempt.expected and attempt.expected.casefold() != granted.address.casefold():
        return _failed(request, "other_account")
    mailbox = connect(by=request.user, granted=granted, open_days=attempt.open_days)
    messages.success(
        request, _("%(address)s is connected. Its mail is being fetched.") % {"address": mailbox}
    )
    return redirect("mailboxes:settings")


@require_safe
@never_cache
def account(request: AgentRequest, mailbox_id: int) -> HttpResponse:
    """How an account is, asked every few seconds: its head, or its whole card when that changed.

    Buttons are left alone as long as they stay the same: nothing moves under the pointer.
    """
    values = _account(administered(request.user, mailbox_id))
    if request.GET.get("seen") == values["stamp"]:
        return render(request, "mailboxes/_account_head.html", {"account": values})
    shown = {"account": values, "everybody": _everybody()}
    response = render(request, "mailboxes/_account.html", shown)
    response["HX-Retarget"] = f"#mailbox-{mailbox_id}"
    return response


@require_POST
def open_days(request: AgentRequest, mailbox_id: int) -> HttpResponse:
    """How many days of inbox mail start as 未処理, until the first import has begun."""
    mailbox = administered(request.user, mailbox_id)
    form = OpenDaysForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["open_days"][0]))
    else:
        try:
            set_open_days(mailbox, form.cleaned_data["open_days"], by=request.user)
        except NotPossibleNow:
            messages.error(
                request,
                _("The import has begun: mail that is here keeps the status that it was given."),
            )
        else:
            messages.success(request, _("Saved."))
    return redirect(reverse("mailboxes:settings") + f"#mailbox-{mailbox.pk}")


@leads_to_google
@require_POST
def reconnect(request: AgentRequest, mailbox_id: int) -> HttpResponse:
    """To Google's screen for an account that is known here."""
    return _to_google(request, expected=administered(request.user, mailbox_id).address)


@require_POST
def change_state(request: AgentRequest, mailbox_id: int, verb: str) -> HttpResponse:
    """Pause, resume or disconnect."""
    mailbox = administered(request.user, mailbox_id)
    try:
        if verb == "disconnect":
            told = google.withdraw(disconnect(mailbox, by=request.user))
            if not told:
                messages.warning(
                    request,
                    _("Disconnected. Google could not be told; remove the access there as well."),
                )
        else:
            {"pause": pause, "resume": resume}[verb](mailbox, by=request.user)
    except NotPossibleNow:
        messages.error(request, _("This was not possible: the account's state has changed."))
    return redirect(reverse("mailboxes:settings") + f"#mailbox-{mailbox.pk}")


@require_POST
def people(request: AgentRequest, mailbox_id: int) -> HttpResponse:
    """Who sees this mailbox."""
    mailbox = administered(request.user, mailbox_id)
    form = PeopleForm(request.POST)
    if form.is_valid():
        give_to(mailbox, form.cleaned_data["people"], by=request.user)
        messages.success(request, _("The people of %(address)s were saved.") % {"address": mailbox})
    else:
        messages.error(
            request, _("The people could not be saved: somebody in the list is unknown.")
        )
    return redirect(reverse("mailboxes:settings") + f"#mailbox-{mailbox.pk}")
