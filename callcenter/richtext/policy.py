"""The elements, attributes and attribute values that a mail may bring.

Everything that is not named here is left out: the element's tags, never its text. The elements
whose contents a browser does not show either (`UNSEEN`) go with their contents.
No `id` and no `name`: they could clobber or anchor into a page. Classes are prefixed with `x_`, so
that a mail can only meet its own style rules and never ours.
"""

import re


def words(text: str) -> frozenset[str]:
    """A set of names written as one string."""
    return frozenset(text.split())


UNSEEN = frozenset({"script", "style", "template", "title", "iframe", "noembed", "noframes"})

VOID = frozenset({"br", "col", "hr", "img", "wbr"})

FORMATTING = words("a b big code em font i nobr s small strike strong tt u")
INLINE = words("abbr acronym bdi cite del dfn ins kbd mark q rp rt ruby samp span sub sup time var")
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
CELLS = frozenset({"td", "th", "caption"})
TABLE_GROUPS = frozenset({"thead", "tbody", "tfoot"})
TABLE_PARTS = frozenset({"col", "colgroup", "tr"}) | CELLS | TABLE_GROUPS
BLOCKS = HEADINGS | words(
    "address article aside blockquote center dd div dl dt figcaption figure footer header hr li "
    "main menu nav ol p pre section table ul"
)
SPECIAL = BLOCKS | TABLE_PARTS | {"br", "img", "wbr"}
TAGS = FORMATTING | INLINE | BLOCKS | TABLE_PARTS | VOID

# Elements that are not let through, but whose place in the layout is kept.
RENAMED = {
    **dict.fromkeys(
        words(
            "body details dialog fieldset form hgroup legend marquee optgroup option search summary"
        ),
        "div",
    ),
    **dict.fromkeys(words("button label output bdo blink"), "span"),
    **dict.fromkeys(words("listing plaintext xmp"), "pre"),
    "dir": "ul",
    "image": "img",
}

_CELL = frozenset({"align", "background", "bgcolor", "height", "valign", "width"})
ATTRIBUTES: dict[str, frozenset[str]] = {
    "*": frozenset({"class", "data-blocked", "data-quote", "dir", "lang", "style", "title"}),
    "a": frozenset({"data-warning", "href"}),
    "blockquote": frozenset({"type"}),
    "br": frozenset({"clear"}),
    "caption": frozenset({"align", "valign"}),
    "col": frozenset({"align", "bgcolor", "span", "valign", "width"}),
    "colgroup": frozenset({"align", "bgcolor", "span", "valign", "width"}),
    "div": frozenset({"align", "bgcolor", "background"}),
    "font": frozenset({"color", "face", "size"}),
    "hr": frozenset({"align", "color", "noshade", "size", "width"}),
    "img": words("align alt border data-cid height hspace src vspace width"),
    "li": frozenset({"type", "value"}),
    "ol": frozenset({"reversed", "start", "type"}),
    "p": frozenset({"align"}),
    "pre": frozenset({"width"}),
    "table": _CELL | {"border", "cellpadding", "cellspacing", "frame", "rules", "summary"},
    "tbody": _CELL,
    "td": _CELL | {"colspan", "nowrap", "rowspan"},
    "tfoot": _CELL,
    "th": _CELL | {"colspan", "nowrap", "rowspan", "scope"},
    "thead": _CELL,
    "tr": _CELL,
    "ul": frozenset({"type"}),
    **{heading: frozenset({"align"}) for heading in HEADINGS},
}

# What wraps quoted history, by the class or id that mail programs give it.
QUOTE_MARKS = {
    "gmail_quote": "gmail",
    "gmail_quote_container": "gmail",
    "yahoo_quoted": "yahoo",
    "protonmail_quote": "proton",
    "zmail_extra": "zoho",
    "moz-cite-prefix": "intro",
    "gmail_attr": "intro",
    "divrplyfwdmsg": "outlook",
    "appendonsend": "outlook",
    "mail-editor-reference-message-container": "outlook",
    "olk_src_body_section": "outlook",
    "replysplit": "outlook",
}
QUOTES = frozenset(QUOTE_MARKS.values()) | {"cite"}

_FREE_TEXT = frozenset({"alt", "summary", "title"})
_PLAIN = re.compile(r"[\w#%.,()+*' -]{0,200}\Z")
_CLASS = re.compile(r"[A-Za-z_][\w-]{0,63}\Z", re.ASCII)
_COUNTS = {"colspan": 1_000, "rowspan": 1_000, "span": 1_000}
_ENUMERATED = {
    "data-blocked": frozenset({"background", "remote"}),
    "data-quote": QUOTES,
    "data-warning": frozenset({"host"}),
    "dir": frozenset({"ltr", "rtl", "auto"}),
}


def is_allowed(tag: str, attribute: str) -> bool:
    """Whether this attribute may stand on this element at all."""
    return attribute in ATTRIBUTES["*"] or attribute in ATTRIBUTES.get(tag, ())


def plain_value(attribute: str, value: str) -> str | None:
    """The value to keep for an attribute that is neither an address nor a style."""
    if attribute in _ENUMERATED:
        lowered = value.strip().lower()
        return lowered if lowered in _ENUMERATED[attribute] else None
    if attribute == "class":
        return " ".join(classes(value)) or None
    if attribute == "data-cid":
        return value if 0 < len(value) <= 512 and value.isprintable() else None
    if attribute in _FREE_TEXT:
        return value
    if attribute in _COUNTS:
        digits = value.strip()
        if not (digits.isascii() and digits.isdigit()):
            return None
        return str(min(int(digits[:6]), _COUNTS[attribute]))
    return value if _PLAIN.match(value) is not None else None


def classes(value: str) -> list[str]:
    """The class names to keep, each with our prefix."""
    return [prefixed(name) for name in value.split()[:20] if _CLASS.match(name) is not None]


def prefixed(name: str) -> str:
    """A mail's class name in our pages, where it can only meet the mail's own rules."""
    return name if name.startswith("x_") else f"x_{name}"


_SHOWN_INPUTS = words(
    "text email tel url search number date time month week submit button reset datetime-local "
    "datetime"
)


def shown_by_input(attributes: dict[str, str]) -> str:
    """What a form field shows: it dies, but its text may be a sentence."""
    if attributes.get("type", "text").strip().lower() not in _SHOWN_INPUTS:
        return ""
    return (attributes.get("value") or attributes.get("placeholder") or "").strip()
