"""What was read otherwise than it was written, in words: a sentence for each code of the parser."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mail.search.parser import Caution

_TOLD: dict[str, str | Promise] = {
    "unknown_operator": gettext_lazy("“%(typed)s” is no search operator; looked for as text."),
    "unclosed_quote": gettext_lazy("The quotation %(typed)s has no end; read to the end of line."),
    "unclosed_bracket": gettext_lazy("A bracket “%(typed)s” is not closed; closed at the end."),
    "stray_bracket": gettext_lazy("A bracket “%(typed)s” closes nothing; left out."),
    "other_bracket": gettext_lazy("“%(typed)s” closes a bracket of the other kind."),
    "dangling_or": gettext_lazy("OR stands between two terms; one is missing, so it was left out."),
    "and_in_braces": gettext_lazy("Within { } one term is enough; AND was left out."),
    "dangling_around": gettext_lazy("AROUND stands between two words; it was left out."),
    "around_distance": gettext_lazy("AROUND takes a number from 0 to 100."),
    "empty_operator": gettext_lazy("Nothing follows “%(typed)s”; left out."),
    "bad_value": gettext_lazy("“%(typed)s” asks for nothing known; looked for as text."),
    "no_letters": gettext_lazy("“%(typed)s” has no letters or digits to look for; left out."),
    "too_long": gettext_lazy("The search is too long; it was cut at %(typed)s"),
    "too_many_terms": gettext_lazy("Too many terms; everything from “%(typed)s” on was left out."),
    "too_deep": gettext_lazy("Too many brackets within brackets; the innermost were left out."),
    "not_told_by_gmail": gettext_lazy("Gmail does not tell other programs of “%(typed)s”."),
    "one_star": gettext_lazy("Gmail tells other programs of one kind of star only."),
}


def words(caution: Caution) -> str:
    """The sentence, and the reading that was used where there is one."""
    told = str(_TOLD[caution.code]) % {"typed": caution.typed}
    if not caution.reading:
        return told
    return _("%(told)s Used: %(reading)s") % {"told": told, "reading": caution.reading}
