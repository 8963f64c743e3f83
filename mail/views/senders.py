"""Who a mail can be from: the sender's modal of the composer."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mail import access
from mail.models import Draft
from mailboxes.models import SendAs
from permissions.access import AgentRequest, require


@require_safe
@never_cache
def senders(request: AgentRequest, draft_id: int) -> HttpResponse:
    """The addresses that the person's mailboxes have; `from` is the one that is chosen now.

    Only a verified one of the draft's own mailbox can be chosen: Gmail would put another one in its
    place without a word. The others are shown with the reason.
    """
    draft = access.own_draft(request.user, draft_id)
    require(request.user, access.writing(draft.kind))
    chosen = request.GET.get("from", draft.from_address)
    rows = SendAs.objects.filter(mailbox__in=request.user.mailbox_ids | {draft.mailbox_id})
    found = [_shown(each, draft, chosen) for each in rows.select_related("mailbox")]
    # Two mailboxes may both send as one address: it stands here once.
    own = {each["address"] for each in found if each["here"]}
    found = [each for each in found if each["here"] or each["address"] not in own]
    # Those that can be chosen first, then the rest of this mailbox.
    found.sort(key=lambda each: (bool(each["why"]), not each["here"], each["mailbox"]))
    return render(request, "mail/_senders.html", {"senders": found})


def _shown(each: SendAs, draft: Draft, chosen: str) -> dict[str, Any]:
    here = each.mailbox_id == draft.mailbox_id
    why = ""
    if not here:
        why = _("It belongs to the mailbox %(mailbox)s. Write a mail from there.") % {
            "mailbox": each.mailbox.address
        }
    elif not each.verified:
        why = _("Gmail has not verified it yet: confirm it in Gmail's settings (Accounts).")
    return {
        "address": each.address,
        "name": each.name,
        "here": here,
        "mailbox": each.mailbox.address,
        "is_default": here and each.is_default,
        "current": here and each.verified and each.address == chosen,
        "why": why,
    }
