"""The rows of a list, rendered once for each state that they are shown in.

A hundred rows are most of a list's page, and the same few rows are asked for again by every open
page whenever something happens to them. What a row shows is little; its rendering is kept under a
digest of all of that, so that nothing outdated can come out and nothing has to be thrown away.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import SafeString

from callcenter.prepared import Prepared
from labels.models import LabelKind, LabelState
from labels.seen import labels_of
from mail.models import Comment, Mention, Message, MessageLabel
from permissions.models import User
from permissions.operations import Operation

_SOMEWHERE = "M-000000"
# Of some 3 KB each.
_MOST = 3000


def furnish(messages: list[Message], user: User, query: str) -> list[Message]:
    """Give the rows what they show besides their own columns, in two queries for all of them."""
    ids = [message.pk for message in messages]
    comments = {message: rest for message, *rest in _comments.ask_all(ids, user.pk)}
    worn: dict[int, set[int]] = {}
    for message, label in _worn.ask_all(ids):
        worn.setdefault(message, set()).add(label)
    shown = [
        label
        for label in labels_of(user)
        if label.kind == LabelKind.USER and label.state == LabelState.LIVE and not label.hidden
    ]
    names_shown = user.may(Operation.CUSTOMERS_VIEW)
    # Reversed once: for each of a hundred rows it would be a tenth of the page's time.
    somewhere = reverse("mail:detail", args=[_SOMEWHERE])
    for message in messages:
        row: Any = message
        customer = message.known_customer if names_shown and message.customer_id else None
        row.customer_name = customer.name if customer else ""
        on_it = worn.get(message.pk, ())
        row.shown_labels = [label for label in shown if label.pk in on_it]
        row.comment, row.commented_by, row.calls = comments.get(message.pk, ("", "", False))
        row.url = f"{somewhere.replace(_SOMEWHERE, message.public_id)}?{query}"
    return messages


# (message, text, author's name) of the latest comment, and whether any of them calls the asker, who
# has not seen it.
_comments = Prepared(
    lambda asker, *ids: (
        Comment.objects.filter(message__in=ids)
        .order_by("message", "-pk")
        .distinct("message")
        .values_list(
            "message",
            "text",
            "author__name",
            Exists(
                Mention.objects.filter(
                    comment__message=OuterRef("message"), user=asker, seen_at__isnull=True
                )
            ),
        )
    )
)
_worn = Prepared(
    lambda *ids: MessageLabel.objects.filter(message__in=ids).values_list("message", "label")
)


def row_rights(user: User) -> dict[str, bool]:
    """What a row offers besides being opened."""
    return {
        "may_tick": user.may(Operation.MAIL_BULK),
        "may_star": user.may(Operation.MAIL_LABEL),
        "may_move": user.may(Operation.MAIL_TRASH),
    }


class _Rendered:
    """The latest rendered rows of this process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, SafeString] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: bytes) -> SafeString | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def keep(self, key: bytes, html: SafeString) -> None:
        with self._lock:
            self._kept[key] = html
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)


_rendered = _Rendered()


def render_rows(
    messages: list[Message], user: User, query: str, *, oob: bool = False
) -> list[SafeString]:
    """Each mail's row of the list at `query`, as this user sees it now.

    Args:
        oob: to take the place of the row that is on the page, wherever the answer goes.
    """
    rights = {**row_rights(user), "oob": oob}
    reader = (
        translation.get_language(),
        timezone.get_current_timezone_name(),
        timezone.localdate(),
        *rights.values(),
    )
    return [_render(row, rights, reader) for row in furnish(messages, user, query)]


def _render(row: Any, rights: dict[str, bool], reader: Iterable[object]) -> SafeString:
    key = hashlib.blake2b(repr((*_shown(row), *reader)).encode(), digest_size=16).digest()
    html = _rendered.get(key)
    if html is None:
        html = render_to_string("mail/_row.html", {"row": row, **rights})
        _rendered.keep(key, html)
    return html


def _shown(row: Any) -> Iterable[object]:
    """All that mail/_row.html reads; what is left out here would be shown as it was."""
    yield from (row.pk, row.version, row.url, row.internal_date)
    yield from (row.folder, row.status, row.is_unread, row.is_starred, row.has_attachments)
    yield from (row.automatic, row.undelivered, row.subject, row.snippet[:60])
    yield from (row.from_name, row.from_address, row.to_line, row.customer_name)
    if row.assignee is not None:
        yield from (row.assignee_id, row.assignee.name, row.assignee.color)
    yield from (getattr(row, name, ()) for name in ("subject_parts", "snippet_parts", "found_in"))
    yield "labels"
    for label in row.shown_labels:
        yield from (label.name, label.background, label.text_color)
    yield from (row.comment[:100], row.commented_by, row.calls)
