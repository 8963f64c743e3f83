"""A CSV file as people's programs write it: its charset, its separator, its lines."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import IO

ENCODINGS = ("utf-8-sig", "cp932", "utf-16", "euc_jp")
DELIMITERS = (",", "\t", ";")
_PIECE = 256 * 1024
# What no program writes; cp932 reads bytes that Shift_JIS lacks as signs of its own.
_NO_TEXT = {
    "utf-8-sig": frozenset("\x00"),
    "cp932": frozenset("\x00\x80\xa0\uf8f0\uf8f1\uf8f2\uf8f3"),
}
# A cell larger than this is a quote that was never closed.
_LARGEST_CELL = 20_000
# Excel's own files begin with one of these where they are not in the system's charset.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Unreadable(Exception):
    """The file as a whole cannot be read; `code` is of `addressbook.imports.words`."""

    def __init__(self, code: str, line: int = 0) -> None:
        super().__init__(f"{code} (line {line})")
        self.code = code
        self.line = line


def charset(file: IO[bytes]) -> str:
    """The charset that all bytes of the file fit: a mark at its head, UTF-8, else cp932.

    Raises:
        Unreadable: none fits.
    """
    file.seek(0)
    head = file.read(4)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    for name in _NO_TEXT:
        if _fits(file, name):
            return name
    raise Unreadable("charset")


def _fits(file: IO[bytes], name: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(name)()
    try:
        while piece := file.read(_PIECE):
            if not _NO_TEXT[name].isdisjoint(decoder.decode(piece)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def records(file: IO[bytes], encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line that it begins on, from 1; empty lines are left out.

    Raises:
        Unreadable: a quote that is never closed, or bytes that are not of this charset.
    """
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    csv.field_size_limit(_LARGEST_CELL)
    reader = csv.reader(text, delimiter=delimiter)
    begins = 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                yield begins, record
            begins = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable("quote", begins) from error
    except UnicodeDecodeError as error:
        raise Unreadable("charset", begins) from error
    finally:
        text.detach()


def separator(file: IO[bytes], encoding: str) -> str:
    """The separator that makes the most columns of the first lines."""

    def width(delimiter: str) -> int:
        try:
            return max(len(record) for record in first(file, encoding, delimiter))
        except (Unreadable, ValueError):
            return 0

    return max(DELIMITERS, key=width)


def first(file: IO[bytes], encoding: str, delimiter: str, most: int = 6) -> list[list[str]]:
    """The first records."""
    found = []
    for _, record in records(file, encoding, delimiter):
        found.append(record)
        if len(found) == most:
            break
    return found
