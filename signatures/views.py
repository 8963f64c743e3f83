"""署名: the list, one signature, ＋新規, 変更を保存, 削除, and where it is the default."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

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
from callcenter.richtext import frame_document, sanitize
from mailboxes.models import Mailbox
from permissions.access import AgentRequest, require
from permissions.models import User
from permissions.operations import Operation
from signatures import access
from signatures.actions import edit
from signatures.actions.defaults import set_own, set_shared
from signatures.choosing import Place, places
from signatures.forms import DefaultsForm, SignatureForm, VersionForm
from signatures.history import told, was_deleted
from signatures.models import Signature

DRAWER = Drawer(
    key="signatures",
    title=gettext_lazy("Signatures"),
    icon="signature",
    list_url="signatures:list",
    new_url="signatures:new",
    new_label=gettext_lazy("New signature"),
    search_label=gettext_lazy("Search signatures"),
    empty_title=gettext_lazy("No signature yet"),
    empty_text=gettext_lazy(
        "A signature stands below every mail: by mailbox, by sender, or your own."
    ),
    choose_text=gettext_lazy("Choose a signature on the left, or make a new one."),
)
_ORDER = Keyset("name_key", "id")
_FIELDS = ("name", "text", "html")
_EVERYWHERE = Place(None)


def _page(request: AgentRequest, editing: Editing | None, *, status: int = 200) -> HttpResponse:
    rows = searched(access.visible_to(request.user), request.GET.get("q", ""))
    listed = _ORDER.page(rows.prefetch_related("defaults__mailbox"), request.GET)
    signature = editing.entry if editing else None
    return show(
        request,
        DRAWER,
        "signatures/page.html",
        listed=listed,
        rows=[_row(each, request.user) for each in listed.rows],
        may_add=request.user.may(Operation.SIGNATURES_ADD),
        editing=editing,
        status=status,
        places=_places(request.user, signature) if isinstance(signature, Signature) else None,
        look_url=reverse("signatures:look", args=[signature.pk])
        if isinstance(signature, Signature) and signature.html
        else "",
    )


def _row(signature: Signature, user: User) -> Row:
    """With the places where it is the default, as far as they are this person's."""
    tags = []
    for default in signature.defaults.all():
        if default.user_id == user.pk:
            where = default.address or (default.mailbox.address if default.mailbox else _("all"))
            tags.append(_("Mine: %(where)s") % {"where": where})
        elif default.user_id is None and default.mailbox_id in user.mailbox_ids:
            tags.append(default.address or (default.mailbox.address if default.mailbox else ""))
    return Row(
        pk=signature.pk,
        url=reverse("signatures:detail", args=[signature.pk]),
        title=signature.name,
        under=" / ".join(line.strip() for line in signature.text.splitlines() if line.strip()),
        tags=tags,
    )


def _offered(user: User) -> list[tuple[Place, Mailbox]]:
    return places(Mailbox.objects.visible_to(user).prefetch_related("send_as"))


def _places(user: User, signature: Signature) -> dict[str, Any]:
    """The ticks of signatures/_defaults.html."""
    offered = _offered(user)
    mine, shared = set(), set()
    for default in signature.defaults.all():
        place = Place(default.mailbox_id, default.address)
        if default.user_id == user.pk:
            mine.add(place)
        elif default.user_id is None:
            shared.add(place)

    def tick(place: Place, mailbox: Mailbox | None, ticked: set[Place]) -> dict[str, Any]:
        name = place.address or (mailbox.address if mailbox else _("All mailboxes"))
        return {
            "key": place.key,
            "name": name,
            "is_address": bool(place.address),
            "ticked": place in ticked,
        }

    return {
        "url": reverse("signatures:defaults", args=[signature.pk]),
        "own": [tick(_EVERYWHERE, None, mine), *(tick(p, box, mine) for p, box in offered)],
        "shared": [tick(place, mailbox, shared) for place, mailbox in offered],
        "may_share": user.may(Operation.SIGNATURES_CHANGE),
    }


def _initial(signature: Signature) -> dict[str, Any]:
    return {name: getattr(signature, name) for name in (*_FIELDS, "version")}


def _question(signature: Signature) -> str:
    question = _("Delete the signature “%(name)s”?") % {"name": signature.name}
    count = len(signature.defaults.all())
    if not count:
        return question
    depends = ngettext(
        "It is the default in %(n)d place, where mails will begin without a signature.",
        "It is the default in %(n)d places, where mails will begin without a signature.",
        count,
    )
    return f"{question} {depends % {'n': count}}"


def _editing(
    request: AgentRequest, signature: Signature, form: SignatureForm | None = None, **more: Any
) -> Editing:
    may = request.user.may
    here = [signature.pk]
    may_add, may_delete = may(Operation.SIGNATURES_ADD), may(Operation.SIGNATURES_DELETE)
    return Editing(
        form=form or SignatureForm(initial=_initial(signature)),
        action_url=reverse("signatures:detail", args=here),
        title=signature.name,
        entry=signature,
        may_save=may(Operation.SIGNATURES_CHANGE),
        delete_url=reverse("signatures:delete", args=here) if may_delete else "",
        question=_question(signature),
        copy_url=f"{reverse('signatures:new')}?copy={signature.pk}" if may_add else "",
        history=told(signature),
        **more,
    )


def _new(form: SignatureForm, **more: Any) -> Editing:
    return Editing(
        form=form, action_url=reverse("signatures:new"), title=_("New signature"), **more
    )


@require_safe
@never_cache
def index(request: AgentRequest) -> HttpResponse:
    """The list."""
    return _page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: AgentRequest) -> HttpResponse:
    """＋新規; `copy` begins with what another signature says."""
    require(request.user, Operation.SIGNATURES_ADD)
    if request.method == "POST":
        form = SignatureForm(request.POST)
        if not form.is_valid():
            return _page(request, _new(form), status=422)
        signature = edit.add(form.fields_of_signature(), by=request.user)
        messages.success(request, _("“%(name)s” was saved.") % {"name": signature.name})
        return redirect(reverse("signatures:detail", args=[signature.pk]) + kept_query(request))
    initial: dict[str, Any] = {}
    if source := request.GET.get("copy", ""):
        if not source.isdigit() or len(source) > 18:
            raise Http404
        signature = access.readable(request.user, int(source))
        initial = _initial(signature) | {"version": None}
        initial["name"] = (_("Copy of %(name)s") % {"name": signature.name})[:200]
    return _page(request, _new(SignatureForm(initial=initial)))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def detail(request: AgentRequest, signature_id: int) -> HttpResponse:
    """One signature; 変更を保存."""
    try:
        signature = access.readable(request.user, signature_id)
    except Http404:
        if request.method != "POST" or not was_deleted(signature_id):
            raise
        return _page(request, _new(SignatureForm(request.POST), gone=True), status=409)
    if request.method != "POST":
        return _page(request, _editing(request, signature))
    require(request.user, Operation.SIGNATURES_CHANGE)
    form = SignatureForm(request.POST)
    if not form.is_valid():
        return _page(request, _editing(request, signature, form), status=422)
    version = form.cleaned_data["version"] or 0
    try:
        edit.change(signature, form.fields_of_signature(), version=version, by=request.user)
    except EditedMeanwhile:
        return _conflict(request, signature, form)
    except Signature.DoesNotExist:
        return _page(request, _new(form, gone=True), status=409)
    messages.success(request, _("“%(name)s” was saved.") % {"name": form.cleaned_data["name"]})
    return redirect(reverse("signatures:detail", args=[signature.pk]) + kept_query(request))


def _conflict(request: AgentRequest, signature: Signature, form: SignatureForm) -> HttpResponse:
    """Both versions; the form keeps what was typed, and saving it now is meant."""
    stored = access.readable(request.user, signature.pk)
    found = differences(form, _initial(stored))
    posted = request.POST.copy()
    posted["version"] = str(stored.version)
    form = SignatureForm(posted)
    return _page(request, _editing(request, stored, form, conflict=found), status=409)


@require_POST
def delete(request: AgentRequest, signature_id: int) -> HttpResponse:
    """削除, of the version that was looked at."""
    signature = access.readable(request.user, signature_id)
    require(request.user, Operation.SIGNATURES_DELETE)
    form = VersionForm(request.POST)
    if not form.is_valid():
        return _page(request, _editing(request, signature), status=422)
    try:
        edit.delete(signature, version=form.cleaned_data["version"], by=request.user)
    except EditedMeanwhile:
        messages.warning(request, _("Somebody changed it meanwhile. Look at it before deleting."))
        stored = access.readable(request.user, signature_id)
        return _page(request, _editing(request, stored), status=409)
    except Signature.DoesNotExist:
        pass  # somebody was quicker: it is away, as was wanted
    messages.success(request, _("“%(name)s” was deleted.") % {"name": signature.name})
    return redirect(reverse("signatures:list") + kept_query(request))


@require_POST
def defaults(request: AgentRequest, signature_id: int) -> HttpResponse:
    """Where it is one's own default, and (with the right) everybody's."""
    signature = access.readable(request.user, signature_id)
    offered = [place for place, _mailbox in _offered(request.user)]
    own = [_EVERYWHERE, *offered]
    may_share = request.user.may(Operation.SIGNATURES_CHANGE)
    form = DefaultsForm(request.POST, own=own, shared=offered if may_share else ())
    if not form.is_valid():
        messages.error(request, _("The places could not be saved: one of them is not yours."))
        return _page(request, _editing(request, signature), status=422)
    try:
        set_own(signature, form.chosen("own"), among=own, by=request.user)
        if may_share:
            set_shared(signature, form.chosen("shared"), among=offered, by=request.user)
    except Signature.DoesNotExist as error:
        raise Http404 from error  # deleted meanwhile
    messages.success(request, _("Saved."))
    return redirect(reverse("signatures:detail", args=[signature.pk]) + kept_query(request))


@require_safe
@never_cache
def look(request: AgentRequest, signature_id: int) -> HttpResponse:
    """Its HTML as it will look, in a frame with a policy of its own."""
    signature = access.readable(request.user, signature_id)
    frame = frame_document(sanitize(signature.html), lang=get_language() or "ja")
    response = HttpResponse(frame.html)
    # Its own policy, and not the page's: the middleware leaves a header that is there alone.
    for name, value in frame.headers.items():
        response[name] = value
    return response
