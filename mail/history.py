"""What belongs to a mail's past: other mail with its correspondent, and what was done with it."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.events import of_message
from activity.models import Event
from mail.models import Correspondent, Folder, Message, Status
from mail.models.message import MessageQuerySet
from mail.standing import correspondent_of
from permissions.models import User


def mail_with(message: Message, user: User) -> MessageQuerySet:
    """All mail with the same correspondent that the user may see, newest first.

    Mail deleted in Gmail is among it: this is the way to its comments and its history.
    """
    with_them = Correspondent.objects.filter(
        message=OuterRef("pk"), address=correspondent_of(message)
    )
    visible = Message.objects.ever_visible_to(user).exclude(folder=Folder.DRAFT)
    return visible.filter(Exists(with_them)).newest_first()


# kind -> (icon, words); the words take the event's data.
_TOLD = {
    "mail.received": ("mail", gettext_lazy("received")),
    "mail.changed": ("tag", gettext_lazy("labels or marks changed in Gmail")),
    "mail.gone": ("trash-2", gettext_lazy("deleted for good in Gmail")),
    "mail.undelivered": ("circle-alert", gettext_lazy("came back undelivered")),
    "mail.reread": ("refresh-cw", gettext_lazy("read again from the original")),
    "mail.starred": ("star", gettext_lazy("gave a star")),
    "mail.unstarred": ("star", gettext_lazy("took the star away")),
    "mail.read": ("mail", gettext_lazy("opened it; it counts as read")),
    "mail.unread": ("mail", gettext_lazy("marked it as unread")),
    "mail.labelled": ("tag", gettext_lazy("changed the labels: %(labels)s")),
    "mail.spam": ("shield-alert", gettext_lazy("reported it as spam")),
    "mail.not_spam": ("shield", gettext_lazy("took it out of spam")),
    "mail.trashed": ("trash-2", gettext_lazy("moved it to the trash")),
    "mail.restored": ("undo-2", gettext_lazy("restored it from the trash")),
    "change.refused": ("circle-alert", gettext_lazy("Gmail refused what %(told)s changed")),
    "lock.taken": ("lock", gettext_lazy("took the edit lock")),
    "lock.released": ("lock-open", gettext_lazy("gave the edit lock back")),
    "lock.expired": ("lock-open", gettext_lazy("edit lock ended by itself")),
    "lock.broken": ("lock-open", gettext_lazy("broke the edit lock")),
    "lock.asked": ("user-check", gettext_lazy("asked to take over")),
    "lock.declined": ("user-check", gettext_lazy("went on; %(asker)s had asked to take over")),
    "lock.handed_over": ("forward", gettext_lazy("handed text and lock over to %(asker)s")),
    "lock.mode": ("clock", gettext_lazy("edit lock: %(mode)s")),
    "lock.warned": ("triangle-alert", gettext_lazy("answered in Gmail while somebody was writing")),
    "reply.warned": (
        "triangle-alert",
        gettext_lazy("began to write although others were at work close by: %(nearby)s"),
    ),
    "status.changed": ("circle-dot", gettext_lazy("set the status to %(status)s")),
    "assignee.changed": ("user", gettext_lazy("set the assignee to %(assignee)s")),
    "comment.added": ("message-square", gettext_lazy("commented")),
    "comment.edited": ("message-square", gettext_lazy("edited a comment")),
    "comment.deleted": ("message-square", gettext_lazy("deleted a comment")),
    "draft.started": ("pen-line", gettext_lazy("began to write")),
    "draft.adopted": ("pen-line", gettext_lazy("went on with a draft that was begun in Gmail")),
    "draft.template": ("layout-template", gettext_lazy("put in the template “%(template)s”")),
    "draft.saved": ("save", gettext_lazy("saved the draft")),
    "draft.discarded": ("trash-2", gettext_lazy("discarded the draft")),
    "draft.cancelled": ("undo-2", gettext_lazy("gave up the changes to the draft")),
    "draft.let_go": ("file-pen", gettext_lazy("the saved draft was changed or deleted in Gmail")),
    "draft.sent_in_gmail": ("send", gettext_lazy("the saved draft was sent in Gmail itself")),
    "outgoing.queued": ("send", gettext_lazy("pressed send")),
    "outgoing.scheduled": ("clock", gettext_lazy("scheduled the sending")),
    "outgoing.held": ("triangle-alert", gettext_lazy("sending held back")),
    "outgoing.released": ("send", gettext_lazy("had it sent all the same")),
    "outgoing.cancelled": ("undo-2", gettext_lazy("took the sending back")),
    "outgoing.sent": ("check-check", gettext_lazy("sent")),
    "outgoing.failed": ("circle-x", gettext_lazy("could not be sent")),
    "outgoing.uncertain": ("triangle-alert", gettext_lazy("not known whether it was sent")),
}
_OF_ANOTHER = {
    "comment.edited": gettext_lazy("edited a comment by %(author)s"),
    "comment.deleted": gettext_lazy("deleted a comment by %(author)s"),
}
_MODES = {
    "active": gettext_lazy("working"),
    "away": gettext_lazy("away"),
    "sending": gettext_lazy("sending"),
}


def _words(event: Event) -> dict[str, str]:
    status = event.data.get("status")
    return {
        "status": str(Status(status).label) if status in Status.values else "—",
        "assignee": event.data.get("assignee_name") or _("nobody"),
        "labels": _labels(event),
        "asker": event.data.get("asker_name") or _("somebody"),
        "nearby": ", ".join(event.data.get("nearby_names", ())),
        "template": event.data.get("template_name", "—"),
        "told": event.data.get("told_name") or _("somebody"),
        "author": event.data.get("author_name", ""),
        "mode": str(_MODES.get(event.data.get("lock_mode", ""), "—")),
    }


def _labels(event: Event) -> str:
    signs = (("+", event.data.get("added", ())), ("−", event.data.get("removed", ())))
    return ", ".join(f"{sign}{name}" for sign, names in signs for name in names)


def told_events(message: Message, limit: int = 200) -> list[dict[str, Any]]:
    """操作履歴 in words, newest first; an event of a newer kind is shown under its own name."""
    told = []
    for event in of_message(message.pk)[:limit]:
        icon, words = _TOLD.get(event.kind, ("info", event.kind))
        if event.data.get("author_name"):
            words = _OF_ANOTHER.get(event.kind, words)
        text = str(words) % _words(event)
        if event.data.get("reason") == "answered_in_gmail" and event.kind == "status.changed":
            text = _("%(what)s (replied in Gmail)") % {"what": text}
        elif reason := event.data.get("reason"):
            text = f"{text}: {reason}"
        told.append(
            {"at": event.at, "icon": icon, "who": event.actor_name or _("System"), "text": text}
        )
    return told
