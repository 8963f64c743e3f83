"""The list, its rows asked for again, and the numbers of the navigation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activity import events
from callcenter.partials import page
from mail import publicid
from mail.browse import COUNTED, PAGE, Browse, Place
from mail.chips import chips
from mail.context import build
from mail.hits import explain
from mail.models import Draft, DraftState, Message, Status, SyncPhase, SyncState
from mail.rows import render_rows, row_rights
from mail.search import Found, building, cautions, format_tree
from mailboxes.models import Mailbox
from permissions.access import AgentRequest, require
from permissions.models import User
from permissions.operations import Operation

_MOST_ROWS = 200


def _filters(browse: Browse, base: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    if browse.label is None and not browse.category.has_status:
        return []
    choices = [
        ("", _("All")),
        (Status.OPEN.value, Status.OPEN.label),
        (Status.IN_PROGRESS.value, Status.IN_PROGRESS.label),
        (Status.DONE.value, Status.DONE.label),
        ("mine", _("Assigned to me")),
    ]
    return [
        {
            "key": key,
            "name": name,
            "url": f"{base}?{browse.with_status(key).query}",
            "count": counts.get(key),
            "current": browse.status == key,
        }
        for key, name in choices
    ]


def _importing(user: User, mailbox: Mailbox | None) -> dict[str, Any] | None:
    """The first synchronisation that is still running or about to begin, if any."""
    arriving = (
        Mailbox.objects.filter(pk__in=user.mailbox_ids)
        .working()
        .exclude(sync_state__phase=SyncPhase.FOLLOWING)
        .select_related("sync_state")
    )
    if mailbox is not None:
        arriving = arriving.filter(pk=mailbox.pk)
    first = arriving.first()
    if first is None:
        return None
    state: SyncState | None = getattr(first, "sync_state", None)
    whole = max(state.total, state.listed) if state else 0
    fetched = min(state.fetched, whole) if state else 0
    return {"address": first.address, "fetched": fetched, "listed": whole}


def _bulk(user: User, browse: Browse) -> dict[str, Any]:
    """What mail/_bulk_bar.html offers; nothing to whom may not do things to many mails at once."""
    if not user.may(Operation.MAIL_BULK):
        return {}
    return {
        "kind": browse.category.key if browse.label is None else "",
        "may_status": user.may(Operation.MAIL_STATUS),
        "may_assign": user.may(Operation.MAIL_ASSIGN),
        "may_label": user.may(Operation.MAIL_LABEL),
        "may_move": user.may(Operation.MAIL_TRASH),
    }


@require_safe
@never_cache
def list_page(request: AgentRequest) -> HttpResponse:
    """One page of a list."""
    user = require(request.user, Operation.MAIL_VIEW)
    request.live_cursor = events.horizon()  # before anything is read
    browse = Browse.parse(user, request.GET)
    request.browse = browse
    base = reverse("mail:list")
    search: dict[str, Any] = {}
    if browse.words:
        found = browse.find(user)
        rows, newer, older = turned(browse, found)
        total, more = browse.total(found)
        explain(rows, browse.search.tree)
        search = told(browse, found, base)
    else:
        rows, newer, older = browse.page(user)
        whole = not newer and not older
        total = len(rows) if whole else browse.count(user)
        more = total > COUNTED
    first = browse.first if newer else 1
    # A page that was turned to may lie behind what was counted in time.
    total = max(total, first + len(rows) - 1)
    values = {
        "title": browse.title,
        "category": browse.category.key if browse.label is None else "",
        "rows": render_rows(rows, user, browse.query),
        "drafts": live_drafts(user, browse) if not newer else [],
        "live_query": browse.query,
        "first_page": not newer,
        "page": {
            "first": first,
            "last": first + len(rows) - 1,
            "total": total,
            "more": more,
            # Counted behind the page, when it was not while looking for its hits.
            "count_url": _count_url(browse, first, rows) if search and _unsure(total, more) else "",
        },
        "search": search,
        "prev_url": _turn(base, browse, rows, "after", first) if rows and newer else "",
        "next_url": _turn(base, browse, rows, "before", first) if rows and older else "",
        "filters": _filters(browse, base, {}),
        "q": browse.words,
        "clear_url": base,
        "new_url": reverse("mail:new") if user.may(Operation.MAIL_COMPOSE) else "",
        "importing": _importing(user, browse.mailbox),
        # While the first mails come in, a page that is not full asks for itself again.
        "again_url": request.get_full_path() if len(rows) < PAGE and not newer else "",
        "has_mailbox": bool(user.mailbox_ids),
        "bulk": _bulk(user, browse),
        **row_rights(user),
    }
    return page(request, "mail/list.html", values)


def _unsure(total: int, more: bool) -> bool:
    return more and total < COUNTED


def _count_url(browse: Browse, first: int, rows: list[Message]) -> str:
    return f"{reverse('mail:count')}?{browse.query}&n={first}&rows={len(rows)}"


@require_safe
@never_cache
def count(request: AgentRequest) -> HttpResponse:
    """The number of hits of a search whose page is there already."""
    user = require(request.user, Operation.MAIL_VIEW)
    browse = Browse.parse(user, request.GET)
    shown = request.GET.get("rows", "")
    last = browse.first - 1 + (int(shown) if shown.isascii() and shown.isdigit() else 0) % 1000
    total, more = browse.count_hits(user)
    values = {"first": browse.first, "last": last, "total": max(total, last), "more": more}
    return render(request, "mail/_total.html", {"page": values})


def turned(browse: Browse, found: Found) -> tuple[list[Message], bool, bool]:
    """A page of hits; whether there are newer ones, and older ones."""
    if browse.after is not None:
        return found.messages, found.more, True
    return found.messages, browse.before is not None, found.more


def told(browse: Browse, found: Found, base: str) -> dict[str, Any]:
    """What is shown beside the hits: other readings, and where the search had to stop."""
    stopped = found.stopped_at
    reading = format_tree(browse.search.tree) if browse.search.warnings else ""
    return {
        "chips": chips(browse),
        "save_url": f"{reverse('mail:search_new')}?{urlencode({'of': browse.query})}",
        "cautions": [cautions.words(each) for each in browse.search.warnings],
        "reading": reading,
        "reading_url": f"{base}?{replace(browse, words=reading).query}" if reading else "",
        "partial": found.partial,
        "building": building.running(),
        "stopped_at": stopped.date if stopped else None,
        "go_on_url": (
            f"{base}?{browse.query}&before={Place(stopped.date, stopped.pk)}"
            f"&n={browse.first + len(found.messages)}"
            if stopped
            else ""
        ),
    }


def live_drafts(user: User, browse: Browse) -> list[Draft]:
    """下書き: the mails being written here, newest first; they stand above those made in Gmail."""
    if browse.category.key != "drafts" or browse.label is not None:
        return []
    found = Draft.objects.filter(
        mailbox__in=user.mailbox_ids, state=DraftState.LIVE
    ) | Draft.objects.filter(
        # One's own copies of what was typed after a lock had ended.
        state=DraftState.PARKED,
        author=user,
    )
    if browse.mailbox is not None:
        found = found.filter(mailbox=browse.mailbox)
    if browse.words:
        found = found.filter(Q(subject__icontains=browse.words) | Q(text__icontains=browse.words))
    drafts = list(
        found.select_related("author")
        .prefetch_related("outgoing")
        .order_by("-updated_at", "-pk")[:PAGE]
    )
    for draft in drafts:
        row: Any = draft
        row.to_line = ", ".join(name or address for name, address in (*draft.to, *draft.cc))
    return drafts


def _turn(base: str, browse: Browse, rows: list[Message], way: str, first: int) -> str:
    """The address of the page before or behind these rows."""
    edge = rows[0] if way == "after" else rows[-1]
    number = max(1, first - PAGE) if way == "after" else first + len(rows)
    if way == "after" and number == 1:
        return f"{base}?{browse.query}"
    return f"{base}?{browse.query}&{way}={Place.of(edge)}&n={number}"


def _ids(text: str) -> list[int]:
    found = []
    for part in text.split(",")[:_MOST_ROWS]:
        try:
            found.append(publicid.decode(part))
        except ValueError:
            continue  # an id of nothing has no row
    return [number for number in found if number < 2**63]


@require_safe
@never_cache
def rows(request: AgentRequest) -> HttpResponse:
    """Rows as they are now: those on screen, and those new ones that belong to the list.

    With `nav` the left navigation as well, for its numbers.
    """
    user = require(request.user, Operation.MAIL_VIEW)
    browse = Browse.parse(user, request.GET)
    on_screen = Message.objects.visible_to(user).filter(pk__in=_ids(request.GET.get("ids", "")))
    fresh = browse.messages(user).filter(pk__in=_ids(request.GET.get("new", "")))
    found = {
        message.pk: message for queryset in (on_screen, fresh) for message in queryset.for_rows()
    }
    ordered = sorted(found.values(), key=lambda each: (each.internal_date, each.pk), reverse=True)
    if browse.words:
        explain(ordered, browse.search.tree)
    values = {
        "rows": render_rows(ordered, user, browse.query),
        "with_nav": bool(request.GET.get("nav")),
    }
    return render(request, "mail/_rows.html", values)


@require_safe
@never_cache
def nav(request: AgentRequest) -> HttpResponse:
    """The left navigation alone, for its numbers."""
    user = require(request.user, Operation.MAIL_VIEW)
    browse = Browse.parse(user, request.GET) if request.GET else None
    return render(request, "shell/_nav.html", {"nav": build(request, user, browse)})
