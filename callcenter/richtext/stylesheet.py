"""Keep of a mail's `<style>` blocks what gives it its look.

Newsletters look right mostly by style attributes; Outlook's mail does not (`p.MsoNormal
{margin:0}` stands in a block, and without it every line is a paragraph), and what a newsletter
shows only on a telephone is hidden on a desk by a block. So the blocks are read, and the rules that
this pass knows are written anew: selectors of elements and classes (descendant and child), the
declarations of `css`. No at-rules: `@import` and `@font-face` fetch, `@media` is for other screens.

The rules never stand in the sanitised HTML. They are scoped under `.mail` and handed on in
`SafeHtml.stylesheet`; only `frame_document` uses them, whose policy allows that sheet by its hash.
"""

import re
from collections.abc import Iterable

import tinycss2  # type: ignore[import-untyped]

from callcenter.richtext.css import ImageSource, declarations_text
from callcenter.richtext.policy import TAGS, prefixed

SCOPE = ".mail"
MAX_SELECTORS = 2_000
_COMPOUND = re.compile(
    r"([a-z][a-z0-9]*|\*)?((?:\.[a-z_][\w-]{0,63})*)\Z", re.IGNORECASE | re.ASCII
)
_ROOTS = frozenset({"body", "html"})


def clean_stylesheet(styles: Iterable[str], image: ImageSource) -> str:
    """The allowed rules of all style blocks of a mail, each on a line."""
    written: list[str] = []
    selectors_left = MAX_SELECTORS
    for style in styles:
        for rule in tinycss2.parse_stylesheet(
            _without_fences(style), skip_comments=True, skip_whitespace=True
        ):
            if rule.type != "qualified-rule":
                continue
            selectors = _selectors(tinycss2.serialize(rule.prelude))
            if not selectors:
                continue
            selectors_left -= len(selectors)
            if selectors_left < 0:
                return "\n".join(written)
            declarations = declarations_text(
                tinycss2.parse_blocks_contents(
                    rule.content, skip_comments=True, skip_whitespace=True
                ),
                image,
            )
            if declarations:
                written.append(f"{','.join(selectors)}{{{declarations}}}")
    return "\n".join(written)


def _without_fences(style: str) -> str:
    """Without the `<!--` and `-->` that once hid style blocks from browsers without styles."""
    return style.replace("<!--", " ").replace("-->", " ")


def _selectors(prelude: str) -> list[str]:
    """The selectors that this pass knows, scoped; a list is taken apart, as each stands alone."""
    if len(prelude) > 2_000:
        return []
    scoped = (_scoped(selector) for selector in prelude.split(","))
    return [selector for selector in scoped if selector]


def _scoped(selector: str) -> str:
    parts = re.sub(r"\s*>\s*", " > ", selector.strip()).split()
    if parts and parts[0].lower() in _ROOTS:
        # The body became a <div> below the scope: its children are no children of the scope.
        parts = parts[2:] if parts[1:2] == [">"] else parts[1:]
        if parts[:1] and parts[0].lower() == "body":
            parts = parts[1:]
        if not parts:
            return SCOPE
    written = [SCOPE]
    for part in parts:
        match = _COMPOUND.match(part)
        if part == ">" and written[-1] != ">":
            written.append(part)
        elif match is None:
            return ""
        else:
            tag, classes = (match.group(1) or "").lower(), match.group(2)
            tag = "div" if tag in _ROOTS else tag
            if tag not in TAGS and tag not in ("", "*"):
                return ""
            written.append(tag + "".join(f".{prefixed(name)}" for name in classes.split(".")[1:]))
    return " ".join(written) if parts and written[-1] != ">" else ""
