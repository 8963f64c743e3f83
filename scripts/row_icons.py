"""Writes static/css/rowicons.css: the icons of the mail list, as masks of the style sheet.

    python -m scripts.row_icons

A page of the list shows some six hundred icons. As elements they would be a third of the page; as
masks they cost the page nothing and still take the colour of the text. A test holds the file to the
package that the other icons come from.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

from lucide.templatetags.lucide import lucide

FILE = Path(__file__).resolve().parent.parent / "static" / "css" / "rowicons.css"
NAMES = (
    "check",
    "circle-dot",
    "contact-round",
    "file-pen",
    "folder",
    "inbox",
    "message-square",
    "paperclip",
    "pen-line",
    "send",
    "shield-alert",
    "star",
    "trash-2",
)
# The star is filled where it is given; a mask has no second colour.
FILLED = ("star",)


def sheet() -> str:
    lines = ["/* Written by `python -m scripts.row_icons`: change it there. */", ":root {"]
    lines += [f"  --i-{name}: {_image(name)};" for name in NAMES]
    lines += [f"  --i-{name}-full: {_image(name, fill='#000')};" for name in FILLED]
    return "\n".join([*lines, "}", ""])


def _image(name: str, *, fill: str = "none") -> str:
    drawing = ElementTree.fromstring(lucide(name, size=None))  # noqa: S314 (a file of the package)
    shapes = "".join(
        f"<{node.tag} " + " ".join(f"{key}='{value}'" for key, value in node.attrib.items()) + "/>"
        for node in drawing
    )
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='{drawing.attrib['viewBox']}' "
        f"fill='{fill}' stroke='#000' stroke-width='2' stroke-linecap='round' "
        f"stroke-linejoin='round'>{shapes}</svg>"
    )
    return f'url("data:image/svg+xml,{quote(svg, safe=" =:/")}")'.replace("%27", "'")


if __name__ == "__main__":
    FILE.write_text(sheet(), "utf-8")
