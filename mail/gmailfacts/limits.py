"""The price list and the units of a minute: Google prints them, and changes them by project."""

from __future__ import annotations

import time

from django.conf import settings

from callcenter.gmail.errors import QuotaExceeded
from callcenter.gmail.quota import Budget
from mail.gmailfacts.fact import Finding, Need, fact, undecided, verdict_of
from mail.gmailfacts.trial import Trial

# Gmail may count its minute a little differently: so much may be missing or too much.
_LESS, _MORE = 0.85, 1.6
_AT_MOST_SECONDS = 55.0


@fact(
    "units",
    expected="a minute's units, at our prices, are what GMAIL_UNITS_PER_MINUTE and GMAIL_COSTS say",
    relied="the budget of each mailbox (callcenter.gmail.quota)",
    need=Need.SPEND,
)
def units(trial: Trial) -> Finding:
    """Read as fast as it goes until Gmail refuses, and count what was given."""
    client = trial.unlimited
    budget = Budget(settings.GOOGLE.units_per_minute, settings.GOOGLE.costs)
    page = trial.client.list_message_ids(page_size=50)
    ids = [one for one, _ in page.ids]
    if client is None or not ids:
        return undecided("the account has no mail to read")
    spent, began = 0, time.monotonic()
    refusal: QuotaExceeded | None = None
    while refusal is None and time.monotonic() - began < _AT_MOST_SECONDS:
        try:
            for _, answer in client.get_messages(ids, format="minimal"):
                if isinstance(answer, QuotaExceeded):
                    refusal = answer
                elif isinstance(answer, dict):
                    spent += budget.cost("messages.get")
        except QuotaExceeded as error:
            refusal = error
        if spent > budget.units_per_minute * _MORE:
            break
    seconds = time.monotonic() - began
    seen = (
        f"{spent:,} units in {seconds:.0f} s at our prices; allowed are {budget.units_per_minute:,}"
    )
    if refusal is None and spent < budget.units_per_minute:
        return undecided(f"{seen}; Gmail refused nothing, the way there is too slow to find out")
    if refusal is not None:
        seen += f"; then {refusal.status} {refusal.reason}"
    within = _LESS <= spent / budget.units_per_minute <= _MORE
    return verdict_of(within and refusal is not None, seen)
