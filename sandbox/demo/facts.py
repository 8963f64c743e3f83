"""The facts of one talk: who, which order, which days; the slots of its texts."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from sandbox.demo.people import Agent, Customer
from sandbox.demo.products import PRODUCTS, Product
from sandbox.demo.programs import JST
from sandbox.demo.quoting import WEEKDAYS

_SLOTS = ("午前中", "14時～16時", "16時～18時", "18時～20時", "19時～21時")
_PROVISOS = ("お品代", "日用品代", "キッチン用品代", "贈答品代", "備品代")
# How a letter begins in the old style, month by month.
_SEASONS = (
    "厳しい寒さが続いております", "梅のつぼみもふくらんでまいりました",
    "日ごとに春らしくなってまいりました", "桜の便りが聞かれる頃となりました",
    "新緑のまぶしい季節となりました", "あじさいの美しい季節となりました",
    "暑さの厳しい毎日が続いております", "残暑お見舞い申し上げます",
    "朝夕はしのぎやすくなってまいりました", "秋も深まってまいりました",
    "朝夕めっきり冷え込むようになりました", "今年も残り少なくなってまいりました",
)  # fmt: skip
# Private customers too want the receipt in the name of a firm of theirs.
_TRADES = ("{}商店", "株式会社{}", "合同会社{}企画", "{}デザイン事務所", "{}料理教室")
# Order numbers grow by about this many a day; A-20931 is an order of the newest days.
_ORDERS_A_DAY = 38
_NEWEST_ORDER = 20960


def day(at: datetime) -> str:
    """Write a day as `11/25（水）`."""
    local = at.astimezone(JST)
    return f"{local.month}/{local.day}（{WEEKDAYS[local.weekday()]}）"


def order_number(ordered: datetime, now: datetime, rng: random.Random) -> str:
    """Return an order number that fits its day."""
    age = (now - ordered) / timedelta(days=1)
    return f"A-{_NEWEST_ORDER - round(age * _ORDERS_A_DAY) - rng.randrange(30)}"


def slip(rng: random.Random) -> str:
    """Return a tracking number of twelve digits."""
    return f"4521-{rng.randrange(1000, 10000)}-{rng.randrange(1000, 10000)}"


def pick(wants: str, rng: random.Random) -> Product:
    """Return an article of the wanted kind; sweets only where a gift is meant."""
    return rng.choice(
        [one for one in PRODUCTS if (wants in one.kinds if wants else one.kinds != {"gift"})]
    )


def collect(
    customer: Customer, agent: Agent, product: Product, at: datetime, now: datetime,
    desk: str, rng: random.Random,
) -> dict[str, str]:  # fmt: skip
    """Return the slots of a talk that begins at `at`."""
    ordered = at - timedelta(days=rng.randrange(3, 9), hours=rng.randrange(12))
    color, color_b = rng.sample([*product.colors, "ベージュ", "ブラウン"], 2)
    if color not in product.colors:
        color, color_b = color_b if color_b in product.colors else product.colors[0], color
    other = rng.choice([one for one in PRODUCTS if one is not product])
    qty, many = rng.randrange(2, 5), rng.choice((10, 12, 20, 24, 30, 48, 50))
    number = slip(rng)
    local = at.astimezone(JST)
    last_month = (local.replace(day=1) - timedelta(days=1)).month
    order = order_number(ordered, now, rng)
    firm = customer.company
    facts = {
        "family": customer.family,
        "name": customer.name,
        "kana": customer.kana,
        "address": customer.address,
        "phone": customer.phone,
        "place": customer.place,
        "company": firm,
        "division": customer.division,
        "receipt_name": firm or rng.choice(_TRADES).format(customer.family),
        "agent": agent.family,
        "agent_name": agent.name,
        "desk": desk,
        "product": product.name,
        "code": product.code,
        "part": product.part,
        "color": color,
        "color_b": color_b,
        "other": other.name,
        "price": f"{product.price:,}",
        "plus": f"{product.price + 660:,}",
        "qty": str(qty),
        "count": str(many if firm else qty),
        "less": f"{product.price * many * 95 // 100:,}",
        "many": str(many),
        "total": f"{product.price * (many if firm else qty):,}",
        "order": order,
        "order_b": f"A-{int(order[2:]) + rng.randrange(1, 4)}",
        "order_date": f"{ordered.astimezone(JST).month}月{ordered.astimezone(JST).day}日",
        "slip": number,
        "slip_tail": number[-4:],
        "slot": rng.choice(_SLOTS),
        "proviso": rng.choice(_PROVISOS),
        "proviso_b": rng.choice(("消耗品費", "事務用品代", "インテリア用品代")),
        "points": str(rng.randrange(12, 180) * 10),
        "days": str(rng.randrange(3, 8)),
        "month": f"{last_month}月",
        "w": f"{rng.randrange(180, 420) / 10}",
        "dp": f"{rng.randrange(140, 300) / 10}",
        "h": f"{rng.randrange(90, 260) / 10}",
        "box_w": str(rng.randrange(62, 108)),
        "box_d": str(rng.randrange(42, 74)),
        "box_h": str(rng.randrange(18, 60)),
        "total_more": f"{product.price * (qty + 1):,}",
        "total_both": f"{product.price + other.price:,}",
        "grams": str(rng.randrange(28, 120) * 10),
        "today": day(at),
        "season": _SEASONS[local.month - 1],
    }  # fmt: skip
    for name, ahead in (("d1", 2), ("d2", 3), ("d3", 4), ("d4", 6), ("week", 9)):
        facts[name] = day(at + timedelta(days=ahead))
    return facts
