"""The budget's arithmetic, as properties; and the same in Redis, against the pure one."""

from __future__ import annotations

import inspect
import os
import re
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.backoff import NoBackoff
from redis.retry import Retry

from callcenter.gmail import quota
from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import Unavailable
from callcenter.gmail.quota import PRICES, Bucket, Budget, Level, Priority, full, strike, take

AGENT, MIRROR = Priority.AGENT, Priority.MIRROR
OLD = Budget(15_000)
NEW = Budget(6_000, {"messages.get": 20, "threads.get": 40})

budgets = st.sampled_from([OLD, NEW, Budget(250 * 60), Budget(600)])
steps = st.lists(
    st.tuples(
        st.floats(0.0, 20.0),  # seconds since the step before
        st.integers(0, 400),  # units
        st.sampled_from(Priority),
    ),
    max_size=60,
)


def test_prices() -> None:
    assert OLD.cost("messages.get") == 5
    assert OLD.cost("messages.get", 50) == 250
    assert NEW.cost("messages.get") == 20
    assert NEW.cost("drafts.send") == 100
    with pytest.raises(KeyError):
        OLD.cost("messages.fetch")


@pytest.mark.parametrize(
    ("units", "overrides", "word"),
    [
        (0, {}, "units_per_minute"),
        (100, {"message.get": 5}, "message.get"),
        (100, {"messages.get": -1}, "negative"),
    ],
)
def test_a_wrong_budget_is_refused_at_once(
    units: int, overrides: dict[str, int], word: str
) -> None:
    with pytest.raises(ValueError, match=word):
        Budget(units, overrides)


def test_every_call_that_the_client_makes_has_a_price() -> None:
    """A call without a price would fail at its first use; the names stand in the code."""
    source = Path(inspect.getfile(GmailClient)).read_text(encoding="utf-8")
    named = set(re.findall(r'"((?:[a-zA-Z]+\.)*[a-zA-Z]+)",?\s+lambda', source))
    assert {"messages.get", "getProfile", "history.list"} <= named
    assert named <= set(PRICES)


@given(budgets, steps)
def test_no_sixty_seconds_hold_more_than_is_allowed(
    budget: Budget, steps: list[tuple[float, int, Priority]]
) -> None:
    level, now = full(budget, 0.0), 0.0
    taken: list[tuple[float, int]] = []
    for pause, units, priority in steps:
        now += pause
        # What is larger than the bucket lends, and is bounded by its own price only.
        units = min(units, int(budget.capacity - budget.floor(priority)))
        level, wait = take(level, budget, units, priority, now)
        if not wait:
            taken.append((now, units))
    for start, _ in taken:
        within = sum(units for at, units in taken if start <= at < start + 60.0)
        assert within <= budget.units_per_minute + 0.01


@given(budgets, steps)
def test_who_waits_as_long_as_told_is_served(
    budget: Budget, steps: list[tuple[float, int, Priority]]
) -> None:
    level, now = full(budget, 0.0), 0.0
    for pause, units, priority in steps:
        now += pause
        level, wait = take(level, budget, units, priority, now)
        if wait:
            now += wait
            level, again = take(level, budget, units, priority, now)
            assert again == 0.0


@given(budgets, steps)
def test_waiting_changes_nothing_and_a_level_stays_in_bounds(
    budget: Budget, steps: list[tuple[float, int, Priority]]
) -> None:
    level, now = full(budget, 0.0), 0.0
    for pause, units, priority in steps:
        now += pause
        before = level.units
        level, wait = take(level, budget, units, priority, now)
        assert wait >= 0.0
        assert level.units <= budget.capacity
        if wait:
            assert level.units >= before - 1e-6
        else:
            assert level.units >= -units - 0.01


@given(budgets, st.integers(1, 10_000))
def test_the_mirror_never_takes_the_agents_half(budget: Budget, calls: int) -> None:
    level = full(budget, 0.0)
    price = budget.cost("history.list")
    for _ in range(min(calls, 300)):
        level, _ = take(level, budget, price, MIRROR, 0.0)
    assert level.units >= budget.floor(MIRROR) - 0.01
    _, wait = take(level, budget, budget.cost("messages.modify"), AGENT, 0.0)
    assert wait == 0.0


def test_an_agent_can_write_and_send_at_once_on_either_price_list() -> None:
    for budget in (OLD, NEW):
        level = Level(units=budget.floor(MIRROR), at=0.0)
        for call in ("drafts.create", "drafts.send"):
            level, wait = take(level, budget, budget.cost(call), AGENT, 0.0)
            assert wait == 0.0, (budget, call)


def test_the_mirror_alone_uses_more_than_95_percent() -> None:
    for budget in (OLD, NEW):
        size = budget.largest_batch("messages.get", MIRROR)
        cost = budget.cost("messages.get", size)
        level, now, used = full(budget, 0.0), 0.0, 0
        while now < 600.0:
            level, wait = take(level, budget, cost, MIRROR, now)
            now, used = (now + wait, used) if wait else (now, used + cost)
        assert 0.95 <= used / (budget.units_per_minute * 10) <= 1.0


def test_a_call_larger_than_the_bucket_goes_when_it_is_full_and_lends() -> None:
    small = Budget(600)
    level, wait = take(full(small, 0.0), small, 100, AGENT, 0.0)
    assert (wait, level.units) == (0.0, small.capacity - 100)
    _, wait = take(level, small, 1, AGENT, 0.0)
    assert wait == pytest.approx((1 + 100 - small.capacity) / small.per_second, abs=0.002)


def test_batches_fit_what_the_mirror_may_take() -> None:
    assert OLD.largest_batch("messages.get", MIRROR) == 55
    assert NEW.largest_batch("messages.get", MIRROR) == 5
    assert NEW.largest_batch("threads.get", MIRROR) == 2
    assert Budget(600).largest_batch("messages.get", MIRROR) == 2
    assert Budget(60).largest_batch("threads.get", MIRROR) == 1
    assert Budget(60, {"messages.get": 0}).largest_batch("messages.get", MIRROR) > 100


def test_gmails_refusal_closes_the_bucket_for_everybody() -> None:
    level = strike(full(OLD, 0.0), OLD, None, 0.0)
    for priority in Priority:
        _, wait = take(level, OLD, 1, priority, 0.0)
        assert wait >= quota.FIRST_STRIKE
    _, wait = take(level, OLD, 5, AGENT, quota.FIRST_STRIKE)
    assert wait == 0.0


def test_refusals_double_until_they_are_forgiven() -> None:
    level, now, pauses = full(OLD, 0.0), 0.0, []
    for _ in range(8):
        level = strike(level, OLD, None, now)
        pauses.append(level.blocked_until - now)
        level = strike(level, OLD, None, now + 0.5)  # the same storm, seen by another process
        now = level.blocked_until
    assert pauses[:4] == [2.0, 4.0, 8.0, 16.0]
    assert max(pauses) == quota.LONGEST_STRIKE
    later = now + quota.FORGIVEN_AFTER + 1.0
    assert strike(level, OLD, None, later).blocked_until - later == quota.FIRST_STRIKE


def test_gmails_own_waiting_time_is_kept_and_never_shortened() -> None:
    level = strike(full(OLD, 0.0), OLD, 30.0, 0.0)
    assert level.blocked_until == 30.0
    assert strike(level, OLD, 1.0, 1.0).blocked_until == 30.0
    # A pause that was asked for does not make the next one longer.
    assert level.strikes == 0


def test_a_clock_that_goes_back_gives_nothing() -> None:
    level, _ = take(full(OLD, 100.0), OLD, 555, AGENT, 100.0)
    level, wait = take(level, OLD, 1, AGENT, 50.0)
    assert wait > 0
    assert level.at == 100.0


# In Redis

needs_redis = pytest.mark.skipif(
    "REDIS_URL" not in os.environ, reason="REDIS_URL is not set: run python -m scripts.test"
)


@pytest.fixture
def connection() -> Iterator[redis.Redis]:
    found = redis.Redis.from_url(os.environ["REDIS_URL"])
    yield found
    found.close()


@pytest.fixture
def prefix() -> str:
    return f"test:quota:{uuid.uuid4().hex}:"


@needs_redis
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(budget=budgets, steps=steps, strikes=st.lists(st.integers(0, 60), max_size=6))
def test_redis_counts_as_the_pure_arithmetic(
    connection: redis.Redis,
    prefix: str,
    budget: Budget,
    steps: list[tuple[float, int, Priority]],
    strikes: list[int],
) -> None:
    priced = Budget(budget.units_per_minute, {"labels.get": 1})
    bucket = Bucket(connection, uuid.uuid4().hex, priced, prefix=prefix)
    now = 1_800_000_000.0
    level = full(priced, now)
    for number, (pause, units, priority) in enumerate(steps):
        now = round(now + pause, 3)
        if number in strikes:
            asked = None if number % 2 else float(number)
            level = strike(level, priced, asked, now)
            bucket.rejected(asked, now=now)
        level, wait = take(level, priced, units, priority, now)
        assert bucket.acquire("labels.get", units, priority, now=now) == pytest.approx(
            wait, abs=0.0011
        )


@needs_redis
def test_the_bucket_is_shared_and_forgets_itself(connection: redis.Redis, prefix: str) -> None:
    here = Bucket(connection, "7", OLD, prefix=prefix)
    there = Bucket(connection, "7", OLD, prefix=prefix)
    other = Bucket(connection, "8", OLD, prefix=prefix)
    assert here.acquire("messages.get", 100, AGENT) == 0.0
    assert there.acquire("messages.get", 100, AGENT) > 0.0
    assert other.acquire("messages.get", 100, AGENT) == 0.0
    units, closed = there.look()
    assert 0 <= units < 300
    assert closed == 0.0
    lasts = connection.pttl(f"{prefix}7")
    assert isinstance(lasts, int)
    assert 0 < lasts <= 600_000
    there.rejected(900.0)
    lasts = connection.pttl(f"{prefix}7")
    assert isinstance(lasts, int)
    assert lasts > 900_000
    assert 890 < here.look()[1] <= 900
    assert here.acquire("messages.get", 1, AGENT) > 800


def test_the_last_minutes_units_are_told(connection: redis.Redis, prefix: str) -> None:
    bucket = Bucket(connection, "7", Budget(60_000), prefix=prefix)
    assert bucket.spent(now=1000.0) == 0
    for moment in (1000.0, 1003.0, 1031.0):
        assert bucket.acquire("messages.get", 4, Priority.AGENT, now=moment) == 0.0
    assert bucket.spent(now=1031.0) == 60
    # What was not given was not spent.
    assert bucket.acquire("drafts.send", 100, Priority.MIRROR, now=1031.0) > 0
    assert bucket.spent(now=1059.0) == 60
    assert bucket.spent(now=1061.0) == 20
    assert bucket.spent(now=1095.0) == 0
    # A slot is used again a minute later, and counts anew.
    bucket.acquire("messages.get", 1, Priority.AGENT, now=1120.0)
    assert bucket.spent(now=1121.0) == 5


@needs_redis
def test_bound_buckets_keep_their_priority(connection: redis.Redis, prefix: str) -> None:
    bucket = Bucket(connection, "7", OLD, prefix=prefix)
    mirror, agent = bucket.for_priority(MIRROR), bucket.for_priority(AGENT)
    assert mirror.largest_batch("messages.get") == 55
    assert agent.largest_batch("messages.get") == 111
    assert mirror.acquire("messages.get", 55) == 0.0
    assert mirror.acquire("messages.get", 55) > 0.0
    assert agent.acquire("drafts.send") == 0.0


@needs_redis
def test_many_at_once_take_no_more_than_there_is(connection: redis.Redis, prefix: str) -> None:
    """Eight workers for a second and a half, as fast as they can: the sum stays in the budget."""
    budget = Budget(60_000)
    taken: list[int] = []
    barrier = threading.Barrier(8)

    def work(priority: Priority) -> None:
        own = redis.Redis.from_url(os.environ["REDIS_URL"])
        bucket = Bucket(own, "busy", budget, prefix=prefix)
        barrier.wait(5)
        until = time.monotonic() + 1.5
        mine = 0
        while time.monotonic() < until:
            if bucket.acquire("messages.get", 5, priority) == 0.0:
                mine += 25
        taken.append(mine)
        own.close()

    begun = time.monotonic()
    threads = [threading.Thread(target=work, args=(Priority(n % 2),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    seconds = time.monotonic() - begun
    assert len(taken) == 8
    allowed = budget.capacity + budget.per_second * seconds
    assert sum(taken) <= allowed
    # … and what there is gets used.
    assert sum(taken) >= budget.per_second * 1.5 * 0.8


def test_a_store_that_is_down_means_that_nothing_was_done(tmp_path: object) -> None:
    down = redis.Redis(unix_socket_path=f"{tmp_path}/nobody.sock", retry=Retry(NoBackoff(), 0))
    with pytest.raises(Unavailable) as caught:
        Bucket(down, "7", OLD).acquire("messages.get", 1, AGENT)
    assert caught.value.reason == "quota_store"
    assert not caught.value.reached
