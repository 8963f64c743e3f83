"""What a change does to a label itself: the wish as a payload, and Gmail's calls for it.

labels.create cannot be repeated: a second one is refused, because the name is taken. So before it
is asked for, the row says that it was tried; whoever takes such a row in hand again looks first
whether a label of just this name stands there, and takes it as the one that was made. labels.patch
says the same however often, and a label that is to be deleted and is gone is deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import NotFound, Refused
from callcenter.gmail.types import Label

TRIED = "tried"
MADE = "gmail_id"
_TAKEN = 409


@dataclass(frozen=True, slots=True)
class LabelWish:
    """How a label is to be; None leaves it as it is. Both colours empty: Gmail's own grey."""

    name: str | None = None
    background: str | None = None
    text_color: str | None = None

    def __bool__(self) -> bool:
        return bool(self.payload)

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> LabelWish:
        return cls(**{each.name: payload.get(each.name) for each in fields(cls)})

    @property
    def payload(self) -> dict[str, str]:
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def then(self, later: LabelWish) -> LabelWish:
        """Both in one, this one first."""
        return LabelWish(**{**self.payload, **later.payload})


def make(
    client: GmailClient, payload: Mapping[str, Any], note: Callable[[dict[str, Any]], None]
) -> None:
    """Make a label, or find the one that an earlier attempt made; `note` keeps the payload."""
    wish = LabelWish.from_payload(payload)
    made = _made_before(client, wish) if payload.get(TRIED) else None
    if made is None:
        note({**payload, TRIED: True})
        try:
            made = client.create_label(
                wish.name or "",
                background=wish.background or "",
                text_color=wish.text_color or "",
            )
        except Refused as error:
            # Only after an earlier attempt may a name that is taken be taken by ourselves.
            if error.status != _TAKEN or not payload.get(TRIED):
                raise
            made = _made_before(client, wish)
            if made is None:
                raise
    note({**payload, TRIED: True, MADE: made.id})


def _made_before(client: GmailClient, wish: LabelWish) -> Label | None:
    found = client.find_label(wish.name or "")
    if found is not None and (wish.background or wish.text_color):
        client.patch_label(found.id, background=wish.background, text_color=wish.text_color)
    return found


def patch(client: GmailClient, target: str, payload: Mapping[str, Any]) -> None:
    wish = LabelWish.from_payload(payload)
    client.patch_label(
        target, name=wish.name, background=wish.background, text_color=wish.text_color
    )


def delete(client: GmailClient, target: str) -> None:
    try:
        client.delete_label(target)
    except NotFound:
        return  # which is what was asked for
