"""HTML that somebody writes here, in the editor of the composer: `written`, `rewritten`.

What the editor makes is a handful of elements without looks of their own. Nothing else goes out in
a mail of ours, whatever was pasted or posted; and nothing is added for a page of ours, as
`sanitize` does with what it lets pass.
"""

import re

import nh3

from callcenter.richtext.safe import SafeHtml

_TAGS = {
    "a", "b", "blockquote", "br", "del", "div", "em", "h1", "h2", "h3", "i", "li", "ol", "p",
    "pre", "s", "strong", "u", "ul",
}  # fmt: skip
_UNSEEN = {"script", "style", "title", "template", "noscript", "iframe", "object"}
_SCHEMES = {"http", "https", "mailto", "tel"}
# What a table is to a mail without tables: its rows stand on lines, its cells apart.
_ROWS = re.compile(r"(</?)(?:table|thead|tbody|tfoot|tr|caption)(?=[\s/>])", re.I)
_CELLS = re.compile(r"(</?)t[dh](?=[\s/>])", re.I)
_BEFORE_CELLS = re.compile(r"(?=<t[dh][\s/>])", re.I)
_BEFORE_FIRST = re.compile(r"(<tr(?:\s[^>]*)?>\s*) &nbsp;", re.I)
_FORMATTED = re.compile(r"<(?!/?(?:div|p|br)\b)")


def written(html: str) -> SafeHtml:
    """`html` with what an agent may write; empty when it says nothing."""
    clean = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_UNSEEN,
        attributes={"a": {"href"}},
        url_schemes=_SCHEMES,
        link_rel=None,
    ).strip()
    says = nh3.clean(clean, tags=set()).replace("&nbsp;", " ").strip("\u00a0 \n")
    return SafeHtml(clean if says else "")


def rewritten(html: str) -> SafeHtml:
    """As `written`, of a mail that was begun in another program and is gone on with here.

    Empty as well when it is formatted in no way that is kept: plain text then says the same.
    """
    # Before it is cleaned, which leaves of a table nothing but its words.
    parted = _BEFORE_FIRST.sub(r"\1", _BEFORE_CELLS.sub(" &nbsp;", html))
    clean = written(_ROWS.sub(r"\1div", _CELLS.sub(r"\1span", parted)))
    return clean if _FORMATTED.search(clean) else SafeHtml("")
