"""The mail of machines and strangers: what a shop gets beside its customers' letters.

Order notices, the mall's and the answering service's relays (the customer's address stands in the
body only), newsletters, automatic answers, delivery failures, an invitation, spam and what was
thrown away.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from sandbox.demo import bulk, notices, returned
from sandbox.demo.clock import spread
from sandbox.demo.shapes import Letter


def letters(desk: str, now: datetime, rng: random.Random) -> list[Letter]:
    """Return this desk's automatic mail over the sixty days before `now`."""
    start = now - timedelta(days=60)

    def times(count: int, until: timedelta = timedelta(hours=9)) -> list[datetime]:
        return spread(start, now - until, count, rng)

    if desk == "support":
        return [
            *(notices.phone_memo(at, now, number, rng) for number, at in enumerate(times(10))),
            *(notices.mall_question(at, now, number, rng) for number, at in enumerate(times(6))),
            *(bulk.newsletter(desk, at, number, rng) for number, at in enumerate(times(6))),
            *(
                one
                for number, at in enumerate(times(4))
                for one in returned.out_of_office(at, now, number, rng)
            ),
            *(
                one
                for number, at in enumerate(times(3))
                for one in returned.undelivered(at, now, number, rng)
            ),
            returned.invitation(now - timedelta(days=1, hours=3), rng),
            *(bulk.spam(desk, at, number, rng) for number, at in enumerate(times(12))),
            *(bulk.rubbish(desk, at, number, rng) for number, at in enumerate(times(6))),
        ]
    return [
        *(notices.order(at, now, rng) for at in times(16, timedelta(days=1))),
        *(
            notices.order(at, now, rng)
            for at in spread(now - timedelta(days=2), now - timedelta(hours=1), 8, rng)
        ),
        *(notices.order(now - timedelta(minutes=age), now, rng) for age in (47, 11)),
        *(notices.mall_order(at, now, rng) for at in times(10, timedelta(hours=1))),
        *(notices.report(at, rng) for at in times(6, timedelta(days=1))),
        *(bulk.newsletter(desk, at, number, rng) for number, at in enumerate(times(5))),
        *(bulk.spam(desk, at, number, rng) for number, at in enumerate(times(5))),
        *(bulk.rubbish(desk, at, number, rng) for number, at in enumerate(times(4))),
    ]
