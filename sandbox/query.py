"""Gmail's search language, as far as `q` of the list methods commonly uses it, compiled to SQL.

Readings taken: OR binds tighter than the blank between words; braces are a big OR; dates are
midnight in Pacific standard time, as the reference of messages.list warns; an unknown operator is
looked for as text; spam and trash are left out unless the query itself names them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sandbox import text
from sandbox.systemlabels import SYSTEM

PACIFIC = timezone(timedelta(hours=-8))
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_PLACES = {
    "inbox": "INBOX",
    "sent": "SENT",
    "draft": "DRAFT",
    "drafts": "DRAFT",
    "trash": "TRASH",
    "bin": "TRASH",
    "spam": "SPAM",
    "starred": "STARRED",
    "important": "IMPORTANT",
    "unread": "UNREAD",
    "chats": "CHAT",
}
_CATEGORIES = {
    "primary": "CATEGORY_PERSONAL",
    "social": "CATEGORY_SOCIAL",
    "promotions": "CATEGORY_PROMOTIONS",
    "updates": "CATEGORY_UPDATES",
    "forums": "CATEGORY_FORUMS",
}
_TEXT_COLUMNS = {
    "from": ("t.sender",),
    "to": ("t.recipients", "t.cc", "t.bcc"),
    "cc": ("t.cc",),
    "bcc": ("t.bcc",),
    "deliveredto": ("t.delivered",),
    "list": ("t.list",),
    "subject": ("t.subject",),
    "filename": ("t.files",),
}
_ANYWHERE = ("t.subject", "t.body", "t.sender", "t.recipients", "t.cc", "t.bcc", "t.files")
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<open>[({]) | (?P<close>[)}])
      | (?P<minus>-(?=[^\s-])) | \+(?=\S)
      | "(?P<quoted>[^"]*)"?
      | (?P<name>[A-Za-z_0-9]+):(?=[^\s)}])
      | (?P<word>[^\s(){}"]+)
    )""",
    re.X,
)


@dataclass(slots=True)
class Compiled:
    sql: str = "1"
    values: list[Any] = field(default_factory=list)
    everywhere: bool = False  # spam and trash were asked for
    uses_text: bool = False


@dataclass(slots=True)
class _Token:
    kind: str
    value: str


def compile_query(query: str, account: str, labels: dict[str, str], now: float) -> Compiled:
    """`labels` maps a label's name, folded and with hyphens, to its id."""
    tokens = [
        _Token(kind, match.group(kind) or "")
        for match in _TOKEN.finditer(query)
        if (kind := match.lastgroup or "") and match.end() > match.start()
    ]
    parser = _Parser(tokens, account, labels, now)
    parts = []
    while parser.position < len(tokens):
        part = parser.sequence()
        if part:
            parts.append(part)
        parser.position += 1  # a bracket that closes nothing
    sql = " AND ".join(parts) or "1"
    return Compiled(sql, parser.values, parser.everywhere, parser.uses_text)


class _Parser:
    def __init__(
        self, tokens: list[_Token], account: str, labels: dict[str, str], now: float
    ) -> None:
        self.tokens = tokens
        self.position = 0
        self.account = account
        self.labels = labels
        self.now = now
        self.values: list[Any] = []
        self.everywhere = False
        self.uses_text = False

    def sequence(self, field_name: str = "", joiner: str = " AND ") -> str:
        parts: list[str] = []
        while self.position < len(self.tokens):
            token = self.tokens[self.position]
            if token.kind == "close":
                break
            if token.kind == "word" and token.value == "OR":
                self.position += 1
                if not parts:
                    continue
                right = self._term(field_name)
                if right:
                    parts[-1] = f"({parts[-1]} OR {right})"
                continue
            if token.kind == "word" and token.value in ("AND", "AROUND"):
                self.position += 1
                continue
            part = self._term(field_name)
            if part:
                parts.append(part)
        return f"({joiner.join(parts)})" if parts else ""

    def _term(self, field_name: str) -> str:
        if self.position >= len(self.tokens):
            return ""
        token = self.tokens[self.position]
        self.position += 1
        if token.kind == "minus":
            inner = self._term(field_name)
            return f"NOT {inner}" if inner else ""
        if token.kind == "open":
            inner = self.sequence(field_name, " OR " if token.value == "{" else " AND ")
            self.position += 1
            return inner
        if token.kind == "name":
            if token.value.lower() in _TEXT_COLUMNS or token.value.lower() in _OPERATORS:
                return self._term(token.value.lower())
            rest = self.tokens[self.position]
            self.position += 1
            return self._text("", f"{token.value}:{rest.value}")
        if token.kind in ("quoted", "word"):
            return self._operator(field_name, token.value)
        return ""

    def _operator(self, name: str, value: str) -> str:
        if name in _OPERATORS:
            method: str = _OPERATORS[name]
            found: str = getattr(self, method)(name, value)
            return found
        return self._text(name, value)

    def _text(self, name: str, value: str) -> str:
        needle = " ".join(text.fold(value).split()).strip("*")
        if not needle:
            return ""
        self.uses_text = True
        columns = _TEXT_COLUMNS.get(name, _ANYWHERE)
        self.values.extend([needle, needle] * len(columns))
        # instr first: most rows fall there, without a call into Python.
        each = (f"(instr({column}, ?) AND has_words({column}, ?))" for column in columns)
        return "(" + " OR ".join(each) + ")"

    def _label(self, label: str) -> str:
        self.values.extend([self.account, label])
        return "m.id IN (SELECT id FROM message_labels WHERE account = ? AND label = ?)"

    def _in(self, name: str, value: str) -> str:
        place = value.lower()
        if place == "anywhere":
            self.everywhere = True
            return "1"
        if place in ("trash", "bin", "spam"):
            self.everywhere = True
        if place == "read":
            return f"NOT {self._label('UNREAD')}"
        if place in ("muted", "snoozed", "archive"):
            return "0" if place != "archive" else f"NOT {self._label('INBOX')}"
        if place in _PLACES:
            return self._label(_PLACES[place])
        return self._named_label(name, value) if name in ("in", "label") else "0"

    def _named_label(self, name: str, value: str) -> str:
        key = hyphened(value)
        if value.upper() in SYSTEM:
            if value.upper() in ("TRASH", "SPAM"):
                self.everywhere = True
            return self._label(value.upper())
        if key in _PLACES:
            return self._in("in", key)
        return self._label(self.labels[key]) if key in self.labels else "0"

    def _has(self, name: str, value: str) -> str:
        wanted = value.lower()
        if wanted == "attachment":
            self.uses_text = True
            return "t.attachments > 0"
        user = "m.labels LIKE '%\"Label\\_%' ESCAPE '\\'"
        if wanted == "userlabels":
            return user
        if wanted == "nouserlabels":
            return f"NOT {user}"
        return self._label("STARRED") if wanted.endswith("-star") else "0"

    def _category(self, name: str, value: str) -> str:
        label = _CATEGORIES.get(value.lower())
        return self._label(label) if label else "0"

    def _date(self, name: str, value: str) -> str:
        when = _moment(value)
        if when is None:
            return "1"
        self.values.append(when)
        return f"m.internal_date {'>=' if name in ('after', 'newer') else '<'} ?"

    def _age(self, name: str, value: str) -> str:
        match = re.fullmatch(r"(\d+)([dwmy])", value.lower())
        if match is None:
            return "1"
        seconds = int(match.group(1)) * _DAYS[match.group(2)] * 86_400
        self.values.append(int((self.now - seconds) * 1000))
        return f"m.internal_date {'>=' if name == 'newer_than' else '<'} ?"

    def _message_id(self, name: str, value: str) -> str:
        self.values.append(value.strip("<>"))
        return "m.message_id = ?"

    def _size(self, name: str, value: str) -> str:
        match = re.fullmatch(r"(\d+)([kmKM]?)", value)
        if match is None:
            return "1"
        factor = {"": 1, "k": 1024, "m": 1024 * 1024}[match.group(2).lower()]
        self.values.append(int(match.group(1)) * factor)
        return f"m.size {'<' if name == 'smaller' else '>='} ?"


_OPERATORS = {
    "in": "_in",
    "is": "_in",
    "label": "_named_label",
    "has": "_has",
    "category": "_category",
    "after": "_date",
    "newer": "_date",
    "before": "_date",
    "older": "_date",
    "newer_than": "_age",
    "older_than": "_age",
    "rfc822msgid": "_message_id",
    "larger": "_size",
    "smaller": "_size",
    "size": "_size",
}


def hyphened(name: str) -> str:
    """A label's name as it is written in a query."""
    return re.sub(r"[\s/&]+", "-", text.fold(name)).strip("-")


def _moment(value: str) -> int | None:
    if value.isdigit() and len(value) > 8:
        return int(value) * 1000
    for pattern in ("%Y/%m/%d", "%Y-%m-%d", "%m/%d/%Y", "%Y/%m", "%Y"):
        try:
            day = datetime.strptime(value, pattern).replace(tzinfo=PACIFIC)
        except ValueError:
            continue
        return int(day.astimezone(UTC).timestamp() * 1000)
    return None
