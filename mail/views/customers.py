"""All mail with one customer, for the customer's page (C1)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from crm import access
from crm.models import Customer
from mail.browse import Place
from mail.models import Folder, Message, Status
from mail.models.message import MessageQuerySet
from mail.search import format_tree
from mail.search.nodes import Field, Term
from permissions.access import AgentRequest, require
from permissions.operations import Operation

_PAGE = 30
_OPEN = Q(status__in=[Status.OPEN, Status.IN_PROGRESS]) & ~Q(folder__in=[Folder.SPAM, Folder.TRASH])
PARTS = {"open": _OPEN, "rest": ~_OPEN}


@require_safe
@never_cache
def customer_mail(request: AgentRequest, customer_id: int) -> HttpResponse:
    """What is to be handled, and then the rest, newest first; with `part` and `before` what follows
    in one of the two."""
    require(request.user, Operation.MAIL_VIEW)
    customer = access.readable(request.user, customer_id)
    mails = Message.objects.visible_to(request.user).filter(customer=customer)
    mails = mails.exclude(folder=Folder.DRAFT)
    wanted, place = request.GET.get("part", ""), Place.parse(request.GET.get("before", ""))
    words = urlencode({"q": _words(customer)})
    here = reverse("mail:customer_mail", args=[customer.pk])
    if wanted in PARTS and place is not None:
        part = _part(mails.filter(place.older), wanted, here, words)
        return render(request, "mail/_customer_mail_rows.html", {"part": part})
    parts = [_part(mails, key, here, words) for key in PARTS]
    search_url = f"{reverse('mail:list')}?{words}"
    values = {"parts": [part for part in parts if part["mails"]], "search_url": search_url}
    return render(request, "mail/_customer_mail.html", values)


def _part(mails: MessageQuerySet, key: str, here: str, words: str) -> dict[str, Any]:
    found = list(mails.filter(PARTS[key]).newest_first()[: _PAGE + 1])
    shown = found[:_PAGE]
    for each in shown:
        row: Any = each
        row.url = f"{reverse('mail:detail', args=[each.pk])}?{words}"
    more = f"{here}?part={key}&before={Place.of(shown[-1])}" if len(found) > _PAGE else ""
    return {"key": key, "mails": shown, "more_url": more}


def _words(customer: Customer) -> str:
    """The search for the customer's mail: by an address, since where there is mail there is one."""
    address = customer.addresses.partition("\n")[0]
    return format_tree(Term(address or customer.name, Field.CUSTOMER))
