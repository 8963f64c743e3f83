"""From a change in Gmail to the open page: how long until the live stream tells of it?

A new mail, a star or a label in Gmail itself; the clock starts before the change is made there and
stops when the server-sent event of it has come over HTTP to a logged-in session, as a page with an
open list has it. Web, workers and beat are those of `make run`. (A star or label patches the row
with the event itself; the row of a new mail is asked for by the page after it.)
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from bench.mirror.gmail import Gmail

if TYPE_CHECKING:
    from bench.setting import Setting

ACCOUNT = "follow@shop.example"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--changes", type=int, default=200, metavar="N")
    parser.add_argument("--messages", type=int, default=200, help="mails to begin with")
    parser.add_argument("--rate", type=float, default=2, help="changes a second, about")
    parser.add_argument("--latency", type=float, default=100, metavar="MS", help="of Gmail")
    parser.add_argument("--seed", type=int, default=1)


def run(options: argparse.Namespace, setting: Setting) -> dict[str, object]:
    gmail = Gmail(setting.sandbox("--no-validate"), ACCOUNT)
    gmail.fill(options.messages)
    setting.django()
    from bench.mirror.following import Following  # needs the models

    return Following(options, setting, gmail).run()
