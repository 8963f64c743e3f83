"""テンプレート into a draft: its fields filled, nothing typed overwritten unasked (M19b, M23)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import transaction

from callcenter.richtext import written
from callcenter.variables import fill
from mail import journal
from mail.access import ensure, writing
from mail.actions.drafts import own_live, write
from mail.actions.fields import DraftFields, People, people
from mail.actions.original import prepare
from mail.filling import values_of
from mail.mime.addresses import normalise_address, parse_addresses
from mail.mime.rich import lines
from mail.models import Draft, DraftKind
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation
from templates_app.actions.edit import note_used
from templates_app.models import Template

_LINES = ("to", "cc", "bcc")


class Over(StrEnum):
    """What is to become of a field that somebody has typed in."""

    ASK = ""
    REPLACE = "replace"
    ADD = "add"
    """The template's text goes below what was typed, its people join those that stand there; a
    subject that was typed stays."""


class WouldOverwrite(Exception):
    """Fields with typed text that the template has too; nothing was changed."""

    def __init__(self, fields: list[str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Offer:
    """A template as it would stand in a draft: the values of its fields, and the blanks left."""

    values: dict[str, Any]
    """`to`, `cc`, `bcc` as (name, address) pairs, `subject`, `text`; only what the template has."""
    unfilled: tuple[str, ...]


def offer(template: Template, draft: Draft, user: User) -> Offer:
    """What the template says for this draft, filled. To of the template counts for the names."""
    lines: dict[str, People] = {}
    for name in _LINES:
        found = parse_addresses(getattr(template, name))
        if found:
            lines[name] = tuple((each.name, each.address) for each in found)
    values = values_of(draft, user, lines.get("to"))
    subject, text = fill(template.subject, values), fill(template.body, values)
    given: dict[str, Any] = dict(lines)
    if template.subject:
        given["subject"] = subject.text
    if template.body:
        given["text"] = text.text
    return Offer(given, tuple(dict.fromkeys((*subject.unfilled, *text.unfilled))))


@transaction.atomic
def use_template(
    draft: Draft,
    user: User,
    template: Template,
    *,
    token: int,
    version: int,
    fields: DraftFields,
    over: Over = Over.ASK,
) -> Draft:
    """Keep what was typed, then put the template's fields into the draft.

    Raises:
        WouldOverwrite: typed text stands in the way, and nobody has said what is to become of it.
        DraftConflict, DraftClosed, OthersDraft, BeingSent, editlock.LockLost.
    """
    ensure(user, draft, writing(draft.kind))
    require(user, Operation.TEMPLATES_VIEW)
    stored, _ = own_live(draft, user, token)
    write(stored, version, fields)
    offered = offer(template, stored, user)
    in_the_way = typed(stored, offered.values)
    if in_the_way and over == Over.ASK:
        raise WouldOverwrite(in_the_way)
    put = dict(offered.values)
    if over == Over.ADD:
        put = _added(stored, put, in_the_way)
    write(stored, stored.version, DraftFields(**put, html=_formatted(stored, offered, put)))
    # What was put below somebody's typing is still their typing.
    mixed = in_the_way if over == Over.ADD else ()
    born = {
        "template": template.pk,
        "put": {name: _stored(value) for name, value in put.items() if name not in mixed},
        "unfilled": list(dict.fromkeys((*stored.born.get("unfilled", ()), *offered.unfilled))),
    }
    Draft.objects.filter(pk=stored.pk).update(born=born)
    stored.born = born
    note_used(template)
    journal.tell_of(
        "draft.template", stored, actor=user, template=template.pk, template_name=template.name
    )
    return stored


def typed(draft: Draft, values: Mapping[str, Any]) -> list[str]:
    """The fields in which these values would take the place of what somebody typed.

    What stands there by itself (the recipients and the subject of an answer, what the template
    before this one brought) is nobody's typing.
    """
    by_itself: dict[str, Any] = {}
    if draft.answers is not None:
        by_itself = prepare(draft.answers, DraftKind(draft.kind))
    brought = draft.born.get("put", {})
    found = []
    for name, value in values.items():
        stands = _comparable(getattr(draft, name))
        if not stands or stands == _comparable(value):
            continue
        if stands in (_comparable(by_itself.get(name)), _comparable(brought.get(name))):
            continue
        found.append(name)
    return found


def _comparable(value: Any) -> Any:
    """Texts without the blanks around them, people by their addresses."""
    if isinstance(value, list | tuple):
        return tuple(normalise_address(address) or name for name, address in value)
    return str(value or "").strip()


def _added(draft: Draft, put: dict[str, Any], in_the_way: list[str]) -> dict[str, Any]:
    added = {name: value for name, value in put.items() if name not in in_the_way}
    for name in in_the_way:
        stands = getattr(draft, name)
        if name == "text":
            added[name] = f"{stands.rstrip()}\n\n{put[name]}"
        elif name in _LINES:
            known = {normalise_address(address) for _, address in stands}
            more = [each for each in put[name] if normalise_address(each[1]) not in known]
            added[name] = (*people(stands), *more)
    return added


def _formatted(draft: Draft, offered: Offer, put: Mapping[str, Any]) -> str | None:
    """For a draft that is written with formatting, the same text with it; else None."""
    if not draft.html or "text" not in put:
        return None
    html = f"<div>{lines(offered.values['text'].rstrip())}</div>"
    was_added = put["text"] != offered.values["text"]
    return written(f"{draft.html}<br>{html}" if was_added else html)


def _stored(value: Any) -> Any:
    return [list(each) for each in value] if isinstance(value, tuple) else value
