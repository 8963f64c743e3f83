"""Which column of a file is which field: guessed from its head, and changed by a person."""

from __future__ import annotations

import re
from collections.abc import Sequence

from callcenter.addresses import is_valid_address
from callcenter.drawers import fold

FIELDS = ("name", "address", "customer_search")
Mapping = dict[str, int | None]
_NOT_WORDS = re.compile(r"[\s\-_:：()（）・/.\"*]+")
# What Excel files, Outlook, Thunderbird, Google's contacts and our own export call them.
_CALLED = {
    "address": (
        "メールアドレス 電子メールアドレス 電子メール eメールアドレス eメール メアド mail メール"
        " mailaddress emailaddress email emails email1value 電子メール1値 primaryemail"
        " eメールアドレス1 アドレス address メールアドレス1 pcメールアドレス"
    ),
    "name": (
        "名称 氏名 名前 お名前 表示名 顧客名 会社名 担当者名 宛名 name fullname displayname"
        " 姓名 連絡先名 contactname"
    ),
    "customer_search": (
        "検索対象 顧客検索 受信時の顧客検索フォーマット対象 顧客検索対象 customersearch"
        " searchforthecustomer searchtarget"
    ),
}
_NAMES = {
    field: [_NOT_WORDS.sub("", fold(word)) for word in words.split()]
    for field, words in _CALLED.items()
}


def guess(sample: Sequence[Sequence[str]]) -> tuple[bool, Mapping]:
    """Whether the first line is a head, and which column holds which field (None: no column)."""
    if not sample:
        return True, dict.fromkeys(FIELDS)
    head = [_NOT_WORDS.sub("", fold(cell)) for cell in sample[0]]
    if not any(is_valid_address(cell.strip()) for cell in sample[0]):
        mapping: Mapping = {field: _called(head, field) for field in FIELDS}
        if mapping["address"] is None:
            mapping["address"] = _full_of_addresses(sample[1:])
        return True, mapping
    address = _full_of_addresses(sample)
    others = [at for at in range(len(sample[0])) if at != address]
    return False, {
        "name": others[0] if others else None,
        "address": address,
        "customer_search": None,
    }


def _called(head: Sequence[str], field: str) -> int | None:
    for name in _NAMES[field]:
        if name in head:
            return head.index(name)
    return None


def _full_of_addresses(sample: Sequence[Sequence[str]]) -> int | None:
    width = max((len(record) for record in sample), default=0)
    counted = [
        (sum(at < len(record) and is_valid_address(record[at].strip()) for record in sample), at)
        for at in range(width)
    ]
    most, at = max(counted, key=lambda pair: (pair[0], -pair[1]), default=(0, 0))
    return at if most else None


def width(sample: Sequence[Sequence[str]]) -> int:
    return max((len(record) for record in sample), default=0)
