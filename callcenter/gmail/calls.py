"""Executing one call: budget, token, exchange, and what a failure means for the next step.

A read may be repeated within the caller's `Retry`, because it changes nothing. A write is repeated
never, except after a 401, which Google's front end gives before Gmail sees the request: that
refusal is sure, so that even a send may go again with a fresh token.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeVar

from googleapiclient.errors import HttpError

from . import batch
from .download import Base64Field, Sink
from .errors import (
    AuthRevoked,
    GmailError,
    QuotaExceeded,
    Unavailable,
    from_response,
)
from .transport import Timeouts, TransportError, transport
from .types import Resource

T = TypeVar("T")


class TokenSource(Protocol):
    """Where access tokens come from. Both raise GmailError: AuthRevoked or Unavailable."""

    def access_token(self) -> str:
        """A token that is good for now, refreshed when it is about to expire."""

    def replace(self, rejected: str) -> str:
        """Another token than `rejected`, which Gmail has just answered with 401."""


class Quota(Protocol):
    """A mailbox's budget, bound to the priority of this client's work."""

    def acquire(self, method: str, count: int = 1) -> float:
        """Take the units of `count` calls and return 0, or take none and return seconds to wait."""

    def rejected(self, retry_after: float | None) -> None:
        """Gmail says that the budget is spent: hold everybody of this mailbox back."""

    def largest_batch(self, method: str) -> int:
        """How many calls may be asked for at once without waiting for more than a full bucket."""


@dataclass(frozen=True, slots=True)
class Retry:
    """How long a call may try. `attempts` counts exchanges; waits double from `first_wait`."""

    attempts: int = 3
    first_wait: float = 0.5
    longest_wait: float = 8.0
    quota_wait: float = 60.0
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def pause(self, failures: int, asked: float | None) -> float:
        """Seconds before the next attempt: what Gmail asked for, else doubling with jitter."""
        doubling = min(self.first_wait * 2.0 ** (failures - 1), self.longest_wait)
        return max(asked or 0.0, doubling * random.uniform(0.5, 1.0))  # noqa: S311 (jitter)


NO_RETRY = Retry(attempts=1)
# How often a token is replaced before Gmail's 401 counts as the lost permission that it may be.
REPLACEMENTS = 2
# How many times longer a download may take than any other call.
_PATIENCE = 3.0
# Seconds to hold back when Gmail refuses nearly all parts of a batch; less for fewer.
PARTLY_REFUSED = 2.0
# Seconds to leave Gmail alone when the day's quota is spent, and then see.
DAILY_PAUSE = 900.0


@dataclass(slots=True)
class _Wire:
    """What googleapiclient takes for an httplib2.Http: our transport with a token."""

    timeouts: Timeouts
    token: str
    once: bool

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: bytes | str | None = None,
        headers: dict[str, str] | None = None,
        **_: object,
    ) -> tuple[Any, bytes]:
        signed = {**(headers or {}), "authorization": f"Bearer {self.token}"}
        return transport(self.timeouts).exchange(uri, method, body, signed, once=self.once)


class Caller:
    """Executes requests for one mailbox."""

    def __init__(
        self,
        credentials: TokenSource,
        *,
        quota: Quota | None,
        timeouts: Timeouts,
        retry: Retry,
    ) -> None:
        self._credentials = credentials
        self._quota = quota
        self._timeouts = timeouts
        # Large files take their time, as long as bytes keep coming.
        self._patient = Timeouts(timeouts.silence, timeouts.total * _PATIENCE)
        self._retry = retry

    def read(self, name: str, build: Callable[[], Any], reader: Callable[[Resource], T]) -> T:
        """A call that changes nothing, or that may be done twice without harm."""
        return self._persist(lambda: self._single(name, build, reader, once=False))

    def write(self, name: str, build: Callable[[], Any], reader: Callable[[Resource], T]) -> T:
        """A call that must not be done twice: one request, whatever comes of it."""
        return self._single(name, build, reader, once=True)

    def read_many(
        self, name: str, uri: str, requests: Sequence[batch.Request]
    ) -> list[Resource | GmailError]:
        """Many reads in one exchange, each with its own outcome, in their order.

        Raises:
            GmailError: the batch as a whole failed, after the retries.
        """
        results, token = self._persist(lambda: self._one_batch(name, uri, requests))
        for _ in range(REPLACEMENTS):
            refused = [n for n, result in enumerate(results) if isinstance(result, AuthRevoked)]
            if not refused:
                break
            # The token expired between two parts: these again with another one.
            _unreached(partial(self._credentials.replace, token))
            attempt = partial(self._one_batch, name, uri, [requests[n] for n in refused])
            again, token = self._persist(attempt)
            for number, result in zip(refused, again, strict=True):
                results[number] = result
        limited = [result for result in results if isinstance(result, QuotaExceeded)]
        if limited:
            self._report_parts(limited, len(results))
        return results

    def largest_batch(self, name: str, wanted: int) -> int:
        """How many calls of this kind should share a batch."""
        allowed = self._quota.largest_batch(name) if self._quota else batch.MAX_PARTS
        return max(1, min(wanted, allowed, batch.MAX_PARTS))

    def download(
        self, name: str, build: Callable[[], Any], *, field: str, sink: Sink
    ) -> tuple[Resource, int]:
        """A read whose base64 `field` goes into `sink`; the rest of the answer, and bytes written.

        Raises:
            Unavailable: the answer is not Gmail's. What is in `sink` then is worth nothing.
        """
        return self._persist(lambda: self._download(name, build, field, sink))

    def _download(
        self, name: str, build: Callable[[], Any], field: str, sink: Sink
    ) -> tuple[Resource, int]:
        self._spend(name, 1)

        def exchange(token: str) -> tuple[Resource, int]:
            taken: list[Base64Field] = []

            def begin() -> Callable[[bytes], None]:
                sink.seek(0)
                sink.truncate()
                taken.append(Base64Field(field, sink))
                return taken[-1].feed

            headers = {"accept": "application/json", "authorization": f"Bearer {token}"}
            try:
                response, content = transport(self._patient).exchange(
                    build().uri, headers=headers, once=False, receiver=begin
                )
                if response.status != 200:
                    raise from_response(response.status, response, content, method=name)
                if content:  # a proxy compressed it, and it had to be taken whole
                    begin()(content)
                return (taken[-1].finish(), taken[-1].size) if taken else ({}, 0)
            except (KeyError, ValueError) as error:
                raise Unavailable(
                    f"the answer is not Gmail's: {type(error).__name__} {error}",
                    reason="not_gmail",
                    status=200,
                    method=name,
                ) from error

        return self._with_token(name, exchange)[0]

    def _persist(self, attempt: Callable[[], T]) -> T:
        failures = 0
        while True:
            try:
                return attempt()
            except Unavailable as error:
                failures += 1
                asked = error.retry_after
                if failures >= self._retry.attempts or (asked or 0.0) > self._retry.longest_wait:
                    raise
                self._retry.sleep(self._retry.pause(failures, asked))

    def _single(
        self,
        name: str,
        build: Callable[[], Any],
        reader: Callable[[Resource], T],
        *,
        once: bool,
    ) -> T:
        self._spend(name, 1)

        def exchange(token: str) -> T:
            try:
                answer = build().execute(http=_Wire(self._timeouts, token, once))
            except HttpError as error:
                raise from_response(
                    int(error.resp.status), error.resp, error.content, method=name
                ) from error
            try:
                return reader(_resource(answer))
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise Unavailable(
                    f"the answer is not Gmail's: {type(error).__name__} {error}",
                    reason="not_gmail",
                    status=200,
                    method=name,
                ) from error

        return self._with_token(name, exchange)[0]

    def _one_batch(
        self, name: str, uri: str, requests: Sequence[batch.Request]
    ) -> tuple[list[Resource | GmailError], str]:
        self._spend(name, len(requests))
        body, headers, mark = batch.compose(requests)

        def exchange(token: str) -> list[Resource | GmailError]:
            wire = _Wire(self._timeouts, token, once=False)
            response, content = wire.request(uri, "POST", body, headers)
            if response.status != 200:
                raise from_response(response.status, response, content, method=name)
            kind = str(response.get("content-type", ""))
            return batch.parse(content, kind, mark, len(requests), method=name)

        return self._with_token(name, exchange)

    def _with_token(self, name: str, exchange: Callable[[str], T]) -> tuple[T, str]:
        """The exchange and the token that was taken; after a 401 again with another token.

        Twice, because the first other token may be what another process had stored before, and no
        better than ours.
        """
        token = _unreached(self._credentials.access_token)
        for _ in range(REPLACEMENTS):
            try:
                return self._exchange(name, exchange, token), token
            except AuthRevoked:
                rejected = token
            token = _unreached(partial(self._credentials.replace, rejected))
        return self._exchange(name, exchange, token), token

    def _exchange(self, name: str, exchange: Callable[[str], T], token: str) -> T:
        try:
            return exchange(token)
        except TransportError as error:
            raise Unavailable(
                str(error),
                reason="timeout" if error.timed_out else "transport",
                method=name,
                reached=error.reached,
            ) from error
        except QuotaExceeded as error:
            self._report(error)
            raise

    def _spend(self, name: str, count: int) -> None:
        if self._quota is None:
            return
        waited = 0.0
        while wait := self._quota.acquire(name, count):
            if waited + wait > self._retry.quota_wait:
                raise QuotaExceeded(
                    "this mailbox's budget is spent for now",
                    reason="local_budget",
                    method=name,
                    retry_after=wait,
                )
            self._retry.sleep(wait)
            waited += wait

    def _report_parts(self, limited: Sequence[QuotaExceeded], count: int) -> None:
        """A batch of which Gmail refused some: hold back by their share.

        Single parts of a good batch are refused now and then (too many at once for this user): that
        is no spent minute, and must not keep a mailbox's agents waiting as one does.
        """
        worst = max(limited, key=lambda error: (error.daily, error.retry_after or 0.0))
        if worst.daily or len(limited) == count or self._quota is None:
            self._report(worst)
        else:
            pause = PARTLY_REFUSED * len(limited) / count
            self._quota.rejected(max(worst.retry_after or 0.0, pause))

    def _report(self, error: QuotaExceeded) -> None:
        if self._quota is None:
            return
        if error.method == "drafts.send":
            # Gmail's limits on sending can last for hours and concern nothing else.
            self._quota.rejected(None)
        elif error.daily:
            self._quota.rejected(max(error.retry_after or 0.0, DAILY_PAUSE))
        else:
            self._quota.rejected(error.retry_after)


def _resource(answer: object) -> Resource:
    """An answer of 200 as a dict; empty ones are. Raises ValueError for anything else.

    googleapiclient gives bytes for methods that answer nothing, and text for what is no JSON.
    """
    if isinstance(answer, (str, bytes)):
        answer = json.loads(answer) if answer.strip() else {}
    if not isinstance(answer, dict):
        raise ValueError("no JSON object")
    return answer


def _unreached(fetch: Callable[[], str]) -> str:
    """A token; when Google's token endpoint fails, the call itself has surely not been made."""
    try:
        return fetch()
    except Unavailable as error:
        error.reached = False
        raise
