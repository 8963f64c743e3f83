"""The client asks its budget before each call, and tells it when Gmail refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from callcenter.gmail.calls import DAILY_PAUSE, Retry
from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import GmailError, NotSent, QuotaExceeded, Unavailable
from tests.callcenter.gmail.scripted import Script, error, error_body, reply
from tests.callcenter.gmail.test_batched_reads import asked, batch_answer


class Ledger:
    """A budget that answers as told and keeps what it was asked."""

    def __init__(self, waits: list[float] | None = None, batch: int = 100) -> None:
        self.waits = waits or []
        self.batch = batch
        self.asked: list[tuple[str, int]] = []
        self.rejections: list[float | None] = []

    def acquire(self, method: str, count: int = 1) -> float:
        self.asked.append((method, count))
        return self.waits.pop(0) if self.waits else 0.0

    def rejected(self, retry_after: float | None) -> None:
        self.rejections.append(retry_after)

    def largest_batch(self, method: str) -> int:
        return self.batch


Make = Callable[..., GmailClient]


def test_each_exchange_is_paid_for(make_client: Make, script: Script) -> None:
    ledger = Ledger()
    client = make_client(quota=ledger)
    script.will(
        error(503, "backendError"),
        reply({"id": "a"}),
        batch_answer(),
        reply({"id": "m", "threadId": "t"}),
    )
    client.get_message("a")
    list(client.get_messages(["x", "y", "z"]))
    client.send_draft("d")
    assert ledger.asked == [
        ("messages.get", 1),
        ("messages.get", 1),
        ("messages.get", 3),
        ("drafts.send", 1),
    ]


def test_batches_are_no_larger_than_the_budget_allows(make_client: Make, script: Script) -> None:
    script.otherwise = batch_answer()
    list(make_client(quota=Ledger(batch=6)).get_messages([f"m{n}" for n in range(14)]))
    assert [len(asked(seen)) for seen in script.seen] == [6, 6, 2]


def test_a_call_waits_for_its_budget(make_client: Make, script: Script, slept: list[float]) -> None:
    script.otherwise = reply({"id": "a"})
    make_client(quota=Ledger([1.5, 0.25])).get_message("a")
    assert slept == [1.5, 0.25]


def test_a_call_does_not_wait_longer_than_its_caller_wants(
    make_client: Make, script: Script, slept: list[float]
) -> None:
    client = make_client(quota=Ledger([1.5, 2.0]), retry=Retry(quota_wait=3.0, sleep=slept.append))
    with pytest.raises(QuotaExceeded) as caught:
        client.send_draft("d")
    assert (caught.value.reason, caught.value.retry_after) == ("local_budget", 2.0)
    assert slept == [1.5]
    assert script.seen == []


@pytest.mark.parametrize(
    ("answer", "reported"),
    [
        (error(429, "rateLimitExceeded", headers={"Retry-After": "9"}), 9.0),
        (error(403, "userRateLimitExceeded"), None),
        (error(403, "dailyLimitExceeded"), DAILY_PAUSE),
    ],
)
def test_gmails_refusal_reaches_the_budget(
    make_client: Make, script: Script, answer: Any, reported: float | None
) -> None:
    ledger = Ledger()
    script.otherwise = answer
    with pytest.raises(QuotaExceeded):
        make_client(quota=ledger).get_message("a")
    assert ledger.rejections == [reported]
    assert len(script.seen) == 1


def test_a_limit_on_sending_does_not_stop_the_mirror_for_hours(
    make_client: Make, script: Script
) -> None:
    ledger = Ledger()
    script.otherwise = error(429, "rateLimitExceeded", headers={"Retry-After": "7200"})
    with pytest.raises(QuotaExceeded) as caught:
        make_client(quota=ledger).send_draft("d")
    assert caught.value.retry_after == 7200.0
    assert ledger.rejections == [None]


LIMITED = (429, error_body(429, "rateLimitExceeded", "Too many concurrent requests for user"))
SPENT = (403, error_body(403, "dailyLimitExceeded", "Daily limit exceeded"))


@pytest.mark.parametrize(
    ("rules", "reported"),
    [
        ({"m1": LIMITED}, [pytest.approx(2 / 4)]),
        ({"m1": LIMITED, "m2": LIMITED}, [pytest.approx(4 / 4)]),
        ({f"m{n}": LIMITED for n in range(4)}, [None]),
        ({"m1": LIMITED, "m3": SPENT}, [900.0]),
        ({}, []),
    ],
)
def test_refused_parts_of_a_batch_hold_back_by_their_share(
    make_client: Make, script: Script, rules: dict[str, Any], reported: list[Any]
) -> None:
    """One report a batch; a batch that was refused whole counts as the spent minute that it is."""
    ledger = Ledger()
    script.otherwise = batch_answer(rules=rules)
    results = dict(make_client(quota=ledger).get_messages([f"m{n}" for n in range(4)]))
    assert {one for one, result in results.items() if isinstance(result, dict)} == {
        f"m{n}" for n in range(4)
    } - rules.keys()
    assert ledger.rejections == reported


def test_a_budget_that_cannot_be_asked_stops_the_call(make_client: Make, script: Script) -> None:
    class Down(Ledger):
        def acquire(self, method: str, count: int = 1) -> float:
            raise Unavailable("redis is down", reason="quota_store", reached=False)

    script.otherwise = reply({"id": "a"})
    client = make_client(quota=Down())
    with pytest.raises(Unavailable):
        client.get_message("a")
    expected: type[GmailError] = NotSent
    with pytest.raises(expected):
        client.send_draft("d")
    assert script.seen == []
