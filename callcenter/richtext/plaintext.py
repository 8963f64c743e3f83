"""Between a mail's HTML and plain text: what it says, without its dress.

`html_to_text` serves the plain-text view, quoting in replies, search and the parity check. It
reads the raw mail by itself (not the sanitiser's output), so that it is still a faithful reading
when the sanitiser had to simplify. `text_to_html` is the way of a text-only mail to the page.
"""

import re

from callcenter.richtext import policy
from callcenter.richtext.linkify import linkify
from callcenter.richtext.quotes import quote_start
from callcenter.richtext.safe import SafeHtml, decoded, escape, printable
from callcenter.richtext.tokens import RCDATA, End, Raw, Start, Text, Token, tokenize

_BREAKS = policy.BLOCKS | {"caption", "tr"} | policy.TABLE_GROUPS
_SPACED = frozenset({"p", "table", "blockquote", "ul", "ol", "dl", "pre"}) | policy.HEADINGS
_BLANKS = re.compile(r"[ \t\n\f\r]+")
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b\ufeff\u2060\ud800-\udfff]")
_QUOTE_DEPTH = 10
_MARK = re.compile(r"[ \t]{0,3}[>＞][ \t]?")


class _Writer:
    """Collects text the way a page would lay it out: blanks fold, blocks stand on lines."""

    def __init__(self, *, quote: bool) -> None:
        self._quote = quote
        self._lines: list[str] = []
        self._line: list[str] = []
        self._gap = False  # a blank is due before the next word
        self._space_due = False  # an empty line is due before the next text
        self._preformatted = 0
        self._depth = 0

    def write(self, data: str) -> None:
        if self._preformatted:
            first, *others = data.split("\n")
            self._put(first)
            for line in others:
                self._end_line(force=True)
                self._put(line)
            return
        words = _BLANKS.split(data)
        for position, word in enumerate(words):
            if position:
                self._gap = True
            if word:
                if self._gap and self._line:
                    self._line.append(" ")
                self._gap = False
                self._put(word)

    def tag(self, name: str, *, closing: bool) -> None:
        if name == "br":
            self._end_line(force=True)
        elif name in ("td", "th") and not closing and self._line:
            self._gap = False
            self._line.append("\t")
        elif name == "hr":
            self._end_line()
            self._line.append("-" * 20)
            self._end_line()
        elif name in _BREAKS:
            self._end_line()
            self._space_due = self._space_due or name in _SPACED
            step = -1 if closing else 1
            if name == "blockquote":
                self._depth = max(0, self._depth + step)
            elif name == "pre":
                self._preformatted = max(0, self._preformatted + step)
            elif name == "li" and not closing:
                self._put("・")

    def result(self) -> str:
        self._end_line()
        return "\n".join(self._lines).strip("\n")

    def _put(self, text: str) -> None:
        if not text:
            return
        if self._space_due:
            self._space_due = False
            if self._lines and self._lines[-1].strip("> "):
                self._lines.append("")
        self._line.append(text)

    def _end_line(self, *, force: bool = False) -> None:
        self._gap = False
        if self._line or force:
            depth = min(self._depth, _QUOTE_DEPTH) if self._quote else 0
            mark = f"{'>' * depth} " if depth else ""
            self._lines.append((mark + "".join(self._line)).rstrip())
            self._line = []


def html_to_text(html: str, *, quote: bool = True) -> str:
    """The visible text of a mail's HTML, one block a line; quotations get `> ` unless told not to.

    Images give their alternative text, cells are parted by tabs. Linear in time, never raises.
    """
    writer = _Writer(quote=quote)
    for token in visible_tokens(html):
        if isinstance(token, Text):
            writer.write(token.data)
        elif isinstance(token, Raw):
            writer.tag("pre", closing=False)
            writer.write(token.data)
            writer.tag("pre", closing=True)
        elif isinstance(token, Start):
            writer.tag(token.name, closing=False)
            if token.name == "img":
                writer.write(decoded(token.attributes.get("alt", "")).strip())
        else:
            writer.tag(token.name, closing=True)
    return writer.result()


def visible_tokens(html: str) -> list[Token]:
    """The tokens that a browser would show, references resolved, elements under our names."""
    found: list[Token] = []
    templates = 0
    for token in tokenize(html):
        if isinstance(token, Start | End) and token.name == "template":
            templates = max(0, templates + (1 if isinstance(token, Start) else -1))
        elif templates:
            continue
        elif isinstance(token, Text):
            found.append(Text(_shown(token.data, raw=False)))
        elif isinstance(token, Raw):
            if token.name not in policy.UNSEEN:
                found.append(
                    Raw(
                        "pre",
                        {},
                        _shown(token.data, raw=token.name not in RCDATA).removeprefix("\n"),
                    )
                )
        elif isinstance(token, Start):
            shown = policy.shown_by_input(token.attributes) if token.name == "input" else ""
            if shown:
                found.append(Text(f" {_shown(shown, raw=False)} "))
            name = policy.RENAMED.get(token.name, token.name)
            found.append(Start(name, token.attributes))
        else:
            found.append(End(policy.RENAMED.get(token.name, token.name)))
    return found


def text_to_html(text: str, *, fold_label: str | None = None) -> SafeHtml:
    """Plain text as HTML: escaped, addresses as links, lines kept, `>` lines as quotations.

    With `fold_label` the quoted history at the end stands in a `<details>` under that label.
    """
    lines = printable(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    start = quote_start(lines) if fold_label is not None else None
    if start is None or fold_label is None:
        return SafeHtml(f'<div class="plain">{_lines_html(lines)}</div>')
    return SafeHtml(
        f'<div class="plain">{_lines_html(lines[:start])}</div>'
        f'<details class="quote-fold"><summary>{escape(fold_label)}</summary>'
        f'<div class="plain">{_lines_html(lines[start:])}</div></details>'
    )


def _lines_html(lines: list[str]) -> str:
    """Write lines, a `<blockquote>` for every level of `>`."""
    out: list[str] = []
    depth = 0
    for line in lines:
        level = 0
        while level < _QUOTE_DEPTH:
            mark = _MARK.match(line)
            if mark is None:
                break
            line = line[mark.end() :]
            level += 1
        if level == depth and out:
            out.append("<br>")
        out.extend(['<blockquote class="quoted">'] * (level - depth))
        out.extend(["</blockquote>"] * (depth - level))
        depth = level
        out.append(linkify(line))
    out.extend(["</blockquote>"] * depth)
    return "".join(out)


def _shown(data: str, *, raw: bool) -> str:
    return _INVISIBLE.sub("", data if raw else decoded(data))
