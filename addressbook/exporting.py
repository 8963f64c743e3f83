"""The book as a CSV file, which the import reads back without changing anything."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable
from typing import IO

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from addressbook.imports.lines import FORMULA
from addressbook.models import Address

YES, NO = "○", "×"
_IN_MEMORY = 4 * 1024 * 1024


class Unwritable(Exception):
    """Names have signs that the charset lacks: `number` of entries, the first being `entry`."""

    def __init__(self, number: int, entry: Address) -> None:
        super().__init__(f"{number} entries do not fit the charset")
        self.number = number
        self.entry = entry


def write(rows: QuerySet[Address], encoding: str) -> IO[bytes]:
    """A file with a line for each row, at its beginning; beyond 4 MiB it stands on the disk.

    Args:
        encoding: "utf-8-sig" (with the mark that Excel needs) or "cp932".

    Raises:
        Unwritable: nothing is left out in silence.
    """
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (the answer closes it)
    missing: list[Address] = []
    number = 0
    file.write(
        _line([pgettext("entry", "Name"), _("Mail address"), _("Customer search")]).encode(encoding)
    )
    plain = "utf-8" if encoding == "utf-8-sig" else encoding
    for row in rows.iterator(chunk_size=2000):
        cells = [row.name, row.address, YES if row.customer_search else NO]
        try:
            file.write(_line(cells).encode(plain))
        except UnicodeEncodeError:
            number += 1
            missing = missing or [row]
    if missing:
        file.close()
        raise Unwritable(number, missing[0])
    file.seek(0)
    return file


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO(newline="")
    # A spreadsheet would take these for formulas; the import takes the apostrophe away again.
    csv.writer(text).writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return text.getvalue()
