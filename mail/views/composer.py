"""What the screens of writing show: a composer, what becomes of a sending, the 下書き pane."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from secrets import token_urlsafe
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from mail import editlock
from mail.attachments import store
from mail.mime import Person
from mail.mime.addresses import format_addresses
from mail.models import (
    Attachment,
    Draft,
    DraftFile,
    DraftState,
    Message,
    Outgoing,
    OutgoingState,
)
from mail.outbox import timing
from mail.outbox.freeze import MOST_FILES, files_of
from mail.outbox.troubles import (
    CHECKING,
    DRAFT_CHANGED,
    DRAFT_GONE,
    FILES_MISSING,
    NEWS,
    explain,
)
from mail.signing import choices
from mail.standing import Standing, standing
from mail.views.handling import banner, tools
from permissions.access import AgentRequest
from permissions.models import User
from permissions.operations import Operation

# What <input type=datetime-local> holds.
LOCAL = "%Y-%m-%dT%H:%M"


def line(people: list[list[str]]) -> str:
    return format_addresses(Person(name, address) for name, address in people)


def gmails_word(draft: Draft) -> dict[str, Any] | None:
    """What a person made of the saved draft in Gmail: their text, and where it stands; or why it
    is not written there."""
    if draft.trouble not in {DRAFT_CHANGED, DRAFT_GONE, FILES_MISSING}:
        return None
    theirs = None
    if draft.gmail_message_id and draft.trouble == DRAFT_CHANGED:
        theirs = Message.objects.filter(
            mailbox=draft.mailbox_id, gmail_id=draft.gmail_message_id, gone_at=None
        ).first()
    return {
        "text": explain(draft.trouble),
        "url": reverse("mail:detail", args=[theirs.pk]) if theirs else "",
        "theirs": draft.theirs,
    }


def file_entry(file: Attachment | DraftFile) -> dict[str, Any]:
    """What mail/_composer_file.html shows."""
    return {
        "pk": file.pk,
        "name": store.name_of(file),
        "size": file.size,
        "url": reverse("mail:draft_file", args=[file.draft_id, file.pk])
        if isinstance(file, DraftFile)
        else "",
    }


def composer(draft: Draft, lock: editlock.Lock | None, user: User, **errors: Any) -> dict[str, Any]:
    """What mail/_composer.html shows of a draft."""
    here = [draft.pk]
    attached = files_of(draft)
    may_delete = user.may(Operation.MAIL_DELETE_DRAFT)
    return {
        "id": draft.public_id,
        "version": draft.version,
        "page": token_urlsafe(12),
        "token": lock.token if lock else "",
        "kind": draft.kind,
        "to": line(draft.to),
        "cc": line(draft.cc),
        "bcc": line(draft.bcc),
        "subject": draft.subject,
        "body": draft.text,
        "signature": draft.signature,
        "quote": draft.quoted,
        "senders": [
            {
                "address": each.address,
                "name": each.name,
                "verified": each.verified,
                "current": each.address == draft.from_address,
            }
            for each in draft.mailbox.send_as.all()
        ],
        "signatures": choices(draft, user),
        "html": draft.html,
        "files": [file_entry(each) for each in attached if isinstance(each, DraftFile)],
        "originals": [file_entry(each) for each in attached if isinstance(each, Attachment)],
        "file_limit": MOST_FILES,
        "saved_at": draft.updated_at if draft.version > 1 else None,
        "gmail": gmails_word(draft),
        "chosen_at": errors.get("at", ""),
        **picker(None),
        "errors": errors.get("by_field", {}),
        "general_errors": errors.get("general", []),
        "urls": {
            "send": reverse("mail:send", args=here),
            "autosave": reverse("mail:autosave", args=here),
            "senders": reverse("mail:senders", args=here),
            "cancel": reverse("mail:cancel", args=here),
            "save": reverse("mail:save", args=here),
            "delete": reverse("mail:discard", args=here) if may_delete and draft.saved_at else "",
            "templates": reverse("mail:templates", args=here)
            if user.may(Operation.TEMPLATES_VIEW)
            else "",
            "attach": reverse("mail:attach", args=here),
            "preview": reverse("mail:preview_out", args=here),
            "beat": reverse("mail:draft_beat", args=here),
            "leave": reverse("mail:draft_leave", args=here),
        },
    }


def sending(outgoing: Outgoing, user: User) -> dict[str, Any]:
    """What mail/_sending.html shows of a mail in the outbox."""
    draft = outgoing.draft
    here = [outgoing.pk]
    mine = outgoing.author_id == user.pk
    recall = mine and outgoing.state in Outgoing.RECALLABLE
    again = outgoing.state == OutgoingState.FAILED and draft.state == DraftState.LIVE
    held = outgoing.state == OutgoingState.HELD
    return {
        "phase": outgoing.phase,
        "mine": mine,
        "author": outgoing.author,
        "to": line([*draft.to, *draft.cc, *draft.bcc]),
        "subject": draft.subject,
        "due_at": outgoing.due_at,
        "left": max(0, ceil((outgoing.due_at - timezone.now()).total_seconds())),
        "sent_at": outgoing.sent_at,
        "trouble": explain(outgoing.trouble),
        "detail": outgoing.trouble_detail,
        # Until then a mail whose answer was lost is looked for; then it is sent again.
        "quiet_until": outgoing.sending_at + timing.QUIET
        if outgoing.sending_at and outgoing.trouble == CHECKING
        else None,
        "news": [_told(each) for each in outgoing.news],
        "url": reverse("mail:sending", args=here),
        "undo_url": reverse("mail:undo", args=here) if recall else "",
        "anyway_url": reverse("mail:send_anyway", args=here)
        if recall and held and outgoing.trouble == NEWS
        else "",
        "reschedule_url": reverse("mail:reschedule", args=here)
        if recall and outgoing.scheduled
        else "",
        "decide_url": reverse("mail:decide", args=here)
        if outgoing.state == OutgoingState.UNCERTAIN
        else "",
        "text_url": reverse("mail:draft", args=[draft.pk]) if again else "",
        **picker(outgoing.due_at if outgoing.scheduled else None),
    }


def _told(each: dict[str, str]) -> dict[str, Any]:
    return {**each, "at": datetime.fromisoformat(each["at"])}


def picker(chosen: datetime | None) -> dict[str, str]:
    """The time picker's values, in the user's time zone: what is chosen, and the earliest."""
    earliest = timezone.localtime() + timedelta(minutes=1)
    at = timezone.localtime(chosen) if chosen else None
    return {"at": at.strftime(LOCAL) if at else "", "at_min": earliest.strftime(LOCAL)}


def panel(user: User, stands: Standing) -> dict[str, Any]:
    """The 下書き tab of a mail: the user's composer, what became of a sending, or neither."""
    lock, latest, draft = stands.lock, stands.latest, stands.live_draft
    shown: dict[str, Any] = {"composer": None, "sending": None, "begun": None}
    if stands.in_hand is not None:
        shown["sending"] = sending(stands.in_hand, user)
        return shown
    failed = latest is not None and latest.state == OutgoingState.FAILED
    if draft is not None and lock is not None and lock.held_by(user):
        said = [explain(latest.trouble), latest.trouble_detail] if latest and failed else []
        shown["composer"] = composer(draft, lock, user, general=[each for each in said if each])
    elif latest is not None and failed and draft is not None:
        shown["sending"] = sending(latest, user)
    elif draft is not None:
        # Their lock is over; what they had typed is theirs, and is seen where it was typed.
        shown["begun"] = {"draft": draft, "url": reverse("mail:draft", args=[draft.pk])}
    return shown


def pane(
    request: AgentRequest,
    message: Message,
    values: dict[str, Any],
    stands: Standing | None = None,
) -> HttpResponse:
    """The 下書き pane with this in it; the banner and the status control ride along."""
    message.refresh_from_db()
    beside = banner(message, request.user, stands or standing(message, request.user))
    beside["urls"] = {**beside["urls"], **tools(message, request.user)}
    return render(request, "mail/_draft_pane.html", {**beside, **values, "ride_along": True})


def fresh_pane(request: AgentRequest, message: Message) -> HttpResponse:
    """The pane as it is now."""
    stands = standing(message, request.user)
    return pane(request, message, panel(request.user, stands), stands)
