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

_BLANK = r"[^\S\n]{0,2}"
# A character and the marks on it, which are one sign: ﾊﾞ, か゛ of two, é of two.
_CLUSTER = re.compile("(?s:.)[\u0300-\u036f\u3099\u309a\uff9e\uff9f]*")


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
    name; a part that two bear calls nobody), and the expression for how it may be written."""
    whole: dict[str, set[int]] = defaultdict(set)
    parts: dict[str, set[int]] = defaultdict(set)
    for person in people:
        for name in (person.name, person.username):
            whole[_fold(name)[0]].add(person.pk)
        for part in _fold(person.name)[0].split():
            parts[part].add(person.pk)
    found: dict[str, tuple[frozenset[int], str]] = {}
    # What calls nobody is known all the same: @林田 of two people is not @林 of a third.
    named = {name: keys if len(keys) == 1 else set() for name, keys in parts.items()} | whole
    # Names with blanks last: «mary smith» tells more of how it may be written than «marysmith».
    for name, keys in sorted(named.items(), key=lambda each: " " in each[0]):
        plain = _plain(name)
        if plain:
            found[plain] = (
                found.get(plain, (frozenset(), ""))[0] | keys,
                _way(name, name in whole),
            )
    return found


# Signs of scripts that put no blanks between words; and what of them may follow a short name.
_DENSE = "\u3005-\u3007\u3041-\u3096\u30a1-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3"
_HONOURS = "様|殿|氏|君|先輩|先生|部長|課長|係長|主任|店長|次長|社長|チーム|リーダー|マネージャー"
_SPOKEN = "\u3041-\u3096"  # hiragana: @山田さん, @山田へ
_WORD = rf"[^\W{_DENSE}]"
_WORD_ENDS = rf"(?!{_WORD}|[.@+-]{_WORD})"
_SHORT_ENDS = rf"(?=$|[^\w]|[{_SPOKEN}]|{_WORD}|{_HONOURS})"
_LONG_ENOUGH = 3
_dense = re.compile(f"[{_DENSE}]").match


def _way(name: str, is_whole: bool) -> str:
    """A blank may stand between any two signs that need none; a word ends where it ends: @bob is
    not in @bobby, and @東, unless it is a whole long name, not in @東京支店."""
    written = ""
    for before, char in pairwise(f" {name.strip()}"):
        if not char.isspace():
            loose = written and (before.isspace() or _dense(before) or _dense(char))
            written += (_BLANK if loose else "") + re.escape(char)
    if not _dense(_plain(name)[-1]):
        return written + _WORD_ENDS
    return written + ("" if is_whole and len(_plain(name)) >= _LONG_ENOUGH else _SHORT_ENDS)


def _pattern(names: dict[str, tuple[frozenset[int], str]]) -> re.Pattern[str]:
    # The longest name first: @山田 花子 is not @山田. Nobody is called within a mail address.
    ways = [names[name][1] for name in sorted(names, key=len, reverse=True)]
    return re.compile(rf"(?<!{_WORD})(?<![.+/-])@({'|'.join(ways)})")


def _plain(name: str) -> str:
    return "".join(name.split())


def _fold(text: str) -> tuple[str, list[int]]:
    """Width and case folded, and for each character where it came from, with the end behind."""
    folded: list[str] = []
    places: list[int] = []
    for cluster in _CLUSTER.finditer(text):
        for each in unicodedata.normalize("NFKC", cluster[0]).casefold():
            folded.append(each)
            places.append(cluster.start())
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


def shown(comment: Comment, user: User, people: Iterable[User]) -> dict[str, Any]:
    """What a template shows of the text: `pieces` of (text, calls somebody, calls the user), and
    `is_new` while the user has not seen that it calls them.

    Args:
        comment: its mentions and their users are prefetched.
        people: the members of the mailbox, among whom a name was unique or not.
    """
    mentions = list(comment.mentions.all())
    wanted = {mention.user_id for mention in mentions}
    among = {each.pk: each for each in (*people, *(mention.user for mention in mentions))}
    found = pieces(comment.text, among.values()) if wanted else [Piece(comment.text)]
    return {
        "pieces": [
            (piece.text, bool(piece.called & wanted), user.pk in piece.called & wanted)
            for piece in found
        ],
        "is_new": any(each.user_id == user.pk and each.seen_at is None for each in mentions),
    }
