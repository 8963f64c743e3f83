"""Operators and what they can be asked for, in the reader's words: for chips and completions."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from mail.models import Status
from mail.search import values
from mail.search.formatter import format_tree
from mail.search.nodes import (
    Assigned,
    Field,
    Handling,
    Has,
    In,
    InMailbox,
    Is,
    Labelled,
    Locked,
    Node,
    Not,
    Period,
    Term,
)
from mail.search.operators import OPERATORS, aliases

OPERATOR_WORDS: dict[str, str | Promise] = {
    "from": pgettext_lazy("search", "From"),
    "to": pgettext_lazy("search", "To, Cc or Bcc"),
    "cc": "Cc",
    "bcc": "Bcc",
    "deliveredto": gettext_lazy("Delivered to"),
    "subject": gettext_lazy("Subject"),
    "body": gettext_lazy("Text of the mail"),
    "label": gettext_lazy("Label"),
    "has": gettext_lazy("Has"),
    "list": gettext_lazy("Mailing list"),
    "filename": gettext_lazy("Attached file"),
    "in": gettext_lazy("Place"),
    "is": gettext_lazy("State of the mail"),
    "after": gettext_lazy("From this day on"),
    "before": gettext_lazy("Before this day"),
    "older_than": gettext_lazy("Older than (2d, 3m, 1y)"),
    "newer_than": gettext_lazy("Newer than (2d, 3m, 1y)"),
    "larger": gettext_lazy("At least so large (5M)"),
    "smaller": gettext_lazy("Smaller than (5M)"),
    "size": gettext_lazy("At least so many bytes"),
    "rfc822msgid": "Message-ID",
    "category": gettext_lazy("Gmail's category"),
    "period": gettext_lazy("Period"),
    "status": gettext_lazy("Status"),
    "assignee": gettext_lazy("Assignee"),
    "comment": gettext_lazy("Comment"),
    "customer": gettext_lazy("Customer"),
    "mailbox": gettext_lazy("Mailbox"),
    "locked": gettext_lazy("Being worked on by"),
}
VALUES = {
    "has": values.HAS,
    "is": values.IS,
    "in": values.IN,
    "category": values.CATEGORIES,
    "status": values.STATUSES,
}
# Gmail's programs are told of one star, and of nothing that sleeps or is mute.
_NOT_OFFERED = {"snoozed", "muted", "size"}


def offered_operators() -> Iterator[tuple[str, tuple[str, ...], str]]:
    """(the name to write, all names, what it asks for), in the reader's language."""
    for operator in OPERATORS:
        if operator in _NOT_OFFERED:
            continue
        names = (operator, *aliases(operator))
        yield _in_their_language(names), names, str(OPERATOR_WORDS[operator])


def offered_values(operator: str, named: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(the value to write, all names) of an operator that knows its values.

    Whoever writes the operator in Japanese is given the value in Japanese.
    """
    for value, others in VALUES.get(operator, {}).items():
        if value in _NOT_OFFERED or value.endswith(("-star", "-bang", "-guillemet", "-question")):
            continue
        if value in {"green-check", "blue-info"}:
            continue
        names = (value, *others)
        yield (value if named.isascii() else _first_japanese(names)), names


def _in_their_language(names: tuple[str, ...]) -> str:
    return _first_japanese(names) if get_language() == "ja" else names[0]


def _first_japanese(names: tuple[str, ...]) -> str:
    return next((name for name in names if not name.isascii()), names[0])


def value_words(operator: str, value: str) -> str:
    """What a value means, in the reader's language."""
    names = (value, *VALUES.get(operator, {}).get(value, ()))
    return _in_their_language(names)


def told(part: Node) -> str:
    """A part of a query in the reader's words: 「件名: 返品」; what has no words, as text."""
    match part:
        case Not(member):
            return _("not %(part)s") % {"part": told(member)}
        case Term(text, field, _exact, prefix) if field is not Field.ANY:
            return f"{OPERATOR_WORDS[field.value]}: {text}{'*' if prefix else ''}"
        case Handling(status):
            return f"{OPERATOR_WORDS['status']}: {Status(status).label}"
        case Labelled(name):
            return f"{OPERATOR_WORDS['label']}: {name}"
        case InMailbox(name):
            return f"{OPERATOR_WORDS['mailbox']}: {name}"
        case Assigned("me"):
            return _("Assigned to me")
        case Assigned("none"):
            return _("Nobody's")
        case Assigned(who):
            return f"{OPERATOR_WORDS['assignee']}: {who}"
        case Locked(by) if by not in {"yes", "no", "me"}:
            return f"{OPERATOR_WORDS['locked']}: {by}"
        case Has("attachment"):
            return _("With attachments")
        case Has(what):
            return f"{OPERATOR_WORDS['has']}: {value_words('has', what)}"
        case Is(what):
            return value_words("is", what)
        case In(place):
            return value_words("in", place)
        case Period():
            return f"{OPERATOR_WORDS['period']}: {format_tree(part).removeprefix('period:')}"
    return format_tree(part)
