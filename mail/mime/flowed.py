"""format=flowed (RFC 3676): lines that end in a blank go on in the next one.

``delsp=yes`` takes that blank away, which is how Japanese is flowed: its words have no blanks.
"""

from __future__ import annotations

import re

_QUOTES = re.compile(r">*")


def unflow(text: str, *, delsp: bool) -> str:
    """``text`` (line ends ``\\n``) with its soft line breaks taken out."""
    out: list[str] = []
    paragraph: list[str] = []
    open_depth = 0
    for line in text.split("\n"):
        quotes = _QUOTES.match(line)
        depth = quotes.end() if quotes else 0
        content = line[depth:].removeprefix(" ")
        if paragraph and (depth != open_depth or content == "-- "):
            out.append(_joined(open_depth, paragraph))
            paragraph = []
        open_depth = depth
        if content.endswith(" ") and content != "-- ":
            paragraph.append(content[:-1] if delsp else content)
        else:
            out.append(_joined(depth, [*paragraph, content]))
            paragraph = []
    if paragraph:
        out.append(_joined(open_depth, paragraph))
    return "\n".join(out)


def _joined(depth: int, pieces: list[str]) -> str:
    text = "".join(pieces)
    return f"{'>' * depth} {text}" if depth and text else ">" * depth + text
