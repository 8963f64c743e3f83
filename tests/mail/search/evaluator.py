"""The tree's meaning in plain Python, mail by mail: what the database's answers are held against.

It shares the folding of words with the product and nothing else: no keys, no SQL, no documents.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from mail.search import nodes as n
from mail.search.words import units


@dataclass
class Mail:
    """One mail as the evaluator sees it."""

    pk: int
    date: datetime
    mailbox: str
    folder: str
    subject: str
    people: dict[str, list[tuple[str, str]]]
    text: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)  # names of user labels, Gmail ids of its own
    user_labels: set[str] = field(default_factory=set)
    comments: list[str] = field(default_factory=list)
    status: str | None = None
    assignee: str | None = None
    holder: str | None = None
    unread: bool = False
    starred: bool = False
    undelivered: bool = False
    mentions: list[str] = field(default_factory=list)
    automatic: bool = False
    size: int = 0
    rfc822_id: str = ""
    correspondents: set[str] = field(default_factory=set)


@dataclass
class World:
    me: str
    now: datetime
    zone: ZoneInfo
    own: list[str]


def atoms(text: str) -> list[str]:
    """Words, and the characters of runs one by one; "" marks where a run is parted."""
    found: list[str] = []
    for unit in units(text):
        if unit[0] >= "\u0e00":
            if found and found[-1][0] >= "\u0e00":
                found.append("")
            found.extend(unit)
        else:
            found.append(unit)
    return found


def places(text: str, wanted: str, *, prefix: bool = False) -> list[tuple[int, int]]:
    """Where the wanted atoms stand in the text's, as begin and end."""
    have, want = atoms(text), atoms(wanted)
    found = []
    for begin in range(len(have) - len(want) + 1):
        window = have[begin : begin + len(want)]
        if window == want or (
            prefix
            and window[:-1] == want[:-1]
            and window[-1][:1] != ""
            and window[-1].startswith(want[-1])
        ):
            found.append((begin, begin + len(want)))
    return found


def _texts(mail: Mail, where: n.Field) -> list[str]:
    people = {key: " ".join(" ".join(each) for each in who) for key, who in mail.people.items()}
    everything = {
        n.Field.SUBJECT: [mail.subject],
        n.Field.FROM: [people["from"]],
        n.Field.TO: [people["to"], people["cc"], people["bcc"]],
        n.Field.CC: [people["cc"]],
        n.Field.BCC: [people["bcc"]],
        n.Field.DELIVERED_TO: ["\n".join(v for k, v in mail.headers if k == "Delivered-To")],
        n.Field.LIST: ["\n".join(v for k, v in mail.headers if k == "List-Id")],
        n.Field.FILENAME: ["\n".join(mail.files)],
        n.Field.COMMENT: ["\n".join(mail.comments)],
        n.Field.BODY: [mail.text],
        n.Field.CUSTOMER: list(people.values()),
    }
    if where is n.Field.ANY:
        return [text for texts in everything.values() for text in texts]
    return everything[where]


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def matches(tree: n.Node, mail: Mail, world: World) -> bool:
    match tree:
        case n.And(members):
            return all(matches(each, mail, world) for each in members)
        case n.Or(members):
            return any(matches(each, mail, world) for each in members)
        case n.Not(member):
            return not matches(member, mail, world)
        case n.Everything():
            return True
        case n.Term(text, where, _, prefix):
            if where is n.Field.CUSTOMER and "@" in text.strip("@"):
                return text.casefold() in mail.correspondents
            wanted = [text]
            if where in ("from", "to", "cc", "bcc", "deliveredto") and text in ("me", "自分"):
                wanted = world.own
            return any(
                places(each, one, prefix=prefix) for each in _texts(mail, where) for one in wanted
            )
        case n.Near(left, distance, right, ordered):
            return _near(mail, left, distance, right) or (
                not ordered and _near(mail, right, distance, left)
            )
        case n.Labelled(name):
            key = re.sub(r"[\s/&()\-]+", "-", _fold(name)).strip("-")
            return any(
                re.sub(r"[\s/&()\-]+", "-", _fold(each)).strip("-") == key for each in mail.labels
            )
        case n.Category(name):
            return f"CATEGORY_{'PERSONAL' if name == 'primary' else name.upper()}" in mail.labels
        case n.Has("attachment"):
            return bool(mail.files)
        case n.Has("userlabels"):
            return bool(mail.user_labels)
        case n.Has("nouserlabels"):
            return not mail.user_labels
        case n.Has("comment"):
            return bool(mail.comments)
        case n.Has("drive"):
            return any(places(each, "drive.google.com") for each in _texts(mail, n.Field.ANY))
        case n.Has(_):
            return mail.starred
        case n.Is(what):
            return {
                "unread": mail.unread,
                "read": not mail.unread,
                "starred": mail.starred,
                "draft": mail.folder == "draft",
                "undelivered": mail.undelivered,
                "automatic": mail.automatic,
                "mentioned": bool(mail.comments) and world.me in mail.mentions,
            }.get(what, what.upper() in mail.labels)
        case n.In("anywhere"):
            return True
        case n.In("spam" | "trash" as place):
            return mail.folder == place
        case n.In("drafts"):
            return mail.folder == "draft"
        case n.In("archive"):
            return mail.folder == "received" and "INBOX" not in mail.labels
        case n.In("unread"):
            return mail.unread
        case n.In("starred"):
            return mail.starred
        case n.In(place):
            return place.upper() in mail.labels
        case n.After(when):
            return mail.date >= _moment(when, world)
        case n.Before(when):
            return mail.date < _moment(when, world)
        case n.Period(first, end):
            day = mail.date.astimezone(world.zone).date()
            if first is not None and first == end:
                return day == first
            return (first is None or day >= first) and (end is None or day < end)
        case n.Age(older, amount, unit):
            return (mail.date < _ago(amount, unit, world)) is older
        case n.Size(least, size):
            return (mail.size >= size) is least
        case n.MessageId(rfc822_id):
            return mail.rfc822_id == rfc822_id
        case n.Handling(status):
            return mail.status == status
        case n.Assigned("none"):
            return mail.assignee is None
        case n.Assigned(who):
            return mail.assignee == (world.me if who == "me" else who)
        case n.InMailbox(name):
            return bool(places(mail.mailbox, name))
        case n.Locked("yes"):
            return mail.holder is not None
        case n.Locked("no"):
            return mail.holder is None
        case n.Locked(who):
            return mail.holder == (world.me if who == "me" else who)
    raise AssertionError(tree)


def hits(tree: n.Node, mails: list[Mail], world: World) -> list[int]:
    """The ids of all hits, newest first."""
    shown = (m for m in mails if _asks_for_hidden(tree) or m.folder not in ("spam", "trash"))
    found = [mail for mail in shown if matches(tree, mail, world)]
    return [m.pk for m in sorted(found, key=lambda m: (m.date, m.pk), reverse=True)]


def _asks_for_hidden(tree: n.Node) -> bool:
    match tree:
        case n.And(members) | n.Or(members):
            return any(_asks_for_hidden(each) for each in members)
        case n.In("spam" | "trash" | "anywhere"):
            return True
    return False


def _near(mail: Mail, first: str, distance: int, second: str) -> bool:
    head = [
        text
        for part in list(n.Field)[1:]
        if part not in ("body", "customer")
        for text in _texts(mail, part)
    ]
    for text in [*head, mail.text]:
        have = atoms(text)
        for _, end in places(text, first):
            for begin, _ in places(text, second):
                between = [each for each in have[end:begin] if each]
                if begin >= end and len(between) <= distance:
                    return True
    return False


def _moment(when: object, world: World) -> datetime:
    if isinstance(when, int):
        return datetime.fromtimestamp(when, world.zone)
    return datetime.combine(when, time(), world.zone)  # type: ignore[arg-type]


def _ago(amount: int, unit: str, world: World) -> datetime:
    if unit in "hdw":
        return world.now - timedelta(hours={"h": 1, "d": 24, "w": 168}[unit] * amount)
    local = world.now.astimezone(world.zone)
    for _ in range(amount * (12 if unit == "y" else 1)):
        year, month = (local.year, local.month - 1) if local.month > 1 else (local.year - 1, 12)
        local = local.replace(year=year, month=month, day=1)
    last = calendar.monthrange(local.year, local.month)[1]
    return local.replace(day=min(world.now.astimezone(world.zone).day, last))
