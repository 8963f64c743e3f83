"""The file of all icons: see callcenter.templatetags.ui."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from callcenter.templatetags.ui import sprite

_YEAR = 365 * 24 * 3600


# The log-in page has icons too.
@login_not_required
@require_safe
def icons(request: HttpRequest) -> HttpResponse:
    """Kept by browsers for good: the address changes with the drawings."""
    response = HttpResponse(sprite(), content_type="image/svg+xml")
    response["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    return response
