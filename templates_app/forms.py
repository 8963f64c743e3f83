"""Forms of テンプレート."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from callcenter.drawers import EntryForm
from templates_app import addresses
from templates_app.actions.edit import TemplateFields

_LONGEST_TEXT = 200_000


def _line(label: str) -> forms.CharField:
    attrs = {"class": "field-input", "autocomplete": "off", "spellcheck": "false"}
    return forms.CharField(
        label=label, required=False, max_length=20_000, widget=forms.TextInput(attrs=attrs)
    )


class TemplateForm(EntryForm):
    """One template."""

    name = forms.CharField(
        label=pgettext_lazy("entry", "Name"),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "field-input", "autocomplete": "off"}),
        error_messages={"required": _("Give it a name, so that others find it.")},
    )
    folder = forms.CharField(
        label=_("Folder"),
        max_length=100,
        required=False,
        widget=forms.TextInput(
            attrs={"class": "field-input", "autocomplete": "off", "list": "folders"}
        ),
    )
    to = _line("To")
    cc = _line("Cc")
    bcc = _line("Bcc")
    subject = forms.CharField(
        label=_("Subject"),
        max_length=900,
        required=False,
        widget=forms.TextInput(
            attrs={"class": "field-input", "autocomplete": "off", "data-takes-variables": ""}
        ),
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=_LONGEST_TEXT,
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={"class": "field-input field-tall", "rows": 12, "data-takes-variables": ""}
        ),
    )

    def clean_to(self) -> str:
        return self._addresses("to")

    def clean_cc(self) -> str:
        return self._addresses("cc")

    def clean_bcc(self) -> str:
        return self._addresses("bcc")

    def _addresses(self, name: str) -> str:
        line = str(self.cleaned_data[name])
        wrong = addresses.wrong(line)
        if wrong:
            raise ValidationError(
                _("Not a mail address: %(addresses)s"), params={"addresses": ", ".join(wrong[:5])}
            )
        return addresses.tidied(line)

    def clean_body(self) -> str:
        # Browsers post line ends as CR LF.
        return str(self.cleaned_data["body"]).replace("\r\n", "\n")

    def fields_of_template(self) -> TemplateFields:
        given = self.cleaned_data
        return TemplateFields(
            name=given["name"],
            folder=given["folder"],
            to=given["to"],
            cc=given["cc"],
            bcc=given["bcc"],
            subject=given["subject"],
            body=given["body"],
        )


class VersionForm(forms.Form):
    """Which version a person had before their eyes."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)


class FolderForm(forms.Form):
    """A folder and the name that it is to have."""

    old = forms.CharField(max_length=100)
    new = forms.CharField(
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"class": "field-input", "autocomplete": "off"}),
    )
