"""Why a mail has not been sent (yet), in words: what happened, what is safe, what to do."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mailboxes.models import MailboxState

# Waiting: it goes on by itself.
GMAIL_DOWN = "gmail_down"
QUOTA = "quota"
CHECKING = "checking"
NEEDS_AUTH = "needs_auth"
PAUSED = "paused"
DISCONNECTED = "disconnected"
DRAFT_BUSY = "draft_busy"
# Held: a person decides, and nothing has left.
NEWS = "news"
AUTHOR_OUT = "author_out"
FILES_MISSING = "files_missing"
# Failed: the draft is live again.
REFUSED = "refused"
NOT_ALLOWED = "not_allowed"
DRAFT_GONE = "draft_gone"
DRAFT_CHANGED = "draft_changed"
LOCK_LOST = "lock_lost"
DECIDED_NOT_SENT = "decided_not_sent"
# Uncertain: a person decides.
NO_EVIDENCE = "no_evidence"

_WORDS: dict[str, str | Promise] = {
    GMAIL_DOWN: _("Gmail does not answer. The mail is kept and goes out by itself."),
    QUOTA: _("Gmail's limit is reached for now. The mail is kept and goes out by itself."),
    CHECKING: _("Gmail's answer was lost. It is being found out whether the mail was sent."),
    NEEDS_AUTH: _(
        "Gmail no longer accepts this account's permission. The mail is kept and goes out once an "
        "administrator has reconnected the account."
    ),
    PAUSED: _("The account is paused. The mail is kept and goes out once it is resumed."),
    DISCONNECTED: _(
        "The account is disconnected. The mail is kept and goes out once it is connected again."
    ),
    DRAFT_BUSY: _("The draft is still being saved in Gmail. The mail goes out by itself."),
    FILES_MISSING: _(
        "A file of this draft could not be fetched from Gmail yet. Your text is kept here; the "
        "draft in Gmail stays as it was until the file has come, or is taken out."
    ),
    NEWS: _(
        "Something came or was sent in this conversation since you began to write. Nothing has "
        "left yet: look at it, and decide."
    ),
    AUTHOR_OUT: _(
        "Its author may no longer send from this account, so the mail was held back. Somebody else "
        "can take the draft over."
    ),
    REFUSED: _("Gmail refused the mail. Correct it and send it again."),
    NOT_ALLOWED: _("Gmail does not allow this account to send. Ask your administrator."),
    DRAFT_GONE: _(
        "The draft was deleted or sent in Gmail itself. Look into the sent mail before you send it "
        "again."
    ),
    DRAFT_CHANGED: _(
        "The draft was changed in Gmail itself. Compare the two texts before you send it again."
    ),
    LOCK_LOST: _("The edit lock ended before the mail left. Take it again to send."),
    DECIDED_NOT_SENT: _("It was decided that the mail was not sent."),
    NO_EVIDENCE: _(
        "Gmail's answer was lost, and neither the draft nor a sent mail can be found there."
    ),
}

MAILBOX_OUT = {
    MailboxState.NEEDS_AUTH: NEEDS_AUTH,
    MailboxState.PAUSED: PAUSED,
    MailboxState.DISCONNECTED: DISCONNECTED,
}


def explain(code: str) -> str:
    """The trouble in a sentence; empty for none."""
    return str(_WORDS[code]) if code else ""
