"""Forms of 認証設定."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from callcenter.gmail import auth
from callcenter.gmail.client_file import ClientFileError, parse_client_file
from mailboxes.models import OAuthClient
from permissions.models import User

_LARGEST_FILE = 64 * 1024
_FILE_ERRORS = {
    "not_json": _("This is not the JSON file from the Google API Console."),
    "installed": _(
        "This file is for an OAuth client of type “Desktop app”. Create one of type “Web "
        "application” and download its file."
    ),
    "service_account": _(
        "This is a service account's key. An OAuth client of type “Web application” is needed."
    ),
    "incomplete": _("The client ID or the client secret is missing in this file."),
}


MOST_OPEN_DAYS = 365


def open_days_field() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Days of inbox mail to start as open"),
        required=False,
        min_value=0,
        max_value=MOST_OPEN_DAYS,
    )


class ClientForm(forms.Form):
    """Client ID and secret, typed in or read from Google's JSON file."""

    client_id = forms.CharField(label=_("Client ID"), max_length=255, required=False, strip=True)
    client_secret = forms.CharField(
        label=_("Client secret"),
        max_length=255,
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    client_file = forms.FileField(label=_("JSON file from Google"), required=False)
    open_days = open_days_field()

    def __init__(self, *args: Any, stored: OAuthClient | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = stored

    def clean_client_file(self) -> auth.OAuthClient | None:
        upload: UploadedFile[bytes] | None = self.cleaned_data["client_file"]
        if upload is None:
            return None
        if (upload.size or 0) > _LARGEST_FILE:
            raise forms.ValidationError(_FILE_ERRORS["not_json"], code="not_json")
        try:
            return parse_client_file(upload.read())
        except ClientFileError as error:
            words = _FILE_ERRORS.get(error.code, _FILE_ERRORS["not_json"])
            raise forms.ValidationError(words, code=error.code) from error

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.errors:
            return values
        from_file: auth.OAuthClient | None = values.get("client_file")
        if from_file is not None:
            values["client_id"] = from_file.client_id
            values["client_secret"] = from_file.client_secret
        if not values.get("client_id"):
            self.add_error("client_id", _("Enter the client ID."))
        same_client = self.stored is not None and self.stored.client_id == values.get("client_id")
        if not values.get("client_secret") and not same_client:
            self.add_error("client_secret", _("Enter the client secret."))
        return values


class OpenDaysForm(forms.Form):
    """How much of the mail from before connecting is still to be worked on."""

    open_days = open_days_field()

    def clean_open_days(self) -> int:
        return self.cleaned_data["open_days"] or 0


class PeopleForm(forms.Form):
    """Who sees a mailbox."""

    people = forms.ModelMultipleChoiceField(
        label=_("People who see this mailbox"),
        queryset=User.objects.filter(is_active=True),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
