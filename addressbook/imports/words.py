"""What is wrong with a file or a line, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from addressbook.models import Import, ImportRow


def of_line(row: ImportRow) -> str:
    """What keeps a line out, or what stands in its place."""
    words = {
        "": "",
        "no_address": _("There is no mail address."),
        "invalid_address": _("Not a mail address: %(detail)s"),
        "long_name": _("The name is longer than 200 signs."),
        "unclear": _("“%(detail)s” is neither yes nor no."),
        "twice": _("The address stands in line %(detail)s already; that line counts."),
    }
    return words[row.problem] % {"detail": row.detail}


def of_file(found: Import) -> str:
    """Why nothing could be read of it."""
    words = {
        "": "",
        "charset": _("The file is neither UTF-8 nor Shift_JIS (cp932). Save it as CSV UTF-8."),
        "quote": _("A quotation mark in line %(line)s is never closed."),
        "no_lines": _("There is no line to import in this file."),
        "too_many": _("The file has more than a million lines. Divide it."),
        "denied": _("You may not import addresses any more."),
        "gone": _("The file is no longer there. Please choose it again."),
    }
    return words[found.problem] % {"line": f"{found.problem_line:,}"}
