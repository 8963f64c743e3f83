"""Forms of the mail screens: what comes in is read here, and refused with words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from callcenter.richtext import html_to_text, written
from mail.actions.fields import DraftFields
from mail.mime.addresses import parse_addresses
from mail.models import Status

_LONGEST_TEXT = 1_000_000


class StatusForm(forms.Form):
    status = forms.ChoiceField(choices=Status.choices)


class StarForm(forms.Form):
    starred = forms.ChoiceField(choices=[("1", "1"), ("0", "0")])


class ReadForm(forms.Form):
    unread = forms.ChoiceField(choices=[("1", "1"), ("0", "0")])


class LabelsForm(forms.Form):
    """`had` are the labels that were ticked when the form was made, `label` those ticked now."""

    had = forms.TypedMultipleChoiceField(coerce=int, required=False)
    label = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args: Any, offered: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(pk), str(pk)) for pk in offered]
        for name in ("had", "label"):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = choices

    @property
    def added(self) -> set[int]:
        return set(self.cleaned_data["label"]) - set(self.cleaned_data["had"])

    @property
    def removed(self) -> set[int]:
        return set(self.cleaned_data["had"]) - set(self.cleaned_data["label"])


class ForceForm(forms.Form):
    """Why the lock is broken, and which status the mail is given then (none: as it was before)."""

    reason = forms.CharField(max_length=200)
    status = forms.ChoiceField(choices=Status.choices, required=False)


class TokenForm(forms.Form):
    token = forms.IntegerField(min_value=0, max_value=2**63 - 1)


class DecideForm(forms.Form):
    was_sent = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])


class ScheduleForm(forms.Form):
    """A moment in the user's time zone, as the browser's own field writes it."""

    at = forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


class SeenForm(forms.Form):
    """Which news the agent has had before their eyes: one key a line."""

    seen = forms.CharField(max_length=20_000)


class CommentForm(forms.Form):
    text = forms.CharField(
        max_length=4000,
        strip=False,
        error_messages={"required": _("Write a comment first.")},
    )


class CommentEditForm(CommentForm):
    """As it is to read now, and the version that was seen."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1)


class CommentsSeenForm(forms.Form):
    up_to = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class VersionForm(forms.Form):
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1)


class DraftForm(forms.Form):
    """What the composer posts. Nothing that was typed is refused here: it is kept as it stands,
    and only sending asks whether it is right."""

    token = forms.IntegerField(min_value=0, max_value=2**63 - 1, required=False)
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    to = forms.CharField(required=False, max_length=_LONGEST_TEXT)
    cc = forms.CharField(required=False, max_length=_LONGEST_TEXT)
    bcc = forms.CharField(required=False, max_length=_LONGEST_TEXT)
    subject = forms.CharField(required=False, max_length=2000)
    body = forms.CharField(required=False, strip=False, max_length=_LONGEST_TEXT)
    signature = forms.CharField(required=False, strip=False, max_length=_LONGEST_TEXT)
    quote = forms.CharField(required=False, strip=False, max_length=_LONGEST_TEXT)
    page = forms.CharField(required=False, max_length=24)
    # Written with formatting: the text is then made from it.
    html = forms.CharField(required=False, strip=False, max_length=_LONGEST_TEXT)

    def fields_of_draft(self) -> DraftFields:
        """The posted fields; one that was not posted is left as it is."""
        given = self.cleaned_data

        def text(name: str) -> str | None:
            # Browsers post line ends as CR LF.
            return str(given[name]).replace("\r\n", "\n") if name in self.data else None

        def people(name: str) -> tuple[tuple[str, str], ...] | None:
            if name not in self.data:
                return None
            return tuple((person.name, person.address) for person in parse_addresses(given[name]))

        html, plain = text("html"), text("body")
        if html:
            # Harmless before it is kept: it is shown again here, and goes out as it stands.
            html = str(written(html))
            plain = html_to_text(html)

        return DraftFields(
            from_address=self.data.get("from"),
            to=people("to"),
            cc=people("cc"),
            bcc=people("bcc"),
            subject=text("subject"),
            text=plain,
            html=html,
            signature=text("signature"),
            quoted=text("quote"),
            forwarded_files=self._files("forwarded"),
            files=self._files("file"),
        )

    def _files(self, name: str) -> tuple[int, ...] | None:
        """The ticked files; a page that shows files says so, for none of them may be left."""
        if "shows_files" not in self.data:
            return None
        given = self.data.getlist(name) if isinstance(self.data, QueryDict) else ()
        return tuple(int(each) for each in given if each.isdecimal() and len(each) < 19)


class AttachForm(forms.Form):
    """A file for a draft, and which others the page shows beside it."""

    token = forms.IntegerField(min_value=0, max_value=2**63 - 1)
    upload = forms.FileField(max_length=1000, allow_empty_file=True)

    @property
    def beside(self) -> frozenset[int]:
        given = self.data.getlist("beside") if isinstance(self.data, QueryDict) else ()
        return frozenset(int(each) for each in given if each.isdecimal() and len(each) < 19)
