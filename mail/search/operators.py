"""Every operator by all of its names: Gmail's, this product's, and the Japanese ones."""

from __future__ import annotations

import unicodedata

from mail.search.nodes import Field

_ALIASES: dict[str, tuple[str, ...]] = {
    # Gmail's
    "from": ("差出人", "送信者", "送信元"),
    "to": ("宛先", "送信先"),
    "cc": (),
    "bcc": (),
    "deliveredto": ("配信先",),
    "subject": ("件名",),
    "label": ("ラベル",),
    "has": (),
    "list": ("メーリングリスト",),
    "filename": ("添付", "添付ファイル名", "ファイル名"),
    "in": ("場所",),
    "is": (),
    "after": ("以降", "newer"),
    "before": ("以前", "older"),
    "older_than": ("より古い",),
    "newer_than": ("より新しい",),
    "larger": ("以上",),
    "smaller": ("未満",),
    "size": ("サイズ",),
    "rfc822msgid": ("メッセージid",),
    "category": ("カテゴリ", "カテゴリー"),
    # this product's
    "body": ("本文",),
    "period": ("期間",),
    "status": ("ステータス", "状態"),
    "assignee": ("担当", "担当者"),
    "comment": ("コメント", "備考"),
    "customer": ("顧客", "お客様"),
    "mailbox": ("メールボックス", "認証アカウント"),
    "locked": ("ロック", "編集ロック"),
}
OPERATORS = tuple(_ALIASES)
TEXT_OPERATORS = frozenset(field.value for field in Field if field)


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


_BY_NAME = {
    _key(name): operator for operator, others in _ALIASES.items() for name in (operator, *others)
}
_LONGEST = max(map(len, _BY_NAME)) * 2


def operator_named(typed: str) -> str:
    """The operator's own name; "" where no operator is called so."""
    return _BY_NAME.get(_key(typed), "") if len(typed) <= _LONGEST else ""


def aliases(operator: str) -> tuple[str, ...]:
    return _ALIASES[operator]
