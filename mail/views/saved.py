"""保存した検索: the drawer of named searches, and their numbers in the navigation (M8)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activity.events import of_thing
from callcenter.drawers import (
    Drawer,
    EditedMeanwhile,
    Editing,
    Keyset,
    Row,
    differences,
    kept_query,
    searched,
    show,
)
from mail import saved
from mail.actions.saved_search import (
    change_search,
    delete_search,
    ensure_changeable,
    may_change,
    save_search,
)
from mail.browse import Browse
from mail.models import SavedSearch
from mail.search import cautions, parse
from mail.search_forms import SavedSearchForm, VersionForm
from permissions.access import AgentRequest, require
from permissions.models import User
from permissions.operations import Operation

DRAWER = Drawer(
    key="searches",
    title=gettext_lazy("Saved searches"),
    icon="bookmark",
    list_url="mail:searches",
    new_url="mail:search_new",
    new_label=gettext_lazy("New saved search"),
    search_label=gettext_lazy("Search the saved searches"),
    empty_title=gettext_lazy("No saved search yet"),
    empty_text=gettext_lazy(
        "What you look for every day can stand in the navigation, with its number of open mails."
    ),
    choose_text=gettext_lazy("Choose a saved search on the left, or make a new one."),
)
_ORDER = Keyset("name_key", "id")
_TOLD = {
    "search.saved": gettext_lazy("made it"),
    "search.changed": gettext_lazy("changed it"),
}


def _page(request: AgentRequest, editing: Editing | None, *, status: int = 200) -> HttpResponse:
    rows = SavedSearch.objects.visible_to(request.user).select_related("shared_with")
    listed = _ORDER.page(searched(rows, request.GET.get("q", "")), request.GET)
    reading: dict[str, Any] = {}
    if editing and (text := str(editing.form["query"].value() or "")):
        reading = {
            "run_url": saved.url(text),
            "cautions": [cautions.words(each) for each in parse(text).warnings],
        }
    return show(
        request,
        DRAWER,
        "mail/searches.html",
        listed=listed,
        rows=[_row(each) for each in listed.rows],
        may_add=True,
        editing=editing,
        status=status,
        **reading,
    )


def _row(search: SavedSearch) -> Row:
    return Row(
        pk=search.pk,
        url=reverse("mail:search_detail", args=[search.pk]),
        title=search.name,
        under=search.query,
        tags=(_("Shared"),) if search.shared_with else (),
        icon="bookmark",
    )


def _initial(search: SavedSearch) -> dict[str, Any]:
    return {name: getattr(search, name) for name in ("name", "query", "shared_with", "version")}


def _editing(
    request: AgentRequest, search: SavedSearch, form: SavedSearchForm | None = None, **more: Any
) -> Editing:
    changeable = may_change(request.user, search)
    question = _("Delete the saved search “%(name)s”?") % {"name": search.name}
    if search.shared_with:
        question = f"{question} {_('It goes from everybody’s navigation.')}"
    return Editing(
        form=form or SavedSearchForm(initial=_initial(search), user=request.user),
        action_url=reverse("mail:search_detail", args=[search.pk]),
        title=search.name,
        entry=search,
        may_save=changeable,
        delete_url=reverse("mail:search_delete", args=[search.pk]) if changeable else "",
        question=question,
        copy_url=f"{reverse('mail:search_new')}?copy={search.pk}",
        history=[
            {"at": each.at, "who": each.actor_name, "text": str(_TOLD.get(each.kind, each.kind))}
            for each in of_thing("search", search.pk)[:20]
        ],
        **more,
    )


def _new(form: SavedSearchForm, **more: Any) -> Editing:
    return Editing(
        form=form,
        action_url=reverse("mail:search_new"),
        title=_("New saved search"),
        **more,
    )


@require_safe
@never_cache
def index(request: AgentRequest) -> HttpResponse:
    """The list."""
    require(request.user, Operation.MAIL_VIEW)
    return _page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: AgentRequest) -> HttpResponse:
    """＋新規: of the list on screen (its own address), of another search (`copy`), or empty."""
    user = require(request.user, Operation.MAIL_VIEW)
    if request.method != "POST":
        return _page(request, _new(SavedSearchForm(initial=_begun(request, user), user=user)))
    form = SavedSearchForm(request.POST, user=user)
    if not form.is_valid():
        return _page(request, _new(form), status=422)
    search = save_search(user, **_values(form))
    messages.success(request, _("“%(name)s” was saved.") % {"name": search.name})
    return redirect(saved.url(search.query))


def _begun(request: AgentRequest, user: User) -> dict[str, Any]:
    copied = request.GET.get("copy", "")
    if copied.isascii() and copied.isdigit() and len(copied) < 19:
        search = saved.usable(user, int(copied))
        name = _("Copy of %(name)s") % {"name": search.name}
        return {"name": name[:200], "query": search.query}
    # The list's own address, as one parameter: `q` is the drawer's.
    of = request.GET.get("of", "")
    return {"query": Browse.parse(user, QueryDict(of)).as_text()} if of else {}


def _values(form: SavedSearchForm) -> dict[str, Any]:
    given = form.values()
    return {"shared_with": None, **given}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def detail(request: AgentRequest, search_id: int) -> HttpResponse:
    """One saved search; 変更を保存."""
    user = require(request.user, Operation.MAIL_VIEW)
    try:
        search = saved.usable(user, search_id)
    except Http404:
        if request.method != "POST" or not _was_deleted(search_id):
            raise
        form = SavedSearchForm(request.POST, user=user)
        return _page(request, _new(form, gone=True), status=409)
    if request.method != "POST":
        return _page(request, _editing(request, search))
    ensure_changeable(user, search)
    form = SavedSearchForm(request.POST, initial=_initial(search), user=user)
    if not form.is_valid():
        return _page(request, _editing(request, search, form), status=422)
    version = form.cleaned_data["version"] or 0
    try:
        search = change_search(user, search.pk, version=version, **_values(form))
    except EditedMeanwhile:
        return _conflict(request, search_id, form)
    except SavedSearch.DoesNotExist:
        return _page(request, _new(form, gone=True), status=409)
    messages.success(request, _("“%(name)s” was saved.") % {"name": search.name})
    return redirect(reverse("mail:search_detail", args=[search.pk]) + kept_query(request))


def _was_deleted(search_id: int) -> bool:
    return of_thing("search", search_id).filter(kind="search.deleted").exists()


def _conflict(request: AgentRequest, search_id: int, form: SavedSearchForm) -> HttpResponse:
    """Both versions; the form keeps what was typed, and saving it now is meant."""
    stored = saved.usable(request.user, search_id)
    found = differences(form, _initial(stored))
    typed = request.POST.copy()
    typed["version"] = str(stored.version)
    form.data = typed
    return _page(request, _editing(request, stored, form, conflict=found), status=409)


@require_POST
def delete(request: AgentRequest, search_id: int) -> HttpResponse:
    """削除, of the version that was looked at."""
    user = require(request.user, Operation.MAIL_VIEW)
    search = saved.usable(user, search_id)
    ensure_changeable(user, search)
    form = VersionForm(request.POST)
    if not form.is_valid():
        return _page(request, _editing(request, search), status=422)
    try:
        delete_search(user, search.pk, version=form.cleaned_data["version"])
    except EditedMeanwhile:
        messages.warning(request, _("Somebody changed it meanwhile. Look at it before deleting."))
        return _page(request, _editing(request, saved.usable(user, search_id)), status=409)
    except SavedSearch.DoesNotExist:
        pass  # somebody was quicker: it is away, as was wanted
    messages.success(request, _("“%(name)s” was deleted.") % {"name": search.name})
    return redirect(reverse("mail:searches") + kept_query(request))


@require_safe
@never_cache
def counts(request: AgentRequest) -> HttpResponse:
    """The numbers of the navigation's saved searches, each in its place."""
    user = require(request.user, Operation.MAIL_VIEW)
    return render(request, "shell/_saved_counts.html", {"counts": saved.counts(user)})
