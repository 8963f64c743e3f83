"""Forms of ラベル."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from callcenter.drawers import EntryForm
from labels.actions.edit import LabelFields
from labels.models import Label
from labels.palette import COLOURS, PALETTE
from mailboxes.models import Mailbox

_COLOURS = [("", _("No colour")), *((colour, colour) for colour in PALETTE)]
_BOTH = _("Choose both colours or none: Gmail takes them as a pair.")
_UNKNOWN = _("This is not one of Gmail's colours.")


class LabelForm(EntryForm):
    """One label. Names are judged by the action, which knows the other labels."""

    name = forms.CharField(
        label=pgettext_lazy("entry", "Name"),
        # Longer than Gmail takes: the action says how long a name may be.
        max_length=1000,
        widget=forms.TextInput(
            attrs={
                "class": "field-input",
                "autocomplete": "off",
                "spellcheck": "false",
                "data-label-name": "",
            }
        ),
        help_text=_("parent/child, two levels at most. What is changed here changes in Gmail too."),
        error_messages={"required": _("Enter a name.")},
    )
    background = forms.ChoiceField(
        label=pgettext_lazy("colours", "Background"),
        choices=_COLOURS,
        required=False,
        error_messages={"invalid_choice": _UNKNOWN},
    )
    text_color = forms.ChoiceField(
        label=pgettext_lazy("colours", "Text"),
        choices=_COLOURS,
        required=False,
        error_messages={"invalid_choice": _UNKNOWN},
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        background, text = values.get("background"), values.get("text_color")
        if background is not None and text is not None and bool(background) != bool(text):
            self.add_error("background", _BOTH)
        return values

    def fields_of_label(self) -> LabelFields:
        given = self.cleaned_data
        return LabelFields(given["name"], given["background"], given["text_color"])

    @classmethod
    def of(cls, label: Label) -> LabelForm:
        """The form as the label fills it; what Gmail refused stays in it, to be mended."""
        wanted = label.refused or {}
        return cls(
            initial={
                "name": wanted.get("name", label.name),
                "background": _known(wanted.get("background", label.background)),
                "text_color": _known(wanted.get("text_color", label.text_color)),
                "version": label.version,
            }
        )


def _known(colour: str) -> str:
    return colour if colour in COLOURS else ""


class NewLabelForm(LabelForm):
    """＋新規: in which mailbox as well, where there are several."""

    mailbox = forms.ModelChoiceField(
        label=_("Mailbox"),
        queryset=Mailbox.objects.none(),
        empty_label=None,
        widget=forms.Select(attrs={"class": "field-input"}),
        error_messages={
            "required": _("Choose a mailbox."),
            "invalid_choice": _("Choose a mailbox."),
        },
    )

    def __init__(self, *args: Any, mailboxes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["mailbox"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = mailboxes


class DeleteForm(forms.Form):
    """Which version was looked at, and whether the sub-labels go along."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    children = forms.BooleanField(required=False)


class SyncForm(forms.Form):
    """Which mailbox's labels; all of the person's without one."""

    mailbox = forms.IntegerField(min_value=0, max_value=2**63 - 1, required=False)
