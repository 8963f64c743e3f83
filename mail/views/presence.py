"""Who else has this mail open."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from mail import access
from mail.live import presence
from permissions.access import AgentRequest


@require_POST
def looking(request: AgentRequest, message_id: int) -> HttpResponse:
    """The page is open, or with `gone` just closed: {people: [{id, name, color}]}, the others."""
    message = access.findable(request.user, message_id)
    if "gone" in request.POST:
        presence.leave(message, request.user)
        return HttpResponse(status=204)
    return JsonResponse({"people": presence.look(message, request.user)})
