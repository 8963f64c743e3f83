"""A drawer on the screen: its list, one entry, and what belongs to both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise

from callcenter.drawers.editing import Difference
from callcenter.drawers.finding import Page
from callcenter.partials import page as render_page

Text = str | Promise
# What an address keeps when one goes from entry to entry of the same list.
_KEPT = ("q", "folder", "after", "before")


@dataclass(frozen=True, slots=True)
class Drawer:
    """The texts and addresses of one drawer; `list_url` and `new_url` are names of addresses."""

    key: str
    title: Text
    icon: str
    list_url: str
    new_url: str
    new_label: Text
    search_label: Text
    empty_title: Text
    empty_text: Text
    choose_text: Text


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list. `end` stands at its right edge, `under` below the title."""

    pk: int
    url: str
    title: str
    under: str = ""
    end: Text = ""
    icon: str = "folder"
    tags: Sequence[str] = ()


class Shown(Protocol):
    """What an entry on the screen has; a `callcenter.drawers.Entry`, or another row like it."""

    @property
    def pk(self) -> Any: ...

    @property
    def version(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Editing:
    """The entry on the right: what drawers/_form_head.html and _form_end.html show.

    `entry` is None for a new one. `question` is asked before deleting and says what depends on it.
    `conflict` is filled when somebody saved meanwhile. Empty addresses are not offered.
    """

    form: Any
    action_url: str
    title: Text
    entry: Shown | None = None
    may_save: bool = True
    delete_url: str = ""
    question: Text = ""
    copy_url: str = ""
    conflict: Sequence[Difference] | None = None
    gone: bool = False
    history: Sequence[dict[str, Any]] = field(default_factory=tuple)


def kept_query(request: HttpRequest, **others: str) -> str:
    """`?q=…&after=…` for links that stay in the same list ("" for the plain list)."""
    kept = {name: request.GET[name] for name in _KEPT if request.GET.get(name)}
    kept |= others
    found = {name: value for name, value in kept.items() if value}
    return f"?{urlencode(found)}" if found else ""


def show(
    request: HttpRequest,
    drawer: Drawer,
    template: str,
    *,
    listed: Page[Any],
    rows: Sequence[Any],
    may_add: bool,
    editing: Editing | None = None,
    status: int = 200,
    **values: Any,
) -> HttpResponse:
    """Render a drawer: the whole page, or the entry alone when that was asked for.

    Args:
        rows: `Row`s, or what the app's own `rows` block shows.
    """
    if editing is not None and not editing.may_save:
        _only_to_read(editing.form)
    htmx = getattr(request, "htmx", None)
    base = reverse(drawer.list_url)
    shown = {
        "drawer": drawer,
        "list_url": base,
        "new_url": reverse(drawer.new_url) + kept_query(request) if may_add else "",
        "rows": rows,
        "q": request.GET.get("q", ""),
        "folder": request.GET.get("folder", ""),
        "prev_url": base + kept_query(request, after="", before=listed.before)
        if listed.before
        else "",
        "next_url": base + kept_query(request, before="", after=listed.after)
        if listed.after
        else "",
        "kept": kept_query(request),
        "editing": editing,
        "current": editing.entry.pk if editing and editing.entry else 0,
        "only_detail": bool(htmx) and getattr(htmx, "target", None) == "drawer-detail",
        **values,
    }
    response = render_page(request, template, shown, status=status)
    if editing is not None and request.method == "POST":
        # A refused «delete» has no page of its own to be loaded again.
        response["HX-Push-Url"] = editing.action_url + kept_query(request)
    return response


def _only_to_read(form: forms.Form) -> None:
    """Text can still be marked and copied; what cannot be read-only in HTML is disabled."""
    for bound in form.visible_fields():
        widget = bound.field.widget
        is_text = isinstance(widget, forms.TextInput | forms.Textarea)
        widget.attrs["readonly" if is_text else "disabled"] = True
