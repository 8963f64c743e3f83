"""What an image in a mail may be: embedded, inline by content id, or, once asked for, remote.

The mail's remote images are kept back until the agent asks: a request tells the sender that, when
and from where a mail was read. What was kept back is counted and keeps its place in the layout.
"""

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote

from callcenter.richtext.links import remote_image

CidUrl = Callable[[str], str | None]

# Signature logos are a few ten kilobytes; larger pictures belong into attachments.
MAX_DATA = 512 * 1024
# Types that cannot hold markup. No svg: it is a document.
_DATA = re.compile(
    r"data:image/(png|gif|jpe?g|webp);base64,((?:[a-z0-9+/]|%2b|%2f)+(?:=|%3d){0,2})\Z",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"[\s\x00-\x1f]+")
_CID = re.compile(r"\s*cid:(.{1,512})\Z", re.IGNORECASE | re.DOTALL)


class Judged(NamedTuple):
    """An image's address to write, or whether it was kept back or waits for its content id."""

    address: str | None
    blocked: bool = False
    cid: str = ""


class Images:
    """Decides every image of one mail, and remembers what it saw."""

    def __init__(self, *, allow_remote: bool, cid_url: CidUrl | None) -> None:
        self._allow_remote = allow_remote
        self._cid_url = cid_url
        self._blocked: set[str] = set()
        self._cids: dict[str, None] = {}

    @property
    def blocked(self) -> int:
        """How many different remote images were kept back."""
        return len(self._blocked)

    @property
    def cids(self) -> tuple[str, ...]:
        """The content ids that the mail refers to, in order of appearance."""
        return tuple(self._cids)

    def judge(self, address: str) -> Judged:
        """What may be written for an image address, and why nothing when nothing may."""
        cid = content_id(address)
        if cid is not None:
            self._cids.setdefault(cid)
            return Judged(None if self._cid_url is None else self._cid_url(cid), cid=cid)
        if address.lstrip()[:5].lower() == "data:":
            return Judged(data_image(address))
        remote = remote_image(address)
        if remote is None or self._allow_remote:
            return Judged(remote)
        self._blocked.add(remote)
        return Judged(None, blocked=True)

    def source(self, address: str) -> str | None:
        """The address to write for an image, None when nothing may be loaded."""
        return self.judge(address).address


def content_id(address: str) -> str | None:
    """The content id, without angle brackets, that a `cid:` address names."""
    match = _CID.match(address)
    if match is None:
        return None
    cid = _BLANKS.sub("", unquote(match.group(1), errors="replace"))
    return cid.removeprefix("<").removesuffix(">") or None


def data_image(address: str) -> str | None:
    """A `data:` address of a small bitmap in its plainest form, else None."""
    if len(address) > MAX_DATA:
        return None
    match = _DATA.match(_BLANKS.sub("", address))
    if match is None:
        return None
    kind = match.group(1).lower().replace("jpg", "jpeg")
    return f"data:image/{kind};base64,{unquote(match.group(2))}"
