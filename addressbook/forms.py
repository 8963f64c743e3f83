"""Forms of アドレス帳."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from addressbook.imports import columns, reading
from addressbook.models import Address, Import
from callcenter.addresses import is_valid_address
from callcenter.drawers import EntryForm

LARGEST_FILE = 64 * 1024 * 1024
_LINE = {"class": "field-input", "autocomplete": "off", "spellcheck": "false"}


class AddressForm(EntryForm):
    """One entry. Whether its address is free is the action's question."""

    name = forms.CharField(
        label=pgettext_lazy("entry", "Name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=_LINE),
    )
    address = forms.CharField(
        label=_("Mail address"),
        max_length=254,
        widget=forms.TextInput(attrs=_LINE | {"inputmode": "email", "autocapitalize": "off"}),
        error_messages={"required": _("Enter a mail address.")},
    )
    customer_search = forms.BooleanField(label=_("Customer search"), required=False)

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_address(self) -> str:
        # Full-width signs come from an input method that was left on.
        address = unicodedata.normalize("NFKC", self.cleaned_data["address"]).strip()
        if not is_valid_address(address):
            raise forms.ValidationError(_("This is not a mail address, such as name@example.jp."))
        return address

    @classmethod
    def of(cls, entry: Address) -> AddressForm:
        return cls(initial=filled(entry))


def filled(entry: Address) -> dict[str, Any]:
    """An entry as its form is filled."""
    return {
        "version": entry.version,
        "name": entry.name,
        "address": entry.address,
        "customer_search": entry.customer_search,
    }


class DeleteForm(forms.Form):
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)


class UploadForm(forms.Form):
    """A CSV file; what is in it is `addressbook.imports`' matter."""

    file = forms.FileField(
        label=_("CSV file"),
        error_messages={
            "required": _("Choose a CSV file."),
            "empty": _("This file is empty."),
        },
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv", "class": "field-input"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is larger than 64 MiB. Divide it."))
        return file


class ColumnsForm(forms.Form):
    """Which column is which field; the charset, where the guess was wrong."""

    name = forms.TypedChoiceField(
        label=pgettext_lazy("entry", "Name"), required=False, coerce=int, empty_value=None
    )
    address = forms.TypedChoiceField(
        label=_("Mail address"),
        coerce=int,
        error_messages={"required": _("Say which column holds the mail address.")},
    )
    customer_search = forms.TypedChoiceField(
        label=_("Customer search"), required=False, coerce=int, empty_value=None
    )
    has_header = forms.BooleanField(label=_("The first line is a heading"), required=False)
    encoding = forms.ChoiceField(
        label=_("Charset"),
        choices=[
            (name, shown)
            for name, shown in zip(
                reading.ENCODINGS, ("UTF-8", "Shift_JIS (cp932)", "UTF-16", "EUC-JP"), strict=True
            )
        ],
    )

    def __init__(self, *args: Any, of: Import, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {**of.mapping, "has_header": of.has_header, "encoding": of.encoding},
        )
        super().__init__(*args, **kwargs)
        head = of.sample[0] if of.sample and of.has_header else []
        choices: list[tuple[Any, Any]] = [("", _("(not in the file)"))]
        for at in range(columns.width(of.sample)):
            heading = head[at].strip() if at < len(head) else ""
            choices.append((at, f"{at + 1}: {heading}" if heading else f"{at + 1}"))
        for field in columns.FIELDS:
            chosen = self.fields[field]
            assert isinstance(chosen, forms.ChoiceField)
            chosen.choices = choices
            chosen.widget.attrs["class"] = "field-input"
        self.fields["encoding"].widget.attrs["class"] = "field-input"

    @property
    def mapping(self) -> columns.Mapping:
        return {field: self.cleaned_data[field] for field in columns.FIELDS}
