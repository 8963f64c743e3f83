"""Parsing in a child process that may not take more than its share of time and memory.

:func:`mail.mime.parse` is linear, and still a mail of 70 MB or an attack that nobody has thought of
should not cost a worker its queue: the child has a bound on CPU and on memory, and when it passes
one (or dies) the mail comes back with the notice ``too_costly`` and is parsed by nobody else.

One child per process, kept for many mails; requests go one after the other. The child ends when its
standard input closes or its parent is gone, whatever killed it. A forked process gets a child of
its own.

The mirror hands in whole batches: one exchange costs 0.1 ms, as much as reading a short mail. A
batch in which one mail passes the bound is read again mail by mail, so only that one is lost; in a
batch each mail has less time, for all others would wait for it twice.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import selectors
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mail.mime.model import Notice, ParsedAttachment, ParsedMessage

LENGTH = struct.Struct(">Q")  # before each request and each answer
OUT_OF_MEMORY = 3  # the child's exit status
REPORT_BYTES = 256 * 1024
_BATCH_BYTES = 8 * 1024 * 1024  # by Gmail's estimate, which counts the files that stay at Gmail
_BATCH_MAILS = 100
_ROOT = Path(__file__).resolve().parents[2]


class BoundedParser:
    """A child that parses. ``cpu_seconds`` is for one mail, ``memory`` in bytes for the child."""

    def __init__(
        self,
        *,
        cpu_seconds: int = 20,
        memory: int = 1024 * 1024 * 1024,
        wall_seconds: float = 60.0,
        mails_per_child: int = 20_000,
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
            return _checked(parsed)
        file = ParsedAttachment(
            "", "message.eml", "message/rfc822", len(raw), payload=raw if payloads else None
        )
        return ParsedMessage(attachments=(file,), notices=(_too_costly(),))

    def parse_file(self, path: str | os.PathLike[str], *, charset: str = "") -> ParsedMessage:
        """A raw mail in a file, which only the child reads: it may be large.

        Files' bytes are left behind, but for the first :data:`REPORT_BYTES` of what
        :func:`mail.mime.reports.read_report` looks into.
        """
        parsed = self._ask(b"F", _pickled((os.fspath(path), charset)))
        return _checked(parsed) if parsed is not None else ParsedMessage(notices=(_too_costly(),))

    def extract(
        self, path: str | os.PathLike[str], part_id: str, target: str | os.PathLike[str]
    ) -> bool:
        """Write one file of a raw mail in a file into another; False when there is none to write.

        None of the bytes pass through this process.
        """
        order = (os.fspath(path), part_id, os.fspath(target))
        return self._ask(b"X", _pickled(order)) is True

    def parse_payload(self, resource: Mapping[str, Any]) -> ParsedMessage:
        """:func:`mail.mime.parse_payload`, bounded."""
        parsed = self._ask(b"P", _pickled([_needed(resource)]))
        if isinstance(parsed, list):
            (first,) = parsed
            return _checked(first)
        return ParsedMessage(notices=(_too_costly(),))

    def parse_payloads(self, resources: Sequence[Mapping[str, Any]]) -> list[ParsedMessage]:
        """:func:`mail.mime.parse_payload` for each, in their order and in few exchanges."""
        parsed: list[ParsedMessage] = []
        for batch in _batches(resources):
            asked = _pickled([_needed(each) for each in batch])
            answer = self._ask(b"B", asked, attempts=1, mails=len(batch))
            if isinstance(answer, list) and len(answer) == len(batch):
                parsed.extend(_checked(each) for each in answer)
            else:
                parsed.extend(self.parse_payload(each) for each in batch)
        return parsed

    def close(self) -> None:
        """Ends the child, if there is one."""
        with self._lock:
            self._end()

    def _ask(self, kind: bytes, data: bytes, *, attempts: int = 2, mails: int = 1) -> object:
        """The answer of the child; None when the work was too much for it."""
        with self._lock:
            for _ in range(attempts):  # a child may also die of something that is no mail's doing
                answer = self._try(kind, data, mails)
                if answer is not None:
                    break
        return pickle.loads(answer) if answer else None  # noqa: S301 - written by our own child

    def _try(self, kind: bytes, data: bytes, mails: int) -> bytearray | None:
        """One attempt: the answer, an empty one for too costly, None for a child that just died."""
        if self._child is not None and self._served >= self.mails_per_child:
            self._end()
        child = self._child if self._child is not None else self._start()
        self._served += mails
        try:
            return _exchange(child, (kind, data), time.monotonic() + self.wall_seconds)
        except TimeoutError:
            self._end()
            return bytearray()
        except (OSError, EOFError):
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(5)
            ended = child.returncode
            self._end()
            return bytearray() if ended in (OUT_OF_MEMORY, -signal.SIGXCPU) else None

    def _start(self) -> subprocess.Popen[bytes]:
        self._served = 0
        self._child = subprocess.Popen(
            [
                *(sys.executable, "-m", "mail.mime.bounded_child"),
                *map(str, (self.cpu_seconds, self.memory, os.getpid())),
            ],
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


def _pickled(value: object) -> bytes:
    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


def _needed(resource: Mapping[str, Any]) -> object:
    """What of a message resource is the mail: the rest need not travel."""
    return resource.get("payload", resource)


def _checked(parsed: object) -> ParsedMessage:
    if not isinstance(parsed, ParsedMessage):
        raise TypeError(f"the child answered with {type(parsed).__name__}")
    return parsed


def _batches(resources: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    batch: list[Mapping[str, Any]] = []
    weight = 0
    for resource in resources:
        estimate = resource.get("sizeEstimate")
        weight += estimate if isinstance(estimate, int) else 0
        if batch and (weight > _BATCH_BYTES or len(batch) >= _BATCH_MAILS):
            yield batch
            batch, weight = [], 0
        batch.append(resource)
    if batch:
        yield batch


def _exchange(
    child: subprocess.Popen[bytes], request: tuple[bytes, bytes], deadline: float
) -> bytearray:
    """Sends a request and waits for its answer, both without blocking past ``deadline``."""
    assert child.stdin is not None
    assert child.stdout is not None
    source, sink = child.stdout.fileno(), child.stdin.fileno()
    os.set_blocking(sink, False)
    os.set_blocking(source, False)
    head = LENGTH.pack(sum(map(len, request)))
    # The pieces are written as they lie: a large mail is not copied for its head's sake.
    outgoing = [memoryview(piece) for piece in (head, *request) if piece]
    incoming = bytearray()
    length: int | None = None
    with selectors.DefaultSelector() as selector:
        selector.register(source, selectors.EVENT_READ)
        selector.register(sink, selectors.EVENT_WRITE)
        while length is None or len(incoming) < length:
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError
            for key, _ in ready:
                if key.fd == sink:
                    _advance(outgoing, os.writev(sink, outgoing))
                    if not outgoing:
                        selector.unregister(sink)
                    continue
                piece = os.read(source, 1 << 20)
                if not piece:
                    raise EOFError
                incoming += piece
            if length is None and len(incoming) >= LENGTH.size:
                (length,) = LENGTH.unpack_from(incoming)
                del incoming[: LENGTH.size]
    return incoming


def _advance(outgoing: list[memoryview], written: int) -> None:
    while outgoing and written >= len(outgoing[0]):
        written -= len(outgoing.pop(0))
    if written:
        outgoing[0] = outgoing[0][written:]


_shared = BoundedParser()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: _shared.forget())


def parse(raw: bytes, *, payloads: bool = True) -> ParsedMessage:
    """:func:`mail.mime.parse` in this process's bounded child."""
    return _shared.parse(raw, payloads=payloads)


def parse_file(path: str | os.PathLike[str], *, charset: str = "") -> ParsedMessage:
    """:func:`mail.mime.parse` of a file, in this process's bounded child; files' bytes left out."""
    return _shared.parse_file(path, charset=charset)


def extract(path: str | os.PathLike[str], part_id: str, target: str | os.PathLike[str]) -> bool:
    """See :meth:`BoundedParser.extract`."""
    return _shared.extract(path, part_id, target)


def parse_payload(resource: Mapping[str, Any]) -> ParsedMessage:
    """:func:`mail.mime.parse_payload` in this process's bounded child."""
    return _shared.parse_payload(resource)


def parse_payloads(resources: Sequence[Mapping[str, Any]]) -> list[ParsedMessage]:
    """:func:`mail.mime.parse_payload` for each; one that is too costly costs only itself."""
    return _shared.parse_payloads(resources)
