"""Parsing in a child process that may not take more than its share of time and memory.

:func:`mail.mime.parse` is linear, and still a mail of 70 MB or an attack that nobody has thought of
should not cost a worker its queue: the child has a bound on CPU and on memory, and when it passes
one (or dies) the mail comes back with the notice ``too_costly`` and is parsed by nobody else.

One child per process, kept for many mails; requests go one after the other. The child ends when its
standard input closes or its parent is gone, whatever killed it. A forked process gets a child of
its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import selectors
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from mail.mime.model import Notice, ParsedAttachment, ParsedMessage
from mail.mime.payload import parse_payload as parse_payload_here
from mail.mime.reader import parse as parse_here

try:
    import resource
except ImportError:  # not on Windows: time is still bounded, by the parent's clock
    resource = None  # type: ignore[assignment]

_LENGTH = struct.Struct(">Q")
_OUT_OF_MEMORY = 3
_ROOT = Path(__file__).resolve().parents[2]


class BoundedParser:
    """A child that parses. ``cpu_seconds`` is for one mail, ``memory`` in bytes for the child."""

    def __init__(
        self,
        *,
        cpu_seconds: int = 20,
        memory: int = 1024 * 1024 * 1024,
        wall_seconds: float = 60.0,
        mails_per_child: int = 2000,
    ) -> None:
        self.cpu_seconds, self.memory = cpu_seconds, memory
        self.wall_seconds, self.mails_per_child = wall_seconds, mails_per_child
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._served = 0

    def parse(self, raw: bytes, *, payloads: bool = True) -> ParsedMessage:
        """:func:`mail.mime.parse`, bounded. ``payloads=False`` leaves the files' bytes behind."""
        parsed = self._ask(b"R" if payloads else b"r", raw)
        if parsed is not None:
            return parsed
        file = ParsedAttachment(
            "", "message.eml", "message/rfc822", len(raw), payload=raw if payloads else None
        )
        return ParsedMessage(attachments=(file,), notices=(_too_costly(),))

    def parse_payload(self, resource: Mapping[str, Any]) -> ParsedMessage:
        """:func:`mail.mime.parse_payload`, bounded."""
        parsed = self._ask(b"P", json.dumps(resource).encode("utf-8"))
        return parsed or ParsedMessage(notices=(_too_costly(),), needs_raw=False)

    def close(self) -> None:
        """Ends the child, if there is one."""
        with self._lock:
            self._end()

    def _ask(self, kind: bytes, data: bytes) -> ParsedMessage | None:
        """The answer of the child; None when the mail was too much for it."""
        with self._lock:
            for _ in range(2):  # a child may also die of something that is not this mail's doing
                answer = self._try(kind, data)
                if answer is not None:
                    break
        if not answer:
            return None
        parsed = pickle.loads(answer)  # noqa: S301 - written by our own child
        return parsed if isinstance(parsed, ParsedMessage) else None

    def _try(self, kind: bytes, data: bytes) -> bytes | None:
        """One attempt: the answer, b'' for too costly, None for a child that died otherwise."""
        if self._child is not None and self._served >= self.mails_per_child:
            self._end()
        child = self._child if self._child is not None else self._start()
        self._served += 1
        try:
            return _exchange(child, kind + data, time.monotonic() + self.wall_seconds)
        except TimeoutError:
            self._end()
            return b""
        except (OSError, EOFError):
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(5)
            ended = child.returncode
            self._end()
            return b"" if ended in (_OUT_OF_MEMORY, -signal.SIGXCPU) else None

    def _start(self) -> subprocess.Popen[bytes]:
        self._served = 0
        self._child = subprocess.Popen(
            [sys.executable, "-m", "mail.mime.bounded", str(self.cpu_seconds), str(self.memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=_ROOT,
        )
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # a broken pipe has nothing left to flush
                    stream.close()
        child.wait()

    def forget(self) -> None:
        """In a forked process: the child is the parent's; only its pipes are let go."""
        child, self._child = self._child, None
        self._lock = threading.Lock()
        if child is not None:
            child.returncode = 0  # not ours to wait for
            for stream in (child.stdin, child.stdout):
                if stream is not None:
                    stream.close()


def _too_costly() -> Notice:
    return Notice("too_costly", "reading took more time or memory than a mail may")


def _exchange(child: subprocess.Popen[bytes], request: bytes, deadline: float) -> bytes:
    """Sends a request and waits for its answer, both without blocking past ``deadline``."""
    assert child.stdin is not None
    assert child.stdout is not None
    source, sink = child.stdout.fileno(), child.stdin.fileno()
    os.set_blocking(sink, False)
    os.set_blocking(source, False)
    outgoing = memoryview(_LENGTH.pack(len(request)) + request)
    incoming = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(source, selectors.EVENT_READ)
        selector.register(sink, selectors.EVENT_WRITE)
        while True:
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError
            for key, _ in ready:
                if key.fd == sink:
                    outgoing = outgoing[os.write(sink, outgoing[: 1 << 20]) :]
                    if not outgoing:
                        selector.unregister(sink)
                    continue
                piece = os.read(source, 1 << 20)
                if not piece:
                    raise EOFError
                incoming += piece
            if len(incoming) >= _LENGTH.size:
                (length,) = _LENGTH.unpack_from(incoming)
                if len(incoming) >= _LENGTH.size + length:
                    return bytes(incoming[_LENGTH.size :])


_shared = BoundedParser()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: _shared.forget())


def parse(raw: bytes, *, payloads: bool = True) -> ParsedMessage:
    """:func:`mail.mime.parse` in this process's bounded child."""
    return _shared.parse(raw, payloads=payloads)


def parse_payload(resource: Mapping[str, Any]) -> ParsedMessage:
    """:func:`mail.mime.parse_payload` in this process's bounded child."""
    return _shared.parse_payload(resource)


def _without_payloads(parsed: ParsedMessage) -> ParsedMessage:
    return replace(
        parsed, attachments=tuple(replace(file, payload=None) for file in parsed.attachments)
    )


def _serve(source: IO[bytes], sink: IO[bytes], cpu_seconds: int) -> None:
    """The child: one request after the other until the input ends."""
    while True:
        head = source.read(_LENGTH.size)
        if len(head) < _LENGTH.size:
            return
        request = source.read(_LENGTH.unpack(head)[0])
        if resource is not None:
            # The limit counts from the process's start: it moves on with every mail.
            used = int(time.process_time()) + 1
            hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
            resource.setrlimit(resource.RLIMIT_CPU, (used + cpu_seconds, hard))
        kind, data = request[:1], request[1:]
        if kind == b"P":
            parsed = parse_payload_here(json.loads(data))
        else:
            parsed = parse_here(data)
            parsed = _without_payloads(parsed) if kind == b"r" else parsed
        if any(n.code == "reading_failed" and "MemoryError" in n.detail for n in parsed.notices):
            raise MemoryError
        answer = pickle.dumps(parsed, protocol=pickle.HIGHEST_PROTOCOL)
        sink.write(_LENGTH.pack(len(answer)) + answer)
        sink.flush()


def _watch_parent(parent: int) -> None:
    """Ends the child when its parent is gone, also in the middle of a mail."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def main(arguments: list[str]) -> int:
    cpu_seconds, memory = (int(argument) for argument in arguments)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair
    threading.Thread(target=_watch_parent, args=(os.getppid(),), daemon=True).start()
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        _serve(sys.stdin.buffer, sys.stdout.buffer, cpu_seconds)
    except MemoryError:
        return _OUT_OF_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
