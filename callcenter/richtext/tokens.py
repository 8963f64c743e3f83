"""Cut hostile HTML into tokens, in linear time, the way a browser's tokenizer would.

Why not `html.parser`: it differs from browsers on comments and raw text, and is quadratic on
unclosed constructs. Why not leave it to nh3: it needs minutes for a megabyte of `<div>`, so its
input is rebuilt from these tokens by `prepare` with a bounded depth; what nh3 parses can then only
be read one way. Foreign content (svg, math) is not tokenized differently: `prepare` never lets
those elements through, so nothing after them is foreign either.

Entities are left alone, in text as in attribute values.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

RAWTEXT = frozenset({"style", "xmp", "iframe", "noembed", "noframes", "textarea", "title"})
# These two hold character references; the other raw elements hold none.
RCDATA = frozenset({"textarea", "title"})

_NAME = re.compile(r"[a-zA-Z][^\t\n\f\r />]*")
_ATTRIBUTE = re.compile(
    r"""[\t\n\f\r /]*
        ([^\t\n\f\r />][^\t\n\f\r />=]*)
        (?:[\t\n\f\r ]*=[\t\n\f\r ]*
            (?: "([^"]*)" | '([^']*)' | (?!["'>])([^\t\n\f\r >]+) | (?=>) )
        )?""",
    re.VERBOSE,
)
_HALF_QUOTED = re.compile(
    r"""[\t\n\f\r /]*[^\t\n\f\r />][^\t\n\f\r />=]*[\t\n\f\r ]*=[\t\n\f\r ]*["']"""
)
_GAP = re.compile(r"[\t\n\f\r /]*")
_COMMENT_END = re.compile(r"--!?>")
_SCRIPT_STEP = re.compile(r"<!--|-->|<(/?)script(?=[\t\n\f\r />])", re.IGNORECASE)


class Text(NamedTuple):
    """Characters as written; `<` in them is a literal one."""

    data: str


class Start(NamedTuple):
    """A start tag: lower-case name, attributes in order, first of each name, undecoded."""

    name: str
    attributes: dict[str, str]


class End(NamedTuple):
    """An end tag."""

    name: str


class Raw(NamedTuple):
    """A whole script, style, iframe, title, textarea … element: its name and what it held."""

    name: str
    attributes: dict[str, str]
    data: str


Token = Text | Start | End | Raw


def tokenize(html: str) -> Iterator[Token]:
    """Yield the tokens of `html`; comments, doctypes and processing instructions are left out."""
    pos = 0
    length = len(html)
    text_from = 0
    while True:
        mark = html.find("<", pos)
        if mark < 0 or mark + 1 >= length:
            break
        following = html[mark + 1]
        if following in "!?" or (following == "/" and mark + 2 < length):
            if following == "/":
                name = _NAME.match(html, mark + 2)
                if name is not None:
                    if text_from < mark:
                        yield Text(html[text_from:mark])
                    attributes, pos = _attributes(html, name.end())
                    text_from = pos
                    if attributes is None:
                        return
                    yield End(name.group().lower())
                    continue
            if text_from < mark:
                yield Text(html[text_from:mark])
            pos = text_from = _after_comment(html, mark)
            continue
        name = _NAME.match(html, mark + 1)
        if name is None:
            pos = mark + 1
            continue
        if text_from < mark:
            yield Text(html[text_from:mark])
        attributes, pos = _attributes(html, name.end())
        text_from = pos
        if attributes is None:
            return
        tag = name.group().lower()
        if tag == "plaintext":
            yield Raw(tag, attributes, html[pos:])
            return
        if tag in RAWTEXT or tag == "script":
            close = _raw_end(html, tag, pos)
            yield Raw(tag, attributes, html[pos:close])
            end_name = _NAME.match(html, close + 2)
            if end_name is None:
                return
            _, pos = _attributes(html, end_name.end())
            text_from = pos
            continue
        yield Start(tag, attributes)
    if text_from < length:
        yield Text(html[text_from:])


def _attributes(html: str, pos: int) -> tuple[dict[str, str] | None, int]:
    """Read attributes up to the tag's `>`; None when the input ends inside the tag.

    A browser drops a tag that the end of the file cuts off, and the rest with it.
    """
    found: dict[str, str] = {}
    while True:
        gap = _GAP.match(html, pos)
        if gap is not None:
            pos = gap.end()
        if pos >= len(html):
            return None, len(html)
        if html[pos] == ">":
            return found, pos + 1
        match = _ATTRIBUTE.match(html, pos)
        if match is None:
            return None, len(html)
        # `name="…` without its closing quote swallows the rest of the file.
        if match.lastindex == 1 and _HALF_QUOTED.match(html, pos) is not None:
            return None, len(html)
        value = match.group(2) or match.group(3) or match.group(4) or ""
        found.setdefault(match.group(1).lower(), value)
        pos = match.end()


def _after_comment(html: str, mark: int) -> int:
    if not html.startswith("<!--", mark):
        end = html.find(">", mark + 2)
        return len(html) if end < 0 else end + 1
    for short in ("<!-->", "<!--->"):
        if html.startswith(short, mark):
            return mark + len(short)
    match = _COMMENT_END.search(html, mark + 4)
    return len(html) if match is None else match.end()


def _raw_end(html: str, tag: str, pos: int) -> int:
    """Where the end tag of a raw text element that opened before `pos` begins."""
    if tag != "script":
        match = re.compile(rf"</{tag}(?=[\t\n\f\r />])", re.IGNORECASE).search(html, pos)
        return len(html) if match is None else match.start()
    # "Script data double escaped": `<!-- <script> </script>` does not end the outer script.
    state = 0
    while True:
        match = _SCRIPT_STEP.search(html, pos)
        if match is None:
            return len(html)
        step = match.group()
        pos = match.end()
        if step == "<!--":
            state = state or 1
            pos -= 2  # `<!-->` opens and closes with the same dashes
        elif step == "-->":
            state = 0
        elif match.group(1):
            if state < 2:
                return match.start()
            state = 1
        elif state == 1:
            state = 2
