"""Make the HTML of a mail harmless: `sanitize`.

Four steps, each of which must be enough against what it names, whatever the others do:

1. `prepare` rebuilds the input in linear time (depth bombs, misnesting, tokenizer tricks).
2. nh3 parses it and keeps only the elements, attributes and address schemes of `policy`.
3. During that parse every attribute value passes through `_Filter`: styles through `css`, links
   through `links`, images through `images`, everything else through `policy.plain_value`.
4. `_finish` adds what the page relies on: where links open and lead, which images were kept back.

The result is parsed once more until it no longer changes: what a browser builds from it is what
was judged here (no mutation on the second reading), and `sanitize` of its own output is itself.
"""

import functools
import re

import nh3

from callcenter.richtext import policy
from callcenter.richtext.css import MAX_DECLARATIONS, clean_declarations, lacks_background
from callcenter.richtext.images import CidUrl, Images
from callcenter.richtext.links import is_suspicious, names_other_host, read_link
from callcenter.richtext.prepare import prepare
from callcenter.richtext.safe import SafeHtml, decoded, escape
from callcenter.richtext.stylesheet import clean_stylesheet

MAX_ROUNDS = 6
# Distinct styles are parsed by tinycss2 at about 1 MB/s: this many characters of them a mail.
MAX_STYLE_CHARS = 300_000

# Values that only pass from `_Filter` to `_finish`: no mail can bring them, since nh3 has dropped
# every address with a scheme that is not listed before the filter sees it.
_BLOCKED = "x-blocked:"
_CID = "x-cid:"
_WARNED = "x-warned:"

_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z-]+="[^"]*")*)>(\n?)')
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
_NEEDS_CARE = re.compile(r' (?:title|background)="| style="[^"]*background-image:none')
_LINK_TEXT = 2_000


def sanitize(html: str, *, allow_remote: bool = False, cid_url: CidUrl | None = None) -> SafeHtml:
    """Return `html` with nothing left that runs, submits, fetches or deceives.

    `allow_remote` lets http and https images through (the agent asked for them). `cid_url` gives
    the address of an inline image by its content id, or None; without it such images stay empty,
    with `data-cid`. Never raises, whatever the input.
    """
    prepared = prepare(html)
    images = Images(allow_remote=allow_remote, cid_url=cid_url)
    cleaner = _Filter(images)
    safe = _finish(cleaner.clean(prepared.html))
    safe, stable = _settle(safe)
    notices = list(prepared.notices)
    if (not stable or cleaner.exhausted) and "simplified" not in notices:
        notices.append("simplified")
    stylesheet = clean_stylesheet(prepared.styles, images.source) if prepared.styles else ""
    return SafeHtml(
        safe,
        blocked_remote=images.blocked,
        cids=images.cids,
        notices=tuple(notices),
        stylesheet=stylesheet,
    )


class _Filter:
    """nh3 with the judge of attribute values for one mail."""

    def __init__(self, images: Images) -> None:
        self._images = images
        self._styles: dict[str, str] = {}
        self._style_chars = 0
        self.exhausted = False
        self._cleaner = nh3.Cleaner(
            tags=set(policy.TAGS),
            clean_content_tags=set(policy.UNSEEN),
            attributes={tag: set(names) for tag, names in policy.ATTRIBUTES.items()},
            attribute_filter=self._attribute,
            url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
            link_rel=None,
        )

    def clean(self, html: str) -> str:
        return self._cleaner.clean(html)

    def _attribute(self, tag: str, name: str, value: str) -> str | None:
        if name == "style":
            return self._style(value) or None
        if name == "href":
            return _href(value)
        if name == "src":
            return self._source(value)
        if name == "background":
            found = self._images.judge(value)
            return _BLOCKED if found.blocked else found.address
        return policy.plain_value(name, value)

    def _style(self, value: str) -> str:
        known = self._styles.get(value)
        if known is not None:
            return known
        self._style_chars += len(value)
        if len(value) > MAX_DECLARATIONS or self._style_chars > MAX_STYLE_CHARS:
            self.exhausted = True
            return ""
        clean = clean_declarations(value, self._images.source)
        self._styles[value] = clean
        return clean

    def _source(self, value: str) -> str | None:
        found = self._images.judge(value)
        if found.address is not None:
            return found.address
        if found.blocked:
            return _BLOCKED
        return f"{_CID}{found.cid}" if found.cid else None


def _href(value: str) -> str | None:
    link = read_link(value)
    if link is None:
        return None
    return f"{_WARNED}{link.href}" if is_suspicious(value, link) else link.href


@functools.cache
def _structural() -> nh3.Cleaner:
    """The same elements and attributes, values untouched: one more parse at Rust's speed."""
    attributes = {tag: set(names) for tag, names in policy.ATTRIBUTES.items()}
    attributes["a"] |= {"data-host", "rel", "target"}
    attributes["img"] |= {"referrerpolicy"}
    return nh3.Cleaner(
        tags=set(policy.TAGS),
        clean_content_tags=set(policy.UNSEEN),
        attributes=attributes,
        url_schemes={"http", "https", "mailto", "tel", "data"},
        link_rel=None,
    )


def _settle(html: str) -> tuple[str, bool]:
    """Parse and write until nothing changes; False when structure had to be given up for that."""
    for _ in range(MAX_ROUNDS):
        again = _finish(_structural().clean(prepare(html).html))
        if again == html:
            return html, True
        html = again
    # No mail known does this. Inline text without any nesting is always stable.
    flat = re.sub(r"<(?!br>)[^>]*>", "\n", html)
    return _finish(_structural().clean(flat.replace("\n", "<br>"))), False


def _finish(html: str) -> str:
    """Write links and images as the page relies on them; `html` is nh3's own serialisation."""
    out: list[str] = []
    end = 0
    link: int | None = None  # where in `out` the open link's start tag stands
    text: list[str] = []
    for match in _TAG.finditer(html):
        between = html[end : match.start()]
        if link is not None:
            text.append(between)
        out.append(between)
        end = match.end()
        closing, name, attributes, newline = match.groups()
        if name == "a":
            if link is not None:
                out[link] = _link(out[link], "".join(text))
                link = None
            if not closing:
                link = len(out)
                text = []
            out.append(match.group())
        elif name == "img" and not closing:
            out.append(_image(attributes, in_link=link is not None) + newline)
        else:
            if attributes and _NEEDS_CARE.search(attributes) is not None:
                out.append(_element(name, attributes, in_link=link is not None) + newline)
            else:
                out.append(match.group())
            if name == "pre" and not closing and newline:
                # A parser eats the first newline of a <pre>; nh3 wrote the one after it.
                out.append("\n")
    if link is not None:
        out[link] = _link(out[link], "".join(text))
    out.append(html[end:])
    return "".join(out)


def _link(tag: str, text: str) -> str:
    newline = "\n" if tag.endswith("\n") else ""
    attributes = {
        name: value
        for name, value in _ATTRIBUTE.findall(tag)
        if name not in ("rel", "target", "data-host")
    }
    href = decoded(attributes.pop("href", ""))
    warned = attributes.pop("data-warning", None) is not None or href.startswith(_WARNED)
    link = read_link(href.removeprefix(_WARNED))
    if link is not None:
        attributes.pop("title", None)
        visible = decoded(text[: _LINK_TEXT * 2])[:_LINK_TEXT]
        written = link.attributes(warned=warned or names_other_host(visible, link))
        attributes.update((key, escape(value)) for key, value in written.items())
    return _start_tag("a", attributes) + newline


def _element(name: str, written: str, *, in_link: bool) -> str:
    """Mark what lost its background, and leave no title inside a link that could hide its own."""
    attributes = dict(_ATTRIBUTE.findall(written))
    if in_link:
        attributes.pop("title", None)
    blocked = attributes.get("background") == _BLOCKED
    if blocked:
        del attributes["background"]
    style = decoded(attributes.get("style", ""))
    if "bgcolor" not in attributes and lacks_background(style, refused=blocked):
        attributes["data-blocked"] = "background"
    return _start_tag(name, attributes)


def _image(written: str, *, in_link: bool) -> str:
    attributes = dict(_ATTRIBUTE.findall(written))
    attributes.pop("referrerpolicy", None)
    if in_link:
        attributes.pop("title", None)
    source = attributes.get("src", "")
    if source == _BLOCKED:
        del attributes["src"]
        attributes["data-blocked"] = "remote"
    elif source.startswith(_CID):
        del attributes["src"]
        attributes["data-cid"] = source.removeprefix(_CID)
    elif source:
        attributes.pop("data-blocked", None)
        attributes.pop("data-cid", None)
        if source.startswith(("http:", "https:")):
            attributes["referrerpolicy"] = "no-referrer"
    return _start_tag("img", attributes)


def _start_tag(name: str, attributes: dict[str, str]) -> str:
    written = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{written}>"
