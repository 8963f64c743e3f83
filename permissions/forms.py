"""Forms of the log-in and of a person's own settings."""

from __future__ import annotations

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from permissions.models import Language


class LogInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _("The user name or the password is not right. Please try again."),
        "inactive": _("This user has been deactivated. Ask your administrator."),
    }


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=Language.choices)
