"""What is posted for many mails."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from mail import publicid
from mail.models import BulkVerb, Status
from permissions.models import User

_STATUSES = (Status.OPEN.value, Status.DONE.value)


class BulkForm(forms.Form):
    """What is to be done to which mails: those that were ticked, or all of the list."""

    # A status is a verb of its own on the screen: one button says it all.
    verb = forms.ChoiceField(
        choices=[
            *((status, status) for status in _STATUSES),
            *(
                (verb, verb)
                for verb in BulkVerb.values
                if verb not in {BulkVerb.STATUS, BulkVerb.UNDO}
            ),
        ]
    )
    list = forms.CharField(required=False, max_length=4000)
    all = forms.BooleanField(required=False)
    to = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        values["id"] = _message_ids(self._posted("id"))
        values["label"] = [name for name in self._posted("label") if name][:200]
        verb = values.get("verb")
        if not values["id"] and not values.get("all"):
            raise forms.ValidationError(_("Tick some mails first."))
        if verb == BulkVerb.LABEL and not values["label"]:
            raise forms.ValidationError(_("Choose a label first."))
        to = values.get("to")
        if verb == BulkVerb.ASSIGN and to and not User.objects.filter(pk=to).exists():
            raise forms.ValidationError(_("This person is unknown."))
        return values

    def _posted(self, name: str) -> tuple[str, ...]:
        return tuple(self.data.getlist(name)) if isinstance(self.data, QueryDict) else ()

    @property
    def bulk_verb(self) -> BulkVerb:
        said = self.cleaned_data["verb"]
        return BulkVerb.STATUS if said in _STATUSES else BulkVerb(said)

    @property
    def arguments(self) -> dict[str, Any]:
        """The verb's own, as mail.models.BulkRun keeps them."""
        given = self.cleaned_data
        if given["verb"] in _STATUSES:
            return {"status": given["verb"]}
        if given["verb"] == BulkVerb.ASSIGN:
            return {"to": given["to"]}
        if given["verb"] == BulkVerb.LABEL:
            way = "remove" if self.data.get("way") == "remove" else "add"
            return {way: given["label"]}
        return {}

    @property
    def first_error(self) -> str:
        return str(next(iter(self.errors.values()))[0])


def _message_ids(told: Iterable[str]) -> list[int]:
    """Public ids of mails; what is none is passed over."""
    found = []
    for text in told:
        try:
            number = publicid.decode(text)
        except ValueError:
            continue  # an id of nothing names no mail
        if number < 2**63:
            found.append(number)
    return found[:1000]
