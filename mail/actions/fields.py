"""What an agent types into a draft."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from mail.models import Draft

People = tuple[tuple[str, str], ...]
"""(name, address) pairs. What was typed and is no address stays here until it is sent: it is
refused there, and nothing typed is lost."""


@dataclass(frozen=True, slots=True)
class DraftFields:
    """The fields to write; None leaves one as it is."""

    from_address: str | None = None
    to: People | None = None
    cc: People | None = None
    bcc: People | None = None
    subject: str | None = None
    text: str | None = None
    html: str | None = None
    signature: str | None = None
    quoted: str | None = None
    forwarded_files: tuple[int, ...] | None = None
    """Of the original files that the draft has, those to keep; others cannot be brought in."""
    files: tuple[int, ...] | None = None
    """Of the files that were uploaded for the draft, those that go out, in this order."""

    def values(self) -> dict[str, Any]:
        """The given fields as the draft's columns hold them."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: _stored(value) if isinstance(value, tuple) else value
            for name, value in given.items()
            if value is not None
        }

    def within(self, draft: Draft) -> DraftFields:
        """The same, with no file that the draft does not have."""
        fields = self
        if fields.forwarded_files is not None:
            saved = (draft.saved or {}).get("forwarded_files", ())
            had = dict.fromkeys([*draft.forwarded_files, *saved])
            kept = tuple(pk for pk in had if pk in fields.forwarded_files)
            fields = replace(fields, forwarded_files=kept)
        if fields.files is not None and list(fields.files) != draft.files:
            uploaded = draft.uploads.filter(pk__in=fields.files).values_list("pk", flat=True)
            known = {*draft.files, *(draft.saved or {}).get("files", ()), *uploaded}
            own = tuple(pk for pk in dict.fromkeys(fields.files) if pk in known)
            fields = replace(fields, files=own)
        if fields.text is not None and fields.html is None and draft.html:
            # Another text, without formatting: what the formatted one said would go out still.
            fields = replace(fields, html="")
        return fields

    def same_as(self, draft: Draft) -> bool:
        """Whether writing these would change nothing."""
        return all(getattr(draft, name) == value for name, value in self.values().items())

    @classmethod
    def of(cls, draft: Draft) -> DraftFields:
        """All fields of a draft."""
        return cls(
            from_address=draft.from_address,
            to=people(draft.to),
            cc=people(draft.cc),
            bcc=people(draft.bcc),
            subject=draft.subject,
            text=draft.text,
            html=draft.html,
            signature=draft.signature,
            quoted=draft.quoted,
            forwarded_files=tuple(draft.forwarded_files),
            files=tuple(draft.files),
        )

    @classmethod
    def from_saved(cls, saved: dict[str, Any]) -> DraftFields:
        """The copy that 下書き保存 kept."""
        given = dict(saved)
        for name in ("to", "cc", "bcc"):
            given[name] = people(given[name])
        given["forwarded_files"] = tuple(given["forwarded_files"])
        given["files"] = tuple(given.get("files", ()))
        given.setdefault("html", "")
        return cls(**given)


def people(stored: Iterable[Iterable[str]]) -> People:
    return tuple((name, address) for name, address in stored)


def _stored(value: People | tuple[int, ...]) -> list[Any]:
    return [list(each) if isinstance(each, tuple) else each for each in value]
