"""People and companies of a Japanese address book, the same in each run."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

_FAMILY = (
    "佐藤:sato 鈴木:suzuki 高橋:takahashi 田中:tanaka 伊藤:ito 渡辺:watanabe 山本:yamamoto"
    " 中村:nakamura 小林:kobayashi 加藤:kato 吉田:yoshida 山田:yamada 佐々木:sasaki 山口:yamaguchi"
    " 松本:matsumoto 井上:inoue 木村:kimura 林:hayashi 斎藤:saito 清水:shimizu 髙橋:takahashi"
    " 﨑山:sakiyama"
    " 長谷川:hasegawa 石川:ishikawa 前田:maeda 藤田:fujita 後藤:goto 小野寺:onodera 五十嵐:igarashi"
)
_GIVEN = (
    "花子:hanako 太郎:taro 健一:kenichi 葵:aoi 真理:mari 一郎:ichiro さくら:sakura 翔太:shota"
    " 美咲:misaki 大輔:daisuke 直子:naoko 誠:makoto 由美子:yumiko 隆:takashi めぐみ:megumi"
    " 拓也:takuya"
)
_COMPANY = (
    "山陽商事:sanyo-shoji 東都物流:toto-logi ㈱みどり屋:midoriya アクメ:acme 北星電機:hokusei"
    " 青葉薬品:aoba 中央印刷:chuo-print さくら食品:sakura-foods ミナト運輸:minato"
    " 丸菱工業:marubishi"
)
_PLACE = "東京 大阪 名古屋 札幌 福岡 仙台 横浜 広島 神戸 京都"
_FORM = ("株式会社{}", "{}株式会社", "有限会社{}", "{}")


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(name, latin) for name, _, latin in (each.partition(":") for each in text.split())]


def people(number: int, seed: int = 1) -> Iterator[tuple[str, str, bool]]:
    """(name, address, 検索対象); addresses are all different."""
    chance = random.Random(seed)
    families, givens, companies = _pairs(_FAMILY), _pairs(_GIVEN), _pairs(_COMPANY)
    places = _PLACE.split()
    for at in range(number):
        family, latin_family = chance.choice(families)
        given, latin_given = chance.choice(givens)
        company, domain = chance.choice(companies)
        kind = chance.random()
        if kind < 0.45:
            name, host = f"{family} {given}", f"mail{at % 97}.example"
        elif kind < 0.9:
            firm = chance.choice(_FORM).format(company)
            name, host = f"{firm} {chance.choice(places)}支店 {family}様", f"{domain}.example"
        else:
            name, host = f"{latin_given.title()} {latin_family.title()}", f"{domain}.example"
        yield name, f"{latin_given}.{latin_family}{at}@{host}", chance.random() < 0.02


def write(path: Path, number: int) -> None:
    """As a Japanese Excel saves it: cp932, commas, CR LF. What it lacks is written without."""
    with path.open("w", encoding="cp932", errors="replace", newline="") as file:
        out = csv.writer(file)
        out.writerow(["名称", "メールアドレス", "検索対象"])
        for name, address, target in people(number):
            out.writerow([name, address, "○" if target else ""])


def typed(signs: int, seed: int = 2) -> Iterator[tuple[str, str]]:
    """(kind, text so far): what agents type, sign by sign."""
    chance = random.Random(seed)
    families, givens, companies = _pairs(_FAMILY), _pairs(_GIVEN), _pairs(_COMPANY)
    number = 0
    while True:
        family, latin = chance.choice(families)
        given, latin_given = chance.choice(givens)
        company, domain = chance.choice(companies)
        wanted = {
            "family": family,
            "name": f"{family} {given}",
            "given": given,
            "latin": latin,
            "address": f"{latin_given}.{latin}{chance.randrange(1000)}",
            "domain": f"@{domain}.ex",
            "company": f"株式会社{company}",
            "two words": f"{company} {chance.choice(_PLACE.split())}",
            "two common": f"株式会社 {family[0]}",
            "nobody": chance.choice(("zzyzx", "麒麟麒麟", "qqq@")),
        }
        for kind, text in wanted.items():
            for end in range(1, len(text) + 1):
                if text[:end].strip():
                    yield kind, text[:end]
                    number += 1
                    if number == signs:
                        return
