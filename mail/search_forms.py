"""What the search form and the form of a saved search take. Both read; neither refuses a search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from callcenter.drawers import EntryForm
from mail.models import Status
from mail.search.sheet import TEXT_FIELDS, Sheet
from mailboxes.models import Mailbox
from permissions.models import User
from permissions.operations import Operation

if TYPE_CHECKING:
    MailboxField = forms.ModelChoiceField[Mailbox]
else:  # generic for the type checker alone
    MailboxField = forms.ModelChoiceField

_LONGEST = 2000
_MOST_LABELS = 50


class SheetForm(forms.Form):
    """M2a. What is typed is read as a query is: nothing of it is an error."""

    words = forms.CharField(required=False, max_length=_LONGEST)
    subject = forms.CharField(required=False, max_length=500)
    sender = forms.CharField(required=False, max_length=500)
    to = forms.CharField(required=False, max_length=500)
    cc = forms.CharField(required=False, max_length=500)
    bcc = forms.CharField(required=False, max_length=500)
    filename = forms.CharField(required=False, max_length=500)
    attachment = forms.BooleanField(required=False)
    status = forms.ChoiceField(required=False, choices=[("", _("All")), *Status.choices])
    period = forms.CharField(required=False, max_length=100)
    labels = forms.ChoiceField(required=False, choices=[("all", "all"), ("any", "any")])

    def sheet(self) -> Sheet:
        """What was filled in; a field that cannot be (too long, an unknown status) is left out."""
        self.is_valid()
        given: dict[str, Any] = self.cleaned_data
        chosen = self.data.getlist("label") if hasattr(self.data, "getlist") else []
        return Sheet(
            words=given.get("words", ""),
            attachment=given.get("attachment", False),
            status=given.get("status", ""),
            period=given.get("period", ""),
            labels=tuple(dict.fromkeys(each for each in chosen if each.strip()))[:_MOST_LABELS],
            any_label=given.get("labels") == "any",
            **{name: given.get(name, "") for name in TEXT_FIELDS},
        )


class RecentForm(forms.Form):
    text = forms.CharField(max_length=_LONGEST)


class VersionForm(forms.Form):
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)


class PeopleField(MailboxField):
    """The people of one mailbox, or oneself alone."""

    def label_from_instance(self, obj: Any) -> str:
        return str(_("Everybody of %(address)s") % {"address": obj.address})


class SavedSearchForm(EntryForm):
    """A name, what is searched for, and with whose people it is shared."""

    name = forms.CharField(label=pgettext_lazy("entry", "Name"), max_length=200)
    query = forms.CharField(
        label=_("Search"), max_length=_LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )
    shared_with = PeopleField(
        Mailbox.objects.none(), label=_("For"), required=False, empty_label=_("Only me")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "query", "shared_with"):
            self.fields[name].widget.attrs["class"] = "field-input"
        self.fields["query"].widget.attrs["spellcheck"] = "false"
        sharing = self.fields["shared_with"]
        assert isinstance(sharing, PeopleField)
        if user.may(Operation.MAIL_SHARE_SEARCH):
            sharing.queryset = Mailbox.objects.visible_to(user).order_by("address")
        elif not self.initial.get("shared_with"):
            del self.fields["shared_with"]
        else:
            sharing.queryset = Mailbox.objects.filter(pk=self.initial["shared_with"].pk)
            sharing.disabled = True
