# ruff: noqa: E501 - a paragraph of prose is one line
"""The newest mails of support@, written one by one: what a visitor reads first.

Lines stand in the order of time.  `ago` is whole days before today, at `clock`; lines without it
are spread over today by `today.py`.  Every talk has its own customer, agent and facts.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Scene:
    """Who talks about what: the customer's address, the agent's number, facts that are said."""

    customer: str
    facts: dict[str, str]
    labels: tuple[str, ...]
    agent: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One mail: `who` is in, out or form; files are (kind, name); flags are Gmail's labels."""

    scene: str
    who: str
    text: str
    subject: str = ""
    files: tuple[tuple[str, str], ...] = ()
    html: str = ""
    flags: tuple[str, ...] = ()
    ago: int = 0
    clock: str = ""
    labels: tuple[str, ...] = field(default=())


SCENES: dict[str, Scene] = {
    "minato": Scene("sasaki@minato.example", {"order": "A-20688", "product": "ワークチェア メッシュ", "price": "130,800", "count": "6", "total": "130,800"}, ("請求", "法人"), 1),
    "damage": Scene("misaki.t@example.jp", {"order": "A-20917", "product": "テーブルランプ「灯」", "price": "9,800", "count": "2", "total": "19,600"}, ("返品・交換/破損", "VIP"), 0),
    "date": Scene("nakamura@example.com", {"order": "A-20926", "product": "洗えるラグ 185×185cm"}, ("配送",), 2),
    "partner": Scene("ken@partner.example", {"order": "A-20702", "product": "真空断熱タンブラー 450ml", "price": "2,612", "count": "120", "total": "313,500"}, ("法人/見積",), 1),
    "return": Scene("ito@example.net", {"order": "A-20931", "product": "遮光カーテン 100×178cm 2枚組"}, ("返品・交換",), 0),
    "receipt": Scene("matsu@example.co.jp", {"order": "A-20744", "product": "土鍋 8号（3～4人用）"}, ("請求/領収書",), 2),
    "docomo": Scene("kenta.sasaki@keitai.example", {"order": "A-20893"}, ("配送/遅延",), 0),
    "member": Scene("kato@example.com", {"order": "A-20935"}, ("会員",), 0),
    "size": Scene("yoshida@example.jp", {"order": "A-20811", "product": "ダブルガーゼパジャマ", "color": "サックス"}, ("返品・交換",), 1),
    "cancel": Scene("watanabe@example.jp", {"order": "A-20938", "product": "スチールラック 4段"}, ("注文/キャンセル",), 0),
    "shimizu": Scene("shimizu@example.jp", {"order": "A-20940", "product": "フラワーベース「しずく」"}, (), 2),
    "angry": Scene("masato.shibata@example.org", {"order": "A-20655", "product": "加湿器 超音波式 3.5L", "price": "8,800"}, ("クレーム/至急", "要確認"), 2),
    "smell": Scene("kumiko.hayashi@example.ne.jp", {"order": "A-20874", "product": "電気ケトル 1.0L"}, ("返品・交換", "要確認"), 0),
    "emily": Scene("emily.carter@example.com", {"order": "A-20922"}, ("英語",), 1),
    "thanks": Scene("reiko.takeuchi@example.jp", {"order": "A-20790", "product": "染付ペアマグカップ"}, ("お礼", "VIP"), 1),
    "double": Scene("eri.yamashita@mail.example", {"order": "A-20905", "price": "14,800"}, ("請求", "VIP"), 1),
    "kitaguni": Scene("takagi@kitaguni-shoji.example", {"order": "A-20719", "product": "スチールラック 4段"}, ("法人", "配送"), 2),
    "parts": Scene("ryo.ishikawa@example.com", {"order": "A-20882", "product": "折りたたみサイドテーブル"}, ("返品・交換",), 0),
    "au": Scene("mai-inoue@keitai.example", {"order": "A-20937"}, ("注文/変更",), 1),
    "redeliver": Scene("sayaka.okada@example.jp", {"order": "A-20868"}, ("配送/再配達",), 2),
    "elder": Scene("sachiko.abe@example.ne.jp", {"order": "A-20850", "product": "ウールブランケット"}, ("要確認",), 1),
    "hotel": Scene("onishi@aozora-hotel.example", {"order": "A-20631", "product": "やわらかバスタオル 3枚組", "price": "5,643", "count": "40", "total": "225,720"}, ("法人/見積",), 0),
    "neighbour": Scene("yuko-ishii@example.ne.jp", {"order": "A-20859"}, ("配送", "要確認"), 2),
    "login": Scene("yuka.miyazaki@example.jp", {"order": "A-20901"}, ("会員",), 1),
    "kitchen": Scene("h.nakagawa@example.ne.jp", {"order": "A-20841", "product": "鉄フライパン 26cm"}, (), 0),
}  # fmt: skip

# The reading pane's show-piece: bold order number and two remote pictures in the signature.
_DAMAGE_HTML = """<div dir="ltr">お世話になっております。高橋です。<br><br>
本日、注文番号 <b>A-20917</b> の商品が届きましたが、箱を開けたところ<br>
ガラス製のシェードが割れておりました。<br><br>
明後日のイベントで使用する予定のため、<b style="color:#cc0000">至急交換</b>をお願いできますでしょうか。<br>
写真と納品書を添付いたします。<br><br>
どうぞよろしくお願いいたします。<br><br>
--<br>
<table cellpadding="0" cellspacing="0"><tr>
<td style="padding-right:12px"><img src="https://cdn.atelier-misaki.example/sign/portrait.jpg" width="56" height="56" alt=""></td>
<td style="border-left:2px solid #c9a66b;padding-left:12px;font-size:13px;color:#444">
<b>高橋 美咲</b>　フラワーアトリエ「みさき」<br>
<a href="https://atelier-misaki.example/">atelier-misaki.example</a>　090-0000-4417<br>
<img src="https://cdn.atelier-misaki.example/sign/event.png" width="220" height="36" alt="フラワーイベント"></td>
</tr></table></div>
"""

_THANKS_HTML = """<html><head></head><body style="font-family:-apple-system,sans-serif">
<p>みなも生活店のみなさま</p>
<p>お世話になっております。竹内です。<br>
先日お願いした結婚祝いのペアマグ、無事に届いたそうです。</p>
<p><img src="cid:mug-photo@reiko.example" width="320" alt="届いたマグと花"></p>
<p>「包みを開けるのがもったいないくらい素敵」と、すぐに写真を送ってくれました。<br>
のしの書き方まで一緒に考えてくださった<b>山田さん</b>に、どうぞよろしくお伝えください。</p>
<p>次は自分用に、藍のほうをお願いしようと思います。</p>
<p>竹内 玲子</p>
</body></html>
"""

LINES: tuple[Line, ...] = (
    Line("hotel", "in", ("みなも生活店 カスタマーサポート御中\n\n"
                         "いつもお世話になっております。\n"
                         "あおぞら高原ホテル 客室課の大西でございます。\n\n"
                         "来月の客室リニューアルに合わせ、バスタオルの入れ替えを検討しております。\n"
                         "下記の内容でお見積りをいただけますでしょうか。\n\n"
                         "　商品：やわらかバスタオル 3枚組（ホワイト）\n"
                         "　数量：40セット（120枚）\n"
                         "　納品：再来月の上旬、当館フロントまで\n\n"
                         "可能でしたら、洗濯耐久性の分かる資料も併せてお願いいたします。\n\n"
                         "大西 理恵"), subject="客室用タオルのお見積り依頼", files=(("xlsx-list", "客室備品_必要数.xlsx"),), ago=6, clock="10:12"),
    Line("hotel", "out", ("あおぞら高原ホテル\n大西 様\n\n"
                          "平素より大変お世話になっております。\n"
                          "カスタマーサポートの田中でございます。\n\n"
                          "お見積りのご依頼をいただき、誠にありがとうございます。\n"
                          "見積書を作成いたしましたので、添付のPDFをご査収ください。40セットの場合、5%の数量割引を適用しております。\n\n"
                          "耐久性の資料は、製造元から取り寄せております。届き次第、改めてお送りいたします。\n\n"
                          "どうぞよろしくお願いいたします。"), files=(("pdf-quote", "御見積書_あおぞら高原ホテル様.pdf"),), ago=5, clock="11:40"),
    Line("partner", "in", ("カスタマーサポート ご担当者様\n\n"
                           "お世話になっております。パートナーズ企画の小林です。\n\n"
                           "弊社の創立20周年の記念品として、タンブラーの名入れを検討しております。\n\n"
                           "　数量：100～150個\n"
                           "　名入れ：ロゴ1色（データはAI形式で支給可能）\n"
                           "　納期：来月末まで\n\n"
                           "概算で構いませんので、お見積りをお願いできますでしょうか。"), subject="お見積りの件", ago=4, clock="13:25"),
    Line("partner", "out", ("株式会社パートナーズ企画\n購買課　小林 様\n\n"
                            "いつも大変お世話になっております。\n"
                            "カスタマーサポートの山田でございます。\n\n"
                            "名入れタンブラーのお見積りをお送りいたします。\n"
                            "120個の場合で1個あたり2,612円（名入れ代・税込）でございます。版代は今回サービスとさせていただきました。\n\n"
                            "校了から14営業日で納品が可能です。来月末までをご希望の場合、{d3}までにデータをお送りいただけますと確実です。\n\n"
                            "ご検討のほど、よろしくお願いいたします。"), files=(("pdf-quote", "御見積書_名入れタンブラー.pdf"),), ago=3, clock="10:05"),
    Line("size", "in", ("お世話になります。吉田です。\n\n"
                        "先日購入したパジャマ（A-20811、サックスのM）ですが、袖が少し短く感じました。\n"
                        "Lサイズに交換していただくことはできますか？\n"
                        "一度試着しただけで、タグも付いています。\n\niPhoneから送信"), subject="サイズ交換のお願い", files=(("png-label", "IMG_4410.png"),), ago=3, clock="21:48"),
    Line("angry", "in", ("{order}の{product}の件です。\n\n"
                         "水漏れの連絡をしてから今日で10日になります。\n"
                         "1回目のメールには自動返信だけ、2回目のメールには何の返事もありません。\n\n"
                         "どうなっているのか、至急ご連絡ください。\n\n柴田 正人\n"
                         "携帯：03-0000-8841"), subject="加湿器の水漏れについて（2回目の連絡です）", ago=3, clock="09:31"),
    Line("receipt", "in", ("いつもお世話になっております。松本恵子でございます。\n\n"
                           "先月、土鍋を購入した際の領収書についてお尋ねいたします。\n"
                           "宛名を「松本料理教室」としていただきたいのですが、\n"
                           "今からでも間に合いますでしょうか。\n\n--\n松本 恵子\n"
                           "matsu@example.co.jp"), subject="領収書の宛名について", ago=2, clock="16:20"),
    Line("size", "out", ("吉田 真由美 様\n\nお世話になっております。\n"
                         "カスタマーサポートの山田でございます。\n\n"
                         "サイズ交換のご希望、承りました。サックスのLサイズを1点お取り置きしております。\n\n"
                         "{d1}以降、配達員が交換品をお届けする際に、その場で元の商品をお引き取りいたします。\n"
                         "ご都合のよい日と時間帯をお知らせいただけますでしょうか。\n\n"
                         "よろしくお願いいたします。"), ago=2, clock="10:22"),
    Line("receipt", "out", ("松本 恵子 様\n\n"
                            "いつもみなも生活店をご利用いただき、誠にありがとうございます。\n"
                            "カスタマーサポートの鈴木でございます。\n\n"
                            "領収書の宛名につきまして、「松本料理教室」に変更して発行いたしました。\n"
                            "添付のPDFをご確認くださいませ。\n\n"
                            "どうぞよろしくお願いいたします。"), files=(("pdf-receipt", "領収書_A-20744.pdf"),), ago=1, clock="09:47"),
    Line("neighbour", "in", ("石井です。\n\n"
                             "昨日「配達完了」の通知が来ましたが、荷物が届いていません。\n"
                             "玄関の前にも宅配ボックスにもありませんでした。\n\n"
                             "A-20859です。調べてください。\n\n石井 裕子"), subject="配達完了になっているのに届いていません", ago=1, clock="11:08"),
    Line("kitchen", "in", ("{product}の使い始めについて質問です。\n\n"
                           "説明書には「油ならし」とありますが、IH でも同じ手順でよいでしょうか。\n"
                           "空焚きはしないほうがよいと聞いたことがあり、念のため確認です。\n\n"
                           "-- \n中川 洋 <h.nakagawa@example.ne.jp>"), subject="鉄フライパンの油ならし (IH)", ago=1, clock="13:15"),
    Line("neighbour", "out", ("石井 裕子 様\n\nカスタマーサポートの鈴木でございます。\n"
                              "お荷物が届いていないとのこと、ご心配をおかけし誠に申し訳ございません。\n\n"
                              "ただいま担当の営業所に、配達員への聞き取りを依頼いたしました。明日の午前中には状況をご報告いたします。\n\n"
                              "万一見つからない場合は、代わりの商品を当店の負担でお送りいたしますので、ご安心ください。"), ago=1, clock="13:02"),
    Line("smell", "in", ("カスタマーサポート ご担当者様\n\n"
                         "お世話になっております。林と申します。\n\n"
                         "先週購入した電気ケトルですが、お湯を沸かすたびに\n"
                         "プラスチックのような臭いがします。\n"
                         "説明書のとおり、3回ほど沸かして捨てましたが変わりません。\n\n"
                         "子どもも飲むものですので、このまま使ってよいのか\n"
                         "心配しております。底のシールの写真を添付いたします。\n\n--\n"
                         "林 久美子\nkumiko.hayashi@example.ne.jp"), subject="電気ケトルの臭いについて（安全性の確認）", files=(("png-label", "ケトル底面のシール.png"),), ago=1, clock="17:36", flags=("UNREAD",)),
    Line("hotel", "in", ("みなも生活店 田中様\n\n"
                         "お世話になっております。あおぞら高原ホテルの大西です。\n\n"
                         "お見積りをありがとうございました。社内の会議で承認が下りそうです。\n"
                         "1点だけ確認させてください。納品を来月末に早めていただくことは可能でしょうか。内覧会の日程が前倒しになりました。\n\n"
                         "お手数ですが、よろしくお願いいたします。\n大西 理恵"), ago=1, clock="18:20", flags=("UNREAD", "IMPORTANT")),
    Line("login", "in", ("こんばんは。宮崎です。\n\n"
                         "スマホを機種変更したら、マイページに入れなくなりました。\n"
                         "確認コードが古い番号に届いてしまうようです。\n\n"
                         "明日のセールに間に合うように、変更の方法を教えていただけるとうれしいです。\n\n"
                         "iPhoneから送信"), subject="機種変更でログインできません", ago=1, clock="22:51", flags=("UNREAD",)),
    # ---- today, in the order of time
    Line("elder", "in", ("みなも生活店　御中\n\n"
                         "拝啓　{season}。皆様にはお変わりなくお過ごしのことと存じます。\n\n"
                         "先日、孫への贈り物に求めましたウールブランケット、色もやわらかく、たいそう喜んでおりました。まずは御礼を申し上げます。\n\n"
                         "つきましては、お手入れのことでひとつお尋ねいたします。家の洗濯機（手洗いコース）で洗っても差し支えございませんでしょうか。表示の記号が小さく、年寄りの目にはどうにも読めません。\n\n"
                         "ご多用のところ恐縮ですが、ご教示くださいませ。　敬具\n\n"
                         "阿部 幸子　022-000-9185"), subject="御礼とお手入れのお尋ね"),
    Line("login", "out", ("宮崎 友香 様\n\n"
                          "おはようございます。カスタマーサポートの山田でございます。\n\n"
                          "ご不便をおかけしております。ご本人様の確認のため、下記の2点をご返信いただけますでしょうか。\n\n"
                          "・ご登録のお名前（フリガナ）\n・直近のご注文番号\n\n"
                          "確認が取れ次第、すぐに新しい番号へ変更いたします。セールは本日20時からですので、十分に間に合います。")),
    Line("redeliver", "in", ("お世話になっております。岡田です。\n\n"
                             "昨日、不在票が入っておりました（伝票番号 {slip}）。\n"
                             "{d1}の{slot}に再配達をお願いできますでしょうか。\n"
                             "お電話がなかなかつながらず、メールで失礼いたします。\n\n"
                             "iPhoneから送信"), subject="再配達のお願い"),
    Line("neighbour", "in", ("石井です。\n\n"
                             "今朝、下の階の方が「うちに届いていました」と持ってきてくださいました。\n"
                             "無事に受け取りましたので、調査は大丈夫です。\n\n"
                             "すぐに動いていただいて、ありがとうございました。\n\n石井 裕子")),
    Line("emily", "in", ("Hi,\n\n"
                         "I ordered the gift box (order A-20922) for my host family. Could you please change the message card to the text below?\n\n"
                         "    \"Thank you for everything. See you in spring! — Emily\"\n\n"
                         "Also, it should arrive on Saturday if possible, as nobody is home on weekdays.\n\n"
                         "Thank you so much!\nEmily"), subject="Gift order A-20922 - message card", flags=("UNREAD",)),
    Line("kitaguni", "in", ("みなも生活店　ご担当者様\n\n"
                            "いつもお世話になっております。北国商事㈱ 営業二課の髙木です。\n\n"
                            "A-20719 スチールラックの納品につきまして、下記のとおりお願いいたします。\n\n"
                            "① 搬入は地下1階の荷捌き場から（地上からの搬入は不可）\n"
                            "② 時間は 9:00～11:00 厳守（№2 エレベーターを使用）\n"
                            "③ 納品書は「北国商事㈱　総務課　﨑本」宛\n\n"
                            "届出用紙を添付いたしますので、配送会社様にお渡しください。\n\n"
                            "-----------------------------------\n北国商事㈱　営業二課\n"
                            "髙木　慎一（タカギ　シンイチ）\nTEL：011-000-7456\n"
                            "-----------------------------------"), subject="納品時のお願い（①～③）／北国商事㈱", files=(("pdf-form", "搬入届出用紙①.pdf"),)),
    Line("redeliver", "out", ("岡田 さやか 様\n\n"
                              "いつもみなも生活店をご利用いただき、誠にありがとうございます。\n"
                              "カスタマーサポートの鈴木でございます。\n\n"
                              "再配達の件、{d1}の{slot}で手配いたしました。\n"
                              "お電話がつながりにくく、ご迷惑をおかけしております。\n\n"
                              "当日ご都合が悪くなられましたら、このメールにご返信ください。")),
    Line("parts", "in", ("{order} の{product}ですが、組み立ての途中で、脚を留めるネジが1本足りないことに気付きました。\n\n"
                         "箱の中と床は全部探しました。\n"
                         "写真の赤い丸のところに付くはずのネジです。\n\n"
                         "部品だけ送ってもらえると助かります。\n\n-- \n石川 亮\n"
                         "ryo.ishikawa@example.com"), subject="部品が1つ足りません（サイドテーブル）", files=(("png-parts", "組立説明書3ページ_足りない部品（赤丸の箇所のネジ）.png"),), flags=("UNREAD",)),
    Line("angry", "in", ("これで3回目です。\n\n"
                         "{order}の加湿器から水が漏れ、床のフローリングに染みができました。\n"
                         "前回のメールにも返事がありません。御社は都合の悪い連絡を無視するのですか。\n\n"
                         "商品代金{price}円の返金と、床の補修についての回答を、本日中に責任者の方からいただきたいです。\n"
                         "回答がない場合は、消費生活センターに相談します。\n\n柴田 正人\n"
                         "携帯：03-0000-8841"), subject="【3回目】何度連絡しても返信がありません", flags=("UNREAD", "IMPORTANT", "STARRED")),
    Line("thanks", "in", ("みなも生活店のみなさま\n\nお世話になっております。竹内です。\n"
                          "先日お願いした結婚祝いのペアマグ、無事に届いたそうです。\n\n"
                          "「包みを開けるのがもったいないくらい素敵」と、すぐに写真を送ってくれました。\n"
                          "のしの書き方まで一緒に考えてくださった山田さんに、どうぞよろしくお伝えください。\n\n"
                          "次は自分用に、藍のほうをお願いしようと思います。\n\n竹内 玲子"), subject="結婚祝いのお礼です", html=_THANKS_HTML, files=(("cid-room", "mug-photo@reiko.example"),), flags=("STARRED",)),
    Line("shimizu", "in", ("こんにちは！清水です。\n\nしずくの花瓶を買おうか迷ってます。\n"
                           "口の直径って何cmですか？ドライのユーカリをたっぷり挿したくて…\n\n"
                           "iPhoneから送信"), subject="花瓶のサイズ教えてください"),
    Line("au", "in", "さっき頼んだﾀﾝﾌﾞﾗｰ、色をﾋﾟﾝｸに変えられますか? 注文A-20937です。発送前ならお願いします｡", subject="色の変更", flags=("UNREAD",)),
    Line("shimizu", "out", ("清水 彩 様\n\nお問い合わせありがとうございます。\n"
                            "カスタマーサポートの鈴木です。\n\n"
                            "「しずく」の口の内径は4.2cm、高さは22cmです。ユーカリでしたら、太めの枝で5～6本がきれいに収まります。\n"
                            "スタッフが生けた写真を添付いたしますので、大きさの参考になさってください。\n\n"
                            "底に水を入れずに飾られる場合は、小石を少し入れると安定します。"), files=(("png-room", "しずく_ユーカリの生け方.png"),)),
    Line("double", "in", ("お世話になっております。山下です。\n\n"
                          "カードの利用速報を見たところ、同じ日に14,800円が2件続けて記録されていました。\n"
                          "注文したのはラグ1枚（A-20905）だけです。\n\n"
                          "画面の写しを添付いたしますので、ご確認をお願いできますでしょうか。\n\n"
                          "山下 絵里"), subject="二重に引き落とされているようです", files=(("png-screen", "カード利用速報.png"),)),
    Line("cancel", "in", ("渡辺です。\n\n"
                          "今朝注文した{product}（{order}）のキャンセルをお願いします。\n"
                          "設置場所を測り直したところ、奥行きが3cmほど足りませんでした。\n\n"
                          "発送前であれば、奥行30cmのタイプに変更することでも構いません。\n\n"
                          "-- \n渡辺 修\nwatanabe@example.jp"), subject="注文のキャンセルについて", flags=("UNREAD",)),
    Line("size", "in", ("ご連絡ありがとうございます。\n{d3}の午前中でお願いできますか？\n\n"
                        "あと、元の箱を捨ててしまったのですが、紙袋でも大丈夫でしょうか。送られてきたときの袋の写真を付けます。\n\n"
                        "iPhoneから送信"), files=(("png-box", "IMG_4432.png"),)),
    Line("double", "out", ("山下 絵里 様\n\n"
                           "いつも格別のご愛顧を賜り、誠にありがとうございます。\n"
                           "カスタマーサポートの山田でございます。\n\n"
                           "ご不安な思いをおかけし、申し訳ございません。決済の記録を確認いたしました。\n\n"
                           "2件のうち1件は、通信が途中で切れたために残った「枠の確保」で、実際の請求は1件（14,800円）のみでございます。\n"
                           "もう1件の表示は、{d4}頃までに自動的に消える見込みです。\n\n"
                           "消えない場合は、すぐに当店からカード会社へ連絡いたしますので、お知らせくださいませ。")),
    Line("member", "in", ("会員登録をしようとしていますが、確認メールが届きません。\n"
                          "30分ほど待って、迷惑メールも見ましたが、ありませんでした。\n\n"
                          "アドレスはこのメールの差出人と同じです。\n\n加藤"), subject="会員登録のメールが届きません"),
    Line("docomo", "in", "ﾄﾞﾗｲﾔｰﾎﾞｰﾙまだ届きません｡昨日の午前中の指定でした｡ﾒｰﾙの番号で調べたら｢持戻り｣になってます｡ずっと家にいたんですけど｡ A-20893", subject="荷物", flags=("UNREAD",)),
    Line("member", "out", ("加藤 大輔 様\n\nお問い合わせいただきありがとうございます。\n"
                           "カスタマーサポートの田中でございます。\n\n"
                           "配信記録を確認いたしましたところ、メールの受け取りが一時的に保留されておりました。先ほど再送いたしましたので、ご確認をお願いいたします。\n"
                           "リンクの有効期限は24時間です。\n\n"
                           "また届かないようでしたら、こちらで登録の手続きを代行いたします。")),
    Line("receipt", "in", ("鈴木様\n\n"
                           "早々に領収書をお送りいただき、ありがとうございました。\n\n"
                           "誠に恐れ入りますが、教室の会計の都合で、日付を入れた形で\n"
                           "再発行していただくことはできますでしょうか。\n"
                           "但し書きは「調理器具代」でお願いいたします。\n\n"
                           "たびたびお手数をおかけして申し訳ございません。\n\n--\n松本 恵子\n"
                           "matsu@example.co.jp"), subject="領収書を再発行してほしい"),
    Line("return", "form", ("遮光カーテンを購入しましたが、採寸を間違えて、丈が10cmほど足りませんでした。\n"
                            "袋から出しましたが、まだ使っていません。\n\n"
                            "返品、または丈188cmのものとの交換はできますか？差額はお支払いします。\n"
                            "返送の方法と送料も教えてください。"), subject="返品の手続きについて（注文番号 A-20931）", flags=("UNREAD",)),
    Line("partner", "in", ("山田様\n\nお世話になっております。パートナーズ企画の小林です。\n"
                           "お見積りをありがとうございました。\n\n"
                           "社内で検討し、120個でお願いする方向です。以下の2点をご確認いただけますでしょうか。\n\n"
                           "1. ロゴの位置を側面中央から底に近い位置へ変更した場合の価格\n"
                           "2. 個別の化粧箱に入れた場合の追加費用\n\n"
                           "ロゴのデータと発注書（案）をzipでお送りします。\n\n"
                           "株式会社パートナーズ企画　購買課\nKobayashi Ken"), files=(("zip-logo", "ロゴデータ_発注書案.zip"),)),
    Line("member", "in", "届きました。登録もできました。\n早い対応ありがとうございました！\n\n加藤"),
    Line("date", "in", ("中村です。\n\n"
                        "{order} の{product}ですが、{d1}着の指定を{d3}の夕方以降に変更できますか？\n"
                        "急に出張が入ってしまい、家に誰もいなくなりました。\n\n"
                        "もう発送済みなら、営業所止めでも大丈夫です。\n\niPhoneから送信"), subject="配送日時の変更はできますか？", flags=("UNREAD",)),
    Line("damage", "in", ("お世話になっております。高橋です。\n\n"
                          "本日、注文番号 A-20917 の商品が届きましたが、箱を開けたところ\n"
                          "ガラス製のシェードが割れておりました。\n\n"
                          "明後日のイベントで使用する予定のため、至急交換をお願いできますでしょうか。\n"
                          "写真と納品書を添付いたします。\n\n"
                          "どうぞよろしくお願いいたします。\n\n--\n"
                          "高橋 美咲　フラワーアトリエ「みさき」\n"
                          "https://atelier-misaki.example/\n090-0000-4417"), subject="【至急】届いた商品が破損していました", html=_DAMAGE_HTML, files=(("jpg-damage", "damage-01.jpg"), ("pdf-slip", "納品書.pdf")), flags=("UNREAD", "STARRED", "IMPORTANT")),
    Line("minato", "in", ("みなも生活店\nカスタマーサポート　ご担当者様\n\n"
                          "平素より大変お世話になっております。\n"
                          "株式会社ミナト商事 総務部の佐々木でございます。\n\n"
                          "先日ご送付いただきました請求書（No. INV-20688）につきまして、\n"
                          "社名変更に伴い、宛名を下記のとおり変更のうえ、再発行をお願いできますでしょうか。\n\n"
                          "　変更前：㈱ミナト商事\n　変更後：株式会社ミナト商事　総務部\n\n"
                          "金額、支払期日に変更はございません。\n"
                          "修正箇所を記入した請求書を添付いたしますので、ご確認ください。\n"
                          "月末の支払処理の都合上、{d3}までにいただけますと幸いです。\n\n"
                          "＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝\n株式会社ミナト商事　総務部\n"
                          "佐々木 隆之（ササキ タカユキ）\nTel 03-0000-7001\n"
                          "sasaki@minato.example\n＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝"), subject="請求書の宛名変更をお願いいたします", files=(("pdf-invoice", "請求書_INV-20688（修正依頼）.pdf"),), flags=("UNREAD", "IMPORTANT")),
)  # fmt: skip
