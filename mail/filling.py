"""What the blanks of templates and signatures are filled with, for one mail that is written.

The language of blanks is `callcenter.variables`; here are the values, and the question that is
asked before sending: is one still left that came out of a template or a signature?
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from callcenter.addresses import normalise_address
from callcenter.variables import Variable, blanks, remaining
from crm.lookup import name_of
from mail.models import Draft, Message
from permissions.models import User
from permissions.operations import Operation
from signatures.models import Signature

# One form in every language: the mail's language is the customer's, not the screen's.
_DAY = "%Y/%m/%d"


def values_for(
    user: User, answers: Message | None, to: Iterable[Iterable[str]] = ()
) -> dict[Variable, str]:
    """The values for a mail that answers `answers` (or nothing) and goes `to` these people.

    The customer is whom one writes to: the first of To, and when nobody stands there yet the
    sender of what is answered. What the team calls a customer comes before how they call
    themselves; a name that is only the address again is none.
    """
    name, address = next(((name, address) for name, address in to if address), ("", ""))
    if answers is not None:
        sender = normalise_address(answers.from_address)
        if not address or (not name and normalise_address(address) == sender):
            name, address = answers.from_name, answers.from_address
    if normalise_address(name) == normalise_address(address):
        name = ""
    if user.may(Operation.CUSTOMERS_VIEW):
        name = name_of(normalise_address(address)) or name
    values = {
        Variable.CUSTOMER_NAME: name,
        Variable.CUSTOMER_ADDRESS: address,
        Variable.AGENT_NAME: user.name,
        Variable.TODAY: timezone.localtime().strftime(_DAY),
    }
    if answers is not None:
        values |= {
            Variable.MAIL_DATE: timezone.localtime(answers.internal_date).strftime(_DAY),
            Variable.MAIL_SUBJECT: answers.subject,
            Variable.MAIL_ID: answers.public_id,
        }
    return values


def values_of(
    draft: Draft, user: User, to: Iterable[Iterable[str]] | None = None
) -> dict[Variable, str]:
    """For a draft as it stands, or as it would be with these people in To."""
    return values_for(user, draft.answers, draft.to if to is None else to)


def left_open(draft: Draft) -> dict[str, tuple[str, ...]]:
    """The blanks of a template or a signature that nobody has filled, by the draft's field.

    The quoted original is not asked, and braces that an agent typed are theirs: only what a
    template brought in counts, and in the signature what stands in a signature of the list.
    """
    brought = draft.born.get("unfilled", ())
    found = {
        "subject": remaining(brought, draft.subject),
        "text": remaining(brought, draft.text),
        "signature": _of_signatures(draft.signature),
    }
    return {field: literals for field, literals in found.items() if literals}


def _of_signatures(text: str) -> tuple[str, ...]:
    literals = dict.fromkeys(blank.literal for blank in blanks(text))
    return tuple(
        literal for literal in literals if Signature.objects.filter(text__contains=literal).exists()
    )
