# ruff: noqa: E501 - lists of words, and a paragraph of prose, are one line
"""Realistic call-centre mail, as much as one wants: the corpus of the search benchmark.

Sentences are those of the sandbox's demo mail; what stands in them (names, places, goods, numbers)
is drawn from a vocabulary in which the k-th word comes about 1/k times as often as the first, so
that there are words in every mail, in every hundredth, and in one alone. The same seed gives the
same mail.
"""

from __future__ import annotations

import importlib
import itertools
import pkgutil
import random
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sandbox.demo.banks

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_BLANK = re.compile(r"\{(\w*)\}")
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")
_WORD = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u30a1-\u30fa\u30fc]{3,9}")
_KANJI = re.compile(r"[\u4e00-\u9fff]")
_LENGTH = 1200
NEWEST = datetime(2026, 11, 22, 9, tzinfo=UTC)

_SURNAMES = [
    "佐藤",
    "鈴木",
    "高橋",
    "田中",
    "伊藤",
    "渡辺",
    "山本",
    "中村",
    "小林",
    "加藤",
    "吉田",
    "山田",
    "佐々木",
    "山口",
    "松本",
    "井上",
    "木村",
    "林",
    "斎藤",
    "清水",
    "山崎",
    "森",
    "池田",
    "橋本",
    "阿部",
    "石川",
    "山下",
    "中島",
    "石井",
    "小川",
    "前田",
    "岡田",
    "長谷川",
    "藤田",
    "後藤",
    "近藤",
    "村上",
    "遠藤",
    "青木",
    "坂本",
    "髙橋",
    "髙島",
    "渡邊",
    "齋藤",
    "山﨑",
    "宮﨑",
    "濵田",
    "鰻田",
    "柊",
    "雲母坂",
]
_GIVEN = [
    "陽菜",
    "蓮",
    "葵",
    "湊",
    "凛",
    "翔太",
    "美咲",
    "大輔",
    "さくら",
    "健一",
    "由美子",
    "直樹",
    "恵",
    "彩",
    "拓也",
    "真由美",
    "浩",
    "奈々",
    "悠斗",
    "結衣",
    "ゆかり",
    "まさる",
    "アンナ",
    "ケンジ",
]
_ROMAJI = [
    "sato",
    "suzuki",
    "takahashi",
    "tanaka",
    "ito",
    "watanabe",
    "yamamoto",
    "nakamura",
    "kobayashi",
    "kato",
    "yoshida",
    "yamada",
    "sasaki",
    "yamaguchi",
    "matsumoto",
    "inoue",
    "kimura",
    "hayashi",
    "saito",
    "shimizu",
    "mori",
    "ikeda",
    "abe",
    "ishikawa",
]
_PLACES = [
    "東京都千代田区",
    "大阪市北区",
    "横浜市中区",
    "名古屋市中村区",
    "札幌市中央区",
    "福岡市博多区",
    "京都市左京区",
    "神戸市灘区",
    "仙台市青葉区",
    "広島市南区",
    "さいたま市大宮区",
    "千葉市美浜区",
    "新潟市西区",
    "金沢市",
    "那覇市",
    "釧路市",
    "稚内市",
]
_ENGLISH = [
    "order",
    "invoice",
    "refund",
    "delivery",
    "address",
    "account",
    "payment",
    "receipt",
    "warranty",
    "cancel",
    "tracking",
    "customer",
    "support",
    "shipment",
    "replacement",
    "damaged",
    "schedule",
    "confirm",
    "regards",
    "thanks",
    "password",
    "catalogue",
    "quotation",
    "deadline",
    "maintenance",
    "firmware",
    "bluetooth",
    "charger",
    "battery",
]
_LABELS = [
    "至急",
    "返品",
    "配送/遅延",
    "配送/住所変更",
    "請求/領収書",
    "請求/未払い",
    "クレーム",
    "VIP",
    "社内",
    "要確認",
    "法人",
    "修理",
    "アカウント",
    "見積",
    "リコール",
    "2026/夏",
]
_FILES = (
    "見積書.pdf",
    "請求書.pdf",
    "写真.jpg",
    "IMG_2034.jpg",
    "注文一覧.xlsx",
    "契約書.docx",
    "ログ.txt",
)


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail; `thread` and the labels as Gmail would have them."""

    number: int
    thread: int
    date: str
    sender: tuple[str, str]
    to: tuple[str, str]
    subject: str
    text: str
    labels: tuple[str, ...]
    files: tuple[str, ...]
    size: int
    sent: bool

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, dict):
        yield from _strings(list(value.values()))
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from _strings(getattr(value, each.name))


def _sentences() -> list[str]:
    found: dict[str, None] = {}
    for info in pkgutil.iter_modules(sandbox.demo.banks.__path__):
        module = importlib.import_module(f"sandbox.demo.banks.{info.name}")
        for name, value in vars(module).items():
            if name.isupper():
                for text in _strings(value):
                    for sentence in _SENTENCE.findall(text):
                        if len(sentence.strip()) > 8 and sentence.count("[") == sentence.count("]"):
                            found[sentence.strip()] = None
    return list(found)


class _Zipf:
    """Draws from a list: the k-th about 1/k times as often as the first."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.weights = list(itertools.accumulate(1 / (rank + 2) for rank in range(len(words))))

    def draw(self, dice: random.Random) -> str:
        return dice.choices(self.words, cum_weights=self.weights)[0]


class Writer:
    """Writes mail number 0, 1, 2 …, newest first."""

    def __init__(self, mails: int, *, seed: int = 20261123) -> None:
        self.dice = random.Random(seed)
        self.mails = mails
        self.sentences = _Zipf(_sentences())
        self.dice.shuffle(self.sentences.words)
        self.words = _Zipf(self._vocabulary())
        self.people = [self._person(number) for number in range(max(50, mails // 12))]
        self.favourites = _Zipf([str(number) for number in range(len(self.people))])

    def _vocabulary(self) -> list[str]:
        """Words of the demo mail, then compounds made of their kanji, ever rarer."""
        real = list(dict.fromkeys(_WORD.findall("".join(self.sentences.words))))
        kanji = sorted(set(_KANJI.findall("".join(real))))
        made = {f"{self.dice.choice(kanji)}{self.dice.choice(kanji)}" for _ in range(20_000)}
        models = [f"{self.dice.choice('ABCDEFGHKLMNRSTX')}{n}" for n in range(100, 3000, 7)]
        rare = sorted(made - set(real)) + models
        self.dice.shuffle(real)
        self.dice.shuffle(rare)
        return real + _ENGLISH + rare

    def _person(self, number: int) -> tuple[str, str]:
        name = f"{self.dice.choice(_SURNAMES)} {self.dice.choice(_GIVEN)}"
        host = self.dice.choice(
            ("customer.example", "mail.example", "docomo.example", "corp.example")
        )
        return name, f"{self.dice.choice(_ROMAJI)}.{number}@{host}"

    def letters(self) -> Iterator[Letter]:
        thread, left = 0, 0
        date = NEWEST
        person = self.people[0]
        for number in range(self.mails):
            if not left:
                thread += 1
                left = self.dice.choices((1, 2, 3, 4, 7), (60, 20, 8, 5, 7))[0]
                person = self.people[int(self.favourites.draw(self.dice))]
            left -= 1
            date -= timedelta(seconds=self.dice.randint(20, 600))
            yield self._letter(number, thread, date, person)

    def _letter(self, number: int, thread: int, date: datetime, person: tuple[str, str]) -> Letter:
        dice, ours = self.dice, ("カスタマーサポート", "support@shop.example")
        sent = dice.random() < 0.3
        sender, to = (ours, person) if sent else (person, ours)
        subject = self._filled(self.sentences.draw(dice))[:40]
        labels = tuple(
            label for rank, label in enumerate(_LABELS) if dice.random() < 0.2 / (rank + 1)
        )
        files = tuple(dice.sample(_FILES, dice.randint(1, 2))) if dice.random() < 0.12 else ()
        text = self._text(sender, to)
        size = len(text.encode()) + 3000 + sum(dice.randint(10_000, 900_000) for _ in files)
        return Letter(
            number, thread, date.isoformat(), sender, to, subject, text, labels, files, size, sent
        )

    def _text(self, sender: tuple[str, str], to: tuple[str, str]) -> str:
        dice = self.dice
        wanted = max(120, int(dice.gauss(_LENGTH, 400)))
        parts = [f"{to[0]} 様\n\nいつもお世話になっております。{sender[0].split()[0]}です。"]
        length = len(parts[0])
        while length < wanted:
            line = "".join(
                self._filled(self.sentences.draw(dice)) for _ in range(dice.randint(1, 3))
            )
            if dice.random() < 0.5:
                line += f"{self.words.draw(dice)}の{self.words.draw(dice)}について{self.words.draw(dice)}を確認いたしますでしょうか。"
            parts.append(line)
            length += len(line) + 1
        parts.append(
            f"以上、よろしくお願いいたします。\n-- \n{sender[0]}\n〒{dice.randint(100, 999)}-{dice.randint(1000, 9999)} "
            f"{dice.choice(_PLACES)}{dice.randint(1, 9)}-{dice.randint(1, 20)}\n"
            f"TEL 0{dice.randint(3, 9)}-{dice.randint(1000, 9999)}-{dice.randint(1000, 9999)}\n{sender[1]}"
        )
        return "\n".join(parts)

    def _filled(self, sentence: str) -> str:
        sentence = _CHOICE.sub(lambda found: self.dice.choice(found[1].split("|")), sentence)
        return _BLANK.sub(lambda found: self._filling(found[1]), sentence)

    def _filling(self, name: str) -> str:
        dice = self.dice
        if name in {"order", "slip"}:
            return f"A-{dice.randint(10_000, 999_999)}"
        if "date" in name or "day" in name:
            return f"{dice.randint(1, 12)}月{dice.randint(1, 28)}日"
        if name in {"product", "item", "goods"}:
            return f"{self.words.draw(dice)}{self.words.draw(dice)}"
        return self.words.draw(dice)
