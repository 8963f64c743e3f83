"""A customer's page in the company's own CRM (C3): an address with a blank for the number."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import Customer, OwnCrm

BLANK = "{customer_no}"
LONGEST = 1000


def trouble(pattern: str) -> str | Promise:
    """Why this can be no such address; "" when it can.

    The blank may stand anywhere behind the host: a number never decides to whom one is led.
    """
    if not pattern.isprintable() or " " in pattern or "\\" in pattern:
        return _("An address has no blanks and no backslashes in it.")
    try:
        parts = urlsplit(pattern)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return _("This is not an address of the web.")
    if parts.scheme not in ("http", "https"):
        return _("The address begins with https:// or http://.")
    if not host or not parts.netloc.isascii():
        return _("This is not an address of the web.")
    if "@" in parts.netloc:
        return _("A user name or password does not belong into the address.")
    if "{" in parts.netloc or "}" in parts.netloc:
        return _("The customer number cannot be part of the server's name.")
    if BLANK not in pattern:
        return _("{customer_no} has to stand where the customer number goes.")
    if "{" in pattern.replace(BLANK, "") or "}" in pattern.replace(BLANK, ""):
        return _("No other blank than {customer_no} can be filled in.")
    return ""


def address_of(customer: Customer) -> str:
    """Where the company's own CRM shows this customer; "" without a pattern or a number."""
    if not customer.number:
        return ""
    pattern = OwnCrm.objects.values_list("pattern", flat=True).first() or ""
    # What the table holds was judged when it was saved; a link is worth a second look.
    if not pattern or trouble(pattern):
        return ""
    return pattern.replace(BLANK, quote(customer.number, safe=""))
