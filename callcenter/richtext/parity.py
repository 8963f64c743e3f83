"""Prove that the sanitiser took nothing away that could be read.

An agent who answers a mail must have seen all of it. So whatever the sanitiser drops, the text of
the mail is compared with the text of the result, piece by piece and without regard to blanks; the
few elements whose contents a browser does not show either (script, style, template, title, iframe)
do not count.
"""

import re

from callcenter.richtext.plaintext import visible_tokens
from callcenter.richtext.tokens import Raw, Text

_BLANKS = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufffd\x00-\x1f\x7f-\x9f]+")


def lost_text(html: str, sanitized: str) -> tuple[str, ...]:
    """The pieces of visible text of `html` that `sanitized` does not show, in order."""
    kept = _pieces(sanitized)
    known = set(kept)
    whole: str | None = None
    lost = []
    for piece in _pieces(html):
        if piece in known:
            continue
        if whole is None:
            # Pieces are cut where tags stand, and those differ: look in the text as a whole.
            whole = "".join(kept)
        if piece not in whole:
            lost.append(piece)
        known.add(piece)
    return tuple(lost)


def visible_text_lost(html: str, sanitized: str) -> bool:
    """Whether any visible text of `html` is missing from `sanitized`."""
    return bool(lost_text(html, sanitized))


def _pieces(html: str) -> list[str]:
    texts = (token.data for token in visible_tokens(html) if isinstance(token, Text | Raw))
    return [piece for text in texts if (piece := _BLANKS.sub("", text))]
