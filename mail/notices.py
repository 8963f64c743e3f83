"""What was doubtful in reading a mail, in words: a sentence for each code of `mail.mime.model`."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_CUT = gettext_lazy(
    "This mail is larger or more nested than what is read; the rest is in the original."
)
_DAMAGED = gettext_lazy("Parts of this mail are damaged; what could be read is shown.")
_UNREAD = gettext_lazy(
    "This mail could not be read here. The original shows it as it was received."
)
_STRUCTURE = gettext_lazy(
    "This mail is not built as it should be; text or files may stand elsewhere."
)

WORDS = {
    "charset_guessed": gettext_lazy("The character set was guessed; some signs may be wrong."),
    "charset_mismatch": gettext_lazy(
        "The mail names a character set that does not fit; it was read in the one that does."
    ),
    "charset_damaged": gettext_lazy("Some signs were damaged on the way and cannot be read."),
    "charset_unknown": gettext_lazy("The character set is unknown; some signs may be wrong."),
    "esc_restored": gettext_lazy(
        "Japanese text had lost its control signs on the way; they were put back."
    ),
    "escape_residue": gettext_lazy("This mail was probably garbled before it arrived."),
    "transfer_damaged": _DAMAGED,
    "transfer_unknown": _STRUCTURE,
    "header_junk": _STRUCTURE,
    "header_missing_end": _STRUCTURE,
    "boundary_missing": _STRUCTURE,
    "boundary_unclosed": gettext_lazy("This mail seems to be cut off at its end."),
    "epilogue": gettext_lazy("There is text behind the end of this mail; the original shows it."),
    "too_big": _CUT,
    "too_deep": _CUT,
    "too_many_parts": _CUT,
    "too_many_headers": _CUT,
    "too_many_addresses": gettext_lazy("Not all of the many recipients are shown."),
    "date_missing": gettext_lazy("The mail bears no date; Gmail's is shown."),
    "date_unreadable": gettext_lazy("The date in the mail cannot be read; Gmail's is shown."),
    "date_without_zone": gettext_lazy("The date in the mail has no time zone; Gmail's is shown."),
    "date_zone_unknown": gettext_lazy(
        "The date in the mail has an unknown time zone; Gmail's is shown."
    ),
    "date_implausible": gettext_lazy("The date in the mail is implausible; Gmail's is shown."),
    "sender_missing": gettext_lazy("The mail does not say who it is from."),
    "filename_changed": gettext_lazy("A file name was not safe and was changed."),
    "alternative_omitted": gettext_lazy(
        "The mail has another rendering of its text, which is not shown."
    ),
    "calendar": gettext_lazy("The mail holds an invitation or a calendar entry, as an attachment."),
    "tnef": gettext_lazy("The mail holds Outlook's winmail.dat, which other programs cannot open."),
    "pgp_signed": gettext_lazy("This mail is signed with PGP; the signature was not checked."),
    "pgp_encrypted": gettext_lazy("This mail is encrypted with PGP and cannot be read here."),
    "smime_signed": gettext_lazy("This mail is signed (S/MIME); the signature was not checked."),
    "smime_encrypted": gettext_lazy("This mail is encrypted (S/MIME) and cannot be read here."),
    "reading_failed": _UNREAD,
    "too_costly": _UNREAD,
    "payload_malformed": _UNREAD,
    "body_apart": gettext_lazy("The text is large and is being read from the original."),
}


def explain_notices(notices: Iterable[Iterable[str]]) -> list[str]:
    """One sentence for each kind of doubt, each once."""
    codes = dict.fromkeys(code for code, *_detail in notices)
    told = dict.fromkeys(str(WORDS[code]) for code in codes if code in WORDS)
    if any(code not in WORDS for code in codes):
        told[_("Parts of this mail are damaged or unusual; it is shown as far as possible.")] = None
    return list(told)
