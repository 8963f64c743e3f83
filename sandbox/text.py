"""Plain text out of a message: its snippet, and the words that `q` looks through."""

from __future__ import annotations

import html
import re
import unicodedata

from sandbox.mime import Part

# Enough for a search to be honest, little enough that one mail cannot fill the index.
MAX_TEXT = 200_000
SNIPPET_LENGTH = 190

_DROPPED = re.compile(r"<(script|style|head|title)\b.*?</\1\s*>|<!--.*?-->", re.I | re.S)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6])\b[^>]*>", re.I)
_TAG = re.compile(r"<[^>]*>")


def from_html(source: str) -> str:
    source = _DROPPED.sub(" ", source[:MAX_TEXT])
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", source)))


def body_text(root: Part) -> str:
    """The readable text: the first plain part, else the first HTML part, of the message itself."""
    plain = markup = None
    for part in root.walk():
        if part.is_text and not part.filename and not part.children:
            if part.mime_type == "text/html":
                markup = markup or part
            else:
                plain = plain or part
    if plain is not None:
        text = plain.text()[:MAX_TEXT]
        if text.strip() or markup is None:
            return text
    return from_html(markup.text()) if markup is not None else ""


def snippet(text: str) -> str:
    """Escaped as HTML, as the API gives it."""
    return html.escape(" ".join(text[:2000].split())[:SNIPPET_LENGTH].strip()).replace(
        "&#x27;", "&#39;"
    )


def fold(text: str) -> str:
    """Width and case folded: the form in which words are compared."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).casefold()
