"""Beside the composer: its files, and what will go out."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from mail import access
from mail.actions.attach import FileRefused
from mail.actions.attach import attach as attach_action
from mail.attachments import store
from mail.forms import AttachForm
from mail.models import DraftFile
from mail.outgoing_view import as_sent
from mail.views.composer import file_entry, line
from mail.views.drafting import posted, too_long
from mail.views.refusals import refusals_shown
from permissions.access import AgentRequest, require


@require_POST
@refusals_shown
def attach(request: AgentRequest, draft_id: int) -> HttpResponse:
    """A file of one's own; the answer is its entry, which the next save carries along."""
    draft = access.own_draft(request.user, draft_id)
    require(request.user, access.writing(draft.kind))
    form = AttachForm(request.POST, request.FILES)
    if not form.is_valid():
        return HttpResponse(_("No file came. Choose it again."), status=422)
    try:
        row = attach_action(
            draft,
            request.user,
            token=form.cleaned_data["token"],
            upload=form.cleaned_data["upload"],
            beside=form.beside,
        )
    except FileRefused as refused:
        return HttpResponse(refused.explain(), status=refused.status, content_type="text/plain")
    return render(request, "mail/_composer_file.html", {"file": file_entry(row)})


@require_safe
@never_cache
def draft_file(request: AgentRequest, draft_id: int, file_id: int) -> HttpResponseBase:
    """An attached file as it was uploaded, to be sure that it is the right one."""
    draft = access.own_draft(request.user, draft_id)
    return store.answer(get_object_or_404(DraftFile, pk=file_id, draft=draft))


@require_POST
@refusals_shown
def preview(request: AgentRequest, draft_id: int) -> HttpResponse:
    """What will go out if 送信 is pressed now, with what was typed last; nothing is kept."""
    found, form = posted(request, draft_id)
    require(request.user, access.writing(found.kind))
    if not form.is_valid():
        return too_long()
    shown = as_sent(found, form.fields_of_draft())
    values = {
        "out": shown,
        "to": line(shown.to),
        "cc": line(shown.cc),
        "bcc": line(shown.bcc),
    }
    return render(request, "mail/_preview_out.html", values)
