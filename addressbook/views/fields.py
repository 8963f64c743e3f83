"""What address fields ask for: completion, and the address book over the page."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from addressbook import complete as completing
from addressbook.models import Address, Contact
from callcenter.drawers import Keyset, searched
from permissions.access import AgentRequest, require
from permissions.models import User
from permissions.operations import Operation

_AT_ONCE = 50
_ORDER = Keyset("name_key", "id", size=_AT_ONCE)
_PAST = "past"


@require_safe
@never_cache
def complete(request: AgentRequest) -> JsonResponse:
    """People for what was typed (`q`): {"people": [{name, address, source}, …]}, the best first."""
    user = request.user
    found = completing.complete(
        request.GET.get("q", ""),
        mailbox_ids=_known_mailboxes(user),
        book=user.may(Operation.ADDRESSES_VIEW),
    )
    return JsonResponse({"people": [asdict(each) for each in found]})


def _known_mailboxes(user: User) -> frozenset[int]:
    """Those whose correspondents this person may know."""
    return user.mailbox_ids if user.may(Operation.MAIL_VIEW) else frozenset()


@require_safe
@never_cache
def choose(request: AgentRequest) -> HttpResponse:
    """The address book over the page; `for` is the field's name."""
    require(request.user, Operation.ADDRESSES_VIEW)
    values = {"for": request.GET.get("for", "")[:40], "past": bool(_known_mailboxes(request.user))}
    return render(request, "addressbook/_choose.html", {**values, **_rows(request)})


@require_safe
@never_cache
def choose_rows(request: AgentRequest) -> HttpResponse:
    require(request.user, Operation.ADDRESSES_VIEW)
    return render(request, "addressbook/_choose_rows.html", _rows(request))


def _rows(request: AgentRequest) -> dict[str, Any]:
    """Entries (or past correspondents) for `q`, and where to ask for more."""
    words = request.GET.get("q", "")[:200]
    source = _PAST if request.GET.get("source") == _PAST else "book"
    people, after = _past(request, words) if source == _PAST else _book(request, words)
    asked = urlencode({"q": words, "source": source, "after": after})
    return {
        "people": people,
        "q": words,
        "source": source,
        "more_url": f"{reverse('addressbook:choose_rows')}?{asked}" if after else "",
    }


def _book(request: AgentRequest, words: str) -> tuple[list[Address], str]:
    found = _ORDER.page(searched(Address.objects.all(), words), request.GET)
    return found.rows, found.after


def _past(request: AgentRequest, words: str) -> tuple[list[Contact], str]:
    """The newest first; who has written to two mailboxes stands there once."""
    rows = searched(Contact.objects.filter(mailbox__in=_known_mailboxes(request.user)), words)
    at, _, pk = request.GET.get("after", "").partition("_")
    if moment := _moment(at):
        last = int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 19 else 0
        rows = rows.filter(Q(last_at__lt=moment) | Q(last_at=moment, pk__lt=last))
    found = list(rows.order_by("-last_at", "-pk")[: _AT_ONCE + 1])
    more, found = len(found) > _AT_ONCE, found[:_AT_ONCE]
    after = f"{found[-1].last_at.isoformat()}_{found[-1].pk}" if more else ""
    newest: dict[str, Contact] = {}
    for each in found:
        newest.setdefault(each.address_key, each)
    return list(newest.values()), after


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
