"""A server that does exactly what a test tells it: the next answer of a list for each request.

For what no decent Gmail does on request: accept and say nothing, close in the middle, answer in
HTML. It keeps what it was asked, so that «exactly one request» can be counted.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Seen:
    """One request as it arrived. `connection` numbers the connections from 1."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def token(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    number = 0

    def setup(self) -> None:
        super().setup()
        self.number = self.server.script.connected()

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, self.path, headers, body, self.number)
        self.server.script.next_answer(seen)(self, seen)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any

    def log_message(self, *_: object) -> None:
        """Quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    script: Script

    def handle_error(self, *_: object) -> None:
        """Connections break here on purpose."""


Answer = Callable[[Handler, Seen], None]


@dataclass
class Script:
    """Answers to come, and what was seen. `otherwise` answers when the list is empty."""

    otherwise: Answer | None = None
    answers: deque[Answer] = field(default_factory=deque)
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    root: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def will(self, *answers: Answer) -> None:
        self.answers.extend(answers)

    def connected(self) -> int:
        with self.lock:
            self.connections += 1
            return self.connections

    def next_answer(self, seen: Seen) -> Answer:
        with self.lock:
            self.seen.append(seen)
            if self.answers:
                return self.answers.popleft()
        if self.otherwise is None:
            return error(500, "unscripted", f"{seen.method} {seen.target} was not expected")
        return self.otherwise


def reply(
    body: object = None, status: int = 200, headers: Mapping[str, str] | None = None
) -> Answer:
    """Whole answer; a dict or list goes as JSON, text as HTML, bytes as they are."""

    def answer(handler: Handler, _: Seen) -> None:
        content, kind = _content(body)
        handler.send_response(status)
        fields = {"Content-Type": kind, "Content-Length": str(len(content)), **(headers or {})}
        for name, value in fields.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def _content(body: object) -> tuple[bytes, str]:
    if isinstance(body, bytes):
        return body, "application/octet-stream"
    if isinstance(body, str):
        return body.encode(), "text/html; charset=UTF-8"
    if body is None:
        return b"", "text/plain"
    return json.dumps(body).encode(), "application/json; charset=UTF-8"


def error_body(status: int, reason: str, message: str, grpc: str = "") -> dict[str, Any]:
    """Google's JSON for an error."""
    errors = [{"message": message, "domain": "global", "reason": reason}]
    error: dict[str, Any] = {"code": status, "message": message, "errors": errors}
    if grpc:
        error["status"] = grpc
    return {"error": error}


def error(
    status: int, reason: str, message: str = "no", headers: Mapping[str, str] | None = None
) -> Answer:
    return reply(error_body(status, reason, message), status, headers)


def drop(handler: Handler, _: Seen) -> None:
    """Having read the whole request, close without a word."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def idle_close(body: object) -> Answer:
    """A whole answer, and then the connection is closed although nobody said so."""

    def answer(handler: Handler, seen: Seen) -> None:
        reply(body)(handler, seen)
        handler.wfile.flush()
        handler.close_connection = True

    return answer


def cut_short(handler: Handler, _: Seen) -> None:
    """Promise a hundred bytes, give twelve, close."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b'{"id": "abc"')
    handler.close_connection = True


def silent(until: threading.Event) -> Answer:
    """Say nothing until the test is over."""

    def answer(handler: Handler, _: Seen) -> None:
        until.wait(30)
        handler.close_connection = True

    return answer


@contextmanager
def scripted(certificate: Path | None = None) -> Iterator[Script]:
    """A running server; with a key and certificate in one file it speaks TLS."""
    script = Script()
    server = _Server(("127.0.0.1", 0), Handler)
    server.script = script
    script.root = f"http://127.0.0.1:{server.server_address[1]}/"
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        script.root = script.root.replace("http:", "https:")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
