"""Structured MIME headers: a value and its parameters, whatever state they are in.

Read: RFC 2231 (charset, continuations in any order, raw or missing percent signs), RFC 2047 words
in and out of quotes, values with blanks but without quotes (``filename=my file.txt``), quotes that
never close, Windows paths in quotes, comments, stray semicolons.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mail.mime import charsets, words
from mail.mime.model import NoticeBook

_GAP = re.compile(r"[\s;]*+")
_NAME = re.compile(r"([^\s;=\"()]{1,200}+)\s*+=\s*+")
_QUOTED = re.compile(r'"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_UNESCAPE = re.compile(r'\\(["\\])')
_SECTION = re.compile(r"(.+?)\*(\d{1,4})(\*?)$")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_COMMENT = re.compile(r"\([^()]*+\)")
_NEXT = re.compile(r";\s*[A-Za-z0-9*_.-]{1,60}\s*=")
_ESCAPED_UTF8 = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f]){2}")
LIMIT = 200
MAX_LENGTH = 32 * 1024  # nobody's file name is longer


@dataclass(frozen=True, slots=True)
class Structured:
    """The value before the first semicolon, in lower case, and the parameters by lower name."""

    value: str = ""
    params: dict[str, str] = field(default_factory=dict)


def parse(header: str, book: NoticeBook | None = None) -> Structured:
    """A Content-Type or Content-Disposition."""
    notices = book if book is not None else NoticeBook()
    header = header[:MAX_LENGTH]
    value, semicolon, rest = header.partition(";")
    if not semicolon and "=" in value:  # "filename=x" without a value before
        equals = value.index("=")
        head = value[:equals].split()
        if len(head) <= 1 and "/" not in value[:equals] and not value.startswith("=?"):
            value, rest = "", header
    bare = _COMMENT.sub("", value).strip().strip("\"'").lower()
    return Structured(bare, _decode(_split(rest), notices))


def _split(rest: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    at = 0
    while len(pairs) < LIMIT:
        gap = _GAP.match(rest, at)
        at = gap.end() if gap else at
        name = _NAME.match(rest, at)
        if name is None:
            at = rest.find(";", at) + 1
            if at == 0:
                break
            continue
        value, at = _value(rest, name.end())
        pairs.append((name.group(1).lower(), value))
    return pairs


def _value(rest: str, at: int) -> tuple[str, int]:
    """One parameter value from ``at``, and where the next parameter starts."""
    if rest[at : at + 1] == '"':
        quoted = _QUOTED.match(rest, at)
        if quoted is not None:
            end = rest.find(";", quoted.end())
            text = _UNESCAPE.sub(r"\1", quoted.group(1))
            return text, len(rest) if end < 0 else end + 1
        # Never closed: up to what looks like the next parameter.
        following = _NEXT.search(rest, at)
        end = following.start() if following else len(rest)
        return rest[at + 1 : end].strip(), end + 1
    end = rest.find(";", at)
    end = len(rest) if end < 0 else end
    return rest[at:end].strip().strip('"'), end + 1


def _decode(pairs: list[tuple[str, str]], book: NoticeBook) -> dict[str, str]:
    plain: dict[str, str] = {}
    extended: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[bool, str]]] = {}
    for name, value in pairs:
        section = _SECTION.match(name)
        if section is not None:
            pieces = sections.setdefault(section.group(1), {})
            pieces.setdefault(int(section.group(2)), (bool(section.group(3)), value))
        elif name.endswith("*"):
            extended.setdefault(name[:-1], value)
        else:
            plain.setdefault(name, value)
    out = {name: _unpercented(words.decode(value, book)) for name, value in plain.items()}
    out.update({name: _joined(pieces, book) for name, pieces in sections.items()})
    out.update({name: _joined({0: (True, value)}, book) for name, value in extended.items()})
    return out


def _joined(pieces: dict[int, tuple[bool, str]], book: NoticeBook) -> str:
    """RFC 2231: sections in order; characters may be cut between two of them."""
    ordered = [pieces[number] for number in sorted(pieces)]
    if not any(encoded for encoded, _ in ordered):
        return words.decode("".join(value for _, value in ordered), book)
    charset = ""
    encoded, first = ordered[0]
    if encoded and first.count("'") >= 2:
        charset, _, first = first.split("'", 2)
        ordered[0] = (True, first)
    data = b"".join(_bytes(value, percent=is_encoded) for is_encoded, value in ordered)
    text = charsets.decode(data, charset, book).text
    return words.decode(text, book) if "=?" in text else text


def _bytes(value: str, *, percent: bool) -> bytes:
    data = value.encode("utf-8", "replace")
    if not percent:
        return data
    return _PERCENT.sub(lambda found: bytes((int(found.group(1), 16),)), data)


def _unpercented(value: str) -> str:
    """A plain value that is clearly percent-encoded UTF-8 (some web mailers do that)."""
    if not value.isascii() or not _ESCAPED_UTF8.search(value):
        return value
    try:
        return _bytes(value, percent=True).decode("utf-8")
    except UnicodeDecodeError:
        return value
