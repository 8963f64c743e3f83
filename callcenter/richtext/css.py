"""Let through the part of CSS that gives a mail its look, and none that fetches or covers.

nh3 has a style filter, but it judges property names only and lets `image-set('https://…')` pass.
So this pass reads every declaration with tinycss2 and writes it anew from tokens it knows: names
from a list; identifiers, numbers, hashes, commas and slashes; colour functions and calc; strings
only as font names. `url()` is only known to `background` and `background-image`, and only what the
caller's `image` callable gives back is written. At-rules, `position`, `var()`, `!important`,
escapes and everything unknown are left out, one declaration at a time.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import tinycss2  # type: ignore[import-untyped]

from callcenter.richtext.links import percent_encoded
from callcenter.richtext.policy import words

# A mail's one attribute or rule; newsletters stay below 2,000 characters.
MAX_DECLARATIONS = 10_000
_MAX_NESTING = 4
_MAX_NEGATIVE = 48.0

_BOX = ("margin", "padding")
_SIDES = ("top", "right", "bottom", "left")
_BORDER = ("color", "style", "width")
PROPERTIES = frozenset(
    {
        *_BOX,
        *(f"{box}-{side}" for box in _BOX for side in _SIDES),
        "border",
        *(f"border-{part}" for part in _BORDER),
        *(f"border-{side}" for side in _SIDES),
        *(f"border-{side}-{part}" for side in _SIDES for part in _BORDER),
        "border-radius",
        "border-top-left-radius",
        "border-top-right-radius",
        "border-bottom-left-radius",
        "border-bottom-right-radius",
        "border-collapse",
        "border-spacing",
        "background",
        "background-color",
        "background-image",
        "background-position",
        "background-repeat",
        "background-size",
        "box-sizing",
        "caption-side",
        "clear",
        "color",
        "direction",
        "display",
        "empty-cells",
        "float",
        "font",
        "font-family",
        "font-size",
        "font-stretch",
        "font-style",
        "font-variant",
        "font-weight",
        "height",
        "hyphens",
        "letter-spacing",
        "line-break",
        "line-height",
        "list-style",
        "list-style-position",
        "list-style-type",
        "max-height",
        "max-width",
        "min-height",
        "min-width",
        "opacity",
        "overflow",
        "overflow-wrap",
        "overflow-x",
        "overflow-y",
        "quotes",
        "table-layout",
        "text-align",
        "text-align-last",
        "text-decoration",
        "text-decoration-color",
        "text-decoration-line",
        "text-decoration-style",
        "text-indent",
        "text-justify",
        "text-overflow",
        "text-transform",
        "vertical-align",
        "visibility",
        "white-space",
        "width",
        "word-break",
        "word-spacing",
        "word-wrap",
        "writing-mode",
    }
)
_IMAGE_PROPERTIES = frozenset({"background", "background-image"})
_STRING_PROPERTIES = frozenset({"font", "font-family"})
# Pulled-out text is an honest list indent when small; far out it hides or covers a sentence.
_NEGATIVE_LIMITED = frozenset(
    {"text-indent", "letter-spacing", "word-spacing"}
    | {name for name in PROPERTIES if name.startswith("margin")}
)
_DISPLAYS = words(
    "block inline inline-block none list-item table inline-table table-row table-cell "
    "table-row-group table-header-group table-footer-group table-column table-column-group "
    "table-caption flow-root"
)
_COLOURS = frozenset({"rgb", "rgba", "hsl", "hsla"})
_IDENT = re.compile(r"-?[^\W\d][\w-]*\Z")
_FONT_NAME = re.compile(r"[\w .,&+()@-]*\Z")
_UNIT = re.compile(r"[a-z]{1,5}\Z", re.IGNORECASE)
_UNQUOTABLE = re.compile(r"""["'()\\<>\s]""")
_HASH = re.compile(r"[0-9a-f]{3,8}\Z", re.IGNORECASE)

_NO_IMAGE = "background-image:none"
# Words of a `background` that are no colour; lengths count as one, which errs on the quiet side.
_NOT_COLOURS = words(
    "no-repeat repeat repeat-x repeat-y round space scroll fixed local top bottom left right "
    "center cover contain auto none transparent border-box padding-box content-box 0 50% 100%"
)

ImageSource = Callable[[str], str | None]


class Refused(Exception):
    """A value holds something that this pass does not know."""


def clean_declarations(style: str, image: ImageSource) -> str:
    """Return the allowed declarations of a style attribute, written anew; "" when none is left.

    `image` is asked for every url of a background and answers the address to write, or None.
    """
    if len(style) > MAX_DECLARATIONS:
        return ""
    return declarations_text(
        tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True), image
    )


def declarations_text(nodes: Iterable[Any], image: ImageSource) -> str:
    """Write the allowed ones among tinycss2's declaration nodes."""
    kept = []
    refused: list[str] = []

    def judged(address: str) -> str | None:
        allowed = image(address)
        if allowed is None:
            refused.append(address)
        return allowed

    for node in nodes:
        if node.type != "declaration" or node.lower_name not in PROPERTIES:
            continue
        try:
            value = _value(node.lower_name, node.value, judged)
        except Refused:
            continue
        if value:
            kept.append(f"{node.lower_name}:{value}")
    if refused and _NO_IMAGE not in kept and not _has_background(kept):
        kept.append(_NO_IMAGE)
    return ";".join(kept)


def lacks_background(style: str, *, refused: bool = False) -> bool:
    """Whether a background image was refused and the style (as written here) has no colour for it.

    White text on a picture that is not shown would be white on white. `refused`: the picture was
    not in the style but in an attribute beside it.
    """
    declarations = style.split(";")
    return (refused or _NO_IMAGE in declarations) and not _has_background(declarations)


def _has_background(declarations: Iterable[str]) -> bool:
    for declaration in declarations:
        name, _, value = declaration.partition(":")
        if name == "background-color":
            return True
        if name == "background" and set(re.split(r"[ ,/]+", value)) - _NOT_COLOURS:
            return True
    return False


def _value(name: str, tokens: Sequence[Any], image: ImageSource) -> str:
    parts = [_token(name, token, image, 0) for token in tokens]
    value = re.sub(r" +", " ", "".join(parts)).strip()
    if name == "display" and value not in _DISPLAYS:
        raise Refused
    return value


def _token(name: str, token: Any, image: ImageSource, depth: int) -> str:
    """Write one component value, or refuse the declaration."""
    match token.type:
        case "whitespace":
            return " "
        case "comment":
            return " "
        case "ident":
            if _IDENT.match(token.value) is None:
                raise Refused
            return str(token.value) if name.startswith("font") else str(token.lower_value)
        case "number" | "percentage" | "dimension":
            return _number(name, token)
        case "hash":
            if _HASH.match(token.value) is None:
                raise Refused
            return f"#{token.value}"
        case "literal" if token.value in (",", "/"):
            return str(token.value)
        case "literal" if depth and token.value in ("+", "-", "*"):
            return str(token.value)
        case "string":
            if name not in _STRING_PROPERTIES or _FONT_NAME.match(token.value) is None:
                raise Refused
            return f"'{token.value}'"
        case "url":
            return _image(name, token.value, image)
        case "function":
            return _function(name, token, image, depth)
        case "() block" if depth:
            return f"({_inner(name, token.content, image, depth)})"
    raise Refused


def _number(name: str, token: Any) -> str:
    # The value and not its spelling: `1e999` and fifty digits are of no use to anybody.
    value = float(token.value)
    if not -1e6 < value < 1e6:
        raise Refused
    if name in _NEGATIVE_LIMITED and value < -_MAX_NEGATIVE:
        raise Refused
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    text = "0" if text in ("-0", "") else text
    if token.type == "percentage":
        return f"{text}%"
    if token.type == "dimension":
        if _UNIT.match(token.unit) is None:
            raise Refused
        return f"{text}{token.lower_unit}"
    return text


def _function(name: str, token: Any, image: ImageSource, depth: int) -> str:
    function = token.lower_name
    if function == "url":
        strings = [part for part in token.arguments if part.type not in ("whitespace", "comment")]
        if len(strings) != 1 or strings[0].type != "string":
            raise Refused
        return _image(name, strings[0].value, image)
    if function not in _COLOURS and function != "calc":
        raise Refused
    return f"{function}({_inner(name, token.arguments, image, depth)})"


def _inner(name: str, tokens: Sequence[Any], image: ImageSource, depth: int) -> str:
    if depth >= _MAX_NESTING:
        raise Refused
    for token in tokens:
        # `none`, `from`, `e`, `pi` are the only names that belong here, and nobody mails them.
        if token.type in ("url", "string", "ident", "hash"):
            raise Refused
    return "".join(_token(name, token, image, depth + 1) for token in tokens)


def _image(name: str, address: str, image: ImageSource) -> str:
    if name not in _IMAGE_PROPERTIES:
        raise Refused
    allowed = image(address)
    if allowed is None:
        # The colour and the rest of a `background` are still wanted without its image.
        return "none" if name == "background-image" else " "
    return f"url('{_UNQUOTABLE.sub(percent_encoded, allowed)}')"
