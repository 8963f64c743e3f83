"""Refusals as pages, or as alerts within the page when a piece of it was asked for."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from callcenter.partials import wants_partial


def forbidden(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:
    """403: one sees it, but may not do this. The exception's text is the operation in words."""
    template = "_forbidden.html" if wants_partial(request) else "403.html"
    return render(request, template, {"exception": str(exception)}, status=403)
