"""What people attach, by kind: photographs, receipts, quotes, lists.

`make` takes the facts of the talk (order, product, price …), so that the papers say what the mail
says.  Photographs repeat from a small stock; everything else is made for its mail.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Mapping

from sandbox.demo import documents, jpeg, pictures
from sandbox.demo.shapes import File

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DRAW = {
    "damage": pictures.damage,
    "box": pictures.carton,
    "parts": pictures.parts,
    "screen": pictures.screen,
    "room": pictures.room,
}
# Enough takes that neighbours in a list differ; JPEG costs time, so there are few.
_TAKES = {"damage": 3, "box": 2, "parts": 2, "screen": 2, "room": 3}
_MOTIF = {"door": "box", "label": "box", "statement": "screen"}


@functools.cache
def photo(motif: str, take: int, kind: str) -> bytes:
    """Return a drawn photograph as `jpeg` or `png`."""
    picture = _DRAW[motif](random.Random(f"{motif}{take}"))
    return jpeg.encode(picture) if kind == "jpeg" else picture.png()


def _photo(kind: str, rng: random.Random) -> File:
    motif = _MOTIF.get(kind, kind)
    if motif in ("damage", "box") and rng.random() < 0.35:
        name = f"IMG_{rng.randrange(1000, 9999)}.jpeg"
        return File(name, "image/jpeg", photo(motif, 0, "jpeg"))
    names = {
        "damage": (
            "破損箇所.png",
            "写真1.png",
            f"IMG_{rng.randrange(1000, 9999)}.png",
            "damage.png",
        ),
        "box": ("外箱の状態.png", "段ボール.png", f"image{rng.randrange(10)}.png"),
        "parts": ("不足部品.png", "部品の写真（赤丸が足りない所）.png", "parts.png"),
        "screen": ("スクリーンショット.png", f"Screenshot_{rng.randrange(10**6, 10**7)}.png"),
        "room": ("お部屋の写真.png", f"IMG_{rng.randrange(1000, 9999)}.png"),
    }[motif]
    if kind == "door":
        names = ("置き配の写真.png",)
    if kind == "label":
        names = ("届いた商品と納品書.png", "ラベル.png")
    if kind == "statement":
        names = ("カード明細のスクリーンショット.png",)
    return File(rng.choice(names), "image/png", photo(motif, rng.randrange(_TAKES[motif]), "png"))


_TITLES = {"receipt": "領収書", "quote": "御見積書", "order": "注文書", "invoice": "請求書",
           "form": "お取引条件変更届", "slip": "納品書"}  # fmt: skip


def paper(kind: str, facts: Mapping[str, str]) -> bytes:
    """Return a business paper as PDF."""
    if kind == "receipt":
        heading = [f"{facts['receipt_name']} 様", "", f"金額　￥{facts['price']}―（税込）",
                   f"但し　{facts['proviso']}として、上記正に領収いたしました。",
                   f"ご注文番号　{facts['order']}"]  # fmt: skip
    elif kind == "order":
        heading = ["みなも生活店 御中", "", f"{facts['company']}　{facts['division']}",
                   "下記のとおり発注いたします。", f"発注日　{facts['today']}"]  # fmt: skip
    elif kind == "form":
        heading = ["みなも生活店 御中", "", "お取引条件を下記のとおり変更いたします。",
                   "適用開始日　　　年　　月　　日", "新しいお支払日　　毎月　　日",
                   "会社名", "ご担当者名　　　　　　　　　　　　印"]  # fmt: skip
    else:
        whom = f"{facts['name']} 様" if kind == "slip" else f"{facts['receipt_name']} 御中"
        heading = [whom, "", f"発行日　{facts['today']}",
                   f"ご注文番号　{facts['order']}",
                   "みなも生活店　登録番号 T0000000000000"]  # fmt: skip
    count = "1" if kind == "receipt" else facts["count"]
    total = facts["price"] if kind == "receipt" else facts["total"]
    rows: list[tuple[str, ...]] = []
    if kind != "form":
        rows = [("品名", "数量", "単価", "金額"),
                (facts["product"], count, facts["price"], total),
                ("送料", "1", "0", "0"), ("合計（税込）", "", "", total)]  # fmt: skip
    foot = ["", "東京都みなも区港町2-4-8　みなも生活店", "TEL 0120-000-000　support@shop.example"]
    return documents.pdf(_TITLES[kind], heading, rows, foot)


def _paper(kind: str, facts: Mapping[str, str], rng: random.Random) -> File:
    number = facts["order"].removeprefix("A-")
    names = {
        "receipt": (f"領収書_{facts['order']}.pdf", f"領収書（{facts['family']}様）.pdf"),
        "quote": (f"御見積書_{facts['family']}様_{number}.pdf", f"お見積書_{number}.pdf"),
        "order": (f"注文書_{number}.pdf", "発注書（写し）.pdf"),
        "invoice": (f"請求書_INV-{number}.pdf", f"請求書_{facts['month']}分.pdf"),
        "form": ("お取引条件変更届.pdf",),
        "slip": ("納品書.pdf",),
    }[kind]
    return File(rng.choice(names), "application/pdf", paper(kind, facts))


def make(kind: str, facts: Mapping[str, str], rng: random.Random) -> File:
    """Return an attachment of a kind such as `photo-damage`, `pdf-receipt`, `xlsx-list`."""
    family, _, what = kind.partition("-")
    if family == "photo":
        return _photo(what, rng)
    if family == "pdf":
        return _paper(what, facts, rng)
    if kind == "xlsx-list":
        rows = [("品番", "品名", "色", "数量", "備考"),
                (facts["code"], facts["product"], facts["color"], facts["many"], ""),
                ("", facts["other"], "", facts["qty"], "色はおまかせ")]  # fmt: skip
        name = rng.choice(
            ("必要数一覧.xlsx", f"備品リスト_{facts['family']}.xlsx", "ご希望一覧表.xlsx")
        )
        return File(name, XLSX, documents.xlsx(rows))
    if kind == "csv-places":
        places = [("拠点名", "郵便番号", "住所", "数量"),
                ("本社", "000-0000", facts["place"], facts["qty"]),
                ("第二倉庫", "000-0000", "埼玉県若葉市見沼10-1", facts["qty"])]  # fmt: skip
        return File("納品先一覧.csv", "text/csv", documents.csv932(places))
    raise KeyError(kind)
