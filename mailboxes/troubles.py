"""What can go wrong with connecting or keeping a Gmail account, in words.

Each trouble says what happened, what is safe, and what to do. The code is what is stored and
logged; Google's own error texts are not shown alone, for nobody can act on them.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_SAFE_NOTHING_CHANGED = _("Nothing was changed: connected accounts, mail and drafts are as before.")
_SAFE_KEPT = _("Mail that was fetched, drafts and unsent mail are kept.")


@dataclass(frozen=True, slots=True)
class Trouble:
    code: str
    title: str | Promise
    what: str | Promise
    safe: str | Promise
    next_step: str | Promise


_TROUBLES = (
    Trouble(
        "denied",
        _("Access was not allowed"),
        _("On Google's screen the access to Gmail was declined."),
        _SAFE_NOTHING_CHANGED,
        _("Connect again and choose “Allow”, or ask the owner of the account to do so."),
    ),
    Trouble(
        "missing_scope",
        _("The permission to read and send mail is missing"),
        _(
            "Google's consent was given, but without the tick for reading, composing and "
            "sending mail."
        ),
        _SAFE_NOTHING_CHANGED,
        _("Connect again and leave all the boxes of the consent screen ticked."),
    ),
    Trouble(
        "state_lost",
        _("This connection attempt is no longer known"),
        _(
            "The answer from Google does not belong to an attempt begun in this browser: the "
            "session ended meanwhile, or the page was opened from an old address."
        ),
        _SAFE_NOTHING_CHANGED,
        _("Begin again from the authentication settings."),
    ),
    Trouble(
        "code_used",
        _("Google's code has been used already or has expired"),
        _(
            "Each code from Google works once and for a few minutes only. The page was perhaps "
            "reloaded."
        ),
        _SAFE_NOTHING_CHANGED,
        _(
            "If the account is not shown as connected, begin again from the authentication "
            "settings."
        ),
    ),
    Trouble(
        "wrong_client",
        _("Google does not accept the client ID or the client secret"),
        _("They do not belong together, or the client was deleted in the Google API Console."),
        _SAFE_NOTHING_CHANGED,
        _("Copy both anew from the Google API Console, save, and connect again."),
    ),
    Trouble(
        "wrong_redirect",
        _("The redirect URI is not registered with Google"),
        _("The OAuth client does not list the redirect URI of this installation."),
        _SAFE_NOTHING_CHANGED,
        _("Register the redirect URI shown in the authentication settings, then connect again."),
    ),
    Trouble(
        "other_account",
        _("Another account was chosen"),
        _("The consent was given by an account other than the one to be reconnected."),
        _SAFE_NOTHING_CHANGED,
        _("Begin again and choose the right account on Google's screen."),
    ),
    Trouble(
        "no_refresh_token",
        _("Google gave no lasting permission"),
        _("Without a refresh token the connection would end after an hour."),
        _SAFE_NOTHING_CHANGED,
        _("Remove this app's access in the Google account's settings, then connect again."),
    ),
    Trouble(
        "no_client",
        _("No OAuth client is set yet"),
        _("Connecting needs the client ID and the client secret from the Google API Console."),
        _SAFE_NOTHING_CHANGED,
        _("Enter both in the authentication settings."),
    ),
    Trouble(
        "google_unreachable",
        _("Google could not be reached"),
        _("Google did not answer, or answered with an error of its own."),
        _SAFE_NOTHING_CHANGED,
        _("Wait a moment and connect again."),
    ),
    Trouble(
        "google_error",
        _("Google refused the request"),
        _("Google answered with an error that is not known here."),
        _SAFE_NOTHING_CHANGED,
        _("Check the steps of the authentication settings, then connect again."),
    ),
    Trouble(
        "revoked",
        _("Needs re-authorisation"),
        _("Google no longer accepts this account's permission: it expired or was withdrawn."),
        _SAFE_KEPT,
        _("Reconnect the account in the authentication settings."),
    ),
    Trouble(
        "test_mode",
        _("The permission ended after 7 days"),
        _(
            "Google ends a permission after 7 days while the OAuth client is in test mode, and "
            "this one has come to that age."
        ),
        _SAFE_KEPT,
        _(
            "Reconnect the account. So that it does not come back: set the consent screen to "
            "“Internal”, or publish the app, and connect once more."
        ),
    ),
    Trouble(
        "time_over",
        _("The time of the permission is over"),
        _("On Google's screen the access was allowed for a limited time, which has passed."),
        _SAFE_KEPT,
        _("Reconnect the account, and allow ongoing access on Google's screen."),
    ),
    Trouble(
        "stale",
        _("Gmail is not being asked"),
        _("No worker has asked Gmail for news for several minutes."),
        _SAFE_KEPT,
        _("Check that the worker of the queue “sync” and beat are running."),
    ),
    Trouble(
        "unreadable_token",
        _("The stored permission cannot be read"),
        _("The key that encrypted it is no longer among TOKEN_KEYS."),
        _SAFE_KEPT,
        _("Put the old key back, or reconnect the account."),
    ),
    Trouble(
        "gmail_down",
        _("Gmail does not answer"),
        _("Gmail cannot be reached or answers with errors. It is asked again by itself."),
        _("Mail that was fetched can be read. Changes and sendings wait and are made up for."),
        _("Nothing to do. If it lasts, look at Google's status page."),
    ),
    Trouble(
        "quota",
        _("Gmail's limit is reached"),
        _("More was asked of Gmail than its limits allow for now. It goes on by itself."),
        _SAFE_KEPT,
        _("Nothing to do."),
    ),
)
TROUBLES = {trouble.code: trouble for trouble in _TROUBLES}


def explain(code: str) -> Trouble:
    """The trouble's words; an unknown code reads as Google's unknown refusal."""
    return TROUBLES.get(code, TROUBLES["google_error"])
