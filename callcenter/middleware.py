"""HTMX plumbing that no view should have to repeat."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django_htmx.http import HttpResponseClientRedirect

from callcenter.partials import wants_partial


class HtmxRedirectMiddleware:
    """A redirect answered to a partial request moves the whole page.

    The browser follows a 302 by itself and htmx would swap the log-in page into a pane: after a
    session has ended, the agent must see the log-in and come back to where they were.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in {301, 302, 303} and wants_partial(request):
            return HttpResponseClientRedirect(response["Location"])
        return response
