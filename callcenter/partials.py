"""Page or partial: one template serves both, and the caller need not know which was asked for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails


def _htmx(request: HttpRequest) -> HtmxDetails | None:
    return getattr(request, "htmx", None)


def wants_partial(request: HttpRequest) -> bool:
    """Whether HTMX asks for a piece of the page (and not for history or a boosted page)."""
    htmx = _htmx(request)
    return bool(htmx) and htmx is not None and not htmx.boosted and not htmx.history_restore_request


def context(request: HttpRequest) -> dict[str, Any]:
    """`base_template` for `{% extends base_template %}`: the page with its frame, or the piece."""
    return {"base_template": "partial.html" if wants_partial(request) else "base.html"}


def page(
    request: HttpRequest,
    template: str,
    values: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Render a template as page or partial; caches must keep the two apart."""
    response = render(request, template, values, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
