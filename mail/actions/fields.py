"""What an agent types into a draft."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
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
    signature: str | None = None
    quoted: str | None = None

    def values(self) -> dict[str, Any]:
        """The given fields as the draft's columns hold them."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: pairs(value) if name in {"to", "cc", "bcc"} else value
            for name, value in given.items()
            if value is not None
        }

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
            signature=draft.signature,
            quoted=draft.quoted,
        )

    @classmethod
    def from_saved(cls, saved: dict[str, Any]) -> DraftFields:
        """The copy that 下書き保存 kept."""
        given = dict(saved)
        for name in ("to", "cc", "bcc"):
            given[name] = people(given[name])
        return cls(**given)


def people(stored: Iterable[Iterable[str]]) -> People:
    return tuple((name, address) for name, address in stored)


def pairs(given: People) -> list[list[str]]:
    return [[name, address] for name, address in given]
