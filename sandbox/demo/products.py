# ruff: noqa: E501 - the catalogue is one article a line
"""What the shop sells: things for kitchen, table and home."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Product:
    """An article: `kinds` say which stories it can have, `part` is what breaks or fails."""

    code: str
    name: str
    price: int
    kinds: frozenset[str]
    part: str
    colors: tuple[str, ...] = ("ホワイト", "グレー", "ネイビー")


def _p(code: str, name: str, price: int, kinds: str, part: str, *colors: str) -> Product:
    return Product(code, name, price, frozenset(kinds.split()), part,
                   colors or ("ホワイト", "グレー", "ネイビー"))  # fmt: skip


PRODUCTS: tuple[Product, ...] = (
    _p("GL-104", "耐熱ガラスポット 800ml", 3980, "fragile", "ガラス製のふた", "クリア", "アンバー"),
    _p("GL-210", "フラワーベース「しずく」", 5280, "fragile", "口の部分", "クリア", "ブルー"),
    _p("TB-031", "染付ペアマグカップ", 4400, "fragile gift", "持ち手", "藍", "白", "若草"),
    _p("TB-045", "取り分け皿 5枚セット", 3850, "fragile gift", "皿の縁", "生成り", "藍"),
    _p("TB-077", "土鍋 8号（3～4人用）", 7480, "fragile", "ふたの取っ手", "飴", "黒"),
    _p("LT-012", "テーブルランプ「灯」", 9800, "fragile", "ガラスシェード", "真鍮", "黒"),
    _p("LT-030", "LEDデスクライト アーム型", 7980, "powered", "調光スイッチ", "ホワイト", "ブラック"),
    _p("KT-008", "電気ケトル 1.0L", 6980, "powered", "電源プレート", "ホワイト", "マットブラック"),
    _p("KT-015", "コーヒーミル 電動", 5980, "powered gift", "スイッチ", "ブラック", "シルバー"),
    _p("HM-021", "加湿器 超音波式 3.5L", 8800, "powered", "操作ボタン", "ホワイト", "グレージュ"),
    _p("HM-033", "コードレス掃除機 スリム", 19800, "powered", "電源スイッチ", "ホワイト", "ネイビー"),
    _p("HM-040", "電気毛布 シングル", 6480, "powered", "コントローラー", "ベージュ", "ブラウン"),
    _p("WR-003", "リネンエプロン", 4950, "wear gift", "肩ひも", "ネイビー", "テラコッタ", "チャコール"),
    _p("WR-011", "ルームシューズ", 3300, "wear", "縫い目", "グレー", "モカ", "ネイビー"),
    _p("WR-018", "ダブルガーゼパジャマ", 8690, "wear gift", "ボタン", "オフホワイト", "サックス"),
    _p("WR-026", "レインブーツ ショート", 5720, "wear", "かかと", "カーキ", "ブラック"),
    _p("WR-032", "ウールブランケット", 7920, "gift", "フリンジ", "グレー", "キャメル"),
    _p("LN-002", "やわらかバスタオル 3枚組", 5940, "gift", "縁の縫製", "ホワイト", "ピンク", "ブルー"),
    _p("LN-014", "遮光カーテン 100×178cm 2枚組", 9680, "cloth", "フック部分", "アイボリー", "グレー"),
    _p("LN-020", "洗えるラグ 185×185cm", 14800, "cloth large", "すべり止め", "アイボリー", "グリーン"),
    _p("LN-027", "羽毛布団 シングル", 24800, "cloth", "カバー", "ホワイト"),
    _p("FN-005", "折りたたみサイドテーブル", 8980, "large assembly", "脚のネジ", "オーク", "ウォルナット"),
    _p("FN-009", "スチールラック 4段", 12800, "large assembly", "棚板", "ブラック", "ホワイト"),
    _p("FN-016", "ワークチェア メッシュ", 21800, "large assembly", "キャスター", "ブラック", "グレー"),
    _p("KC-041", "鉄フライパン 26cm", 5500, "kitchen", "持ち手の付け根", "ブラック"),
    _p("KC-052", "ステンレス保存容器 6点セット", 6600, "kitchen", "パッキン", "シルバー"),
    _p("KC-060", "ひのきまな板", 4180, "kitchen gift", "表面", "ナチュラル"),
    _p("KC-068", "真空断熱タンブラー 450ml", 2750, "kitchen gift", "底面", "ホワイト", "ブラック", "ピンク"),
    _p("ST-007", "ランドリーバスケット 2段", 6980, "large assembly", "キャスター", "ホワイト", "グレー"),
    _p("GF-001", "焼き菓子と紅茶のギフト", 4320, "gift", "紅茶の缶"),
)  # fmt: skip
