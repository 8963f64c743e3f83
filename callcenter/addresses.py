"""What an address is: judging one that was typed, and the form in which two are compared.

Pure, and at the bottom of the house: mail, the mailboxes and the address book must agree on when
two addresses are the same. Japanese carriers gave out addresses with dots where RFC 5322 forbids
them (``a..b.@docomo.ne.jp``): they are valid here.
"""

from __future__ import annotations

import re
import unicodedata

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_LOCAL = re.compile(rf"(?:{_ATEXT}|\.){{1,64}}|\"(?:[ !#-\[\]-~]|\\[ -~]){{1,62}}\"")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def is_valid_address(address: str) -> bool:
    """Whether a mail can be sent there: local part, ``@`` and a domain with a dot, 254 at most."""
    local, at, domain = address.rpartition("@")
    if not at or len(address) > 254 or not _LOCAL.fullmatch(local) or not local.strip("."):
        return False
    try:
        ascii_domain = domain_to_ascii(domain)
    except ValueError:
        return False
    labels = ascii_domain.split(".")
    return (
        len(labels) > 1
        and len(ascii_domain) <= 253
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    )


def domain_to_ascii(domain: str) -> str:
    """A domain as it stands in the DNS; ValueError when it cannot."""
    if domain.isascii():
        return domain
    return domain.encode("idna").decode("ascii")


def normalise_address(address: str) -> str:
    """The form in which addresses are compared: NFKC, trimmed, lower case, ASCII domain."""
    plain = unicodedata.normalize("NFKC", address).strip().strip("<>").strip().lower()
    local, at, domain = plain.rpartition("@")
    if at and not domain.isascii():
        try:
            return f"{local}@{domain_to_ascii(domain)}"
        except ValueError:
            return plain
    return plain
