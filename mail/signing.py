"""署名 of a mail that is written: what it begins with, and what it can be given instead (M19c)."""

from __future__ import annotations

from html import escape
from typing import Any

from callcenter.addresses import normalise_address
from callcenter.richtext import SafeHtml, sanitize
from callcenter.variables import fill
from mail.filling import values_for, values_of
from mail.models import Draft, Message
from mailboxes.models import Mailbox
from permissions.models import User
from signatures.choosing import defaults_for, offered
from signatures.models import Signature


def first_signature(
    user: User, mailbox: Mailbox, *, sender: str, answers: Message | None, to: list[list[str]]
) -> str:
    """The text that a new draft's signature field begins with."""
    signature = defaults_for(user, mailbox, [sender])[sender]
    if signature is None:
        return ""
    return fill(signature.text, values_for(user, answers, to)).text


def choices(draft: Draft, user: User) -> list[dict[str, Any]]:
    """The list beside the field: `text` as it would be filled in, and from which addresses
    (`senders`, in the form that compares) a mail begins with it; the empty one is first."""
    values = values_of(draft, user)
    addresses = [each.address for each in draft.mailbox.send_as.all() if each.verified]
    begins = defaults_for(user, draft.mailbox, addresses)
    known = {signature.pk: signature for signature in offered(user)}
    known |= {each.pk: each for each in begins.values() if each is not None}
    rows: list[tuple[Signature | None, str]] = [(None, "")]
    rows += [(each, fill(each.text, values).text) for each in known.values()]
    found = [
        {
            "id": signature.pk if signature else 0,
            "name": signature.name if signature else "",
            "text": text,
            "senders": " ".join(
                normalise_address(address)
                for address, first in begins.items()
                if (first.pk if first else 0) == (signature.pk if signature else 0)
            ),
            "current": False,
        }
        for signature, text in rows
    ]
    # Two signatures may read the same: the first of them is shown as chosen.
    chosen = next((each for each in found if each["text"] == draft.signature), None)
    if chosen is not None:
        chosen["current"] = True
    return found


def signature_html(draft: Draft) -> SafeHtml:
    """The HTML of the draft's signature for a mail with formatting, filled and sanitised.

    Empty when the field's text is nobody's but its writer's: what was edited goes out as it stands.
    """
    if not draft.signature.strip():
        return SafeHtml()
    values = values_of(draft, draft.author)
    for signature in Signature.objects.exclude(html="").order_by("pk"):
        if fill(signature.text, values).text.strip() == draft.signature.strip():
            # They come from strangers, and stand in HTML now.
            escaped = {variable: escape(value) for variable, value in values.items()}
            return sanitize(fill(signature.html, escaped).text, allow_remote=True)
    return SafeHtml()
