"""The desk's two pages, list and mail, over MESSAGES mails: how long the server takes for each.

One mailbox with a realistic mix: two thirds in the inbox, a fifth sent, two mails in a hundred
still open, user labels on four of ten, comments on one of ten, files on one of five, mails of
nobody's making among a thousand correspondents. The pages are asked for through the whole product
(middleware, session, database, templates) in this process, one at a time, after one that is not
counted; each figure is the median of --rounds. Beside them, from the same run: the same pages over
a hundredth of the mail, the pages of somebody who has both mailboxes, the list with every row
rendered anew, the last pages by keyset and the
same place reached by counting (OFFSET), and what a browser loads.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.setting import Setting


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--messages", type=int, default=100_000, metavar="N")
    parser.add_argument("--rounds", type=int, default=30, metavar="R")
    parser.add_argument("--seed", type=int, default=1)


def run(options: argparse.Namespace, setting: Setting) -> dict[str, object]:
    setting.environment["DEMO"] = "true"  # static files as they lie: nothing was collected
    setting.django()
    from bench.desk.measuring import measure  # needs the models

    return measure(options.messages, rounds=options.rounds, seed=options.seed)
