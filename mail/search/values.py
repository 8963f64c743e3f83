"""What stands behind an operator's colon -> a node of the tree.

Dates stay dates here: whose midnight they mean is decided where the tree is put to use.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from mail.search import formatter
from mail.search.formatter import WHETHER_FILES
from mail.search.lexer import QUOTES
from mail.search.nodes import (
    After,
    Age,
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
    Node,
    Period,
    Size,
    Term,
    negation,
)
from mail.search.operators import TEXT_OPERATORS
from mail.search.words import units

_UNITS_OF_SIZE = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_SIZE = re.compile(r"(\d{1,12})([kmg]?)b?", re.A)
_AGE = re.compile(r"(\d{1,5})([hdwmy])", re.A)
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})(?:[/.-](\d{1,2}))?", re.A)
_MONTH_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.A)
_JAPANESE = re.compile(r"(\d{4})年(?:(\d{1,2})月(?:(\d{1,2})日)?)?", re.A)
_YEAR = re.compile(r"\d{4}", re.A)
_SECONDS = re.compile(r"\d{9,11}", re.A)
# Between two days; a single hyphen may be one of the dates' own.
_DAY = (
    r"(?:\d{4}[/.]\d{1,2}[/.]\d{1,2}|\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}/\d{4}"
    r"|\d{4}年\d{1,2}月\d{1,2}日)"
)
_PERIOD = re.compile(rf"({_DAY})?\s*([-~〜–—])?\s*({_DAY})?", re.A)
_SAME_IN_LABELS = re.compile(rf"[\s/&(){{}}\-{''.join(QUOTES)}]+")

HAS = {
    "attachment": ("attachments", "添付", "添付ファイル", "ファイル"),
    "drive": ("ドライブ",),
    "document": (),
    "spreadsheet": (),
    "presentation": (),
    "youtube": (),
    "userlabels": (),
    "nouserlabels": (),
    "comment": ("comments", "コメント", "備考"),
    **{
        f"{name}": ()
        for name in (
            *("yellow-star", "orange-star", "red-star", "purple-star", "blue-star", "green-star"),
            *("red-bang", "orange-guillemet", "yellow-bang", "green-check", "blue-info"),
            "purple-question",
        )
    },
}
IS = {
    "unread": ("未読",),
    "read": ("既読",),
    "starred": ("スター", "スター付き"),
    "important": ("重要",),
    "snoozed": (),
    "muted": (),
    "sent": ("送信済み",),
    "draft": ("下書き",),
    "undelivered": ("不達",),
    "mentioned": ("メンション",),
    "automatic": ("自動返信", "自動"),
}
IN = {
    "inbox": ("受信トレイ",),
    "sent": ("送信済み",),
    "drafts": ("draft", "下書き"),
    "spam": ("迷惑メール",),
    "trash": ("bin", "ゴミ箱"),
    "archive": ("アーカイブ",),
    "anywhere": ("すべて", "全て"),
    "starred": ("スター付き",),
    "important": ("重要",),
    "unread": ("未読",),
    "snoozed": (),
}
CATEGORIES = {
    "primary": ("メイン",),
    "social": ("ソーシャル",),
    "promotions": ("promotion", "プロモーション"),
    "updates": ("新着",),
    "forums": ("フォーラム",),
    "reservations": (),
    "purchases": (),
}
STATUSES = {
    "open": ("未処理",),
    "in_progress": ("in-progress", "progress", "作業中"),
    "done": ("closed", "完了"),
    "all": ("any", "全て", "すべて"),
}
_NOBODY = frozenset({"none", "nobody", "なし", "未割当", "未割り当て"})
_ME = frozenset({"me", "自分", "私"})
_YES = frozenset({"yes", "any", "true", "はい", "あり", "中"})
_NO = frozenset({"no", "none", "false", "いいえ", "なし"})


class BadValueError(ValueError):
    """The operator is known, and this is nothing that it can be asked for."""


def node_of(operator: str, text: str, *, quoted: bool, exact: bool = False) -> Node:
    """The node that `operator:text` means; "" is the operator of plain words.

    Raises:
        BadValueError: the text means nothing to the operator, or has no letters to look for.
    """
    text = " ".join(text.split())
    if not operator or operator in TEXT_OPERATORS:
        return _term(Field(operator), text, quoted=quoted, exact=exact)
    if not text:
        raise BadValueError
    return _READERS[operator](text)


def _term(field: Field, text: str, *, quoted: bool, exact: bool) -> Node:
    if field is Field.FILENAME and not quoted and not exact and fold_value(text) in WHETHER_FILES:
        has = Has("attachment")
        return has if WHETHER_FILES[fold_value(text)] else negation(has)
    prefix = False
    stem = text.rstrip("*＊")
    if not quoted and stem != text and stem and formatter.quoted(stem) == stem:
        text, prefix = stem, True
    if not units(text):
        raise BadValueError
    return Term(text, field, exact=exact, prefix=prefix)


def fold_value(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _one_of(table: dict[str, tuple[str, ...]]) -> Callable[[str], str]:
    names = {fold_value(each): key for key, more in table.items() for each in (key, *more)}

    def read(text: str) -> str:
        try:
            return names[fold_value(text)]
        except KeyError:
            raise BadValueError from None

    return read


_has, _is, _in = _one_of(HAS), _one_of(IS), _one_of(IN)
_category, _status = _one_of(CATEGORIES), _one_of(STATUSES)


def _place(text: str) -> Node:
    try:
        return In(_in(text))
    except BadValueError:
        return Labelled(text)  # as Gmail has it: in:NAME of a label of one's own


def _handling(text: str) -> Node:
    status = _status(text)
    return Everything() if status == "all" else Handling(status)


def _assignee(text: str) -> Node:
    plain = fold_value(text)
    if plain in _NOBODY:
        return Assigned("none")
    return Assigned("me") if plain in _ME else _named(Assigned, text)


def _locked(text: str) -> Node:
    plain = fold_value(text)
    for names, meaning in ((_YES, "yes"), (_NO, "no"), (_ME, "me")):
        if plain in names:
            return Locked(meaning)
    return _named(Locked, text)


def _label(text: str) -> Node:
    if not label_key(text):
        raise BadValueError
    return Labelled(text)  # «★» is a name, too


def label_key(name: str) -> str:
    """Gmail lets one write a hyphen for a label's blanks, slashes and brackets; quotes, which a
    query cannot hold in a name, are as good as these."""
    return _SAME_IN_LABELS.sub("-", fold_value(name)).strip("-")


def _named(node: Callable[[str], Node], text: str) -> Node:
    if not units(text):
        raise BadValueError
    return node(text)


def read_day(text: str) -> date | None:
    """A day as M4 writes it; None for no date that a calendar has."""
    plain = fold_value(text)
    if found := _YEAR_FIRST.fullmatch(plain) or _JAPANESE.fullmatch(plain):
        year, month, day = found.groups()
    elif found := _MONTH_FIRST.fullmatch(plain):
        month, day, year = found.groups()
    elif _YEAR.fullmatch(plain):
        year, month, day = plain, None, None
    else:
        return None
    try:
        return date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None


def _moment(text: str) -> date | int:
    plain = fold_value(text)
    if _SECONDS.fullmatch(plain):
        return int(plain)
    day = read_day(plain)
    if day is None:
        raise BadValueError
    return day


def _period(text: str) -> Node:
    found = _PERIOD.fullmatch(fold_value(text))
    if found is None or not (found[1] or found[3]):
        raise BadValueError
    first, end = (read_day(each) if each else None for each in (found[1], found[3]))
    if (found[1] and first is None) or (found[3] and end is None):
        raise BadValueError
    if found[2] is None:
        if first and end:
            raise BadValueError
        return Period(first or end, first or end)  # one date alone is that day
    return Period(first, end)


def _age(*, older: bool) -> Callable[[str], Node]:
    def read(text: str) -> Node:
        found = _AGE.fullmatch(fold_value(text))
        if found is None:
            raise BadValueError
        return Age(older, int(found[1]), found[2])

    return read


def _size(*, least: bool) -> Callable[[str], Node]:
    def read(text: str) -> Node:
        found = _SIZE.fullmatch(fold_value(text).replace(" ", "").replace(",", ""))
        if found is None:
            raise BadValueError
        return Size(least, int(found[1]) * _UNITS_OF_SIZE[found[2]])

    return read


def _message_id(text: str) -> Node:
    plain = text.strip("<>").replace(" ", "")
    if not plain:
        raise BadValueError
    return MessageId(plain)


_READERS: dict[str, Callable[[str], Node]] = {
    "label": _label,
    "has": lambda text: Has(_has(text)),
    "is": lambda text: Is(_is(text)),
    "in": _place,
    "category": lambda text: Category(_category(text)),
    "after": lambda text: After(_moment(text)),
    "before": lambda text: Before(_moment(text)),
    "period": _period,
    "older_than": _age(older=True),
    "newer_than": _age(older=False),
    "larger": _size(least=True),
    "size": _size(least=True),
    "smaller": _size(least=False),
    "rfc822msgid": _message_id,
    "status": _handling,
    "assignee": _assignee,
    "mailbox": lambda text: _named(InMailbox, text),
    "locked": _locked,
}
