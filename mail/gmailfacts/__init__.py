"""What Gmail does that this code relies on, each thing as a check that a live account can answer.

Google's reference leaves much unsaid, and the sandbox answers as we believe Gmail to. These checks
ask Gmail itself: `manage.py check_gmail`. docs/gmail-assumptions.md says who relies on what.

- `fact`     what a check is, and how one is registered
- `trial`    the account that is asked, and the mails to oneself that the writing checks make
- `reading`  checks that change nothing
- `writing`  checks that make a labelled test mail to oneself, and take it away again
- `labelling` checks that make labels of their own, and take them away again
- `limits`   the price list, by spending a minute's units
"""

from mail.gmailfacts import labelling, limits, reading, writing
from mail.gmailfacts.fact import FACTS, Fact, Finding, Need, Verdict, check
from mail.gmailfacts.trial import Trial

__all__ = [
    "FACTS",
    "Fact",
    "Finding",
    "Need",
    "Trial",
    "Verdict",
    "check",
    "labelling",
    "limits",
    "reading",
    "writing",
]
