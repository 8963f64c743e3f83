"""What is wrong with a mailbox, and what to do, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mailboxes.troubles import TROUBLES

_WORDS: dict[str, str | Promise] = {
    "needs_auth": _("Google asks for a new authorisation: reconnect the account."),
    "permission_ends": _("The permission ends soon: reconnect the account before then."),
    "behind": _("The mirror is behind Gmail. It catches up by itself."),
    "unimported": _("Some mails could not be imported; they are listed below."),
    "differences": _("Differences from Gmail that a comparison found have not been repaired yet."),
    "not_compared": _("The mirror was not compared with Gmail for two days."),
    "sends_at_limit": _("Google's daily limit is reached: more mail may be refused."),
    "sends_near_limit": _("Google's daily limit is near."),
    "sends_uncertain": _("It is not known of some mails whether they were sent: a person decides."),
    "changes_refused": _("Gmail refused some changes that were made here."),
    "changes_slow": _("Changes made here have been waiting for Gmail for minutes."),
}


def of(code: str) -> str:
    """One sentence for a reason of mail.health.judging."""
    if code in _WORDS:
        return str(_WORDS[code])
    trouble = TROUBLES.get(code)
    return f"{trouble.title}: {trouble.what}" if trouble else code


def duration(seconds: float | None) -> str:
    """About how long, in its largest unit: `12 seconds`, `3 minutes`; a dash for unknown."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    if whole < 60:
        return ngettext("%(n)d second", "%(n)d seconds", whole) % {"n": whole}
    if whole < 3600:
        return ngettext("%(n)d minute", "%(n)d minutes", whole // 60) % {"n": whole // 60}
    if whole < 86_400:
        return ngettext("%(n)d hour", "%(n)d hours", whole // 3600) % {"n": whole // 3600}
    return ngettext("%(n)d day", "%(n)d days", whole // 86_400) % {"n": whole // 86_400}
