"""The cast: sixty customers of an invented shop, its trading partners, and its three agents.

Names are common ones put together at will; addresses lie under `.example` and `example.*` only,
places and telephone numbers do not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.demo.shapes import Box

SHOP_NAME = "みなも生活店"
SUPPORT = Box("カスタマーサポート", "support@shop.example")
INFO = Box("ご注文窓口", "info@shop.example")


@dataclass(frozen=True, slots=True)
class Customer:
    """A writer: `voice` is polite, plain, casual, elder, short or business."""

    family: str
    given: str
    kana: str
    address: str
    mailer: str
    voice: str
    phone: str
    place: str
    company: str = ""
    division: str = ""
    vip: bool = False
    display: str = ""

    @property
    def name(self) -> str:
        """The full name as the customer writes it."""
        return f"{self.family} {self.given}" if self.given else self.family

    @property
    def box(self) -> Box:
        """The customer as a sender; some programs send a romanised or no display name."""
        return Box("" if self.display == "-" else self.display or self.name, self.address)

    @property
    def addressee(self) -> str:
        """How the shop writes to the customer in the first line."""
        if self.company:
            return (
                f"{self.company}\n{self.division + '　' if self.division else ''}{self.family} 様"
            )
        return f"{self.name} 様" if self.given else f"{self.family} 様"


@dataclass(frozen=True, slots=True)
class Agent:
    """One of the shop's own people."""

    family: str
    given: str

    @property
    def name(self) -> str:
        """Family name and given name."""
        return f"{self.family} {self.given}"


AGENTS = (Agent("田中", "健一"), Agent("山田", "花子"), Agent("鈴木", "一郎"))

_C = Customer
CUSTOMERS: tuple[Customer, ...] = (
    _C("高橋", "美咲", "タカハシ ミサキ", "misaki.t@example.jp", "gmail", "polite",
       "090-0000-4417", "東京都みなも区青葉町2-14-6 メゾン青葉302", vip=True),
    _C("中村", "拓也", "ナカムラ タクヤ", "nakamura@example.com", "iphone", "plain",
       "080-0000-1182", "神奈川県汐見市浜辺町3-12-8"),
    _C("伊藤", "由紀", "イトウ ユキ", "ito@example.net", "yahoo", "polite",
       "090-0000-2265", "埼玉県若葉市本郷1-7-20"),
    _C("松本", "恵子", "マツモト ケイコ", "matsu@example.co.jp", "becky", "elder",
       "03-0000-5518", "東京都みなも区桜坂4-3-11"),
    _C("加藤", "大輔", "カトウ ダイスケ", "kato@example.com", "gmail", "plain",
       "070-0000-9034", "愛知県常盤市中央2-9-1 サンライズ常盤1105"),
    _C("吉田", "真由美", "ヨシダ マユミ", "yoshida@example.jp", "iphone", "polite",
       "090-0000-7720", "大阪府水無瀬市緑ヶ丘5-2-3"),
    _C("渡辺", "修", "ワタナベ オサム", "watanabe@example.jp", "thunderbird", "plain",
       "080-0000-6641", "千葉県潮風市若松町18-4"),
    _C("清水", "彩", "シミズ アヤ", "shimizu@example.jp", "iphone", "casual",
       "090-0000-3309", "静岡県茶畑市新町7-15 ハイツ新町201"),
    _C("小林", "誠", "コバヤシ マコト", "kobayashi.m@mail.example", "outlook", "plain",
       "03-0000-2207", "東京都みなも区港町9-9-2"),
    _C("山本", "千尋", "ヤマモト チヒロ", "chihiro_y@mail.example", "gmail", "casual",
       "070-0000-5583", "京都府錦町市川端通り3-1"),
    _C("佐々木", "健太", "ササキ ケンタ", "kenta.sasaki@keitai.example", "docomo", "short",
       "090-0000-8812", "宮城県杜の原市一番町6-2", display="-"),
    _C("髙橋", "浩一", "タカハシ コウイチ", "takahashi-koichi@example.co.jp", "outlook", "polite",
       "080-0000-7164", "群馬県風見市大手町1-22-5"),
    _C("山﨑", "節子", "ヤマザキ セツコ", "setsuko.y@example.ne.jp", "outlook", "elder",
       "027-000-4410", "長野県白樺市高原3-8-17"),
    _C("井上", "麻衣", "イノウエ マイ", "mai-inoue@keitai.example", "au", "short",
       "080-0000-2931", "福岡県玄海市浜の町2-5-9 コーポ浜の町103", display="-"),
    _C("木村", "俊介", "キムラ シュンスケ", "s.kimura@example.org", "applemail", "plain",
       "090-0000-6078", "北海道雪原市北三条西12-4"),
    _C("林", "久美子", "ハヤシ クミコ", "kumiko.hayashi@example.ne.jp", "becky", "polite",
       "052-000-7713", "愛知県常盤市星ヶ丘6-11"),
    _C("斎藤", "豊", "サイトウ ユタカ", "y-saito@example.ne.jp", "shuriken", "elder",
       "0268-00-3321", "長野県白樺市本町14-2"),
    _C("斉藤", "優奈", "サイトウ ユウナ", "yuuna.s@mail.example", "iphone", "casual",
       "070-0000-4126", "東京都みなも区若宮3-20-14 若宮ハイム405"),
    _C("森", "和也", "モリ カズヤ", "mori.kazuya@example.com", "gmail", "plain",
       "090-0000-1957", "兵庫県六甲浜市山手町8-3"),
    _C("池田", "直美", "イケダ ナオミ", "naomi.ikeda@example.jp", "yahoo", "polite",
       "080-0000-8640", "岡山県吉備津市表町4-6-1"),
    _C("橋本", "翔", "ハシモト ショウ", "sho_hashimoto@mail.example", "iphone", "casual",
       "070-0000-3478", "神奈川県汐見市丘の上2-2-30"),
    _C("阿部", "幸子", "アベ サチコ", "sachiko.abe@example.ne.jp", "yahoo", "elder",
       "022-000-9185", "宮城県杜の原市泉台1-16-7"),
    _C("石川", "亮", "イシカワ リョウ", "ryo.ishikawa@example.com", "thunderbird", "plain",
       "090-0000-5236", "石川県雪見市武蔵町5-18"),
    _C("山下", "絵里", "ヤマシタ エリ", "eri.yamashita@mail.example", "gmail", "polite",
       "080-0000-4702", "奈良県若草市三条町9-1-12", vip=True),
    _C("中島", "隆", "ナカジマ タカシ", "t-nakajima@example.co.jp", "outlook", "polite",
       "03-0000-6634", "東京都みなも区神楽町2-8-3"),
    _C("前田", "美穂", "マエダ ミホ", "miho-maeda@keitai.example", "softbank", "short",
       "070-0000-7749", "広島県安芸浜市本通4-10", display="-"),
    _C("藤田", "剛", "フジタ ツヨシ", "fujita-t@example.org", "becky", "plain",
       "090-0000-3863", "三重県伊勢浦市浜郷町11-5"),
    _C("岡田", "さやか", "オカダ サヤカ", "sayaka.okada@example.jp", "iphone", "polite",
       "080-0000-9927", "滋賀県湖北市水辺町3-3-8"),
    _C("後藤", "信夫", "ゴトウ ノブオ", "nobuo.goto@example.ne.jp", "becky", "elder",
       "097-000-2256", "大分県湯煙市鶴見町20-1"),
    _C("長谷川", "瞳", "ハセガワ ヒトミ", "hitomi.h@mail.example", "gmail", "casual",
       "090-0000-6315", "東京都みなも区月見台1-5-9 パレス月見台702"),
    _C("村上", "達郎", "ムラカミ タツロウ", "murakami.tatsuro@example.com", "gmail", "plain",
       "070-0000-1844", "愛媛県道後浜市湊町6-7"),
    _C("近藤", "香織", "コンドウ カオリ", "kaori.kondo@example.jp", "applemail", "polite",
       "090-0000-4590", "愛知県常盤市本山3-14-2"),
    _C("石井", "裕子", "イシイ ユウコ", "yuko-ishii@example.ne.jp", "yahoo", "plain",
       "080-0000-3051", "茨城県筑波野市研究町5-5"),
    _C("坂本", "蓮", "サカモト レン", "ren.sakamoto@mail.example", "iphone", "casual",
       "070-0000-8273", "高知県桂浜市はりま町1-9 グリーンコーポ201"),
    _C("遠藤", "啓子", "エンドウ ケイコ", "keiko.endo@example.jp", "outlook", "elder",
       "024-000-6190", "福島県会津原市栄町7-21"),
    _C("青木", "竜也", "アオキ タツヤ", "aoki-tatsuya@keitai.example", "docomo", "short",
       "090-0000-2748", "栃木県日光原市杉並木2-13", display="-"),
    _C("藤井", "里奈", "フジイ リナ", "rina.fujii@mail.example", "iphone", "polite",
       "080-0000-5499", "東京都みなも区汐入8-4-1 汐入タワー2310"),
    _C("西村", "哲平", "ニシムラ テッペイ", "teppei-n@example.com", "gmail", "casual",
       "070-0000-6620", "京都府錦町市西陣5-8"),
    _C("福田", "和子", "フクダ カズコ", "fukuda.kazuko@example.ne.jp", "yahoo", "elder",
       "0742-00-8835", "奈良県若草市大宮町2-4-6"),
    _C("太田", "雄一", "オオタ ユウイチ", "yuichi.ota@example.jp", "thunderbird", "polite",
       "090-0000-9581", "埼玉県若葉市見沼10-2-5"),
    _C("三浦", "菜摘", "ミウラ ナツミ", "natsumi.miura@mail.example", "iphone", "casual",
       "080-0000-1376", "秋田県雪国市千秋町4-1"),
    _C("岡本", "英樹", "オカモト ヒデキ", "okamoto.hideki@example.org", "becky", "plain",
       "090-0000-7458", "香川県讃岐浜市瓦町3-9-9"),
    _C("松田", "明日香", "マツダ アスカ", "asuka.m@mail.example", "gmail", "polite",
       "070-0000-2094", "鹿児島県桜島台市天文町6-15"),
    _C("中川", "洋", "ナカガワ ヒロシ", "h.nakagawa@example.ne.jp", "mew", "plain",
       "075-000-6677", "京都府錦町市北山1-33"),
    _C("中野", "沙織", "ナカノ サオリ", "saori-nakano@keitai.example", "au", "short",
       "080-0000-8145", "新潟県信濃川市万代町2-7", display="-"),
    _C("原田", "康平", "ハラダ コウヘイ", "kohei.harada@example.com", "gmail", "plain",
       "090-0000-3917", "福岡県玄海市西新5-5-12"),
    _C("小野", "文江", "オノ フミエ", "fumie.ono@example.jp", "yahoo", "elder",
       "0172-00-4568", "青森県林檎園市弘前町8-3"),
    _C("田村", "勇気", "タムラ ユウキ", "yuki_tamura@mail.example", "iphone", "casual",
       "070-0000-5260", "山形県最上原市七日町2-2"),
    _C("竹内", "玲子", "タケウチ レイコ", "reiko.takeuchi@example.jp", "applemail", "polite",
       "090-0000-8003", "東京都みなも区白金坂3-6-2", vip=True),
    _C("金子", "光男", "カネコ ミツオ", "m-kaneko@example.ne.jp", "shuriken", "elder",
       "048-000-1194", "埼玉県若葉市大和田6-17"),
    _C("和田", "優", "ワダ ユウ", "yu.wada@example.com", "gmail", "casual",
       "080-0000-7035", "沖縄県珊瑚市泊町1-4-8"),
    _C("石田", "靖子", "イシダ ヤスコ", "yasuko.ishida@example.ne.jp", "outlook", "polite",
       "077-000-3382", "滋賀県湖北市瀬田町9-9"),
    _C("上田", "純", "ウエダ ジュン", "jun.ueda@mail.example", "thunderbird", "plain",
       "090-0000-1629", "長野県白樺市上田原4-20"),
    _C("森田", "奈緒", "モリタ ナオ", "nao-morita@keitai.example", "docomo", "short",
       "070-0000-9316", "和歌山県南紀市みかん台3-5", display="-"),
    _C("柴田", "正人", "シバタ マサト", "masato.shibata@example.org", "outlook", "plain",
       "03-0000-8841", "東京都みなも区大塚町7-1-1"),
    _C("酒井", "涼子", "サカイ リョウコ", "ryoko.sakai@example.jp", "gmail", "polite",
       "080-0000-6252", "富山県立山市総曲町2-11"),
    _C("工藤", "悠斗", "クドウ ユウト", "yuto.kudo@mail.example", "iphone", "casual",
       "070-0000-4985", "北海道雪原市南四条東3-7"),
    _C("横山", "晴美", "ヨコヤマ ハルミ", "harumi.yokoyama@example.ne.jp", "yahoo", "plain",
       "090-0000-2470", "岐阜県清流市柳町5-14"),
    _C("宮崎", "友香", "ミヤザキ ユカ", "yuka.miyazaki@example.jp", "iphone", "polite",
       "080-0000-9768", "宮崎県日向浜市橘町1-8-3"),
    _C("内田", "隼人", "ウチダ ハヤト", "hayato-uchida@example.com", "gmail", "plain",
       "090-0000-5141", "熊本県阿蘇原市水前町6-6"),
)  # fmt: skip

FIRMS: tuple[Customer, ...] = (
    _C("佐々木", "隆之", "ササキ タカユキ", "sasaki@minato.example", "outlook", "business",
       "03-0000-7001", "東京都みなも区港町1-1-1 港町ビル6F", "株式会社ミナト商事", "総務部"),
    _C("Kobayashi", "Ken", "コバヤシ ケン", "ken@partner.example", "outlook", "business",
       "03-0000-7022", "東京都みなも区神楽町5-2", "株式会社パートナーズ企画", "購買課",
       display="Kobayashi Ken"),
    _C("大西", "理恵", "オオニシ リエ", "onishi@aozora-hotel.example", "gmail", "business",
       "0268-00-7115", "長野県白樺市高原1-1", "あおぞら高原ホテル", "客室課"),
    _C("西田", "孝", "ニシダ タカシ", "t.nishida@hidamari-cafe.example", "gmail", "business",
       "075-000-7208", "京都府錦町市川端通り8-4", "㈱ひだまり珈琲", "店舗運営部"),
    _C("平野", "由香里", "ヒラノ ユカリ", "hirano@midori-clinic.example", "becky", "business",
       "048-000-7340", "埼玉県若葉市本郷4-4", "医療法人みどり会", "事務局"),
    _C("髙木", "慎一", "タカギ シンイチ", "takagi@kitaguni-shoji.example", "outlook", "business",
       "011-000-7456", "北海道雪原市北一条西2-2", "北国商事㈱", "営業二課"),
    _C("島田", "祐子", "シマダ ユウコ", "y-shimada@sakura-gakuen.example", "thunderbird",
       "business", "042-000-7563", "東京都みなも区桜坂10-1", "学校法人さくら学園", "購買係"),
    _C("水野", "克己", "ミズノ カツミ", "mizuno@design-koubou.example", "applemail", "business",
       "052-000-7690", "愛知県常盤市中央8-1-5", "水野デザイン工房", ""),
)  # fmt: skip

ABROAD: tuple[Customer, ...] = (
    _C("Emily Carter", "", "", "emily.carter@example.com", "gmail", "english", "", "",
       display="Emily Carter"),
    _C("Daniel Weber", "", "", "d.weber@versand.example", "thunderbird", "english", "", "",
       display="Daniel Weber"),
    _C("Sarah Lindqvist", "", "", "sarah@nordic-living.example", "outlook-en", "english", "", "",
       display="Sarah Lindqvist"),
    _C("Michael O'Brien", "", "", "mike.obrien@example.org", "iphone", "english", "", "",
       display="Michael O'Brien"),
)  # fmt: skip
