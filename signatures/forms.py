"""Forms of 署名."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from callcenter.drawers import EntryForm
from callcenter.richtext import html_to_text
from signatures.actions.edit import SignatureFields
from signatures.choosing import Place

_LONGEST_TEXT = 20_000


class SignatureForm(EntryForm):
    """One signature."""

    name = forms.CharField(
        label=pgettext_lazy("entry", "Name"),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "field-input", "autocomplete": "off"}),
        error_messages={"required": _("Give it a name, so that others find it.")},
    )
    text = forms.CharField(
        label=_("Signature"),
        max_length=_LONGEST_TEXT,
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={"class": "field-input", "rows": 7, "data-takes-variables": ""}
        ),
    )
    html = forms.CharField(
        label=_("HTML, for mails that are written so"),
        max_length=_LONGEST_TEXT * 4,
        required=False,
        strip=False,
        help_text=_("Without it, the text above stands there too. Scripts and forms are left out."),
        widget=forms.Textarea(
            attrs={
                "class": "field-input mono",
                "rows": 5,
                "spellcheck": "false",
                "data-takes-variables": "",
            }
        ),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        # Browsers post line ends as CR LF. Blank lines around would only grow with every mail.
        for name in ("text", "html"):
            values[name] = str(values.get(name, "")).replace("\r\n", "\n").strip("\n").rstrip()
        if not self.errors and not values["text"]:
            values["text"] = html_to_text(values["html"]).strip("\n")
            if not values["text"].strip():
                self.add_error("text", _("Write the signature."))
        return values

    def fields_of_signature(self) -> SignatureFields:
        given = self.cleaned_data
        return SignatureFields(name=given["name"], text=given["text"], html=given["html"])


class VersionForm(forms.Form):
    """Which version a person had before their eyes."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)


class DefaultsForm(forms.Form):
    """Ticked places, out of those that were offered."""

    own = forms.MultipleChoiceField(required=False)
    shared = forms.MultipleChoiceField(required=False)

    def __init__(
        self, *args: Any, own: Iterable[Place], shared: Iterable[Place], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.places = {"own": {p.key: p for p in own}, "shared": {p.key: p for p in shared}}
        for name, offered in self.places.items():
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = [(key, key) for key in offered]

    def chosen(self, name: str) -> set[Place]:
        return {self.places[name][key] for key in self.cleaned_data[name]}
