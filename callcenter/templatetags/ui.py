"""Icons, dates and label colours for the templates.

Icons are the symbols of one file, which a browser fetches once, and used by reference: a page would
otherwise carry the same paths again and again, and rendering them one by one costs more than the
rest of it. (The rows of the mail list have theirs from the style sheet: scripts/row_icons.py.)
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from xml.etree import ElementTree

from django import template
from django.forms.utils import flatatt
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

register = template.Library()

# All that templates and code name; a name that is not here stops the page in development.
ICONS = frozenset(
    {
        "arrow-right",
        "at-sign",
        "bold",
        "book-user",
        "bookmark",
        "calendar",
        "check",
        "check-check",
        "chevron-down",
        "chevron-left",
        "chevron-right",
        "circle-alert",
        "circle-check",
        "circle-dot",
        "circle-pause",
        "circle-question-mark",
        "circle-x",
        "clock",
        "cloud-off",
        "contact-round",
        "copy",
        "download",
        "external-link",
        "eye",
        "file-pen",
        "file-text",
        "file-up",
        "folder",
        "forward",
        "history",
        "inbox",
        "info",
        "italic",
        "key-round",
        "keyboard",
        "languages",
        "layout-template",
        "link",
        "list",
        "list-ordered",
        "loader-circle",
        "lock",
        "lock-open",
        "log-out",
        "mail",
        "mails",
        "menu",
        "message-square",
        "octagon-alert",
        "paperclip",
        "pen-line",
        "plus",
        "printer",
        "quote",
        "redo-2",
        "refresh-cw",
        "reply",
        "reply-all",
        "save",
        "search",
        "send",
        "shield",
        "shield-alert",
        "signature",
        "sliders-horizontal",
        "star",
        "strikethrough",
        "tag",
        "trash-2",
        "triangle-alert",
        "type",
        "undo-2",
        "unplug",
        "upload",
        "user",
        "user-check",
        "users",
        "x",
    }
)

_HEX = re.compile(r"#?([0-9a-fA-F]{6})")


def _symbol(name: str) -> SafeString:
    """One icon as a <symbol>. Colour and line width come from `.i` of static/css/base.css."""
    drawing = ElementTree.fromstring(lucide(name, size=None))  # noqa: S314 (a file of the package)
    shapes = format_html_join("", "<{}{}/>", ((node.tag, flatatt(node.attrib)) for node in drawing))
    return format_html(
        '<symbol id="i-{}" viewBox="{}">{}</symbol>', name, drawing.attrib["viewBox"], shapes
    )


@cache
def sprite() -> SafeString:
    """All icons as one file, each under «i-name»."""
    symbols = format_html_join("", "{}", ((_symbol(name),) for name in sorted(ICONS)))
    return format_html('<svg xmlns="http://www.w3.org/2000/svg">{}</svg>', symbols)


@cache
def sprite_address() -> str:
    """Where the file is; with its digest, so that browsers keep it for good."""
    digest = hashlib.blake2b(sprite().encode(), digest_size=4).hexdigest()
    return f"{reverse('icons')}?{digest}"


@cache
def _icon(name: str, classes: str) -> SafeString:
    if name not in ICONS:
        raise template.TemplateSyntaxError(f"icon {name!r} is not in callcenter.templatetags.ui")
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        classes,
        sprite_address(),
        name,
    )


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """One icon, never read aloud; the word stands beside it: `{% icon "inbox" "i-s" %}`."""
    return _icon(str(name), f"i {extra}".strip())


@register.filter
def list_date(moment: datetime | None) -> str:
    """`14:32` today, `11/21` this year, `2025/11/21` before, in the reader's time zone."""
    if moment is None:
        return ""
    local, now = timezone.localtime(moment), timezone.localtime()
    if local.date() == now.date():
        return local.strftime("%H:%M")
    return local.strftime("%m/%d" if local.year == now.year else "%Y/%m/%d")


@register.filter
def list_moment(moment: datetime | None) -> str:
    """`14:32` today, `11/24 09:00` this year, else `2025/11/24 09:00`: where the minute matters."""
    if moment is None:
        return ""
    local, now = timezone.localtime(moment), timezone.localtime()
    if local.date() == now.date():
        return local.strftime("%H:%M")
    return local.strftime("%m/%d %H:%M" if local.year == now.year else "%Y/%m/%d %H:%M")


@register.filter
def full_date(moment: datetime | None) -> str:
    """`2026/11/22 (日) 14:28`, in the reader's time zone and language."""
    return date_format(timezone.localtime(moment), "Y/m/d (D) H:i") if moment else ""


@register.filter
def iso(moment: datetime | None) -> str:
    """For the `datetime` attribute of <time>."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else ""


def _hex(colour: object) -> str:
    match = _HEX.fullmatch(str(colour or ""))
    return match.group(1).lower() if match else ""


def _luminance(colour: str) -> float:
    """Relative luminance of WCAG 2, from 0 (black) to 1 (white)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2 between two colours of six hexadecimal digits, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@cache
def _label_classes(background: str, text: str) -> str:
    """Gmail's pair where it can be read; many of its pairs stay below 4.5:1 (white on green)."""
    if not background:
        return "lb-none"
    if not text or contrast(background, text) < 4.5:
        text = max("000000", "ffffff", key=lambda each: contrast(background, each))
    return f"lb-{background} lt-{text}"


@register.filter
def label_class(label: object) -> str:
    """The palette classes of a label (anything with `background` and `text_color`)."""
    background, text = getattr(label, "background", ""), getattr(label, "text_color", "")
    return _label_classes(_hex(background), _hex(text))


@register.filter
def dot_class(label: object) -> str:
    """The palette class of the small square beside a label in the navigation."""
    background = _hex(getattr(label, "background", ""))
    return f"lb-{background}" if background else "lb-none"


@register.filter
def avatar_class(person: object) -> str:
    """The colour class of a person's round badge (a user's `color` is a small number)."""
    return f"av-{int(getattr(person, 'color', 0) or 0) % 12}"


@register.filter
def grouped(number: int | None) -> str:
    """`24,310`."""
    return "" if number is None else f"{number:,}"


@register.filter
def capped(count: int | None) -> str:
    """A count beside a category: nothing for none, `999+` above 999."""
    if not count:
        return ""
    return "999+" if count > 999 else str(count)


@register.filter
def at(values: object, key: object) -> object:
    """What stands under a key: `{{ open_by_label|at:label.pk }}`; nothing where nothing does."""
    return values.get(key) if isinstance(values, Mapping) else None
