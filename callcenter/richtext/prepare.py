"""Rebuild a mail's HTML so that it can be parsed in one way only, and in linear time.

nh3 takes 55 s for half a megabyte of `<div>`, and a parser's rules for misnested formatting can
multiply a mail by hundreds. So the tokens are written anew before nh3 sees them: only elements of
the policy, attributes quoted, raw text elements resolved, everything that closes by implication
closed explicitly, depth and count bounded. The stack kept here follows the HTML standard's tree
construction as far as depth depends on it; what it does not decide (foster parenting, misnested
`</b>`) is left to the parser, which is the authority on structure. nh3 then enforces the policy
again: this pass is about cost and layout, and nothing rests on it for safety.

Differences from a browser that are wanted: `<body>` becomes a `<div>` with its colours, form
controls become their text, `<noscript>` shows, svg and math dissolve into their text.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from callcenter.richtext import policy
from callcenter.richtext.safe import printable
from callcenter.richtext.tokens import RCDATA, End, Raw, Start, Text, tokenize

MAX_INPUT = 5_000_000
MAX_TAGS = 60_000
MAX_DEPTH = 200
MAX_STYLES = 200_000
# Formatting that leaks out of a closed block is opened again, as browsers do, this often a mail.
MAX_REOPENED = 2_000

_COLOUR = re.compile(r"(?:#?([0-9a-f]{6}|[0-9a-f]{3})|([a-z]{3,20}))\Z", re.IGNORECASE)
_SCOPE_ENDS = policy.CELLS | {"table"}


@dataclass(slots=True)
class Prepared:
    """The rebuilt HTML, the texts of its style blocks, and notices."""

    html: str
    styles: list[str]
    notices: tuple[str, ...]


@dataclass(slots=True)
class _Builder:
    out: list[str] = field(default_factory=list)
    # Open elements as (name, start tag as written).
    stack: list[tuple[str, str]] = field(default_factory=list)
    open: Counter[str] = field(default_factory=Counter)
    # Formatting closed by a block's end and due to be opened again; None marks a table cell.
    lost: list[tuple[str, str] | None] = field(default_factory=list)
    reopened: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    tags: int = 0
    simplified: bool = False

    def text(self, data: str) -> None:
        if self.lost and not data.isspace():
            self.reopen()
        self.out.append(data)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.tags += 1
        if self.tags > MAX_TAGS:
            self.simplified = True
            self.out.append(" ")
            return
        if name in policy.VOID:
            if name == "hr":
                self.close_p()
            self.out.append(_tag(name, attributes))
            return
        if name in policy.TABLE_PARTS:
            if not self.open["table"]:
                return
            self.open_table_part(name)
        else:
            self.imply_ends(name)
        if len(self.stack) >= MAX_DEPTH:
            self.simplified = True
            self.skipped[name] += 1
            self.out.append(" ")
            return
        if name not in policy.SPECIAL and self.lost:
            self.reopen()
        self.push(name, _tag(name, attributes))

    def imply_ends(self, name: str) -> None:
        """Close what this start tag closes by implication."""
        if name in policy.BLOCKS:
            if name in ("li", "dd", "dt"):
                self.close_item(("li",) if name == "li" else ("dd", "dt"))
            if name == "table":
                # Inside a table but in none of its cells, `<table>` ends the outer one.
                for index in range(len(self.stack) - 1, -1, -1):
                    if self.stack[index][0] in policy.CELLS:
                        break
                    if self.stack[index][0] == "table":
                        self.pop_through(index)
                        break
            self.close_p()
            if name in policy.HEADINGS and self.stack and self.stack[-1][0] in policy.HEADINGS:
                self.pop_through(len(self.stack) - 1)
        elif name in ("a", "nobr"):
            self.end_formatting(name)

    def open_table_part(self, name: str) -> None:
        if name in ("td", "th"):
            ends = policy.CELLS | {"colgroup"}
        elif name == "tr":
            ends = policy.CELLS | {"tr", "colgroup"}
        else:
            ends = policy.CELLS | policy.TABLE_GROUPS | {"tr", "colgroup"}
        lowest = -1
        for index in range(len(self.stack) - 1, -1, -1):
            if self.stack[index][0] == "table":
                break
            if self.stack[index][0] in ends:
                lowest = index
        if lowest >= 0:
            self.pop_through(lowest)

    def end(self, name: str) -> None:
        if self.skipped[name]:
            self.skipped[name] -= 1
            return
        if name in policy.VOID:
            if name == "br":
                self.out.append("<br>")
            return
        if name in policy.FORMATTING:
            self.end_formatting(name)
            return
        if not self.open[name] and name not in policy.HEADINGS:
            if name == "p":
                self.out.append("<p></p>")
            return
        names = policy.HEADINGS if name in policy.HEADINGS else {name}
        if name == "table":
            ends: frozenset[str] = frozenset()
        elif name in policy.TABLE_PARTS:
            ends = frozenset({"table"})
        elif name in policy.SPECIAL:
            ends = _SCOPE_ENDS | ({"ol", "ul"} if name == "li" else frozenset())
        else:
            ends = policy.SPECIAL
        for index in range(len(self.stack) - 1, -1, -1):
            current = self.stack[index][0]
            if current in names:
                self.pop_through(index)
                return
            if current in ends:
                return

    def end_formatting(self, name: str) -> None:
        special_above = False
        if self.open[name]:
            for index in range(len(self.stack) - 1, -1, -1):
                current = self.stack[index][0]
                if current == name:
                    if not special_above:
                        self.pop_through(index)
                    else:
                        # Misnested: the parser's adoption agency sorts it out.
                        self.out.append(f"</{name}>")
                        self.forget(index)
                    return
                if current in _SCOPE_ENDS:
                    break
                special_above = special_above or current in policy.SPECIAL
        for index in range(len(self.lost) - 1, -1, -1):
            entry = self.lost[index]
            if entry is None:
                return
            if entry[0] == name:
                del self.lost[index]
                return

    def close_p(self) -> None:
        if not self.open["p"]:
            return
        for index in range(len(self.stack) - 1, -1, -1):
            if self.stack[index][0] == "p":
                self.pop_through(index)
                return
            if self.stack[index][0] in _SCOPE_ENDS:
                return

    def close_item(self, names: tuple[str, ...]) -> None:
        for index in range(len(self.stack) - 1, -1, -1):
            current = self.stack[index][0]
            if current in names:
                self.pop_through(index)
                return
            if current in policy.SPECIAL and current not in ("address", "div", "p"):
                return

    def push(self, name: str, tag: str) -> None:
        self.stack.append((name, tag))
        self.open[name] += 1
        self.out.append(tag)
        if name in policy.CELLS:
            self.lost.append(None)

    def forget(self, index: int) -> None:
        self.open[self.stack[index][0]] -= 1
        del self.stack[index]

    def pop_through(self, index: int) -> None:
        """Close every open element down to and with the one at `index`."""
        leaking: list[tuple[str, str] | None] = []
        while len(self.stack) > index:
            entry = self.stack.pop()
            self.open[entry[0]] -= 1
            self.out.append(f"</{entry[0]}>")
            if entry[0] in policy.CELLS:
                while self.lost and self.lost.pop() is not None:
                    pass
                leaking.clear()
            elif entry[0] in policy.FORMATTING and len(self.stack) > index:
                leaking.append(entry)
        self.lost.extend(reversed(leaking))

    def reopen(self) -> None:
        if self.stack and self.stack[-1][0] in policy.TABLE_PARTS - policy.CELLS | {"table"}:
            return
        first = len(self.lost)
        while first and self.lost[first - 1] is not None:
            first -= 1
        due = self.lost[first:]
        del self.lost[first:]
        for entry in due:
            if entry is None or self.reopened >= MAX_REOPENED or len(self.stack) >= MAX_DEPTH:
                self.simplified = True
                continue
            self.reopened += 1
            self.push(*entry)


def prepare(html: str) -> Prepared:
    """Rebuild `html`; see the module's docstring."""
    notices = []
    if len(html) > MAX_INPUT:
        notices.append("truncated")
        html = html[:MAX_INPUT]
    html = html.replace("\r\n", "\n").replace("\r", "\n")
    builder = _Builder()
    styles: list[str] = []
    templates = 0
    body_seen = False
    for token in tokenize(html):
        if isinstance(token, Start) and token.name == "template":
            templates += 1
        elif isinstance(token, End) and token.name == "template":
            templates = max(0, templates - 1)
        elif templates:
            continue
        elif isinstance(token, Text):
            builder.text(_literal(token.data))
        elif isinstance(token, Raw):
            if token.name == "style":
                styles.append(token.data)
            else:
                _raw(builder, token)
        elif isinstance(token, Start):
            name = policy.RENAMED.get(token.name, token.name)
            if token.name == "input":
                _input(builder, token.attributes)
            elif token.name == "body" and body_seen:
                continue
            elif name in policy.TAGS:
                kept = _marked(name, token.attributes)
                if token.name == "body":
                    body_seen = True
                    _colour_text(kept, token.attributes)
                builder.start(name, kept)
        elif token.name != "body":
            name = policy.RENAMED.get(token.name, token.name)
            if name in policy.TAGS:
                builder.end(name)
    builder.pop_through(0)
    if sum(map(len, styles)) > MAX_STYLES:
        styles = []
        builder.simplified = True
    if builder.simplified:
        notices.append("simplified")
    return Prepared("".join(builder.out), styles, tuple(notices))


def _raw(builder: _Builder, token: Raw) -> None:
    if token.name in policy.UNSEEN:
        return
    # textarea, xmp, plaintext: a browser shows what they hold as it stands.
    data = token.data if token.name in RCDATA else token.data.replace("&", "&amp;")
    builder.start("pre", {})
    builder.text(_literal(data))
    builder.end("pre")


def _literal(text: str) -> str:
    """Text to write: no character of it opens a tag, and none is invisible or unencodable.

    Only after the tokens are cut: without its control character, `<\\x08!` would open a comment.
    """
    return printable(text).replace("<", "&lt;")


def _input(builder: _Builder, attributes: dict[str, str]) -> None:
    shown = policy.shown_by_input(attributes)
    if shown:
        builder.start("span", {})
        builder.text(_literal(shown))
        builder.end("span")


def _marked(name: str, attributes: dict[str, str]) -> dict[str, str]:
    """The attributes to keep, and the mark of quoted history where a mail program left one."""
    kept = {key: value for key, value in attributes.items() if policy.is_allowed(name, key)}
    if "class" in attributes or "id" in attributes:
        marks = f"{attributes.get('class', '')[:500]} {attributes.get('id', '')[:500]}"
        for mark in marks.lower().split():
            quote = policy.QUOTE_MARKS.get(mark.removeprefix("x_"))
            if quote is not None:
                kept.setdefault("data-quote", quote)
    if name == "blockquote" and attributes.get("type", "").strip().lower() == "cite":
        kept.setdefault("data-quote", "cite")
    return kept


def _colour_text(kept: dict[str, str], attributes: dict[str, str]) -> None:
    """`<body text=#fff bgcolor=#000>` without its text colour would be black on black."""
    colour = _COLOUR.match(attributes.get("text", "").strip())
    if colour is not None:
        digits, name = colour.groups()
        kept["style"] = f"color:{f'#{digits}' if digits else name};{kept.get('style', '')}"


def _tag(name: str, attributes: dict[str, str]) -> str:
    if not attributes:
        return f"<{name}>"
    written = "".join(
        f' {key}="{printable(value).replace(chr(34), "&quot;")}"'
        for key, value in attributes.items()
    )
    return f"<{name}{written}>"
