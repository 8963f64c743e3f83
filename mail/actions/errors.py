"""What an action can decline besides permission and lock. Nothing was changed when one is raised.

`explain()` is a sentence for the person; `status` is the HTTP status that fits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from mail.editlock import Nearby
from mail.models import Comment, Draft, Outgoing, OutgoingState
from permissions.models import User

if TYPE_CHECKING:
    from mail.actions.fields import DraftFields


class Declined(Exception):
    """Base of all."""

    status = 409

    def explain(self) -> str:
        raise NotImplementedError


class DraftConflict(Declined):
    """Another tab saved meanwhile; both texts are here: `stored` and `offered`."""

    def __init__(self, stored: Draft, offered: DraftFields) -> None:
        super().__init__(f"draft {stored.pk} is at version {stored.version}")
        self.stored = stored
        self.offered = offered

    def explain(self) -> str:
        return _(
            "This draft was changed in another tab or window. Nothing was overwritten: "
            "choose which text to keep."
        )


class DraftClosed(Declined):
    """The draft was sent, discarded or parked."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(f"draft {draft.pk} is {draft.state}")
        self.draft = draft

    def explain(self) -> str:
        if self.draft.state == "sent":
            return _("This draft has been sent already.")
        return _("This draft is closed. Open the mail again to write a new one.")


class BeingSent(Declined):
    """The outbox has it in hand (or does not know); `outgoing` tells how far it is."""

    def __init__(self, outgoing: Outgoing) -> None:
        super().__init__(f"outgoing {outgoing.pk} is {outgoing.state}")
        self.outgoing = outgoing

    def explain(self) -> str:
        if self.outgoing.state == OutgoingState.HELD:
            return _("This mail was held back before it left. Decide that first.")
        if self.outgoing.state == OutgoingState.UNCERTAIN:
            return _("It is not known whether this mail was sent. Decide that first.")
        return _("This mail is being sent and cannot be changed now.")


class TooLate(Declined):
    """Gmail has been asked to send it."""

    def explain(self) -> str:
        return _("The mail has left already and can no longer be taken back.")


class NotTheAuthor(Declined):
    """Only who sends a mail takes it back or decides about it; others break the lock."""

    def __init__(self, author: User) -> None:
        super().__init__(f"user {author.pk}'s")
        self.author = author

    def explain(self) -> str:
        return _("Only %(name)s can decide this. Nothing was changed.") % {"name": self.author.name}


class OthersDraft(Declined):
    """A draft that somebody else wrote; taking it over is an action of its own."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(f"draft {draft.pk} is user {draft.author_id}'s")
        self.draft = draft
        self.author = draft.author

    def explain(self) -> str:
        return _("%(name)s wrote this draft. Take it over to go on with it.") % {
            "name": self.author.name
        }


class AnswerBegun(Declined):
    """Another answer to the same mail is written here, and a mail has one live draft at most."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(f"draft {draft.pk} answers the same mail")
        self.draft = draft

    def explain(self) -> str:
        return _(
            "%(name)s has begun another answer to the same mail here. Send or delete that one "
            "first; the draft in Gmail stays as it is."
        ) % {"name": self.draft.author.name}


class DraftMoved(Declined):
    """What was to be gone on with is no draft of Gmail's any more."""

    def explain(self) -> str:
        return _(
            "This draft was changed, sent or deleted in Gmail meanwhile. Open it again from the "
            "drafts."
        )


class StillRead(Declined):
    """The mirror has no sure reading of it yet."""

    def explain(self) -> str:
        return _("This draft is still being read in. Try again in a moment.")


class WorkNearby(Declined):
    """Somebody works on the conversation or on the same mail elsewhere: to be confirmed (M28)."""

    def __init__(self, found: list[Nearby]) -> None:
        super().__init__(f"{len(found)} at work nearby")
        self.found = found

    def explain(self) -> str:
        return _("Others are at work close by. Begin only if the customer needs both answers.")


class NobodyHolds(Declined):
    """There is nobody to ask: it is free, or one's own."""

    def explain(self) -> str:
        return _("Nobody else is working on this mail any more. You can begin yourself.")


class NobodyAsks(Declined):
    """The wish was answered already, or who asked may not write here any more."""

    def explain(self) -> str:
        return _("Nobody is asking for this mail any more. Nothing was changed.")


class NoStatus(Declined):
    """Drafts, spam and trash are not handled."""

    status = 422

    def explain(self) -> str:
        return _("Mail in drafts, spam or trash has no status.")


class NotForThisMail(Declined):
    """It stands in a folder for which this makes no sense; perhaps somebody was quicker."""

    def explain(self) -> str:
        return _("This is not possible for a mail in this folder. Nothing was changed.")


class NotAMember(Declined):
    """The person to be assigned does not work in this mailbox."""

    status = 422

    def __init__(self, person: User) -> None:
        super().__init__(f"user {person.pk}")
        self.person = person

    def explain(self) -> str:
        return _("%(name)s does not see this mailbox.") % {"name": self.person.name}


class EmptyComment(Declined):
    status = 422

    def explain(self) -> str:
        return _("Write a comment first.")


class CommentChanged(Declined):
    """Somebody edited or deleted it meanwhile: `stored` is what stands there, if anything does."""

    status = 422

    def __init__(self, stored: Comment | None) -> None:
        super().__init__(f"version {stored.version}" if stored else "deleted")
        self.stored = stored

    def explain(self) -> str:
        if self.stored is None:
            return _("This comment was deleted meanwhile. Your text is kept here.")
        return _("This comment was changed meanwhile. Nothing was overwritten.")


class NothingToDecide(Declined):
    """The sending is settled already."""

    def explain(self) -> str:
        return _("What became of this mail is known meanwhile. Load the page again.")
