"""Gmail's quota: what calls cost, and one bucket a mailbox for all of our processes.

Google allows so many units a minute and user, and prices every method; price lists differ by the
age of the project (15,000 units with messages.get at 5, or 6,000 with messages.get at 20), so that
both are settings. How Google measures a minute is not told: the bucket never lets more than the
allowed units through in any 60 seconds, wherever they begin, and 96 percent while there is work.

Agents come before the mirror: the mirror leaves half of the bucket alone, so that a person's click
finds units at once while a first synchronisation uses all the rest.

The arithmetic is pure (`take`, `strike`); `Bucket` runs the same in Redis, by Redis's clock.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any, cast

import redis

from .errors import Unavailable

# https://developers.google.com/workspace/gmail/api/reference/quota, whole, so that a price list can
# be given as Google prints it.
PRICES: Mapping[str, int] = MappingProxyType(
    {
        "drafts.create": 10,
        "drafts.delete": 10,
        "drafts.get": 5,
        "drafts.list": 5,
        "drafts.send": 100,
        "drafts.update": 15,
        "getProfile": 1,
        "history.list": 2,
        "labels.create": 5,
        "labels.delete": 5,
        "labels.get": 1,
        "labels.list": 1,
        "labels.patch": 5,
        "labels.update": 5,
        "messages.attachments.get": 5,
        "messages.batchDelete": 50,
        "messages.batchModify": 50,
        "messages.delete": 10,
        "messages.get": 5,
        "messages.import": 25,
        "messages.insert": 25,
        "messages.list": 5,
        "messages.modify": 5,
        "messages.send": 100,
        "messages.trash": 5,
        "messages.untrash": 5,
        "settings.sendAs.get": 1,
        "settings.sendAs.list": 1,
        "stop": 50,
        "threads.delete": 20,
        "threads.get": 10,
        "threads.list": 10,
        "threads.modify": 10,
        "threads.trash": 10,
        "threads.untrash": 10,
        "watch": 100,
    }
)

# Of the units allowed in a minute: what may be taken at once, and what flows in evenly. The
# little that is left over is for requests that arrive closer together than they were allowed. Half
# of a burst lets an agent write and send at once on either price list.
BURST = 0.037
FLOW = 0.960
FIRST_STRIKE = 2.0
LONGEST_STRIKE = 64.0
FORGIVEN_AFTER = 120.0
# Seconds of one slot in the account of the last minute.
SLOT = 5
# Seconds by which sums of binary fractions may differ from what was promised.
TOLERANCE = 1e-5


class Priority(IntEnum):
    """Whose work it is."""

    MIRROR = 0
    AGENT = 1


@dataclass(frozen=True)
class Budget:
    """What one mailbox may spend; `overrides` are prices that differ from `PRICES`."""

    units_per_minute: int = 15_000
    overrides: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.units_per_minute < 1:
            raise ValueError("units_per_minute must be at least 1")
        unknown = sorted(set(self.overrides) - set(PRICES))
        if unknown:
            raise ValueError(f"prices for calls that Gmail does not have: {', '.join(unknown)}")
        if any(price < 0 for price in self.overrides.values()):
            raise ValueError("a price is not negative")

    @cached_property
    def capacity(self) -> float:
        return self.units_per_minute * BURST

    @cached_property
    def per_second(self) -> float:
        return self.units_per_minute * FLOW / 60.0

    def cost(self, method: str, count: int = 1) -> int:
        """Units for `count` calls.

        Raises:
            KeyError: a method that has no price.
        """
        return self.overrides.get(method, PRICES[method]) * count

    def floor(self, priority: Priority) -> float:
        """The level below which this priority may not draw."""
        return 0.0 if priority is Priority.AGENT else self.capacity / 2

    def largest_batch(self, method: str, priority: Priority) -> int:
        """How many calls fit into what this priority may draw from a full bucket."""
        price = self.cost(method)
        room = self.capacity - self.floor(priority)
        return max(1, int(room // price)) if price else 1_000_000


@dataclass(frozen=True, slots=True)
class Level:
    """A bucket at a moment (seconds). A level may be negative: then it has lent."""

    units: float
    at: float
    blocked_until: float = 0.0
    strikes: int = 0
    struck_at: float = 0.0


def full(budget: Budget, now: float) -> Level:
    return Level(units=budget.capacity, at=now)


def _refilled(level: Level, budget: Budget, now: float) -> Level:
    now = max(now, level.at)
    units = min(budget.capacity, level.units + (now - level.at) * budget.per_second)
    return replace(level, units=units, at=now)


def take(
    level: Level, budget: Budget, units: int, priority: Priority, now: float
) -> tuple[Level, float]:
    """The level after taking `units` and 0.0, or the level untouched and the seconds to wait.

    What costs more than this priority can ever find goes when the bucket is full, and lends.
    """
    level = _refilled(level, budget, now)
    floor = budget.floor(priority)
    needed = floor + min(float(units), budget.capacity - floor)
    wait = max((needed - level.units) / budget.per_second, level.blocked_until - level.at)
    if wait > TOLERANCE:
        # Whole milliseconds upwards, so that a caller who waits so long finds what it waited for.
        return level, max(1, math.ceil(wait * 1000.0)) / 1000.0
    return replace(level, units=level.units - units), 0.0


def strike(level: Level, budget: Budget, retry_after: float | None, now: float) -> Level:
    """Gmail has refused for quota: empty, and closed for as long as it asks or twice as before.

    Refusals that come in while it is closed are the same event and do not double the time.
    """
    level = _refilled(level, budget, now)
    strikes = level.strikes if now - level.struck_at <= FORGIVEN_AFTER else 0
    if level.blocked_until <= level.at and retry_after is None:
        strikes += 1
    own = min(LONGEST_STRIKE, FIRST_STRIKE * 2.0 ** (max(strikes, 1) - 1))
    until = level.at + (own if retry_after is None else max(retry_after, 0.1))
    return Level(
        units=min(level.units, 0.0),
        at=level.at,
        blocked_until=max(level.blocked_until, until),
        strikes=strikes,
        struck_at=level.at,
    )


# KEYS[1] bucket. ARGV: operation, capacity, units a second, then
#   take: floor, units -> milliseconds to wait (0: taken);  strike: retry_after or "" -> 0;
#   look: -> units, milliseconds that it is still closed
#   spent: -> units taken in the last minute, told by slots of SLOT seconds
# A last ARGV, if given, is the time in seconds instead of the server's (for tests).
_SCRIPT = (
    """
local op, capacity, flow = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local now = tonumber(ARGV[6])
if not now then
  local t = redis.call('TIME')
  now = tonumber(t[1]) + tonumber(t[2]) / 1000000
end
local kept = redis.call('HMGET', KEYS[1], 'units', 'at', 'blocked', 'strikes', 'struck')
local units, at = tonumber(kept[1] or capacity), tonumber(kept[2] or now)
local blocked, strikes = tonumber(kept[3] or 0), tonumber(kept[4] or 0)
local struck = tonumber(kept[5] or 0)
if now < at then now = at end
units = math.min(capacity, units + (now - at) * flow)
local answer = 0
local slot = math.floor(now / SLOT)
local mark = 'slot' .. slot % SLOTS
if op == 'spent' then
  local sum, all = 0, redis.call('HGETALL', KEYS[1])
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, 4) == 'slot' then
      local number, taken = string.match(all[i + 1], '(%d+):(.+)')
      if slot - tonumber(number) < SLOTS then sum = sum + tonumber(taken) end
    end
  end
  return string.format('%.0f', sum)
end
if op == 'look' then
  return {string.format('%.6f', units), math.ceil(math.max(0, blocked - now) * 1000)}
elseif op == 'take' then
  local floor, price = tonumber(ARGV[4]), tonumber(ARGV[5])
  local needed = floor + math.min(price, capacity - floor)
  local wait = math.max((needed - units) / flow, blocked - now)
  if wait > TOLERANCE then
    answer = math.max(1, math.ceil(wait * 1000))
  else
    units = units - price
    local number, taken = string.match(redis.call('HGET', KEYS[1], mark) or '', '(%d+):(.+)')
    if tonumber(number) ~= slot then taken = 0 end
    redis.call('HSET', KEYS[1], mark, string.format('%d:%.0f', slot, tonumber(taken) + price))
  end
else
  if now - struck > FORGIVEN then strikes = 0 end
  local pause = tonumber(ARGV[4])
  if blocked <= now and not pause then strikes = strikes + 1 end
  if pause then pause = math.max(pause, 0.1)
  else pause = math.min(LONGEST, FIRST * 2 ^ (math.max(strikes, 1) - 1)) end
  blocked, struck = math.max(blocked, now + pause), now
  units = math.min(units, 0)
end
redis.call('HSET', KEYS[1], 'units', string.format('%.9f', units),
  'at', string.format('%.6f', now), 'blocked', string.format('%.6f', blocked),
  'strikes', strikes, 'struck', string.format('%.6f', struck))
redis.call('PEXPIRE', KEYS[1], 600000 + math.ceil(math.max(0, blocked - now) * 1000))
return answer
""".replace("TOLERANCE", str(TOLERANCE))
    .replace("FORGIVEN", str(FORGIVEN_AFTER))
    .replace("LONGEST", str(LONGEST_STRIKE))
    .replace("FIRST", str(FIRST_STRIKE))
    .replace("SLOTS", str(60 // SLOT))
    .replace("SLOT", str(SLOT))
)


class Bucket:
    """The bucket of one mailbox, shared by all processes that reach the same Redis."""

    def __init__(
        self, connection: redis.Redis, mailbox: str, budget: Budget, *, prefix: str = "gmail:quota:"
    ) -> None:
        self._script = connection.register_script(_SCRIPT)
        self._key = f"{prefix}{mailbox}"
        self.budget = budget

    def acquire(
        self, method: str, count: int, priority: Priority, *, now: float | None = None
    ) -> float:
        """Take the units of `count` calls and return 0.0, or take none and return seconds to wait.

        Raises:
            Unavailable: Redis does not answer.
        """
        units = self.budget.cost(method, count)
        wait = self._run("take", self.budget.floor(priority), units, now)
        return cast("int", wait) / 1000.0

    def rejected(self, retry_after: float | None, *, now: float | None = None) -> None:
        """Gmail has refused for quota: nobody spends for a while."""
        self._run("strike", "" if retry_after is None else retry_after, "", now)

    def look(self) -> tuple[float, float]:
        """Units in the bucket and seconds that it is still closed, for the health page."""
        units, closed = cast("tuple[bytes | str, int]", self._run("look", "", "", None))
        return float(units), int(closed) / 1000.0

    def spent(self, *, now: float | None = None) -> int:
        """Units taken in the last minute (of 55 to 60 seconds), for the health page."""
        return int(cast("bytes | str", self._run("spent", "", "", now)))

    def for_priority(self, priority: Priority) -> BoundBucket:
        return BoundBucket(self, priority)

    def _run(self, operation: str, first: Any, second: Any, now: float | None) -> object:
        arguments = [operation, self.budget.capacity, self.budget.per_second, first, second]
        if now is not None:
            arguments.append(now)
        try:
            return self._script(keys=[self._key], args=arguments)
        except redis.RedisError as error:
            raise Unavailable(
                f"the quota's store does not answer: {error}", reason="quota_store", reached=False
            ) from error


@dataclass(frozen=True, slots=True)
class BoundBucket:
    """A bucket for one kind of work: what `GmailClient` takes as its quota."""

    bucket: Bucket
    priority: Priority

    def acquire(self, method: str, count: int = 1) -> float:
        return self.bucket.acquire(method, count, self.priority)

    def rejected(self, retry_after: float | None) -> None:
        self.bucket.rejected(retry_after)

    def largest_batch(self, method: str) -> int:
        return self.bucket.budget.largest_batch(method, self.priority)
