"""Forms of 顧客."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from callcenter.addresses import is_valid_address, normalise_address
from callcenter.drawers import EntryForm
from crm import link
from crm.kana import katakana
from crm.models import Customer

MOST_LINES = 50
_LONGEST_PHONE = 40
_LINE = {"class": "field-input", "autocomplete": "off", "spellcheck": "false"}
_APART = re.compile(r"[\n,;、，；]+")
# Digits and what people write between them; an extension behind.
_PHONE = re.compile(r"[0-9+#*()./ x-]+|[0-9+()./ -]+(?:ext\.?|内線) ?[0-9]+", re.IGNORECASE)
_FEWEST_DIGITS = 3


def _line(label: Any, longest: int, **attrs: str) -> forms.CharField:
    widget = forms.TextInput(_LINE | attrs)
    return forms.CharField(label=label, max_length=longest, required=False, widget=widget)


def _lines(label: Any, note: Any, **attrs: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=20_000,
        help_text=note,
        widget=forms.Textarea(_LINE | {"rows": 3} | attrs),
    )


class CustomerForm(EntryForm):
    """One customer. Whether addresses and number are free is the action's question."""

    name = forms.CharField(
        label=pgettext_lazy("person", "Name"),
        max_length=200,
        widget=forms.TextInput(_LINE),
        error_messages={"required": _("Enter the customer's name.")},
    )
    kana = _line(_("Furigana"), 200)
    company = _line(_("Company"), 200)
    number = _line(_("Customer number"), 100, autocapitalize="off")
    rank = _line(pgettext_lazy("customer", "Rank"), 40, list="ranks")
    addresses = _lines(
        _("Mail addresses"),
        _("One per line. Mail with them is linked to this customer."),
        inputmode="email",
        autocapitalize="off",
    )
    phones = _lines(_("Telephone numbers"), _("One per line."), inputmode="tel")
    notes = forms.CharField(
        label=_("Notes"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"class": "field-input", "autocomplete": "off", "rows": 4}),
    )

    @classmethod
    def of(cls, customer: Customer) -> CustomerForm:
        return cls(initial=filled(customer))

    def clean_name(self) -> str:
        return _tidy(self.cleaned_data["name"])

    def clean_kana(self) -> str:
        # A reading is written in one way, whatever the input method gave.
        return katakana(_plain(self.cleaned_data["kana"]))

    def clean_company(self) -> str:
        return _tidy(self.cleaned_data["company"])

    def clean_number(self) -> str:
        return _plain(self.cleaned_data["number"])

    def clean_rank(self) -> str:
        return _tidy(self.cleaned_data["rank"])

    def clean_addresses(self) -> str:
        found: dict[str, str] = {}
        for line in _each(self.cleaned_data["addresses"]):
            if not is_valid_address(line):
                raise forms.ValidationError(
                    _("Not a mail address: %(addresses)s"), params={"addresses": line[:100]}
                )
            found.setdefault(normalise_address(line), line)
        return _counted(list(found.values()))

    def clean_phones(self) -> str:
        found = dict.fromkeys(_each(self.cleaned_data["phones"]))
        for line in found:
            digits = sum(sign.isdecimal() for sign in line)
            if len(line) > _LONGEST_PHONE or not _PHONE.fullmatch(line) or digits < _FEWEST_DIGITS:
                raise forms.ValidationError(
                    _("Not a telephone number: %(number)s"), params={"number": line[:100]}
                )
        return _counted(list(found))

    def clean_notes(self) -> str:
        # Browsers post line ends as CR LF.
        return str(self.cleaned_data["notes"]).replace("\r\n", "\n")


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _plain(text: str) -> str:
    """Without the full-width signs of an input method that was left on."""
    return _tidy(unicodedata.normalize("NFKC", text))


def _each(text: str) -> list[str]:
    lines = (_plain(each) for each in _APART.split(text.replace("\r", "\n")))
    return [line for line in lines if line]


def _counted(lines: list[str]) -> str:
    if len(lines) > MOST_LINES:
        raise forms.ValidationError(_("At most %(most)d."), params={"most": MOST_LINES})
    return "\n".join(lines)


FIELDS = ("name", "kana", "company", "number", "rank", "addresses", "phones", "notes")


def filled(customer: Customer) -> dict[str, Any]:
    """A customer as the form is filled."""
    return {name: getattr(customer, name) for name in (*FIELDS, "version")}


class DeleteForm(forms.Form):
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)


class LinkForm(forms.Form):
    """The address of a customer's page in the company's own CRM."""

    pattern = forms.CharField(
        label=_("Address of a customer's page"),
        required=False,
        max_length=link.LONGEST,
        widget=forms.TextInput(
            _LINE
            | {
                "class": "field-input mono",
                "inputmode": "url",
                "placeholder": "https://crm.example/customers/{customer_no}",
            }
        ),
    )

    def clean_pattern(self) -> str:
        pattern = str(self.cleaned_data["pattern"])
        if pattern and (trouble := link.trouble(pattern)):
            raise forms.ValidationError(str(trouble))
        return pattern
