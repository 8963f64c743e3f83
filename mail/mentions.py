"""`@name` in a comment: whom it calls, where that stands in the text, and who has not seen it yet.

A name is read as people write it: 山田 花子 is called by `@山田 花子`, `@山田花子`, `＠山田　花子`,
by her user name, and by a part of her name that nobody else of the mailbox bears (`@山田さん`).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now

from mail.models import Comment, Mention, Message
from mailboxes.models import Membership
from permissions.access import who_may
from permissions.models import User
from permissions.operations import Operation

_BLANK = r"[^\S\n]?"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a comment; `called` are the keys of those whom it names."""

    text: str
    called: frozenset[int] = frozenset()


def members(mailbox_id: int) -> list[User]:
    """Those who can be called: who sees the mailbox and may read its mail, by name."""
    given = Membership.objects.filter(mailbox=mailbox_id).values_list("user_id", flat=True)
    reading = who_may(list(given), Operation.MAIL_VIEW)
    return sorted(User.objects.filter(pk__in=reading), key=lambda each: (each.name, each.pk))


def called(text: str, people: Iterable[User]) -> frozenset[int]:
    """The keys of those of these people whom the text calls."""
    return frozenset(pk for piece in pieces(text, people) for pk in piece.called)


def pieces(text: str, people: Iterable[User]) -> list[Piece]:
    """The text in order, cut where it calls somebody; put together it is the text."""
    names = _names(people)
    if not names:
        return [Piece(text)]
    folded, places = _fold(text)
    found, done = [], 0
    for hit in _pattern(names).finditer(folded):
        begin, end = places[hit.start()], places[hit.end()]
        if begin > done:
            found.append(Piece(text[done:begin]))
        found.append(Piece(text[begin:end], names[_plain(hit[1])][0]))
        done = end
    if done < len(text):
        found.append(Piece(text[done:]))
    return found


def _names(people: Iterable[User]) -> dict[str, tuple[frozenset[int], str]]:
    """What each can be called by, folded and without blanks: whom it calls (two may bear one whole
    name), and the expression for how it may be written."""
    whole: dict[str, set[int]] = defaultdict(set)
    parts: dict[str, set[int]] = defaultdict(set)
    for person in people:
        for name in (person.name, person.username):
            whole[_fold(name)[0]].add(person.pk)
        for part in _fold(person.name)[0].split():
            parts[part].add(person.pk)
    found: dict[str, tuple[frozenset[int], str]] = {}
    named = {name: keys for name, keys in parts.items() if len(keys) == 1} | whole
    # Names with blanks last: «mary smith» tells more of how it may be written than «marysmith».
    for name, keys in sorted(named.items(), key=lambda each: " " in each[0]):
        plain = _plain(name)
        if plain:
            found[plain] = (found.get(plain, (frozenset(), ""))[0] | keys, _way(name))
    return found


def _way(name: str) -> str:
    """A blank may stand between any two characters that are no letters or digits of ASCII; a word
    of those ends where it ends: @bob is not in @bobby."""
    written = ""
    for before, char in pairwise(f" {name.strip()}"):
        if not char.isspace():
            loose = written and not (_is_latin(before) and _is_latin(char))
            written += (_BLANK if loose else "") + re.escape(char)
    return written + (r"(?![a-z0-9_])" if _is_latin(_plain(name)[-1]) else "")


def _pattern(names: dict[str, tuple[frozenset[int], str]]) -> re.Pattern[str]:
    # The longest name first: @山田 花子 is not @山田. Nobody is called within a mail address.
    ways = [names[name][1] for name in sorted(names, key=len, reverse=True)]
    return re.compile(rf"(?<![a-z0-9_.+-])@({'|'.join(ways)})")


def _is_latin(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")


def _plain(name: str) -> str:
    return "".join(name.split())


def _fold(text: str) -> tuple[str, list[int]]:
    """Width and case folded, and for each character where it came from, with the end behind."""
    folded: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for each in unicodedata.normalize("NFKC", char).casefold():
            folded.append(each)
            places.append(place)
    return "".join(folded), [*places, len(text)]


def renew(comment: Comment, mailbox_id: int) -> list[int]:
    """Write down whom the comment calls now; the keys of those whom it did not call before.

    Nobody calls themselves. Who has seen an earlier wording is not called again.
    """
    now = called(comment.text, members(mailbox_id)) - {comment.author_id}
    before = frozenset(comment.mentions.values_list("user", flat=True))
    comment.mentions.exclude(user__in=now).delete()
    fresh = sorted(now - before)
    Mention.objects.bulk_create(Mention(comment=comment, user_id=pk) for pk in fresh)
    return fresh


def unseen(user: User) -> QuerySet[Mention]:
    """What calls the person, on mail that they see, and was not before their eyes yet."""
    visible = Message.objects.visible_to(user)
    return Mention.objects.filter(user=user, seen_at__isnull=True, comment__message__in=visible)


def see(message: Message, user: User, *, up_to: int) -> int:
    """The person had the mail's comments before their eyes, up to this one; how many were new."""
    found = Mention.objects.filter(
        user=user, seen_at__isnull=True, comment__message=message, comment__lte=up_to
    )
    return found.update(seen_at=Now())


def shown(comment: Comment, user: User) -> dict[str, Any]:
    """What a template shows of the text: `pieces` of (text, calls somebody, calls the user), and
    `is_new` while the user has not seen that it calls them. Its mentions and their users are
    prefetched."""
    mentions = list(comment.mentions.all())
    found = pieces(comment.text, [mention.user for mention in mentions])
    return {
        "pieces": [(piece.text, bool(piece.called), user.pk in piece.called) for piece in found],
        "is_new": any(each.user_id == user.pk and each.seen_at is None for each in mentions),
    }
