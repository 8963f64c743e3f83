"""備考: the comments of one mail, read and written; a lock does not matter."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import reswap, retarget, trigger_client_event

from callcenter.partials import page, wants_partial
from mail import access, mentions
from mail.actions.comment import add_comment, changing, delete_comment, edit_comment
from mail.actions.errors import CommentChanged, EmptyComment
from mail.forms import CommentEditForm, CommentForm, CommentsSeenForm, VersionForm
from mail.models import Comment, Message
from permissions.access import AgentRequest, require
from permissions.models import User
from permissions.operations import Operation


def _listed(message: Message, user: User) -> dict[str, Any]:
    """What mail/_comment_list.html shows."""
    here = [message.pk]
    found = list(message.comments.select_related("author").prefetch_related("mentions__user"))
    calls = any(each.mentions.all() for each in found)
    people = mentions.members(message.mailbox_id) if calls else []
    shown = []
    for each in found:
        args = [message.pk, each.pk]
        may = user.may(changing(each, user))
        shown.append(
            {
                "comment": each,
                **mentions.shown(each, user, people),
                "edit_url": reverse("mail:comment", args=args) if may else "",
                "delete_url": reverse("mail:uncomment", args=args) if may else "",
            }
        )
    new = [each["comment"].pk for each in shown if each["is_new"]]
    return {
        "comments": shown,
        "comments_url": reverse("mail:comments", args=here),
        "seen_url": reverse("mail:comments_seen", args=here) if new else "",
        "seen_up_to": max(new, default=0),
    }


def _require_writing(user: User) -> None:
    """Comments of their own, or others'."""
    others = user.may(Operation.MAIL_COMMENT_OTHERS)
    require(user, Operation.MAIL_COMMENT_OTHERS if others else Operation.MAIL_COMMENT)


def _list(request: AgentRequest, message: Message) -> HttpResponse:
    """The list as it is now; without JavaScript, the mail again."""
    if not wants_partial(request):
        return redirect("mail:detail", message.pk)
    return render(request, "mail/_comment_list.html", _listed(message, request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def comments(request: AgentRequest, message_id: int) -> HttpResponse:
    """Read, and written by those who may."""
    message = access.findable(request.user, message_id)
    may = request.user.may(Operation.MAIL_COMMENT)
    error, text = "", ""
    if request.method == "POST":
        form = CommentForm(request.POST)
        text = request.POST.get("text", "")
        if not form.is_valid():
            error = str(form.errors["text"][0])
        else:
            try:
                add_comment(message, request.user, form.cleaned_data["text"])
                text = ""
            except EmptyComment as empty:
                error = empty.explain()
        if not error and not wants_partial(request):
            return redirect("mail:detail", message.pk)
    values = {
        **_listed(message, request.user),
        "mail": message,
        "comment_url": reverse("mail:comments", args=[message.pk]) if may else "",
        "people_url": reverse("mail:comment_people", args=[message.pk]),
        "comment_error": error,
        "text": text,
    }
    return render(request, "mail/_comments.html", values, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def comment(request: AgentRequest, message_id: int, comment_id: int) -> HttpResponse:
    """Edit one: asked for, a form; posted, what was typed takes its place."""
    message = access.findable(request.user, message_id)
    found = message.comments.select_related("author", "message").filter(pk=comment_id).first()
    if request.method != "POST":
        if found is None:
            raise Http404
        require(request.user, changing(found, request.user))
        return _form(request, message, found, found.text)
    form = CommentEditForm(request.POST)
    text = request.POST.get("text", "")
    if found is None:
        # Deleted under somebody's typing, by whoever may: the text goes back to who typed it.
        _require_writing(request.user)
        return _form(request, message, None, text, CommentChanged(None).explain())
    require(request.user, changing(found, request.user))
    if not form.is_valid():
        words = next(iter(form.errors.values()))[0]
        return _form(request, message, found, text, str(words))
    try:
        edit_comment(
            found,
            request.user,
            form.cleaned_data["text"],
            version=form.cleaned_data["version"],
        )
    except EmptyComment as empty:
        return _form(request, message, found, text, empty.explain())
    except CommentChanged as changed:
        return _form(request, message, changed.stored, text, changed.explain(), other=True)
    return _list(request, message)


def _form(
    request: AgentRequest,
    message: Message,
    shown: Comment | None,
    text: str,
    error: str = "",
    *,
    other: bool = False,
) -> HttpResponse:
    """What mail/_comment_form.html shows: in the dialog, or as a page without JavaScript.

    Args:
        shown: the comment as it stands; None when it was deleted: the text can be said anew.
        other: what stands there is shown too, since it is not what was edited.
    """
    values = {
        "mail": message,
        "comment": shown,
        "text": text,
        "error": error,
        "other": shown.text if shown and other else "",
        "form_url": request.path if shown else reverse("mail:comments", args=[message.pk]),
        "people_url": reverse("mail:comment_people", args=[message.pk]),
        "unsaved": bool(error),
    }
    status = 422 if error else 200
    if not wants_partial(request):
        return page(request, "mail/comment.html", values, status=status)
    response = render(request, "mail/_comment_form.html", values, status=status)
    # Posted, the answer would be the list: it stays as it is, and the dialog open.
    return retarget(reswap(response, "innerHTML"), "global #dialog") if error else response


@require_POST
def uncomment(request: AgentRequest, message_id: int, comment_id: int) -> HttpResponse:
    """Delete one; gone already is as good."""
    message = access.findable(request.user, message_id)
    found = message.comments.select_related("author", "message").filter(pk=comment_id).first()
    if found is None:
        _require_writing(request.user)
        return _list(request, message)
    require(request.user, changing(found, request.user))
    form = VersionForm(request.POST)
    if not form.is_valid():
        return HttpResponse(_("Load the page again, please."), status=422)
    try:
        delete_comment(found, request.user, version=form.cleaned_data["version"])
    except CommentChanged as changed:
        response = _list(request, message)
        if changed.stored is None:
            return response
        words = _("This comment was changed meanwhile. It was not deleted.")
        if response.status_code == 302:
            messages.error(request, words)
            return response
        trigger_client_event(response, "toast", {"text": words, "kind": "bad"})
        return response
    return _list(request, message)


@require_POST
def seen(request: AgentRequest, message_id: int) -> HttpResponse:
    """What calls the person was on their screen, up to a comment: the page says so by itself."""
    message = access.findable(request.user, message_id)
    form = CommentsSeenForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    response = HttpResponse(status=204)
    if mentions.see(message, request.user, up_to=form.cleaned_data["up_to"]):
        trigger_client_event(response, "nav-changed", {})
    return response


@require_safe
@never_cache
def people(request: AgentRequest, message_id: int) -> JsonResponse:
    """Whom a comment can call: `{people: [{name, username}]}`, by name, oneself left out."""
    message = access.findable(request.user, message_id)
    _require_writing(request.user)
    found = [each for each in mentions.members(message.mailbox_id) if each != request.user]
    return JsonResponse(
        {"people": [{"name": each.name, "username": each.username} for each in found]}
    )
