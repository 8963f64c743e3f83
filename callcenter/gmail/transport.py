"""HTTP for this room: httplib2 with its repetitions taken out.

httplib2 sends a request again by itself whenever the connection closes before an answer, POST or
not, so that «accepted, then the connection dropped» becomes two mails. Here a request is repeated
only if the caller allows it, only on a connection that had idled, and a request that must not be
repeated gets a connection of its own. A failure says whether the request can have reached Gmail.

httplib2 is not thread-safe and its sockets do not survive a fork: `transport()` hands out one per
thread and process, which keeps its connections open. Proxies come from the usual environment
variables, the certificate authorities from HTTPLIB2_CA_CERTS, SSL_CERT_FILE or REQUESTS_CA_BUNDLE.
"""

from __future__ import annotations

import http.client
import os
import select
import threading
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import httplib2

MAX_ANSWER = 256 * 1024 * 1024
_CHUNK = 128 * 1024
_CA_VARIABLES = ("HTTPLIB2_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")

_CONNECT_ERRORS = (
    OSError,
    httplib2.HttpLib2Error,
    http.client.HTTPException,
    UnicodeError,
)


class TransportError(Exception):
    """No answer. `reached`: the request, or a part of it, had left when it failed."""

    def __init__(self, message: str, *, reached: bool, timed_out: bool = False) -> None:
        super().__init__(message)
        self.reached = reached
        self.timed_out = timed_out


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: for connecting and between two bytes, and for an exchange from end to end."""

    silence: float = 30.0
    total: float = 180.0


class Transport(httplib2.Http):
    """One thread's connections. `request` follows no redirect: an API has none."""

    def __init__(self, timeouts: Timeouts, ca_certs: str | None = None) -> None:
        super().__init__(timeout=timeouts.silence, ca_certs=ca_certs)
        self.follow_redirects = False
        self._timeouts = timeouts
        self._once = False

    def exchange(
        self,
        uri: str,
        method: str = "GET",
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        once: bool,
    ) -> tuple[httplib2.Response[Any], bytes]:
        """One request and its answer, whatever its status.

        Raises:
            TransportError: there is no (whole) answer.
        """
        self._once = once
        try:
            return cast(
                "tuple[httplib2.Response[Any], bytes]",
                self.request(uri, method=method, body=body, headers=dict(headers or {})),
            )
        except httplib2.HttpLib2Error as error:
            raise TransportError(_describe(error), reached=True) from error
        finally:
            self._once = False

    def _auth_from_challenge(self, *_: object) -> tuple[()]:
        # Tokens are the caller's affair; a malformed challenge must not hide the 401 itself.
        return ()

    def _conn_request(
        self,
        conn: http.client.HTTPConnection,
        request_uri: str,
        method: str,
        body: bytes | str | None,
        headers: dict[str, str],
    ) -> tuple[httplib2.Response[Any], bytes]:
        """httplib2's inner exchange, replaced for the sake of its repetitions."""
        if conn.sock is not None and (self._once or _went_stale(conn)):
            conn.close()
        idled = conn.sock is not None
        while True:
            try:
                return self._one_exchange(conn, request_uri, method, body, headers)
            except TransportError as error:
                conn.close()
                if not idled or self._once or error.timed_out:
                    raise
                idled = False

    def _one_exchange(
        self,
        conn: http.client.HTTPConnection,
        request_uri: str,
        method: str,
        body: bytes | str | None,
        headers: dict[str, str],
    ) -> tuple[httplib2.Response[Any], bytes]:
        if conn.sock is None:
            try:
                conn.connect()
            except _CONNECT_ERRORS as error:
                timed_out = isinstance(error, TimeoutError)
                raise TransportError(
                    f"cannot connect to {conn.host}: {_describe(error)}",
                    reached=False,
                    timed_out=timed_out,
                ) from error
        deadline = time.monotonic() + self._timeouts.total
        try:
            conn.request(method, request_uri, body, headers)
            answer = conn.getresponse()
            content = _read(answer, deadline)
            response = httplib2.Response(answer)
            return response, _decoded(response, content)
        except (OSError, http.client.HTTPException, zlib.error) as error:
            timed_out = isinstance(error, TimeoutError)
            raise TransportError(
                f"no answer from {conn.host}: {_describe(error)}", reached=True, timed_out=timed_out
            ) from error


def _read(answer: http.client.HTTPResponse, deadline: float) -> bytes:
    """The whole body, in pieces, so that a trickle of bytes cannot hold a worker for ever."""
    promised = answer.length
    pieces: list[bytes] = []
    size = 0
    while piece := answer.read1(_CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > MAX_ANSWER:
            raise http.client.HTTPException(f"the answer is larger than {MAX_ANSWER} bytes")
        if time.monotonic() > deadline:
            raise TimeoutError("the answer took too long")
    if promised is not None and size < promised:
        raise http.client.IncompleteRead(b"", promised - size)
    # read1 leaves a fully read answer open, and its connection could not be used again.
    answer.close()
    return b"".join(pieces)


def _decoded(response: httplib2.Response[Any], content: bytes) -> bytes:
    encoding = str(response.get("content-encoding", "")).strip().lower()
    if encoding in {"", "identity"} or not content:
        return content
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise http.client.HTTPException(f"unknown content encoding {encoding[:20]!r}")
    # 47: gzip or zlib, told apart by their first bytes.
    inflater = zlib.decompressobj(47)
    data = inflater.decompress(content, MAX_ANSWER)
    if inflater.unconsumed_tail:
        raise http.client.HTTPException(f"the answer is larger than {MAX_ANSWER} bytes")
    if not inflater.eof:
        raise http.client.IncompleteRead(b"")
    response["content-length"] = str(len(data))
    del response["content-encoding"]
    return data


def _went_stale(conn: http.client.HTTPConnection) -> bool:
    """An idle connection that has something to read has been closed by the other side."""
    try:
        poller = select.poll()
        poller.register(conn.sock, select.POLLIN)
        return bool(poller.poll(0))
    except (OSError, ValueError):
        return True


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def ca_file() -> str | None:
    """The bundle that the environment names, or None for certifi's."""
    return next((os.environ[name] for name in _CA_VARIABLES if os.environ.get(name)), None)


_threads = threading.local()


def transport(timeouts: Timeouts) -> Transport:
    """This thread's transport; made anew after a fork."""
    key = (os.getpid(), timeouts, ca_file())
    kept: dict[tuple[int, Timeouts, str | None], Transport] = getattr(_threads, "kept", {})
    found = kept.get(key)
    if found is None:
        found = Transport(timeouts, ca_certs=key[2])
        # Sockets inherited from a parent process are dropped unused: they are still its own.
        _threads.kept = {known: old for known, old in kept.items() if known[0] == key[0]}
        _threads.kept[key] = found
    return found
