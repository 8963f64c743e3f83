"""Changing an entry that others may be changing too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django import forms
from django.db.models import QuerySet

from callcenter.drawers.models import Entry

E = TypeVar("E", bound=Entry)


class EditedMeanwhile(Exception):
    """Somebody saved the entry after the form was filled; `stored` is what stands now."""

    def __init__(self, stored: Entry) -> None:
        super().__init__(f"{stored._meta.label} {stored.pk} is at version {stored.version}")
        self.stored = stored


class EntryForm(forms.Form):
    """The fields of an entry, with the version that they were read at (none for a new one)."""

    version = forms.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput
    )

    def values(self) -> dict[str, Any]:
        """What was typed, by the entry's field names, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def hold(rows: QuerySet[E], pk: int, *, version: int, wanted: Mapping[str, Any] | None = None) -> E:
    """The entry, locked until the commit and as the form saw it: ready to be changed.

    Args:
        wanted: what is to be written. Finding just that is no conflict: a repeated request (a
            double click, an answer that got lost) is content with it.

    Raises:
        EditedMeanwhile: its version is not the one that was read.
        DoesNotExist: it is gone.
    """
    stored = rows.select_for_update(of=("self",), no_key=True).get(pk=pk)
    if stored.version != version and not (wanted and _says(stored, wanted)):
        raise EditedMeanwhile(stored)
    return stored


def _says(stored: Entry, wanted: Mapping[str, Any]) -> bool:
    return all(getattr(stored, name) == value for name, value in wanted.items())


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two people left different; both as a person reads them."""

    label: str
    theirs: str
    mine: str


def differences(form: forms.Form, theirs: Mapping[str, Any]) -> list[Difference]:
    """The fields in which a valid form and the stored values differ.

    What was posted is compared as it would be kept: with its line ends and blanks put right.

    Args:
        theirs: the stored values as the form would be filled from them (its `initial`).
    """
    found = []
    for bound in form.visible_fields():
        field = bound.field
        mine = field.prepare_value(form.cleaned_data.get(bound.name))
        stored = field.prepare_value(theirs.get(bound.name))
        # A form says nothing with an empty text where a table may say it with None.
        if (mine or "") != (stored or ""):
            shown = _shown(field, stored), _shown(field, mine)
            found.append(Difference(str(bound.label), *shown))
    return found


def _shown(field: forms.Field, value: Any) -> str:
    choices: Mapping[str, Any] = {}
    if isinstance(field, forms.ChoiceField):
        offered = cast("Iterable[tuple[Any, Any]]", field.choices)
        choices = {str(key): label for key, label in offered if not isinstance(label, list)}
    values = value if isinstance(value, list | tuple) else [value]
    return ", ".join(str(choices.get(str(each), each)) for each in values if each not in (None, ""))
