"""Turn the web and mail addresses in plain text into links.

Japanese text stands right against an address («https://shop.example/をご覧ください。»), so an
address ends at the first character beyond ASCII; a host name may be Japanese when its top-level
domain is not. Closing punctuation belongs to the sentence, a bracket to the address only when the
address opened it.
"""

import re

from callcenter.richtext.links import Link, is_suspicious, read_link
from callcenter.richtext.safe import escape

_TAIL = r"[!-;=?-Z\[\]_a-z{|}~]"  # printable ASCII but for spaces, <, >, \, ^, `
_CANDIDATE = re.compile(
    rf"""(?<![a-z0-9])(?:
        (?P<web>https?://(?:{_TAIL}{{1,2000}}|[\w-]{{1,63}}(?:\.[\w-]{{1,63}})*\.[a-z]{{2,24}}
            (?:[/?\#]{_TAIL}{{0,2000}})?))
      | (?P<www>www\.[a-z0-9-]{{1,63}}(?:\.[a-z0-9-]{{1,63}})+(?:[:/?\#]{_TAIL}{{0,2000}})?)
      | (?P<mail>(?<![a-z0-9.!\#$%&'*+/=?_~-])[a-z0-9][a-z0-9._%+/=~-]{{0,63}}
            @[a-z0-9-]{{1,63}}(?:\.[a-z0-9-]{{1,63}}){{1,8}})
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_CLOSING = ".,;:!?'\"*_~|"
_BRACKETS = {")": "(", "]": "[", "}": "{"}


def linkify(text: str) -> str:
    """Escape `text` and write its addresses as links. Line ends stay as they are."""
    out = []
    end = 0
    for match in _CANDIDATE.finditer(text):
        shown = _trimmed(match.group())
        link = _target(match, shown)
        if link is None:
            continue
        out.append(escape(text[end : match.start()]))
        warned = not match.group("mail") and is_suspicious(shown, link)
        written = "".join(
            f' {key}="{escape(value)}"' for key, value in link.attributes(warned=warned).items()
        )
        out.append(f"<a{written}>{escape(shown)}</a>")
        end = match.start() + len(shown)
    out.append(escape(text[end:]))
    return "".join(out)


def _target(match: re.Match[str], shown: str) -> Link | None:
    if match.group("mail"):
        return read_link(f"mailto:{shown}")
    return read_link(f"https://{shown}" if match.group("www") else shown)


def _trimmed(address: str) -> str:
    """Leave off the punctuation that ends the sentence around the address."""
    while address:
        last = address[-1]
        opening = _BRACKETS.get(last)
        unopened = opening is not None and address.count(last) > address.count(opening)
        if last not in _CLOSING and not unopened:
            break
        address = address[:-1]
    return address
