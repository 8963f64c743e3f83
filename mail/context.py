"""What the left navigation of every page shows of the mail."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from activity import events
from callcenter.partials import wants_partial
from labels.models import LabelKind, LabelState
from labels.seen import labels_of
from mail import saved
from mail.browse import Browse
from mail.categories import CATEGORIES
from mail.counts import Counts, counts_for
from mailboxes.models import Mailbox
from permissions.models import User
from permissions.operations import Operation


def navigation(request: HttpRequest) -> dict[str, Any]:
    """`nav` for templates/shell/_nav.html and _top.html; nothing is asked before a template does.

    Many templates are parts of a page (rows of the list, numbers) and show nothing of this.
    """
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    if wants_partial(request):
        return {"open_by_label": SimpleLazyObject(lambda: counts_for(user).labels)}
    browse = getattr(request, "browse", None)
    nav: Any = SimpleLazyObject(
        lambda: build(request, user, browse if isinstance(browse, Browse) else None)
    )
    return {
        "nav": nav,
        "live_cursor": SimpleLazyObject(
            lambda: getattr(request, "live_cursor", None) or events.horizon()
        ),
        "open_by_label": SimpleLazyObject(lambda: nav["open_by_label"]),
    }


def build(request: HttpRequest, user: User, browse: Browse | None) -> dict[str, Any]:
    counts = counts_for(user)
    base = reverse("mail:list")
    mailbox = browse.mailbox if browse else None
    kept = f"&mailbox={mailbox.pk}" if mailbox else ""
    searches = saved.shown(user, browse.words if browse else "")
    in_settings = request.path.startswith(reverse("mailboxes:settings"))
    return {
        "new_url": reverse("mail:new") if user.may(Operation.MAIL_COMPOSE) else "",
        "categories": [
            {
                "key": category.key,
                "name": category.name,
                "icon": category.icon,
                "url": f"{base}?category={category.key}{kept}",
                "count": counts.categories.get(category.key),
                "current": browse is not None and not browse.label and browse.category == category,
            }
            for category in CATEGORIES
        ],
        "label_groups": _label_groups(user, mailbox, counts, browse, base),
        "open_by_label": counts.labels,
        "saved": searches,
        "saved_stale": not all(each.fresh for each in searches),
        "tools": _tools(request, user),
        "admin_current": "mailboxes" if in_settings else "",
        "q": browse.words if browse else "",
        "mailbox": mailbox,
    }


# The drawers beside the mail: icon, name, address, and what lets one see it.
_TOOLS: tuple[tuple[str, Any, str, Operation], ...] = (
    ("layout-template", _("Templates"), "templates_app:list", Operation.TEMPLATES_VIEW),
    ("signature", _("Signatures"), "signatures:list", Operation.SIGNATURES_VIEW),
    ("tag", _("Labels"), "labels:list", Operation.LABELS_VIEW),
    ("book-user", _("Address book"), "addressbook:list", Operation.ADDRESSES_VIEW),
    ("contact-round", _("Customers"), "crm:list", Operation.CUSTOMERS_VIEW),
)


def _tools(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    htmx = getattr(request, "htmx", None)
    # The navigation alone is asked for by the page that shows it.
    asked_by = urlsplit(htmx.current_url or "").path if htmx else ""
    here = asked_by if request.path == reverse("mail:nav") else request.path
    return [
        {"icon": icon, "name": name, "url": url, "current": here.startswith(url)}
        for icon, name, url, seeing in (
            (icon, name, reverse(address), seeing) for icon, name, address, seeing in _TOOLS
        )
        if user.may(seeing)
    ]


def _label_groups(
    user: User, mailbox: Mailbox | None, counts: Counts, browse: Browse | None, base: str
) -> list[dict[str, Any]]:
    """The labels of each mailbox as a tree of two levels; deeper ones stand under the second.

    `child` only where the parent stands above it: «親/子» is a name, and needs no label «親».
    """
    labels = [
        label
        for label in labels_of(user)
        if label.kind == LabelKind.USER
        and label.state == LabelState.LIVE
        and not label.hidden
        and (mailbox is None or label.mailbox_id == mailbox.pk)
    ]
    groups: dict[int, dict[str, Any]] = {}
    known = {(label.mailbox_id, label.name) for label in labels}
    # Sorted part by part: «配送», «配送/遅延», «配送業者» in this order.
    for label in sorted(labels, key=lambda each: (each.mailbox_id, each.name_key, each.pk)):
        group = groups.setdefault(label.mailbox_id, {"mailbox": label.mailbox, "labels": []})
        group["labels"].append(
            {
                "label": label,
                "url": f"{base}?label={label.pk}",
                "count": counts.labels.get(label.pk),
                "current": browse is not None and browse.label == label,
                "child": (label.mailbox_id, label.parent_name) in known,
            }
        )
    return list(groups.values())
