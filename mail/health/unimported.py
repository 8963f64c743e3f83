"""The mails that could not be imported: which, since when, why, and what happens next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mail.models import ToFetch
from mailboxes.models import Mailbox

PAGE = 20

_UNREADABLE = _("Gmail gave the mail, but it could not be read here. Its original can be opened.")
_NOT_GIVEN = _("Gmail did not give this mail. It is asked for again by itself.")
_LIMIT = _("Gmail's limit was reached. It is asked for again by itself.")
_NOT_ALLOWED = _("Gmail does not allow this mail to be read.")
_REFUSED = _("Gmail refuses to give this mail.")
_UNKNOWN = _("Gmail answered with an error that is not known here.")

# Google's reasons, and ours for what is none of Gmail's answers.
_WORDS: dict[str, str | Promise] = {
    "unreadable": _UNREADABLE,
    "backendError": _NOT_GIVEN,
    "internalError": _NOT_GIVEN,
    "INTERNAL": _NOT_GIVEN,
    "UNAVAILABLE": _NOT_GIVEN,
    "timeout": _NOT_GIVEN,
    "transport": _NOT_GIVEN,
    "not_gmail": _NOT_GIVEN,
    "mismatched_part": _NOT_GIVEN,
    "missing_part": _NOT_GIVEN,
    "insufficientPermissions": _NOT_ALLOWED,
    "forbidden": _NOT_ALLOWED,
    "domainPolicy": _NOT_ALLOWED,
    "PERMISSION_DENIED": _NOT_ALLOWED,
    "failedPrecondition": _REFUSED,
    "invalidArgument": _REFUSED,
    "badRequest": _REFUSED,
}


def explain(code: str) -> str:
    """Why a mail could not be imported, in a sentence."""
    if code.startswith("http_5"):
        return str(_NOT_GIVEN)
    if "imitExceeded" in code or code == "RATE_LIMIT_EXCEEDED":
        return str(_LIMIT)
    return str(_WORDS.get(code, _UNKNOWN))


@dataclass(frozen=True, slots=True)
class Unimported:
    """One line of the list. `original` is the address of the mail as Gmail has it, or empty."""

    row: ToFetch
    why: str
    original: str


def rows_of(mailbox: Mailbox) -> QuerySet[ToFetch]:
    return ToFetch.objects.filter(mailbox=mailbox).exclude(trouble="")


def page_of(mailbox: Mailbox, *, after: int = 0) -> tuple[list[Unimported], int | None]:
    """One page, oldest trouble first, and where the next one begins (None: there is none)."""
    found = list(rows_of(mailbox).filter(pk__gt=after).order_by("pk")[: PAGE + 1])
    return _lines(found[:PAGE]), found[PAGE - 1].pk if len(found) > PAGE else None


def _lines(rows: Sequence[ToFetch]) -> list[Unimported]:
    return [Unimported(row, explain(row.trouble), _original(row)) for row in rows]


def _original(row: ToFetch) -> str:
    try:
        return reverse("mail:unimported_original", args=[row.mailbox_id, row.gmail_id])
    except NoReverseMatch:
        return ""  # an id that fits no address: the list must be readable all the same
