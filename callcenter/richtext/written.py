"""HTML that somebody writes here, in the editor of the composer: `written`.

What the editor makes is a handful of elements without looks of their own. Nothing else goes out in
a mail of ours, whatever was pasted or posted; and nothing is added for a page of ours, as
`sanitize` does with what it lets pass.
"""

import nh3

from callcenter.richtext.safe import SafeHtml

_TAGS = {
    "a", "b", "blockquote", "br", "del", "div", "em", "h1", "h2", "h3", "i", "li", "ol", "p",
    "pre", "s", "strong", "u", "ul",
}  # fmt: skip
_UNSEEN = {"script", "style", "title", "template", "noscript", "iframe", "object"}
_SCHEMES = {"http", "https", "mailto", "tel"}


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
