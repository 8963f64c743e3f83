"""`manage.py check_gmail MAILBOX`: does Gmail do what this code relies on?

Reads only, unless told otherwise: `--write` sends one mail to the account's own address and takes
it away again, `--spend` uses up a minute's quota. docs/gmail-assumptions.md has the list.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from callcenter.gmail.calls import Retry
from callcenter.gmail.client import GmailClient
from mail.gmailfacts import FACTS, Fact, Need, Trial, Verdict, check
from mailboxes.gmail import client_for, tokens_of
from mailboxes.models import Mailbox


class Command(BaseCommand):
    help = "Ask a connected Gmail account whether Gmail does what this code relies on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("mailbox", help="the account's address or its number here")
        parser.add_argument("--only", nargs="+", metavar="NAME", help=f"of: {', '.join(FACTS)}")
        parser.add_argument(
            "--write", action="store_true", help="also send a test mail to the account itself"
        )
        parser.add_argument(
            "--spend", action="store_true", help="also use up the quota of one minute"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        mailbox = _mailbox(options["mailbox"])
        allowed = {Need.NOTHING}
        allowed |= {Need.WRITE} if options["write"] else set()
        allowed |= {Need.SPEND} if options["spend"] else set()
        chosen = _chosen(options["only"], allowed)
        trial = Trial(
            mailbox,
            client_for(mailbox, priority="agent"),
            unlimited=_unlimited(mailbox) if options["spend"] else None,
            say=self.stdout.write,
        )
        verdicts: Counter[Verdict] = Counter()
        try:
            for one in chosen:
                verdicts[self._look(one, trial)] += 1
        finally:
            for left in trial.clear_away():
                self.stderr.write(f"Not taken away: {left}")
        told = (f"{verdicts[verdict]} {verdict.value}" for verdict in Verdict if verdicts[verdict])
        self.stdout.write(", ".join(told))
        if verdicts[Verdict.DIFFERS]:
            raise CommandError("Gmail does not do what this code relies on.", returncode=1)
        if verdicts[Verdict.UNASKED]:
            raise CommandError("Gmail did not answer every question.", returncode=2)

    def _look(self, one: Fact, trial: Trial) -> Verdict:
        finding = check(one, trial)
        self.stdout.write(f"{one.name}: {finding.verdict.value}")
        self.stdout.write(f"    expected  {one.expected}")
        self.stdout.write(f"    seen      {finding.seen}")
        return finding.verdict


def _mailbox(said: str) -> Mailbox:
    rows = Mailbox.objects.filter(pk=int(said)) if said.isdecimal() else None
    if rows is None:
        rows = Mailbox.objects.filter(address__iexact=said)
    mailbox = rows.first()
    if mailbox is None:
        raise CommandError(f"There is no mailbox {said!r}.", returncode=2)
    if not mailbox.is_working:
        raise CommandError(f"{mailbox} is not connected ({mailbox.state}).", returncode=2)
    return mailbox


def _chosen(names: list[str] | None, allowed: set[Need]) -> list[Fact]:
    if unknown := sorted(set(names or ()) - FACTS.keys()):
        raise CommandError(f"There is no check {', '.join(unknown)}.", returncode=2)
    wanted = [one for one in FACTS.values() if not names or one.name in names]
    refused = [one for one in wanted if one.need not in allowed]
    if names and refused:
        flags = ", ".join(f"{one.name} needs {one.need.value}" for one in refused)
        raise CommandError(f"{flags}.", returncode=2)
    return [one for one in wanted if one.need in allowed]


def _unlimited(mailbox: Mailbox) -> GmailClient:
    """Without our own budget, and without patience: the refusal is what is looked for."""
    return GmailClient(
        tokens_of(mailbox),
        api_root=settings.GOOGLE.api_root,
        retry=Retry(attempts=1),
    )
