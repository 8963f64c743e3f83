"""Log-in, log-out and the language switch."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from permissions.actions import choose_language
from permissions.forms import LanguageForm, LogInForm
from permissions.models import Language, User

_YEAR = 365 * 24 * 3600
_CHOSEN = "language_chosen"
DEMO_LOG_INS = ("tanaka", "yamada", "suzuki", "admin")


@method_decorator(login_not_required, name="dispatch")
class LogIn(LoginView):
    """Log in and go on to where one was going."""

    template_name = "permissions/login.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Who chose a language on this page, just now, keeps it; what a cookie remembers of
        somebody else at this desk is no choice of theirs.
        """
        response = super().form_valid(form)
        chosen = self.request.session.pop(_CHOSEN, "")
        user = self.request.user
        if chosen and isinstance(user, User):
            choose_language(user, Language(chosen))
        return response

    def get_context_data(self, **values: object) -> dict[str, object]:
        people = (
            User.objects.filter(username__in=DEMO_LOG_INS, is_active=True).select_related("role")
            if settings.DEMO
            else ()
        )
        return super().get_context_data(demo=settings.DEMO, demo_people=people, **values)


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else resolve_url(settings.LOGIN_REDIRECT_URL)


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """English (or Japanese) with one click, before the log-in and behind it."""
    form = LanguageForm(request.POST)
    response = HttpResponseRedirect(_back(request))
    if form.is_valid():
        language = Language(form.cleaned_data["language"])
        if isinstance(request.user, User):
            choose_language(request.user, language)
        else:
            request.session[_CHOSEN] = language.value
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=_YEAR,
            samesite="Lax",
            secure=settings.HTTPS,
            httponly=True,
        )
    return response
