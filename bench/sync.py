"""The first synchronisation of a mailbox, by the real workers, with what may go wrong meanwhile.

The mail is fixed (sandbox/fill.py): 10 KB each, conversations of 1 to 12. Beat and the workers of
`make run` do the work, over HTTP, from a mailbox that was just connected until all of it is stored;
then every mail and label is compared with what Gmail has. Without `--quota` the budget is without
bound, so that the speed is ours and not Google's; with it the sandbox refuses what goes over the
price list's minute, and an agent changes mails all the while.

CPU seconds are of all workers and beat with all their children (`cpu_s_by_process` tells them
apart), from connecting to the last mail; restarts after kills count, the first start does not.
`--baseline` reads mails one by one with the same client at the same latency and stores nothing,
half of them before and half of them after.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from bench.mirror.gmail import Gmail
from sandbox.quota import CURRENT, LIMITS

if TYPE_CHECKING:
    from bench.setting import Setting

ACCOUNT = "bench@shop.example"
WITHOUT_BOUND = 100_000_000
# Google's newer prices, as an installation states them.
_COSTS = ("messages.get", "threads.get", "messages.attachments.get")


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--messages", type=int, default=2000, metavar="N")
    parser.add_argument("--latency", type=float, default=0, metavar="MS", help="of every answer")
    parser.add_argument(
        "--faults", type=float, default=0, metavar="RATE", help="share of batch parts that fail"
    )
    parser.add_argument(
        "--kills", type=int, default=0, metavar="K", help="kill -9 of the mirror's workers"
    )
    parser.add_argument("--kill-broker", action="store_true", help="kill -9 of Valkey, once")
    parser.add_argument("--kill-db", action="store_true", help="kill -9 of PostgreSQL, once")
    parser.add_argument("--baseline", action="store_true", help="compare with reading one by one")
    parser.add_argument("--quota", action="store_true", help="Gmail refuses what is over the quota")
    parser.add_argument("--prices", choices=sorted(LIMITS), default="classic")
    parser.add_argument("--seed", type=int, default=1, help="of the moments of kills")


def run(options: argparse.Namespace, setting: Setting) -> dict[str, object]:
    gmail = Gmail(setting.sandbox("--no-validate"), ACCOUNT)
    gmail.fill(options.messages)
    gmail.faults(
        latency_ms=options.latency,
        part_errors=options.faults,
        quota={"enforce": options.quota, "prices": options.prices},
    )
    units = LIMITS[options.prices] if options.quota else WITHOUT_BOUND
    setting.environment["GMAIL_UNITS_PER_MINUTE"] = str(units)
    if options.prices == "current":
        costs = ",".join(f"{method}={CURRENT[method]}" for method in _COSTS)
        setting.environment["GMAIL_COSTS"] = costs
    setting.django()
    from bench.mirror.first_sync import measure  # needs the models

    return measure(options, setting, gmail)
