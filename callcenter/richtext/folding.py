"""Fold the quoted history of an HTML mail behind a visible handle.

Works on sanitised HTML, whose tags are known to be regular. What is history is known from the mark
that a mail program left (`data-quote`, see `policy.QUOTE_MARKS`) or from its words (`quotes`).
It is folded only where it ends the mail and something stands before it.
"""

import re
from dataclasses import dataclass

from callcenter.richtext import policy
from callcenter.richtext.plaintext import html_to_text
from callcenter.richtext.quotes import is_forwarded, is_header_block, is_intro, is_original_mark
from callcenter.richtext.safe import SafeHtml, decoded, escape

_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z-]+="[^"]*")*)>')
_MARK = re.compile(r' data-quote="([a-z]+)"')
# Cheap look at how a place begins, before its text is read: a rule, or a header's name.
_PROMISING = re.compile(
    r"(?:<[^>]{0,500}>|&nbsp;|\s){0,40}(?:[-_=*＿－ー]{2}|from\b|差出人|送信者|送信元)",
    re.IGNORECASE,
)
_STARTERS = frozenset({"b", "blockquote", "div", "font", "p", "pre", "span", "strong", "table"})
# Marks on what wraps the history; "outlook" stands on the header block above it.
_WRAPPERS = frozenset({"cite", "gmail", "proton", "yahoo", "zoho"})
# A <details> would break these open, or be thrown out of them.
_NO_HOLDERS = (
    policy.HEADINGS
    | (policy.TABLE_PARTS - {"td", "th"})
    | frozenset({"a", "dl", "ol", "p", "pre", "table", "ul"})
)
_WINDOW = 3_000
# Places that begin like a header block and are none: honest mail has a few.
MAX_TRIES = 100


@dataclass(slots=True)
class _Place:
    """Where history may begin: an element, or what follows a <br>."""

    name: str
    attributes: str
    start: int
    parent: "_Place | None"
    before: int  # visible characters of the mail in front of it
    inner_end: int = -1
    end: int = -1
    through: int = 0  # visible characters up to its end


def fold_quotes(safe: SafeHtml, *, label: str) -> SafeHtml:
    """Put the quoted history that ends the mail into a `<details>`; unchanged when there is none.

    `label` is the text of its handle, already translated.
    """
    html = str(safe)
    places, total = _places(html)
    tries = MAX_TRIES
    for place in places:
        if not place.before or not tries or not _may_hold(place.parent):
            continue
        tries -= _PROMISING.match(html, place.start) is not None
        span = _history(place, html, total)
        if span is None:
            continue
        start, end = span
        return safe.with_html(
            f'{html[:start]}<details class="quote-fold"><summary>{escape(label)}</summary>'
            f"{html[start:end]}</details>{html[end:]}"
        )
    return safe


def _places(html: str) -> tuple[list[_Place], int]:
    """The places in order, and how many visible characters there are in all."""
    places: list[_Place] = []
    stack: list[_Place] = []
    seen = 0
    end = 0
    for match in _TAG.finditer(html):
        seen += len(decoded(html[end : match.start()]).strip())
        end = match.end()
        closing, name, attributes = match.groups()
        parent = stack[-1] if stack else None
        if name == "br":
            places.append(_Place(name, "", end, parent, seen))
        elif name in policy.VOID:
            continue
        elif not closing:
            place = _Place(name, attributes, match.start(), parent, seen)
            stack.append(place)
            if name in _STARTERS:
                places.append(place)
        elif parent is not None and parent.name == name:
            parent.inner_end, parent.end, parent.through = match.start(), end, seen
            stack.pop()
    seen += len(decoded(html[end:]).strip())
    return places, seen


def _may_hold(parent: _Place | None) -> bool:
    while parent is not None:
        if parent.name in ("td", "th"):
            return True
        if parent.name in _NO_HOLDERS:
            return False
        parent = parent.parent
    return True


def _history(place: _Place, html: str, total: int) -> tuple[int, int] | None:
    """What to fold when history begins at `place` and lasts to the end of the mail."""
    mark = _MARK.search(place.attributes)
    kind = mark.group(1) if mark is not None else ""
    if kind in _WRAPPERS or place.name == "blockquote":
        if place.end < 0 or place.through != total:
            return None
        if is_forwarded(html_to_text(html[place.start : place.start + _WINDOW], quote=False)):
            return None
        if kind in _WRAPPERS or _is_introduced(html[max(0, place.start - _WINDOW) : place.start]):
            return place.start, place.end
        return None
    if kind != "outlook" and not _begins_with_header(place, html):
        return None
    parent = place.parent
    if parent is None:
        return place.start, len(html)
    if parent.inner_end < 0 or parent.through != total:
        return None
    return place.start, parent.inner_end


def _begins_with_header(place: _Place, html: str) -> bool:
    if _PROMISING.match(html, place.start) is None:
        return False
    lines = html_to_text(html[place.start : place.start + _WINDOW], quote=False).split("\n")
    return is_original_mark(lines[0]) or is_header_block(lines[:12])


def _is_introduced(before: str) -> bool:
    text = html_to_text(before.partition(">")[2] if ">" in before else before, quote=False)
    return is_intro(text.rstrip().rpartition("\n\n")[2][-400:].rpartition("\n")[2])
