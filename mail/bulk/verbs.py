"""What is done to one mail of a run, and how it is taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from labels.models import Label
from mail.actions.assign import assign
from mail.actions.errors import Declined
from mail.actions.label import change_labels
from mail.actions.relabel import labels_of
from mail.actions.spam import release_spam, report_spam
from mail.actions.star import set_star
from mail.actions.status import set_status
from mail.actions.trash import restore, trash
from mail.models import BulkRun, BulkVerb, Message, Status
from permissions.models import User
from permissions.operations import Operation

NEEDED = {
    BulkVerb.STATUS: Operation.MAIL_STATUS,
    BulkVerb.ASSIGN: Operation.MAIL_ASSIGN,
    BulkVerb.LABEL: Operation.MAIL_LABEL,
    BulkVerb.READ: Operation.MAIL_LABEL,
    BulkVerb.UNREAD: Operation.MAIL_LABEL,
    BulkVerb.STAR: Operation.MAIL_LABEL,
    BulkVerb.UNSTAR: Operation.MAIL_LABEL,
    BulkVerb.TRASH: Operation.MAIL_TRASH,
    BulkVerb.RESTORE: Operation.MAIL_TRASH,
    BulkVerb.SPAM: Operation.MAIL_TRASH,
    BulkVerb.NOT_SPAM: Operation.MAIL_TRASH,
}


class NoSuchLabel(Declined):
    """The mail's mailbox has no label of this name."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names

    def explain(self) -> str:
        return _("This mailbox has no label %(names)s.") % {"names": _(", ").join(self.names)}


class ChangedSince(Declined):
    """Somebody has changed it again: taking back would undo their work."""

    def explain(self) -> str:
        return _("Somebody has changed it since. It was left as it is.")


def together(run: BulkRun) -> bool | None:
    """Whether the run marks mails as read (True) or unread (False); None for any other verb.

    These ask no lock of anybody, so that hundreds can go in one transaction.
    """
    back = run.verb == BulkVerb.UNDO
    verb = run.undoes.verb if back and run.undoes is not None else run.verb
    if verb not in {BulkVerb.READ, BulkVerb.UNREAD}:
        return None
    return (verb == BulkVerb.READ) is not back


def apply(verb: str, message: Message, user: User, arguments: Mapping[str, Any]) -> None:
    """Raises what the verb itself declines with."""
    _APPLY[BulkVerb(verb)](message, user, arguments)


def before(message: Message) -> dict[str, Any]:
    """What taking back needs to know of the mail as it is now."""
    return {
        "status": message.status,
        "assignee": message.assignee_id,
        "labels": sorted(labels_of(message)),
    }


def take_back(
    verb: str, message: Message, user: User, arguments: Mapping[str, Any], was: Mapping[str, Any]
) -> None:
    """The way back, where the mail still is as the run left it.

    Raises:
        ChangedSince, and what the verbs decline with.
    """
    _TAKE_BACK[BulkVerb(verb)](message, user, arguments, was)


def _status(message: Message, user: User, arguments: Mapping[str, Any]) -> None:
    set_status(message, user, Status(arguments["status"]))


def _assign(message: Message, user: User, arguments: Mapping[str, Any]) -> None:
    to = arguments["to"]
    if message.assignee_id == to:
        return
    assign(message, user, User.objects.get(pk=to) if to is not None else None)


def _label(message: Message, user: User, arguments: Mapping[str, Any]) -> None:
    add, missing = _by_name(message, arguments.get("add", ()))
    remove, _absent = _by_name(message, arguments.get("remove", ()))
    if missing:
        raise NoSuchLabel(missing)
    change_labels(message, user, add=add, remove=remove)


def _by_name(message: Message, names: Any) -> tuple[list[int], list[str]]:
    """Labels of the mail's own mailbox, and the names that it does not have."""
    found = {
        label.name: label.pk
        for label in Label.objects.usable().filter(mailbox=message.mailbox_id, name__in=names)
    }
    return list(found.values()), [name for name in names if name not in found]


_APPLY: dict[BulkVerb, Callable[[Message, User, Mapping[str, Any]], None]] = {
    BulkVerb.STATUS: _status,
    BulkVerb.ASSIGN: _assign,
    BulkVerb.LABEL: _label,
    BulkVerb.STAR: lambda message, user, _arguments: set_star(message, user, starred=True),
    BulkVerb.UNSTAR: lambda message, user, _arguments: set_star(message, user, starred=False),
    BulkVerb.TRASH: lambda message, user, _arguments: trash(message, user),
    BulkVerb.RESTORE: lambda message, user, _arguments: restore(message, user),
    BulkVerb.SPAM: lambda message, user, _arguments: report_spam(message, user),
    BulkVerb.NOT_SPAM: lambda message, user, _arguments: release_spam(message, user),
}

_Back = Callable[[Message, User, Mapping[str, Any], Mapping[str, Any]], None]


def _status_back(
    message: Message, user: User, arguments: Mapping[str, Any], was: Mapping[str, Any]
) -> None:
    if message.status != arguments["status"]:
        raise ChangedSince
    set_status(message, user, Status(was["status"]))


def _assign_back(
    message: Message, user: User, arguments: Mapping[str, Any], was: Mapping[str, Any]
) -> None:
    if message.assignee_id != arguments["to"]:
        raise ChangedSince
    _assign(message, user, {"to": was["assignee"]})


def _label_back(
    message: Message, user: User, arguments: Mapping[str, Any], was: Mapping[str, Any]
) -> None:
    """Only what the run has changed: what others did to its labels since is theirs."""
    had = set(was["labels"])
    add: list[int] = []
    remove: list[int] = []
    for label in Label.objects.usable().filter(
        mailbox=message.mailbox_id,
        name__in=[*arguments.get("add", ()), *arguments.get("remove", ())],
    ):
        (add if label.gmail_id in had else remove).append(label.pk)
    change_labels(message, user, add=add, remove=remove)


def _only(verb: Callable[[Message, User], None]) -> _Back:
    return lambda message, user, _arguments, _was: verb(message, user)


_TAKE_BACK: dict[BulkVerb, _Back] = {
    BulkVerb.STATUS: _status_back,
    BulkVerb.ASSIGN: _assign_back,
    BulkVerb.LABEL: _label_back,
    BulkVerb.STAR: _only(lambda message, user: set_star(message, user, starred=False)),
    BulkVerb.UNSTAR: _only(lambda message, user: set_star(message, user, starred=True)),
    BulkVerb.TRASH: _only(restore),
    BulkVerb.RESTORE: _only(trash),
    BulkVerb.SPAM: _only(release_spam),
    BulkVerb.NOT_SPAM: _only(report_spam),
}
