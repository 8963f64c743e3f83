"""Tree -> the condition that a mail of the result fulfils, exactly.

Conditions are Django's, over Message and its search document. Text is compared in the document's
folded text by `strpos`, which knows no wildcards: nothing that was typed has a second meaning.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, Value
from django.db.models.expressions import Combinable

from crm.lookup import with_words
from labels.models import LabelKind
from mail.mime.addresses import normalise_address
from mail.models import (
    Comment,
    Correspondent,
    EditLock,
    Folder,
    Mention,
    MessageBody,
    MessageLabel,
)
from mail.search.documents import PART_END, PARTS
from mail.search.keys import SEARCHED_PARTS
from mail.search.meanings import Asked
from mail.search.nodes import (
    After,
    Age,
    And,
    Assigned,
    Before,
    Category,
    Everything,
    Field,
    Handling,
    Has,
    In,
    InMailbox,
    Is,
    Labelled,
    Locked,
    MessageId,
    Near,
    Node,
    Not,
    Or,
    Period,
    Size,
    Term,
)
from mail.search.words import Pattern

EVERY = Q(internal_date__isnull=False)
NONE = Q(pk__in=[])
LARGEST = 2**31 - 1  # bytes, of what the database keeps of a mail's size

# What Gmail calls these is a link in the text.
_LINKS = {
    "drive": ("drive.google.com",),
    "document": ("docs.google.com/document",),
    "spreadsheet": ("docs.google.com/spreadsheets",),
    "presentation": ("docs.google.com/presentation",),
    "youtube": ("youtube.com", "youtu.be"),
}
_CATEGORIES = {"primary": "CATEGORY_PERSONAL"}
_HEAD, _BODY = F("search_document__head"), F("search_document__body")


class _Contains(Func):
    function = "strpos"
    template = "%(function)s(%(expressions)s) > 0"
    output_field = BooleanField()
    conditional = True


class _Part(Func):
    function = "split_part"


class _Near(Func):
    """A word counts one, and so does each character of a run."""

    function = "mail_search_near"
    output_field = BooleanField()
    conditional = True


def condition(tree: Node, asked: Asked) -> Q:
    """The tree alone; spam and trash are another matter (`hidden`)."""
    if isinstance(tree, And):
        return reduce(and_, [condition(each, asked) for each in tree.members])
    if isinstance(tree, Or):
        return reduce(or_, [condition(each, asked) for each in tree.members])
    if isinstance(tree, Not):
        return ~condition(tree.member, asked)
    found: Q = _LEAVES[type(tree)](tree, asked)
    return found


def names_hidden(tree: Node) -> bool:
    """Whether the query asks for spam or trash itself: else they are left out."""
    if isinstance(tree, And | Or):
        return any(names_hidden(member) for member in tree.members)
    if isinstance(tree, In):
        return tree.place in {"spam", "trash", "anywhere"}
    return isinstance(tree, Labelled) and tree.name.casefold() in {"spam", "trash"}


def hidden() -> Q:
    return Q(folder__in=[Folder.SPAM, Folder.TRASH])


def whole_address(text: str) -> str:
    """Normalised; "" for what is only a part of one."""
    address = normalise_address(text)
    local, _, domain = address.partition("@")
    return address if local and domain and " " not in address else ""


def _any_of(conditions: list[Q]) -> Q:
    return reduce(or_, conditions) if conditions else NONE


def _contains(where: Combinable, pattern: Pattern) -> Q:
    return Q(_Contains(where, Value(pattern.text)))


def _term(term: Term, asked: Asked) -> Q:
    if term.field is Field.CUSTOMER and (address := whole_address(term.text)):
        with_it = Q(Exists(Correspondent.objects.filter(message=OuterRef("pk"), address=address)))
        customer_id = asked.customer_of(address)
        return with_it | _of_customer(customer_id) if customer_id else with_it
    if term.field is Field.CUSTOMER and asked.knows_customers(term.text):
        known = with_words(term.text).filter(pk=OuterRef("customer"))
        return _words(term, asked) | Q(Exists(known))
    return _words(term, asked)


def _of_customer(customer_id: int) -> Q:
    # «Not of this customer» is true of nobody's mail too, which a comparison with NULL says not.
    return Q(customer__isnull=False, customer=customer_id)


def _words(term: Term, asked: Asked) -> Q:
    patterns = asked.patterns(term)
    if term.field is Field.ANY:
        return _any_of([_contains(_HEAD, each) | _contains(_BODY, each) for each in patterns])
    if term.field is Field.BODY:
        return _any_of([_contains(_BODY, each) for each in patterns])
    places = [PARTS.index(part) + 1 for part in SEARCHED_PARTS[term.field]]
    return _any_of(
        [
            _contains(_Part(_HEAD, Value(PART_END), Value(place)), each)
            for each in patterns
            for place in places
        ]
    )


def _near(near: Near, asked: Asked) -> Q:
    left, right = Pattern.of(near.left).text, Pattern.of(near.right).text
    ways = [(left, right)] if near.ordered else [(left, right), (right, left)]
    return _any_of(
        [
            # Both words first: to look how far they are apart costs a hundred times as much.
            _contains(where, Pattern.of(near.left))
            & _contains(where, Pattern.of(near.right))
            & _any_of(
                [
                    Q(_Near(where, Value(first), Value(second), Value(near.distance)))
                    for first, second in ways
                ]
            )
            for where in (_HEAD, _BODY)
        ]
    )


def _with_label(ids: list[int]) -> Q:
    if not ids:
        return NONE
    return Q(Exists(MessageLabel.objects.filter(message=OuterRef("pk"), label__in=ids)))


def _labelled(leaf: Labelled, asked: Asked) -> Q:
    return _with_label(asked.labels_named(leaf.name))


def category_label(name: str) -> str:
    return _CATEGORIES.get(name, f"CATEGORY_{name.upper()}")


def _category(leaf: Category, asked: Asked) -> Q:
    return _with_label(asked.gmail_labels(category_label(leaf.name)))


def _has(leaf: Has, asked: Asked) -> Q:
    if leaf.what in _LINKS:
        return _any_of([_term(Term(link), asked) for link in _LINKS[leaf.what]])
    if leaf.what == "attachment":
        return Q(has_attachments=True)
    if leaf.what == "comment":
        return Q(Exists(Comment.objects.filter(message=OuterRef("pk"))))
    if leaf.what in {"userlabels", "nouserlabels"}:
        own = MessageLabel.objects.filter(message=OuterRef("pk"), label__kind=LabelKind.USER)
        return Q(Exists(own)) if leaf.what == "userlabels" else ~Q(Exists(own))
    return Q(is_starred=True)  # Gmail's programs are told of one star only


def _is(leaf: Is, asked: Asked) -> Q:
    simple = {
        "unread": Q(is_unread=True),
        "read": Q(is_unread=False),
        "starred": Q(is_starred=True),
        "draft": Q(folder=Folder.DRAFT),
        "undelivered": Q(undelivered=True),
        "automatic": ~Q(automatic=""),
    }
    if leaf.what in simple:
        return simple[leaf.what]
    if leaf.what == "mentioned":
        return Q(pk__in=Mention.objects.filter(user=asked.user).values("comment__message"))
    return _with_label(asked.gmail_labels(leaf.what.upper()))  # important, sent, snoozed, muted


def _in(leaf: In, asked: Asked) -> Q:
    if leaf.place == "anywhere":
        return EVERY
    simple = {
        "drafts": Q(folder=Folder.DRAFT),
        "spam": Q(folder=Folder.SPAM),
        "trash": Q(folder=Folder.TRASH),
        "unread": Q(is_unread=True),
        "starred": Q(is_starred=True),
    }
    if leaf.place in simple:
        return simple[leaf.place]
    inbox = _with_label(asked.gmail_labels("INBOX"))
    if leaf.place == "archive":
        return Q(folder=Folder.RECEIVED) & ~inbox
    if leaf.place == "inbox":
        return inbox
    return _with_label(asked.gmail_labels(leaf.place.upper()))  # sent, important, snoozed


def _period(leaf: Period, asked: Asked) -> Q:
    found = Q()
    if leaf.first is not None:
        found &= Q(internal_date__gte=asked.moment(leaf.first))
    if leaf.end is not None:
        one_day = leaf.first == leaf.end
        end = asked.day_after(leaf.end) if one_day else asked.moment(leaf.end)
        found &= Q(internal_date__lt=end)
    return found


def _age(leaf: Age, asked: Asked) -> Q:
    moment = asked.ago(leaf.amount, leaf.unit)
    return Q(internal_date__lt=moment) if leaf.older else Q(internal_date__gte=moment)


def _size(leaf: Size, asked: Asked) -> Q:
    if leaf.size > LARGEST:
        return NONE if leaf.least else EVERY
    return Q(size__gte=leaf.size) if leaf.least else Q(size__lt=leaf.size)


def _message_id(leaf: MessageId, asked: Asked) -> Q:
    rows = MessageBody.objects.filter(message=OuterRef("pk"), rfc822_id=leaf.rfc822_id)
    return Q(Exists(rows))


def _assigned(leaf: Assigned, asked: Asked) -> Q:
    if leaf.who == "none":
        return Q(assignee=None)
    people = [asked.user.pk] if leaf.who == "me" else asked.people_named(leaf.who)
    # «Not of these» is true of nobody's mail too, which a comparison with NULL would not say.
    return Q(assignee__isnull=False, assignee__in=people)


def _locked(leaf: Locked, asked: Asked) -> Q:
    held = EditLock.objects.held().filter(message=OuterRef("pk"))
    if leaf.by == "no":
        return ~Q(Exists(held))
    if leaf.by == "me":
        held = held.filter(holder=asked.user)
    elif leaf.by != "yes":
        held = held.filter(holder__in=asked.people_named(leaf.by))
    return Q(Exists(held))


_LEAVES: dict[type, Any] = {
    Everything: lambda leaf, asked: EVERY,
    Term: _term,
    Near: _near,
    Labelled: _labelled,
    Category: _category,
    Has: _has,
    Is: _is,
    In: _in,
    After: lambda leaf, asked: Q(internal_date__gte=asked.moment(leaf.when)),
    Before: lambda leaf, asked: Q(internal_date__lt=asked.moment(leaf.when)),
    Period: _period,
    Age: _age,
    Size: _size,
    MessageId: _message_id,
    Handling: lambda leaf, asked: Q(status=leaf.status, status__isnull=False),
    Assigned: _assigned,
    InMailbox: lambda leaf, asked: Q(mailbox__in=asked.mailboxes_named(leaf.name)),
    Locked: _locked,
}
