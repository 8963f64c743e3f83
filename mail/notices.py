"""What was doubtful in reading a mail, in words."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_WORDS = {
    "charset_guessed": gettext_lazy("The character set was guessed; some signs may be wrong."),
    "charset_unknown": gettext_lazy("The character set is unknown; some signs may be wrong."),
    "signed": gettext_lazy("This mail is signed; the signature was not checked."),
    "encrypted": gettext_lazy("This mail is encrypted and cannot be read here."),
    "pgp_signed": gettext_lazy("This mail is signed with PGP; the signature was not checked."),
    "pgp_encrypted": gettext_lazy("This mail is encrypted with PGP and cannot be read here."),
    "smime_signed": gettext_lazy("This mail is signed (S/MIME); the signature was not checked."),
    "smime_encrypted": gettext_lazy("This mail is encrypted (S/MIME) and cannot be read here."),
    "date_unreadable": gettext_lazy("The date in the mail cannot be read; Gmail's is shown."),
}


def explain_notices(notices: Iterable[Iterable[str]]) -> list[str]:
    """One sentence for each kind of doubt, each once."""
    codes = dict.fromkeys(code for code, *_detail in notices)
    told = [str(_WORDS[code]) for code in codes if code in _WORDS]
    if any(code not in _WORDS for code in codes):
        told.append(_("Parts of this mail are damaged or unusual; it is shown as far as possible."))
    return told
