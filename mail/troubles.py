"""Why something could not be fetched from Gmail: the codes that rows keep, and their words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from callcenter.gmail.errors import (
    AuthRevoked,
    GmailError,
    InsufficientPermission,
    NotFound,
    QuotaExceeded,
    Refused,
)

_WORDS = {
    "gone": _("It is no longer in Gmail: somebody deleted it there for good."),
    "part_gone": _("Gmail has the mail, but no such file in it."),
    "revoked": _("The account must be connected again before Gmail hands it out."),
    "paused": _("The account is paused or disconnected; nothing is fetched from it now."),
    "quota": _("Gmail's limit for this account is used up for the moment. Please try again soon."),
    "refused": _("Gmail refused to hand it out."),
    "too_large": _("It is larger than this installation allows."),
    "store": _("It could not be stored here. Please tell your administrator."),
    "gmail_down": _("Gmail does not answer at the moment. Please try again soon."),
}

# Trying again cannot help.
FINAL = frozenset({"gone", "part_gone", "too_large"})


def code(error: GmailError) -> str:
    """The code for what Gmail answered."""
    kinds: tuple[tuple[type[GmailError], str], ...] = (
        (NotFound, "gone"),
        (AuthRevoked, "revoked"),
        (InsufficientPermission, "revoked"),
        (QuotaExceeded, "quota"),
        (Refused, "refused"),
    )
    return next((word for kind, word in kinds if isinstance(error, kind)), "gmail_down")


def words(trouble: str) -> str:
    """A sentence for a code; '' for none."""
    return str(_WORDS.get(trouble, _WORDS["gmail_down"])) if trouble else ""
