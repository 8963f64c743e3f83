"""At least sixty queries of all kinds, made of the corpus's own words and how often they come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bench.letters import NEWEST, Writer


def queries(number: int) -> Iterator[tuple[str, str]]:
    """(kind, query)."""
    writer = Writer(number)
    words = writer.words.words
    kanji = [word for word in words if all("\u4e00" <= char <= "\u9fff" for char in word)]
    two = [word for word in kanji if len(word) == 2]
    common, middling, rare = two[:3], two[120:123], two[-4:-1]
    long = [word for word in kanji if len(word) >= 4][:2]
    katakana = [word for word in words if "\u30a1" <= word[0] <= "\u30fc" and len(word) >= 5]
    person = writer.people[3]
    rare_person = writer.people[-2]
    day = f"{NEWEST - timedelta(days=2):%Y/%m/%d}"
    old = f"{NEWEST - timedelta(days=20):%Y/%m/%d}"
    for word in ("の", "す", "鰻", "髙", "円", "稚", "ヶ", "々"):
        yield "one character", word
    for word in common:
        yield "two, common", word
    for word in middling:
        yield "two, middling", word
    for word in rare:
        yield "two, rare", word
    for word in ("鈴木", "釧路", "ます", "です", "京都"):
        yield "two, others", word
    for word in ("雲母坂", "博多区", *katakana[:1], "伝票番"):
        yield "three", word
    for word in (*long, "千代田区", *katakana[1:3], "納品書の請求金額", "名古屋市中村区"):
        yield "four and more", word
    for word in (
        *("いたしますでしょうか", "よろしくお願いいたします", "ありがとうございます"),
        *("しますでし", "いただけないでしょうか", "ございませんでしょうか"),
    ):
        yield "long hiragana", word
    for word in ("invoice", "battery", "A-20001", "bluetooth", "firm*", "X2997", "gmail"):
        yield "Latin", word
    for word in (
        f"from:{person[1]}",
        f"from:{rare_person[1]}",
        f"to:{person[1]}",
        "from:鈴木",
        "from:me",
        f"subject:{common[0]}",
        f"subject:{rare[0]}",
        "filename:pdf",
        "filename:契約書",
        "label:至急",
        "label:リコール",
        "has:attachment",
        "is:starred",
        "status:open",
        "assignee:me",
        f"customer:{rare_person[1]}",
        "rfc822msgid:17@mail.example",
        "larger:1500K",
        f"after:{day}",
        f"before:{old}",
        "in:sent",
    ):
        yield "operators", word
    for word in (
        f"{common[0]} {middling[0]}",
        f"{middling[0]} {middling[1]}",
        f"{common[0]} {rare[0]}",
        f"label:至急 {middling[1]}",
        f"label:リコール {common[1]}",
        f"from:{person[1]} {common[0]}",
        f"subject:返品 has:attachment {common[0]}",
        f"{{{rare[0]} {rare[1]} {middling[2]}}}",
        "返品 OR 返金 鈴木",
        f'"{common[0]} AROUND 10 {common[1]}"',
        f"status:open {common[0]}",
    ):
        yield "combinations", word
    for word in (
        "鑿鑿鑿",
        "zzyzx",
        "ぬゑぬゑ",
        f"{rare[0]} {rare[1]} {rare[2]}",
        "from:nobody.example",
    ):
        yield "none found", word
    for word in (f"{middling[0]} -{common[0]}", "-の", f"-{common[0]} -{common[1]} label:VIP"):
        yield "negations", word
    for word in (
        f"{common[0]} 期間:{day}",
        f"{common[1]} 期間:{old}",
        f"{middling[0]} after:{day}",
        f"{common[2]} before:{old}",
    ):
        yield "in a period", word
