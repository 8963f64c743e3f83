"""The screen in the person's own language and time zone."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from permissions.models import Language, User


def _language(request: HttpRequest) -> str:
    """The user's; before the log-in the one chosen last; else Japanese.

    The browser's Accept-Language is left aside on purpose: the product is Japanese first, and many
    a shared desk runs a browser that was installed in English.
    """
    if isinstance(request.user, User):
        return request.user.language
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in Language.values else settings.LANGUAGE_CODE


class PersonalSettingsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = request.user.time_zone if isinstance(request.user, User) else settings.TIME_ZONE
        language = _language(request)
        with timezone.override(ZoneInfo(zone)), translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
