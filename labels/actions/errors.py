"""What an action on labels can decline. Nothing was changed when one is raised.

`field` is the field of the form that it stands at, `explain()` a sentence for the person.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from labels import names
from labels.models import Label


class LabelDeclined(Exception):
    """Base of all."""

    field = "name"

    def explain(self) -> str:
        raise NotImplementedError


class BadName(LabelDeclined):
    """A name that no label can have; `code` is one of labels.names."""

    def __init__(self, code: str, name: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.name = name

    def explain(self) -> str:
        return explain_name(self.code, self.name)


def explain_name(code: str, name: str = "") -> str:
    """Why a label cannot be called so. `name` where it is not the one that was typed."""
    words = {
        names.EMPTY: _("Enter a name."),
        names.TOO_LONG: _("The name is too long: Gmail takes 225 characters at most."),
        names.TOO_DEEP: _("Two levels at most: a label and its sub-label (parent/child)."),
        names.EMPTY_PART: _("A part of the name is empty: write parent/child."),
        names.BAD_SIGN: _("The name contains a character that Gmail does not take."),
        names.OWN: _("Gmail keeps this name for itself. Choose another one."),
    }[code]
    return f"「{name}」: {words}" if name else words


class NameTaken(LabelDeclined):
    """Another label of the mailbox has it (upper and lower case are one to Gmail)."""

    def __init__(self, other: Label) -> None:
        super().__init__(other.name)
        self.other = other

    def explain(self) -> str:
        return _("There is a label “%(name)s” already in this mailbox.") % {"name": self.other.name}


class LabelEdited(LabelDeclined):
    """Somebody saved meanwhile, here or in Gmail; `stored` is what stands now."""

    field = ""

    def __init__(self, stored: Label) -> None:
        super().__init__(f"label {stored.pk} is at version {stored.version}")
        self.stored = stored

    def explain(self) -> str:
        return _("Somebody changed this label meanwhile.")


class NotEdited(LabelDeclined):
    """Gmail's own, deeper than two levels, or on its way to Gmail right now."""

    field = ""

    def __init__(self, label: Label) -> None:
        super().__init__(f"label {label.pk} is {label.state}, depth {label.depth}")
        self.label = label

    def explain(self) -> str:
        if self.label.is_deep:
            return _("This label is deeper than two levels. It is changed in Gmail only.")
        return _("This label is being changed in Gmail. Try again in a moment.")
