"""What one line of a file says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from addressbook.imports.columns import Mapping
from callcenter.addresses import is_valid_address, normalise_address
from callcenter.drawers import fold

_LONGEST_NAME = 200
_LONGEST_DETAIL = 200
_IN_ANGLES = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]+)>\s*")
_YES = frozenset(
    [
        "1",
        "true",
        "yes",
        "y",
        "on",
        "○",
        "〇",
        "◯",
        "✓",
        "✔",
        "はい",
        "対象",
        "する",
        "有",
        "あり",
        "レ",
    ]
)
_NO = frozenset(
    ["0", "false", "no", "n", "off", "×", "✕", "いいえ", "対象外", "しない", "無", "なし", "-", "−"]
)
# A cell that a spreadsheet would take for a formula: written, and read, behind an apostrophe.
FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as a file has it, or what is wrong with it (`problem`, about `detail`)."""

    name: str = ""
    address: str = ""
    address_key: str = ""
    customer_search: bool | None = None
    problem: str = ""
    detail: str = ""

    @property
    def name_key(self) -> str:
        return fold(self.name or self.address)[:400]

    @property
    def search_text(self) -> str:
        return "\n".join(fold(each) for each in (self.name, self.address) if each)


def read(record: Sequence[str], mapping: Mapping) -> Line:
    """The line, its texts trimmed; an address may be written `名前 <a@b>` or full-width."""
    name, address = _name(_cell(record, mapping, "name")), _cell(record, mapping, "address")
    angles = _IN_ANGLES.fullmatch(address)
    if angles:
        address = angles["address"]
        name = name or _name(angles["name"].strip().strip('"'))
    address = unicodedata.normalize("NFKC", address).strip().removeprefix("mailto:")
    target, understood = _yes_or_no(_cell(record, mapping, "customer_search"))
    problem, detail = "", ""
    if not address:
        problem = "no_address"
    elif not is_valid_address(address):
        problem, detail = "invalid_address", address
    elif len(name) > _LONGEST_NAME:
        problem, detail = "long_name", name
    elif not understood:
        problem, detail = "unclear", _cell(record, mapping, "customer_search")
    if problem:
        return Line(
            name=name[:_LONGEST_NAME],
            address=address[:254],
            problem=problem,
            detail=detail[:_LONGEST_DETAIL],
        )
    return Line(name, address, normalise_address(address), target)


def _cell(record: Sequence[str], mapping: Mapping, field: str) -> str:
    at = mapping.get(field)
    if at is None or at >= len(record):
        return ""
    cell = record[at].replace("\x00", "").strip()
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell


def _name(cell: str) -> str:
    """One line: breaks within a cell, and signs that nobody sees, are blanks."""
    return " ".join(
        "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in cell).split()
    )


def _yes_or_no(cell: str) -> tuple[bool | None, bool]:
    """What it says (None: nothing), and whether that could be understood."""
    folded = fold(cell).strip()
    if not folded:
        return None, True
    if folded in _YES:
        return True, True
    return False, folded in _NO
