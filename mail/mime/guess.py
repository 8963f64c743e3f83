"""Which charset unlabelled bytes are most likely in: a small, linear scorer for our kind of mail.

Each candidate that decodes strictly (but for a few bytes) is scored by how much of the result is
everyday writing in its language: kana and common kanji for Japanese, hangul for Korean, and so on.
Japanese wins ties, as these mailboxes are Japanese. A score is between 0 and 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mail.mime import japanese

SAMPLE = 64 * 1024

_NON_ASCII = re.compile(r"[^\x00-\x7f]")
_HIRAGANA = re.compile(r"[\u3041-\u3096]")
_KATAKANA = re.compile(r"[\u30a1-\u30fe]")
_JAPANESE_SIGNS = re.compile(r"[\u3000-\u3002\u300c-\u3011\uff01-\uff5e]")
_HALFWIDTH_RUN = re.compile(r"[\uff66-\uff9f]{2,}")
_HALFWIDTH = re.compile(r"[\uff61-\uff9f]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_ODD = re.compile(r"[\ue000-\uf8ff\x80-\x9f\ufffd]")
# In a Western text an accented letter stands beside plain letters, alone.
_WESTERN = re.compile(
    r"(?<![^\x00-\x7f])[\u00c0-\u00ff\u0152\u0153\u0160\u0161\u017d\u017e\u2018-\u2022\u2013\u2014"
    r"\u2026\u20ac\u2122\u00a0-\u00bf]{1,2}(?![^\x00-\x7f])"
)
_CYRILLIC = re.compile(r"[\u0410-\u044f\u0401\u0451]")
_CYRILLIC_WORD = re.compile(r"[\u0410-\u042f\u0401]?[\u0430-\u044f\u0451]+|[\u0410-\u042f\u0401]+")

# Kanji of everyday mail; rare ones speak for a wrong reading. (Level 1 of JIS, rows 16 to 47.)
_LEVEL_1 = frozenset(
    bytes((row + 0xA0, cell + 0xA0)).decode("euc_jp", "ignore")
    for row in range(16, 48)
    for cell in range(1, 95)
)
# The kanji that business mail is made of.
_FREQUENT = frozenset(
    "日一国会人年大十二本中長出三同時政事自行社見月分議後前民生連五発間対上部東者党地合市業内相方四定今回新"
    "場金員九入選立開手米力学問高代明実円関決子動京全目表戦経通外最言氏現理調体化田当八六約主題下首意法不来作"
    "性的要用制治度務強気小七成期公持野協取都和統以機平総加山思家話世受区領多県続進正安設保改数記院女初北午指"
    "権心界支第産結百派点教報済書府活原先共得解名交資予川向際査勝面委告軍文反元重近千考判認画海参売利組知案道"
    "信策集在件団別物側任引使求所次水半品昨論計死官増係感特情投示変打男基私各始島直両朝革価式確村提運終挙果西"
    "勢減台広容必応演電歳住争談能無再位置企真流格有疑口過局少放税検藤町常校料沢裁状工建語球営空職証土与急止送"
    "援供可役構木割聞身費付施切由説転食比難防補車優夫研収断井何南石足違消境神番規術護展態導鮮備宅害配副算視条"
    "幹独警宮究育席輸訪楽起万着乗店述残想線率病農州武声質念待試族象銀域助労例衛然早張映限親額監環験追審商葉義"
    "伝働形景落欧担好退準賞訴辺造英被株頭技低毎医復仕去姿味負閣韓渡失移差衆個門写評課末守若脳極種美岡影命含福"
    "蔵量望松非撃佐核観察整段横融型白深字答夜製票況音申様財港識注呼渉達返品便届注文配送請求書納期在庫商品交換"
    "領収支払振込口座銀行確認問合返信転送至急御礼挨拶担当部署会議資料添付件名様願致頂戴申込登録変更解約予約完了"
    "遅延破損不良修理保証期限見積発注受注出荷株式会社有限営業総務経理人事窓口電話番号住所氏名郵便宛先連絡先年末"
)
# Level 1 hanzi of GB 2312, ordered by use likewise (rows 16 to 55).
_GB_LEVEL_1 = frozenset(
    bytes((row + 0xA0, cell + 0xA0)).decode("gb2312", "ignore")
    for row in range(16, 56)
    for cell in range(1, 95)
)
_BIG5_COMMON = frozenset(
    bytes((lead, trail)).decode("big5", "ignore")
    for lead in range(0xA4, 0xC7)
    for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF))
)


# The 2,350 syllables of KS C 5601; the others of cp949 are hardly ever written.
_HANGUL_COMMON = frozenset(
    bytes((lead, trail)).decode("euc_kr", "ignore")
    for lead in range(0xB0, 0xC9)
    for trail in range(0xA1, 0xFF)
)


@dataclass(frozen=True, slots=True)
class Guess:
    charset: str
    score: float


def _decode(data: bytes, charset: str) -> str | None:
    """The text, or None when more than one byte in a hundred does not fit."""
    euc = charset == "euc-jp"
    text = japanese.decode_euc_jp(data) if euc else data.decode(charset, "replace")
    return None if text.count("\ufffd") * 100 > len(text) else text


def _count(pattern: re.Pattern[str], text: str) -> int:
    return len(pattern.findall(text))


def _japanese(text: str) -> float:
    han = _HAN.findall(text)
    frequent = sum(1 for sign in han if sign in _FREQUENT)
    common = sum(1 for sign in han if sign in _LEVEL_1) - frequent
    half = sum(len(run) for run in _HALFWIDTH_RUN.findall(text))
    # Half-width kana is what any 8-bit rubbish looks like in cp932: it counts little.
    return (
        _count(_HIRAGANA, text)
        + _count(_KATAKANA, text)
        + _count(_JAPANESE_SIGNS, text)
        + 0.95 * frequent
        + 0.6 * max(common, 0)
        + 0.35 * half
        - 0.5 * (_count(_HALFWIDTH, text) - half)
    )


def _chinese(text: str) -> float:
    common = sum(1 for sign in _HAN.findall(text) if sign in _GB_LEVEL_1)
    return 0.72 * common + 0.5 * _count(_JAPANESE_SIGNS, text)


def _traditional(text: str) -> float:
    common = sum(1 for sign in _HAN.findall(text) if sign in _BIG5_COMMON)
    return 0.71 * common + 0.5 * _count(_JAPANESE_SIGNS, text)


def _korean(text: str) -> float:
    hangul = _HANGUL.findall(text)
    common = sum(1 for sign in hangul if sign in _HANGUL_COMMON)
    return 0.75 * common - 0.5 * (len(hangul) - common)


def _cyrillic(text: str) -> float:
    in_words = sum(len(word) for word in _CYRILLIC_WORD.findall(text) if len(word) > 1)
    return 0.85 * in_words


def _western(text: str) -> float:
    return 0.8 * sum(len(run) for run in _WESTERN.findall(text))


_CANDIDATES = (
    ("cp932", _japanese),
    ("euc-jp", _japanese),
    ("cp949", _korean),
    ("gb18030", _chinese),
    ("big5", _traditional),
    ("koi8-r", _cyrillic),
    ("cp1251", _cyrillic),
    ("cp1252", _western),
)


def mostly_halfwidth(text: str) -> bool:
    """EUC-JP taken for Shift_JIS is a hail of half-width kana."""
    marked = _count(_NON_ASCII, text)
    return _count(_HALFWIDTH, text) * 2 > marked


def everyday(text: str) -> int:
    """How many signs of ``text`` are kana, common kanji or ASCII."""
    return sum(1 for sign in text if "\n" <= sign < "\x7f" or sign in _LEVEL_1) + int(
        _count(_HIRAGANA, text) + _count(_KATAKANA, text)
    )


_HIGH_PAIR = re.compile(rb"[\x80-\xff]{2}")
_KANA_LEAD = re.compile(rb"[\x81-\x83]")


def may_be_japanese(data: bytes) -> bool:
    """Whether it is worth a guess: in Western text 8-bit bytes stand alone, between ASCII."""
    sample = data[:SAMPLE]
    high = len(sample) - len(sample.translate(None, _HIGH_BYTES))
    pairs, leads = len(_HIGH_PAIR.findall(sample)), len(_KANA_LEAD.findall(sample))
    return pairs * 5 >= high or leads * 4 >= high


_HIGH_BYTES = bytes(range(0x80, 0x100))


def guess(data: bytes) -> Guess:
    """The best reading of ``data`` (8-bit, not UTF-8); cp1252 with score 0 when nothing speaks."""
    sample = data[:SAMPLE]
    best = Guess("cp1252", 0.0)
    for charset, measure in _CANDIDATES:
        text = _decode(sample, charset)
        if text is None:
            continue
        marked = _count(_NON_ASCII, text)
        if not marked:
            continue
        score = (measure(text) - 2 * _count(_ODD, text)) / marked
        if score > best.score + 0.001:
            best = Guess(charset, score)
    return best
