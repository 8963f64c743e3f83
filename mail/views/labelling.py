"""What of the mail depends on a label: asked by the question before it is deleted."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from labels.models import Label
from mail.models import MessageLabel, Status
from permissions.access import AgentRequest, require
from permissions.operations import Operation

# Nobody reads a larger number, and counting on would cost more the more there is.
_COUNTED = 10_000


@require_safe
@never_cache
def label_uses(request: AgentRequest, label_id: int) -> HttpResponse:
    """How many mails bear the label, and how many of them are open."""
    label = get_object_or_404(
        Label.objects.of_people().filter(mailbox__in=request.user.mailbox_ids), pk=label_id
    )
    require(request.user, Operation.MAIL_VIEW)
    bearing = MessageLabel.objects.filter(label=label, message__gone_at=None)
    still_open = bearing.filter(message__status=Status.OPEN)
    values = {
        "label": label,
        "mails": bearing[: _COUNTED + 1].count(),
        "open": still_open[:_COUNTED].count(),
        "most": _COUNTED,
    }
    return render(request, "mail/_label_uses.html", values)
