"""HTTP for this room: what googleapiclient takes for httplib2, without httplib2's repetitions.

httplib2 sends a request again by itself whenever the connection closes before an answer, POST or
not, so that «accepted, then the connection dropped» becomes two mails. Here a request is repeated
only if the caller allows it, only on a connection that had idled, and a request that must not be
repeated gets a connection of its own. A failure says whether the request can have reached Gmail.

Connections belong to one thread and do not survive a fork: `transport()` hands out one a thread and
process, which keeps its connections open. Proxies come from the usual environment variables (never
for this machine itself); so do certificate authorities, beside the system's and certifi's.
"""

from __future__ import annotations

import base64
import http.client
import os
import select
import ssl
import threading
import time
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import certifi
import httplib2

MAX_ANSWER = 256 * 1024 * 1024
_CHUNK = 128 * 1024
_CA_VARIABLES = ("HTTPLIB2_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})

Response = httplib2.Response[Any]
# Begins an answer, and gives what takes its pieces as they come.
Receiver = Callable[[], Callable[[bytes], None]]


class TransportError(Exception):
    """No answer. `reached`: the request, or a part of it, had left when it failed."""

    def __init__(self, message: str, *, reached: bool, timed_out: bool = False) -> None:
        super().__init__(message)
        self.reached = reached
        self.timed_out = timed_out


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: for connecting and between two bytes, and for an answer from end to end."""

    silence: float = 30.0
    total: float = 180.0


class Transport:
    """One thread's connections. Redirects are answers like any other: an API has none."""

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._connections: dict[tuple[str, str], http.client.HTTPConnection] = {}

    def exchange(
        self,
        uri: str,
        method: str = "GET",
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        once: bool,
        receiver: Receiver | None = None,
    ) -> tuple[Response, bytes]:
        """One request and its answer, whatever its status.

        Args:
            receiver: gets the content of a 200 in pieces; what is returned is then empty.

        Raises:
            TransportError: there is no (whole) answer.
            ValueError: the receiver's, who did not like a piece.
        """
        parts = urlsplit(uri)
        conn, prefix = self._connection(parts)
        target = prefix + (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if conn.sock is not None and (once or _went_stale(conn)):
            conn.close()
        idled = conn.sock is not None
        while True:
            try:
                return self._attempt(conn, target, method, body, headers or {}, receiver)
            except TransportError as error:
                conn.close()
                if once or not idled or error.timed_out:
                    raise
                idled = False

    def close(self) -> None:
        for conn in self._connections.values():
            conn.close()
        self._connections.clear()

    def _connection(self, parts: SplitResult) -> tuple[http.client.HTTPConnection, str]:
        """The kept connection for this address, and what a plain proxy wants before the path."""
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"not an http(s) address: {parts.geturl()!r}")
        proxy = proxy_for(parts)
        key = (f"{parts.scheme}://{parts.netloc}", proxy.geturl() if proxy else "")
        if key not in self._connections:
            self._connections[key] = _new_connection(parts, proxy, self._timeouts.silence)
        prefix = f"http://{parts.netloc}" if proxy and parts.scheme == "http" else ""
        return self._connections[key], prefix

    def _attempt(
        self,
        conn: http.client.HTTPConnection,
        target: str,
        method: str,
        body: bytes | str | None,
        headers: Mapping[str, str],
        receiver: Receiver | None,
    ) -> tuple[Response, bytes]:
        if conn.sock is None:
            try:
                conn.connect()
            except (OSError, http.client.HTTPException, UnicodeError) as error:
                raise TransportError(
                    f"cannot connect to {conn.host}: {_describe(error)}",
                    reached=False,
                    timed_out=isinstance(error, TimeoutError),
                ) from error
        deadline = time.monotonic() + self._timeouts.total
        try:
            conn.request(method, target, body, dict(headers))
            answer = conn.getresponse()
            response: Response = httplib2.Response(answer)
            if receiver is not None and answer.status == 200 and not _is_encoded(response):
                _read(answer, deadline, receiver())
                return response, b""
            return response, _decoded(response, _whole(answer, deadline))
        except (OSError, http.client.HTTPException, zlib.error) as error:
            raise TransportError(
                f"no answer from {conn.host}: {_describe(error)}",
                reached=True,
                timed_out=isinstance(error, TimeoutError),
            ) from error
        except ValueError:
            conn.close()  # in the middle of an answer that nobody wants
            raise


def _new_connection(
    parts: SplitResult, proxy: SplitResult | None, timeout: float
) -> http.client.HTTPConnection:
    host, port = parts.hostname or "", parts.port
    at, at_port = (host, port) if proxy is None else (proxy.hostname or "", proxy.port or 80)
    if parts.scheme == "http":
        return http.client.HTTPConnection(at, at_port, timeout=timeout)
    conn = http.client.HTTPSConnection(at, at_port, timeout=timeout, context=tls_context(ca_file()))
    if proxy is not None:
        conn.set_tunnel(host, port or 443, headers=_proxy_headers(proxy))
    return conn


def proxy_for(parts: SplitResult) -> SplitResult | None:
    """The proxy that the environment names for this address, by Python's own rules."""
    host = parts.hostname or ""
    if host in _THIS_MACHINE or urllib.request.proxy_bypass(host):
        return None
    address = urllib.request.getproxies().get(parts.scheme, "")
    if not address:
        return None
    proxy = urlsplit(address if "://" in address else f"http://{address}")
    if proxy.scheme != "http" or not proxy.hostname:
        raise TransportError(
            f"a proxy must be an http:// address, not {proxy.scheme}://", reached=False
        )
    return proxy


def _proxy_headers(proxy: SplitResult) -> dict[str, str]:
    if not proxy.username:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": "Basic " + base64.b64encode(pair.encode()).decode("ascii")}


def ca_file() -> str | None:
    """The bundle of authorities that the environment names; it takes the place of all others."""
    return next((os.environ[name] for name in _CA_VARIABLES if os.environ.get(name)), None)


@cache
def tls_context(authorities: str | None) -> ssl.SSLContext:
    """Reading a bundle takes tens of milliseconds; contexts may be shared by threads."""
    context = ssl.create_default_context(cafile=authorities)
    if authorities is None:
        context.load_verify_locations(cafile=certifi.where())
    return context


def _whole(answer: http.client.HTTPResponse, deadline: float) -> bytes:
    pieces: list[bytes] = []
    _read(answer, deadline, pieces.append)
    return b"".join(pieces)


def _read(answer: http.client.HTTPResponse, deadline: float, take: Callable[[bytes], None]) -> None:
    """The whole body, in pieces, so that a trickle of bytes cannot hold a worker for ever."""
    promised = answer.length
    size = 0
    while piece := answer.read1(_CHUNK):
        take(piece)
        size += len(piece)
        if size > MAX_ANSWER:
            raise http.client.HTTPException(f"the answer is larger than {MAX_ANSWER} bytes")
        if time.monotonic() > deadline:
            raise TimeoutError("the answer took too long")
    if promised is not None and size < promised:
        raise http.client.IncompleteRead(b"", promised - size)
    # read1 leaves a fully read answer open, and its connection could not be used again.
    answer.close()


def _is_encoded(response: Response) -> bool:
    return str(response.get("content-encoding", "")).strip().lower() not in {"", "identity"}


def _decoded(response: Response, content: bytes) -> bytes:
    if not content or not _is_encoded(response):
        return content
    encoding = str(response.get("content-encoding", "")).strip().lower()
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise http.client.HTTPException(f"unknown content encoding {encoding[:20]!r}")
    # 47: gzip or zlib, told apart by their first bytes.
    inflater = zlib.decompressobj(47)
    data = inflater.decompress(content, MAX_ANSWER)
    if inflater.unconsumed_tail:
        raise http.client.HTTPException(f"the answer is larger than {MAX_ANSWER} bytes")
    if not inflater.eof:
        raise http.client.IncompleteRead(b"")
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


_threads = threading.local()


def transport(timeouts: Timeouts) -> Transport:
    """This thread's transport; made anew after a fork."""
    process = os.getpid()
    kept: dict[Timeouts, Transport] = getattr(_threads, "kept", {})
    if getattr(_threads, "process", None) != process:
        # Sockets inherited from a parent process are dropped unused: they are still its own.
        kept = _threads.kept = {}
        _threads.process = process
    if timeouts not in kept:
        kept[timeouts] = Transport(timeouts)
    return kept[timeouts]
