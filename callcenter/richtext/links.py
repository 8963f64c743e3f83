"""Where a link in a mail really leads, read as a browser reads it.

A browser ignores tabs and newlines in an address, takes `\\` for `/`, needs no `//` after
`https:`, drops what stands before `@`, decodes `%65` and full-width letters in host names and
takes 2130706433 for 127.0.0.1. So an address is taken apart here the same way and written anew
from its parts: the host that the agent is shown is the host that the browser will go to, by
construction. Host names beyond ASCII are written in punycode, so that «аpple.com» with a Cyrillic
а shows as what it is.
"""

import ipaddress
import re
import unicodedata
from typing import NamedTuple
from urllib.parse import unquote

MAX_ADDRESS = 4_096
_TITLE = 300

_EDGE = "".join(map(chr, range(0x21)))
_IGNORED = re.compile(r"[\t\n\r]")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_WEB_ANYWAY = re.compile(r"[/\\]{2}|www\.", re.IGNORECASE)
_AUTHORITY = re.compile(r"[/\\]*([^/\\?#]*)(.*)\Z", re.DOTALL)
_PORT = re.compile(r":([0-9]*)\Z")
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?\Z")
# Written with percent signs: what could end an attribute, and what shows as nothing or turns the
# direction of the text around it, so that a title reads as another address.
_UNSAFE = re.compile(
    '[\x00-\x20\x7f-\xa0"<>\\\\^`{|}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]'
)
_DOTS = re.compile("[。．｡]")
_TEL = re.compile(r"[+0-9*#().;=\w-]{1,64}\Z", re.ASCII)
_MAIL = re.compile(r"[^\s<>\"@]{1,128}@[^\s<>\"@?]{1,253}\Z")
# A host name in running text: Latin, Greek and Cyrillic letters; Japanese ones end it. Numbers and
# names of files are none (.zip is a top-level domain, and one to be wary of).
_LETTER = "a-z\u00c0-\u052f"
_SHOWN_HOST = re.compile(
    rf"(?<![\w.-])(?:[{_LETTER}0-9_-]{{1,63}}\.){{1,8}}"
    r"(?!(?:pdf|docx?|xlsx?|pptx?|csv|txt|jpe?g|png|gif|html?|php|aspx?|js|json|xml|ics|eml)\b)"
    rf"(?:xn--[a-z0-9-]{{1,59}}|[{_LETTER}]{{2,24}})(?![{_LETTER}0-9@_-])",
    re.IGNORECASE,
)
_PORTS = {"http": "80", "https": "443"}


REL = "noopener noreferrer nofollow"


class Link(NamedTuple):
    """An address that may be followed: `href` to write, `host` and `title` to show."""

    href: str
    host: str
    title: str

    def attributes(self, *, warned: bool) -> dict[str, str]:
        """What stands on the `<a>`: opens apart, tells nobody where from, shows its real host.

        `data-warning` marks an address or a text that pretends another host; the page shows
        `data-host` beside such a link and not only on its title.
        """
        return {
            "href": self.href,
            "title": self.title,
            "data-host": self.host,
            **({"data-warning": "host"} if warned else {}),
            "rel": REL,
            "target": "_blank",
        }


def read_link(address: str) -> Link | None:
    """Take `address` apart and write it anew; None when it must not, or cannot, be followed."""
    if len(address) > MAX_ADDRESS:
        return None
    address = _IGNORED.sub("", address.strip(_EDGE))
    match = _SCHEME.match(address)
    if match is None:
        # Nothing stands at the mail's own address; these two kinds are meant for the web.
        return _web("https", address) if _WEB_ANYWAY.match(address) is not None else None
    scheme = match.group(1).lower()
    rest = address[match.end() :]
    if scheme in _PORTS:
        return _web(scheme, rest)
    if scheme == "mailto":
        return _mail(rest)
    if scheme == "tel":
        number = unquote(rest).replace(" ", "")
        return Link(f"tel:{number}", number, number) if _TEL.match(number) else None
    return None


def remote_image(address: str) -> str | None:
    """The canonical address of an image on the web, or None when `address` is none."""
    link = read_link(address)
    return link.href if link is not None and link.href.startswith(("http:", "https:")) else None


def is_suspicious(address: str, link: Link) -> bool:
    """Whether the address is written so as to be taken for another one."""
    if link.href.startswith(("mailto:", "tel:")):
        return False
    host = link.host.rsplit(":", 1)[0] if not link.host.endswith("]") else link.host
    authority = _AUTHORITY.match(_IGNORED.sub("", address).partition(":")[2])
    return (
        "xn--" in host
        or (authority is not None and "@" in authority.group(1))
        or host.startswith("[")
        or _ipv4(host) is not None
    )


def names_other_host(text: str, link: Link) -> bool:
    """Whether a link's text names a host that is not the one it leads to."""
    host = link.host.rpartition("@")[2] if "@" in link.host else link.host
    real = re.sub(r":\d+\Z", "", host).removeprefix("www.").rstrip(".")
    for match in _SHOWN_HOST.finditer(unicodedata.normalize("NFKC", text)[:2_000]):
        shown = host_name(match.group())
        if shown is None:
            return True
        shown = shown.removeprefix("www.").rstrip(".")
        if shown != real and not real.endswith(f".{shown}"):
            return True
    return False


def host_name(host: str) -> str | None:
    """The ASCII form of a host name or address as browsers resolve it, None when there is none."""
    host = unquote(host, errors="replace")
    if host.startswith("["):
        try:
            return f"[{ipaddress.IPv6Address(host[1:].rstrip(']')).compressed}]"
        except ValueError:
            return None
    if len(host) > 253:
        return None
    visible = "".join(sign for sign in host if unicodedata.category(sign) != "Cf")
    folded = _DOTS.sub(".", unicodedata.normalize("NFKC", visible).lower())
    labels = []
    for label in unicodedata.normalize("NFC", folded).split("."):
        try:
            encoded = label if label.isascii() else f"xn--{label.encode('punycode').decode()}"
        except UnicodeError:
            return None
        if len(encoded) > 63:
            return None
        labels.append(encoded)
    name = ".".join(labels)
    if _HOST.match(name) is None:
        return None
    last = name.rstrip(".").rpartition(".")[2]
    if last.isdigit() or re.match(r"0x[0-9a-f]*\Z", last):
        return _ipv4(name.rstrip("."))
    return name


def percent_encoded(found: re.Match[str]) -> str:
    """What a pattern found, octet by octet as an address writes it."""
    return "".join(f"%{octet:02X}" for octet in found.group().encode())


def _web(scheme: str, rest: str) -> Link | None:
    match = _AUTHORITY.match(rest)
    if match is None:
        return None
    authority, path = match.groups()
    host_part = authority.rpartition("@")[2]
    port_match = _PORT.search(host_part)
    port = port_match.group(1).lstrip("0") if port_match is not None else ""
    if port_match is not None:
        host_part = host_part[: port_match.start()]
    host = host_name(host_part)
    if host is None or (port and int(port) > 65_535):
        return None
    if port and port != _PORTS[scheme]:
        host = f"{host}:{port}"
    path = path.replace("\\", "/") if "?" not in path and "#" not in path else path
    path = _UNSAFE.sub(percent_encoded, path)
    href = f"{scheme}://{host}{path or '/'}"
    return Link(href, host, href if len(href) <= _TITLE else f"{href[:_TITLE]}…")


def _mail(rest: str) -> Link | None:
    address, mark, query = rest.partition("?")
    shown = unquote(address, errors="replace").strip()
    if _MAIL.match(shown) is None or not shown.isprintable():
        return None
    href = f"mailto:{address}{mark}{query}"
    return Link(_UNSAFE.sub(percent_encoded, href), shown, shown)


def _ipv4(host: str) -> str | None:
    """Read the forms of an IPv4 address that browsers take: decimal, octal, hexadecimal, short."""
    parts = host.split(".")
    if not 1 <= len(parts) <= 4:
        return None
    numbers = []
    for part in parts:
        if re.match(r"0x[0-9a-f]{0,8}\Z", part):
            numbers.append(int(part[2:] or "0", 16))
        elif re.match(r"0[0-7]{0,11}\Z", part):
            numbers.append(int(part, 8))
        elif re.match(r"[1-9][0-9]{0,9}\Z", part):
            numbers.append(int(part))
        else:
            return None
    if any(number > 255 for number in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
        return None
    value = numbers[-1]
    for position, number in enumerate(numbers[:-1]):
        value += number << (8 * (3 - position))
    return str(ipaddress.IPv4Address(value))
