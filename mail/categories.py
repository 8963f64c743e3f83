"""メール区分: the categories of the left navigation, and what belongs to each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mail.models import Draft, Folder, Mention, Outgoing, Status
from permissions.models import User


@dataclass(frozen=True, slots=True)
class Category:
    """One category. `gmail_label` when it is one of Gmail's; `rule` narrows further."""

    key: str
    name: str | Promise
    icon: str
    rule: Callable[[User], Q]
    gmail_label: str = ""
    # What the status pills above the list make sense for.
    has_status: bool = True
    # A list of one's own, with an index of its own across the mailboxes.
    by_person: bool = False


def _all_but_hidden(_: User) -> Q:
    return ~Q(folder__in=[Folder.SPAM, Folder.TRASH])


def _received_with(*statuses: Status) -> Callable[[User], Q]:
    return lambda _: Q(status__in=statuses) & ~Q(folder__in=[Folder.SPAM, Folder.TRASH])


def made_in_gmail(_: User) -> Q:
    """Gmail's drafts that are not copies of one that is written here (see mail.views.listing).

    One of ours that a person has changed in Gmail is still one draft: its row tells of both texts.
    """
    ours = Draft.objects.filter(gmail_message_id=OuterRef("gmail_id"), mailbox=OuterRef("mailbox"))
    handed_in = Outgoing.objects.filter(
        draft_message_id=OuterRef("gmail_id"), mailbox=OuterRef("mailbox")
    )
    # Also while the mirror still shows the message that it was before it was saved from here.
    adopted = Draft.objects.filter(adopted=OuterRef("pk"))
    return Q(folder=Folder.DRAFT) & ~Q(Exists(ours) | Exists(handed_in) | Exists(adopted))


CATEGORIES = (
    Category("inbox", _("Inbox"), "inbox", _all_but_hidden, gmail_label="INBOX"),
    Category("open", _("Open"), "circle-dot", _received_with(Status.OPEN), has_status=False),
    Category(
        "in_progress",
        _("In progress"),
        "pen-line",
        _received_with(Status.IN_PROGRESS),
        has_status=False,
    ),
    Category(
        "done",
        _("Done"),
        "check-check",
        lambda _: Q(status=Status.DONE, folder=Folder.RECEIVED),
        has_status=False,
    ),
    Category(
        "mine",
        _("Assigned to me"),
        "user-check",
        lambda user: Q(assignee=user) & ~Q(folder__in=[Folder.SPAM, Folder.TRASH]),
        by_person=True,
    ),
    # Also of spam and trash: somebody wants to be told about it.
    Category(
        "mentioned",
        _("Mentions"),
        "at-sign",
        lambda user: Q(pk__in=Mention.objects.filter(user=user).values("comment__message")),
        by_person=True,
    ),
    Category("starred", _("Starred"), "star", _all_but_hidden, gmail_label="STARRED"),
    Category("sent", _("Sent"), "send", lambda _: Q(folder=Folder.SENT), "SENT", has_status=False),
    Category("drafts", _("Drafts"), "file-pen", made_in_gmail, "DRAFT", has_status=False),
    Category(
        "spam", _("Spam"), "shield-alert", lambda _: Q(folder=Folder.SPAM), "SPAM", has_status=False
    ),
    Category(
        "trash", _("Trash"), "trash-2", lambda _: Q(folder=Folder.TRASH), "TRASH", has_status=False
    ),
    Category(
        "all",
        _("All mail"),
        "mails",
        lambda _: ~Q(folder__in=[Folder.SPAM, Folder.TRASH, Folder.DRAFT]),
    ),
)
BY_KEY = {category.key: category for category in CATEGORIES}
DEFAULT = BY_KEY["inbox"]
