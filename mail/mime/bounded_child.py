"""The child of ``bounded``: reads mails from its standard input until that ends.

Requests and answers are a length and then so many bytes; a request's first byte is its kind:
``R`` a raw mail, ``r`` one whose files' bytes are not wanted back, ``P`` a pickled list of one
resource of Gmail's, ``B`` of several, ``F`` a pickled path and charset, ``X`` a pickled path,
part id and path to write that part's bytes to. Ends with the status ``OUT_OF_MEMORY``, or by
SIGXCPU.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import IO

from mail.mime.bounded import LENGTH, OUT_OF_MEMORY, REPORT_BYTES
from mail.mime.model import ParsedAttachment, ParsedMessage
from mail.mime.payload import parse_payload
from mail.mime.reader import parse

try:
    import resource
except ImportError:  # not on Windows: time is still bounded, by the parent's clock
    resource = None  # type: ignore[assignment]

_BATCH_CPU = 2  # seconds for one mail among others; alone it has all of cpu_seconds


def _without_payloads(parsed: ParsedMessage) -> ParsedMessage:
    return replace(
        parsed, attachments=tuple(replace(file, payload=None) for file in parsed.attachments)
    )


def _without_files(parsed: ParsedMessage) -> ParsedMessage:
    """Only what tells of other mails stays, and of that the beginning."""
    return replace(parsed, attachments=tuple(map(_light, parsed.attachments)))


def _light(file: ParsedAttachment) -> ParsedAttachment:
    tells = file.content_type.startswith("message/") or file.content_type == "text/rfc822-headers"
    kept = file.payload[:REPORT_BYTES] if tells and file.payload is not None else None
    return replace(file, payload=kept)


def _extract(parsed: ParsedMessage, part_id: str, target: Path) -> bool:
    for file in parsed.attachments:
        if file.part_id == part_id and file.payload is not None:
            target.write_bytes(file.payload)
            return True
    return False


def _serve(source: IO[bytes], sink: IO[bytes], cpu_seconds: int) -> None:
    """The child: one request after the other until the input ends."""
    while True:
        head = source.read(LENGTH.size)
        if len(head) < LENGTH.size:
            return
        kind = source.read(1)
        data = source.read(LENGTH.unpack(head)[0] - 1)
        answer: ParsedMessage | list[ParsedMessage] | bool
        if kind in (b"P", b"B"):
            seconds = cpu_seconds if kind == b"P" else min(cpu_seconds, _BATCH_CPU)
            answer = []
            for each in pickle.loads(data):  # noqa: S301 - written by our own parent
                _allow(seconds)
                answer.append(_in_memory(parse_payload(each)))
        elif kind == b"F":
            path, charset = pickle.loads(data)  # noqa: S301 - written by our own parent
            _allow(cpu_seconds)
            answer = _without_files(_in_memory(parse(Path(path).read_bytes(), charset=charset)))
        elif kind == b"X":
            path, part_id, target = pickle.loads(data)  # noqa: S301 - written by our own parent
            _allow(cpu_seconds)
            parsed = _in_memory(parse(Path(path).read_bytes()))
            answer = _extract(parsed, part_id, Path(target))
        else:
            _allow(cpu_seconds)
            parsed = _in_memory(parse(data))
            answer = _without_payloads(parsed) if kind == b"r" else parsed
        written = pickle.dumps(answer, protocol=pickle.HIGHEST_PROTOCOL)
        sink.write(LENGTH.pack(len(written)))
        sink.write(written)
        sink.flush()


def _allow(seconds: int) -> None:
    """The limit counts from the process's start: it moves on with every mail."""
    if resource is not None:
        used = int(time.process_time()) + 1
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, hard))


def _in_memory(parsed: ParsedMessage) -> ParsedMessage:
    """A mail for which memory sufficed.

    Raises:
        MemoryError: the parser, which never raises, ran out of it.
    """
    if any(n.code == "reading_failed" and "MemoryError" in n.detail for n in parsed.notices):
        raise MemoryError
    return parsed


def _watch_parent(parent: int) -> None:
    """Ends the child when its parent is gone, also in the middle of a mail."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def main(arguments: list[str]) -> int:
    cpu_seconds, memory, parent = (int(argument) for argument in arguments)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair
    threading.Thread(target=_watch_parent, args=(parent,), daemon=True).start()
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        _serve(sys.stdin.buffer, sys.stdout.buffer, cpu_seconds)
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
