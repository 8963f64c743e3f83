"""Reads address lists as they arrive: one pass over tokens, no recursion, nothing refused.

CPython's parser overflows its stack on a To header of 10 kB. Read here: groups, routes, comments,
blanks around dots, names with commas or ``@``, lists separated by semicolons or mere blanks,
brackets and quotes that never close. A person without an address keeps the name, with
``address=''``. Encoded words are decoded only after the structure is known, so that what they say
can never become an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mail.mime import words
from mail.mime.limits import DEFAULT_LIMITS
from mail.mime.model import NoticeBook, Person
from mail.mime.plain import clean_line

_TOKEN = re.compile(
    r"""(?P<word>=\?[^?\s]+\?[bBqQ]\?[^?]*\?=)
    |(?P<blank>\s+)
    |(?P<special>[<>(),;:])
    |(?P<atom>[^\s<>(),;:"=]++|[="])""",
    re.VERBOSE,
)
_QUOTED = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_UNESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ROUTE = re.compile(r"@[^:<>\s]*:(?=[^:]*@)")
_ADDRESS = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\".]+")
_NOBODY = re.compile(r"undisclosed[- ]recipients?", re.IGNORECASE)
_MAX_ADDRESS = 1_000
_MAX_NAME = 500


@dataclass(slots=True)
class _Entry:
    """What has been read of one person."""

    chunks: list[tuple[str, bool]] = field(default_factory=list)  # text, blank before it
    comments: list[str] = field(default_factory=list)
    angle: str | None = None
    blank: bool = False
    has_at: bool = False

    def add(self, text: str) -> None:
        self.chunks.append((text, self.blank))
        self.blank = False
        self.has_at = self.has_at or ("@" in text and text[0] != '"')


def _tokens(value: str) -> Iterator[tuple[str, str]]:
    at = 0
    quotes = True  # a quote that does not close: further ones are not looked for
    while at < len(value):
        match = None
        if quotes and value[at] == '"':
            match = _QUOTED.match(value, at)
            quotes = match is not None
        if match is not None:
            yield "quoted", match.group()
        else:
            match = _TOKEN.match(value, at)
            assert match is not None  # every character is a token at least
            yield match.lastgroup or "", match.group()
        at = match.end()


class _Reader:
    def __init__(self, value: str, *, decode: bool, limit: int, book: NoticeBook) -> None:
        self.tokens = list(_tokens(value))
        self.decode, self.limit, self.book = decode, limit, book
        self.people: list[Person] = []
        self.held = ""  # a name without an address: perhaps the first half of "Last, First <a@b>"
        self.in_group = False

    def read(self) -> list[Person]:
        closing = self._closing_parens()
        self.next_close, self.next_open = self._next(">"), self._next("<")
        next_semicolon = self._next(";")
        entry = _Entry()
        at = 0
        while at < len(self.tokens) and len(self.people) < self.limit:
            kind, text = self.tokens[at]
            at += 1
            if kind == "blank":
                entry.blank = True
            elif kind != "special":
                entry.add(text)
            elif text == "(" and at - 1 in closing:
                end = closing[at - 1]
                entry.comments.append("".join(part for _, part in self.tokens[at:end]))
                entry.blank = entry.blank or not self._glued(at - 2, end + 1)
                at = end + 1
            elif text == "<":
                entry.angle, at = self._angle(at, closing)
            elif text in ",;":
                self._finish(entry, semicolon=text == ";")
                entry = _Entry()
            elif text == ":" and self._names_group(entry, next_semicolon[at]):
                entry, self.in_group, self.held = _Entry(), True, ""  # the name of a group
            elif text == ":":
                entry.add(":")
        self._finish(entry, semicolon=True)
        if at < len(self.tokens):
            self.book.add("too_many_addresses", str(self.limit))
        return self.people

    def _names_group(self, entry: _Entry, semicolon: int) -> bool:
        return entry.angle is None and not entry.has_at and semicolon < len(self.tokens)

    def _closing_parens(self) -> dict[int, int]:
        """Index of each outer ``(`` to that of its ``)``; unbalanced ones are left out."""
        pairs: dict[int, int] = {}
        opened: list[int] = []
        escaped = False
        for index, (kind, text) in enumerate(self.tokens):
            if kind == "special" and not escaped:
                if text == "(":
                    opened.append(index)
                elif text == ")" and opened:
                    pairs[opened.pop()] = index
            escaped = kind == "atom" and text.endswith("\\") and not text.endswith("\\\\")
        return pairs

    def _next(self, wanted: str) -> list[int]:
        """For each token, the index of the next ``wanted`` from there on (or the length)."""
        following = [len(self.tokens)] * (len(self.tokens) + 1)
        for index in range(len(self.tokens) - 1, -1, -1):
            following[index] = index if self.tokens[index][1] == wanted else following[index + 1]
        return following

    def _glued(self, before: int, after: int) -> bool:
        """Whether a comment stands inside a word (``pete(his)@x``)."""
        return (
            before >= 0
            and after < len(self.tokens)
            and self.tokens[before][0] == "atom"
            and self.tokens[after][0] == "atom"
        )

    def _angle(self, at: int, closing: dict[int, int]) -> tuple[str, int]:
        """The text between ``<`` and ``>``, blanks and comments left out."""
        end = self.next_close[at]
        if self.next_open[at] < end:  # never closed: the next ``>`` belongs to the next ``<``
            end = len(self.tokens)
        pieces: list[str] = []
        while at < len(self.tokens):
            kind, text = self.tokens[at]
            if at == end:
                return "".join(pieces), at + 1
            if kind == "special" and (text == "<" or (text in ",;" and end == len(self.tokens))):
                return "".join(pieces), at
            if text == "(" and at in closing:
                at = closing[at] + 1
                continue
            if kind != "blank":
                pieces.append(text)
            at += 1
        return "".join(pieces), at

    def _finish(self, entry: _Entry, *, semicolon: bool) -> None:
        held, self.held = self.held, ""
        if entry.angle is not None:
            address = _bare_address(entry.angle)
            name = self._name(entry.chunks)
            if held and address and not self.in_group:
                name, held = f"{held}, {name}" if name else held, ""
            if not address and entry.has_at:
                self._loose(entry, held)
                return
            self._add_held(held)
            self._add(name or self._comment(entry), address)
        elif entry.chunks:
            self._loose(entry, held)
        else:
            self._add_held(held)
        if semicolon:
            self._add_held(self.held)
            self.held, self.in_group = "", False

    def _loose(self, entry: _Entry, held: str) -> None:
        """An entry without (usable) brackets: addresses are the chunks with an ``@``."""
        self._add_held(held)
        chunks = _glue(entry.chunks)
        found = [text for text in chunks if _holds_address(text)]
        others = [(text, True) for text in chunks if not _holds_address(text)]
        name = self._name(others)
        if not found and _ADDRESS.fullmatch(name):  # "a@b.jp", quotes and all
            found, name = [name], ""
        if not found:
            self.held = name or self._comment(entry)
            return
        for text in found[:-1]:
            self._add("", _bare_address(text))
        self._add(name or self._comment(entry), _bare_address(found[-1]))

    def _add_held(self, held: str) -> None:
        if held:
            self._add(held, "")

    def _add(self, name: str, address: str) -> None:
        if len(self.people) >= self.limit or not (name or address):
            return
        if not address and _NOBODY.match(name):
            return
        self.people.append(Person("" if name == address else name, address))

    def _name(self, chunks: list[tuple[str, bool]]) -> str:
        text = "".join((" " if blank else "") + _unquoted(part) for part, blank in chunks)
        return self._decoded(text)

    def _comment(self, entry: _Entry) -> str:
        return self._decoded(_UNESCAPE.sub(r"\1", entry.comments[0])) if entry.comments else ""

    def _decoded(self, text: str) -> str:
        text = words.decode(text, self.book) if self.decode else text
        text = clean_line(text)
        text = re.sub(r" {2,}", " ", text)[:_MAX_NAME]
        if len(text) > 2 and text[0] == text[-1] == "'" and "@" in text:
            text = text[1:-1]  # Outlook's 'a@b.example'
        return text


def _holds_address(text: str) -> bool:
    return "@" in text.strip('"') and not _is_quoted(text)


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and text[0] == text[-1] == '"'


def _unquoted(text: str) -> str:
    return _UNESCAPE.sub(r"\1", text[1:-1]) if _is_quoted(text) else text.replace('"', "")


def _glue(chunks: list[tuple[str, bool]]) -> list[str]:
    """Chunks as words: without blanks around ``@``, and around dots behind one."""
    out: list[list[str]] = []
    last = ""
    has_at = False
    for text, blank in chunks:
        joins = not blank or text.startswith("@") or last.endswith("@")
        joins = joins or (has_at and (text.startswith(".") or last == "."))
        if out and joins:
            out[-1].append(text)
            has_at = has_at or "@" in text
        else:
            out.append([text])
            has_at = "@" in text
        last = text
    return ["".join(pieces) for pieces in out]


def _bare_address(text: str) -> str:
    """An address without brackets, route, ``mailto:`` and quotes around it."""
    text = clean_line(text).strip(" <>")
    if text[:7].lower() == "mailto:":
        text = text[7:]
    route = _ROUTE.match(text)
    if route is not None:
        text = text[route.end() :]
    if len(text) > 2 and text[0] == text[-1] and text[0] in "'\"" and "@" in text:
        text = text[1:-1]
    if len(text) > _MAX_ADDRESS or text.endswith(";") or _NOBODY.match(text):
        return ""
    return text.rstrip(",")


def read_addresses(
    value: str, book: NoticeBook, *, limit: int = DEFAULT_LIMITS.addresses
) -> tuple[Person, ...]:
    """The people of a header value; notices go to ``book``."""
    if not value.strip():
        return ()
    people = _Reader(value, decode=True, limit=limit, book=book).read()
    if words.has_words(value) and not any(person.address for person in people):
        # Some programs encode the whole header, brackets and all.
        again = _Reader(words.decode(value, book), decode=False, limit=limit, book=book).read()
        if any(person.address for person in again):
            people = again
    return tuple(people)
