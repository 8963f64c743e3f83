# ruff: noqa: E501 - a paragraph of prose is one line
"""Newsletters with remote pictures and tracking pixels, spam, and what was thrown away."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime

from sandbox.demo import documents
from sandbox.demo.people import INFO, SUPPORT
from sandbox.demo.programs import new_id
from sandbox.demo.shapes import Box, File, Letter

_INBOX = {"support": SUPPORT, "info": INFO}


@dataclass(frozen=True, slots=True)
class Issue:
    """A newsletter: who sends it, what it says, and in which colours."""

    sender: Box
    subject: str
    lead: str
    points: tuple[tuple[str, str], ...]
    color: str


_ISSUES: dict[str, tuple[Issue, ...]] = {
    "support": (
        Issue(Box("通販サポート通信", "news@support-press.example"),
              "【通販サポート通信】繁忙期の問い合わせを3割減らすFAQの作り方",
              "繁忙期の前のひと工夫で、お問い合わせの山を崩すヒントをお届けします。",
              (("特集", "「配送はいつ？」に先回りする5つの表示"),
               ("事例", "メール返信の平均時間を半分にした家具店の工夫"),
               ("セミナー", "クレーム一次対応の言い換え表 無料配布中")), "#1d4ed8"),
        Issue(Box("あおば運送 法人窓口", "info@aoba-unso.example"),
              "【重要】連休期間の集荷・配達スケジュールのご案内",
              "平素より格別のお引き立てを賜り、厚く御礼申し上げます。連休期間の営業日をご案内いたします。",
              (("最終集荷", "連休前日の15時まで"),
               ("休業期間", "連休の初日から2日間"),
               ("遅延予測", "北海道・東北の一部地域で1～2日の遅れを見込んでいます")), "#047857"),
        Issue(Box("くらしモール 店舗ニュース", "shopnews@mall.example"),
              "［店舗様向け］大感謝祭 エントリー受付開始！",
              "昨年は流通総額が前年比128%を記録した大感謝祭。今年もエントリーが始まりました。",
              (("開催期間", "来月4日 20:00 ～ 11日 1:59"),
               ("新企画", "ポイント最大15倍枠（先着300店舗）"),
               ("締切", "今月末の正午まで")), "#be123c"),
        Issue(Box("包材ドットパック", "mailmag@hozai-pack.example"),
              "紙の緩衝材が10%オフ｜脱プラ梱包フェア開催中",
              "割れ物の多いお店に選ばれている紙製緩衝材が、今だけ特別価格です。",
              (("人気No.1", "ハニカム紙 300mm×50m　2,180円"),
               ("新商品", "角当て不要の二重底カートン"),
               ("サンプル", "無料サンプルは先着100社さま")), "#b45309"),
        Issue(Box("コールセンター実務研究会", "office@cc-kenkyu.example"),
              "第41回 定例会のお知らせ（カスタマーハラスメント対策）",
              "今回は、応対者を守るための社内ルール作りを取り上げます。",
              (("日時", "来月第3水曜日 14時～16時（オンライン）"),
               ("講師", "当会理事 ほか"),
               ("参加費", "会員無料／一般 3,300円")), "#5b21b6"),
        Issue(Box("決済ゲート サポート", "notice@pay-gate.example"),
              "【決済ゲート】システムメンテナンスのお知らせ",
              "下記の日程で定期メンテナンスを実施いたします。期間中は管理画面をご利用いただけません。",
              (("日時", "日曜日 2:00～6:00"),
               ("影響", "返金処理・明細の閲覧"),
               ("影響なし", "カード決済の受付")), "#334155"),
    ),
    "info": (
        Issue(Box("瀬戸内うつわ問屋", "oroshi@utsuwa-tonya.example"),
              "新作入荷のご案内（染付・青磁）と注文締切",
              "いつもお世話になっております。窯元より新作が届きました。",
              (("染付ペアマグ", "上代 4,400円／掛率はお問い合わせください"),
               ("青磁 取り分け皿", "6枚より承ります"),
               ("月内出荷", "18日ご注文分まで")), "#1e40af"),
        Issue(Box("リネンの里 卸売部", "sales@linen-sato.example"),
              "【残りわずか】ダブルガーゼ生地 値上げ前のまとめ買い",
              "原料高騰のため、来月出荷分より価格を改定させていただきます。",
              (("対象", "ダブルガーゼ、ワッフル各色"),
               ("改定率", "平均6.5%"),
               ("現行価格", "今月末ご発注分まで")), "#9d174d"),
        Issue(Box("展示会事務局", "visitor@lifestyle-fair.example"),
              "暮らしの雑貨フェア 招待状をお届けします",
              "国内外300社が集まる展示会。事前登録で入場無料です。",
              (("会期", "再来月3日～5日"),
               ("会場", "みなも国際展示場 西2ホール"),
               ("特典", "登録者限定 商談ラウンジ")), "#0f766e"),
        Issue(Box("包材ドットパック", "mailmag@hozai-pack.example"),
              "ギフトボックス早割｜ラッピング資材 今月の最終便",
              "今月のラッピング資材は今週の出荷が最終便です。",
              (("貼箱 S～L", "20個より1個単位"),
               ("リボン", "サテン 12色"),
               ("のし紙", "名入れ印刷 3営業日")), "#b45309"),
        Issue(Box("あおば運送 法人窓口", "info@aoba-unso.example"),
              "運賃改定のお願いと新サイズ区分について",
              "燃料費の高騰に伴い、誠に恐縮ながら運賃の改定をお願いする次第です。",
              (("改定日", "再来月1日 集荷分より"),
               ("60サイズ", "据え置き"),
               ("100サイズ以上", "平均4.8%の改定")), "#047857"),
    ),
}  # fmt: skip


def newsletter(desk: str, at: datetime, number: int, rng: random.Random) -> Letter:
    """A newsletter: tables, three remote pictures, a pixel, List-Unsubscribe."""
    issues = _ISSUES[desk]
    issue = issues[number % len(issues)]
    host = issue.sender.address.partition("@")[2]
    key = f"{rng.getrandbits(48):012x}"
    points = "".join(
        f'<tr><td width="120" valign="top" style="padding:12px 0"><img src="https://img.{host}/'
        f'{key}/{place}.jpg" width="104" height="72" alt="{name}"></td><td style="padding:12px">'
        f'<b style="color:{issue.color}">{name}</b><br>{what}</td></tr>'
        for place, (name, what) in enumerate(issue.points, start=1)
    )
    html = (
        '<!DOCTYPE html>\n<html lang="ja">\n<head><style>\n'
        f"body {{ background:#f2f4f7 }} .head {{ background:{issue.color}; color:#fff }}\n"
        "@media (max-width:620px) { table { width:100% !important } }\n</style></head>\n<body>\n"
        '<table width="620" align="center" cellpadding="0" cellspacing="0" style="background:#fff">'
        f'\n<tr><td class="head" style="padding:20px 28px"><img src="https://img.{host}/logo.png" '
        f'width="180" height="36" alt="{issue.sender.name}"></td></tr>\n<tr><td><img src="https://'
        f'img.{host}/{key}/hero.jpg" width="620" height="240" alt=""></td></tr>\n'
        f'<tr><td style="padding:24px 28px"><h1 style="font-size:20px">{issue.subject}</h1>'
        f"<p>{issue.lead}</p><table>{points}</table>"
        f'<p><a href="https://click.{host}/c/{key}" style="background:{issue.color};color:#fff;'
        'padding:12px 28px;text-decoration:none">詳しく見る</a></p></td></tr>\n'
        '<tr><td style="padding:16px 28px;font-size:12px;color:#667085">配信停止は'
        f'<a href="https://click.{host}/stop/{key}">こちら</a></td></tr>\n</table>\n'
        f'<img src="https://open.{host}/o.gif?u={key}" width="1" height="1" alt="">\n</body></html>\n'
    )
    text = (
        f"{issue.lead}\n\n"
        + "\n".join(f"■{name}\n　{what}" for name, what in issue.points)
        + f"\n\n詳しくはこちら\nhttps://click.{host}/c/{key}\n\n"
        f"----\n{issue.sender.name}\n配信停止: https://click.{host}/stop/{key}\n"
    )
    return Letter(
        mailer="bulk", sender=issue.sender, to=(_INBOX[desk],), subject=issue.subject, text=text,
        html=html, date=at, message_id=new_id("bulk", issue.sender.address, at, rng),
        extra=(
            ("List-Id", f"<mailmag.{host}>"),
            ("List-Unsubscribe", f"<https://click.{host}/stop/{key}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ("Precedence", "bulk"),
        ),
        labels=("INBOX",) if desk == "support" else ("仕入先", "INBOX"),
        thread=f"news-{desk}-{number}",
    )  # fmt: skip


_SPAM = {"support": (
    (Box("お荷物センター", "notice@otodoke-info.example"), "【重要】お荷物をお届けできませんでした（再配達手数料のお支払い）",
     ("お荷物の住所に誤りがあるため、配達できませんでした。\n"
      "24時間以内に下記より情報を更新してください。\n\n"
      "https://otodoke-info.example/u/8f21\n\n"
      "手続きが行われない場合、お荷物は返送されます。")),
    (Box("カード会員サービス", "security@card-kakunin.example"), "【緊急】カードのご利用を一時停止しました",
     ("第三者による不正利用の可能性が検知されました。\n"
      "ご本人様確認が完了するまで、カードのご利用を制限しております。\n\n"
      "▼本人確認はこちら\nhttps://card-kakunin.example/verify\n\n"
      "※本メールは自動配信です。")),
    (Box("SEOコンサル 吉岡", "yoshioka@seo-agency.example"), "御社サイトの検索順位について（無料診断レポート）",
     ("突然のご連絡失礼いたします。\n\n"
      "御社のWebサイトを拝見し、検索順位を大きく改善できる余地があると感じ、ご連絡いたしました。\n"
      "完全成果報酬、初期費用0円で承っております。\n\n"
      "15分ほどお時間をいただけないでしょうか。")),
    (Box("当選事務局", "present@lucky-box.example"), "おめでとうございます！1000万円が当選しました",
     ("厳正なる抽選の結果、あなた様が1等に選ばれました！！\n"
      "受取期限は本日23:59までとなっております。\n\n"
      "お受け取りはこちら ⇒ https://lucky-box.example/win")),
    (Box("Grace Thompson", "grace.t@invest-world.example"), "Business proposal - confidential",
     ("Dear Friend,\n\n"
      "I am the widow of a late banker and I have an inheritance of USD 8.5 million that I wish to entrust to a reliable person. Kindly reply with your full name and telephone number.\n\n"
      "God bless you.")),
    (Box("在宅ワーク紹介", "work@zaitaku-now.example"), "スマホだけで月30万円★主婦に大人気",
     ("1日10分のスキマ時間で、誰でもカンタン！\n"
      "先着20名様に限り、無料でノウハウを公開中です。\n\n登録はこちら\n"
      "https://zaitaku-now.example/line")),
    (Box("電力料金見直しセンター", "info@denki-yasuku.example"), "【法人様限定】電気代を最大30%削減",
     ("法人のお客様の電気料金を無料で診断いたします。\n"
      "契約の切り替えだけで、設備投資は一切不要です。\n\n"
      "資料請求: https://denki-yasuku.example/form")),
    (Box("メールサーバ管理者", "admin@mail-quota.example"), "メールボックスの容量が上限に達しました",
     ("お使いのメールボックスの使用率が98%に達しました。\n"
      "新しいメールを受信するには、以下のページで再認証を行ってください。\n\n"
      "https://mail-quota.example/reauth\n\nIT管理部")),
    (Box("ブランド専門店", "sale@brand-outlet.example"), "N級品 時計・バッグ 最大90%OFF 全国送料無料",
     ("今季新作多数入荷！業界最高水準の品質をお約束します。\n"
      "友だち追加でさらに1000円引き。\n\nhttps://brand-outlet.example/")),
    (Box("補助金活用サポート", "hojokin@subsidy-navi.example"), "最大450万円の補助金、申請はお済みですか？",
     ("通販事業者様が対象の補助金について、申請の代行を承っております。\n"
      "採択率92%、着手金無料。今期の締切は間もなくです。\n\n"
      "無料相談: https://subsidy-navi.example/")),
    (Box("Linda", "linda88@dating-hello.example"), "Hi dear, can we be friends?",
     "Hello, I found your email and felt we could have a connection. I am 29, living alone. Please write me back soon, I will send my photos."),
    (Box("口座振替センター", "furikae@kouza-check.example"), "未納料金に関する最終通告",
     ("ご利用料金の支払い確認が取れておりません。\n"
      "本日中にご連絡なき場合、法的手続きに移行いたします。\n\n"
      "電話窓口: 050-0000-0000")),
), "info": (
    (Box("株式会社アクセス広告", "ad@access-kokoku.example"), "貴店の商品をテレビで紹介しませんか",
     ("情報番組のプレゼントコーナーで、貴店の商品を紹介いたします。\n"
      "放映料は特別価格の48万円、残り2枠です。\n\n"
      "お申し込み: https://access-kokoku.example/tv")),
    (Box("ネットバンク", "info@netbank-anzen.example"), "【要対応】お振込みの受付を保留しています",
     ("お客様の口座への振込が保留されています。\n"
      "48時間以内に本人確認を完了してください。\n\n"
      "https://netbank-anzen.example/hold")),
    (Box("Alex", "alex@list-vendor.example"), "Verified B2B email list - Japan retail",
     ("Hi,\n\n"
      "Would you be interested in 45,000 verified contacts of Japanese retailers? Let me know your target criteria and I will send counts and pricing.\n\n"
      "Alex")),
    (Box("転売情報局", "info@resale-king.example"), "【極秘】仕入れゼロで月商100万円",
     ("在庫を持たずに稼ぐ方法を、今だけ無料で公開します。\n"
      "動画はこちら → https://resale-king.example/v")),
    (Box("税務調査対策室", "zeimu@tax-navi.example"), "未申告の所得に関するお知らせ",
     ("あなたの所得に未申告の疑いがあります。\n"
      "詳細を添付の書類でご確認のうえ、本日中にお手続きください。\n\n"
      "https://tax-navi.example/check")),
)}  # fmt: skip


def spam(desk: str, at: datetime, number: int, rng: random.Random) -> Letter:
    """What the filter caught; now and then as HTML with a link that shows another host."""
    sender, subject, text = _SPAM[desk][number % len(_SPAM[desk])]
    html = ""
    if "https://" in text and rng.random() < 0.6:
        link = next(word for word in text.split() if word.startswith("https://"))
        host = sender.address.partition("@")[2]
        shown = text.replace(link, f'<a href="{link}">https://www.official-site.example/</a>')
        html = (
            f'<div style="font-family:sans-serif">{shown.replace(chr(10), "<br>")}</div>'
            f'<img src="https://{host}/p.gif?id={rng.getrandbits(32):08x}" width="1" height="1">'
        )
    return Letter(
        mailer="bulk", sender=sender, to=(Box("", _INBOX[desk].address),), subject=subject,
        text=text + "\n", html=html, date=at, message_id=new_id("bulk", sender.address, at, rng),
        labels=("SPAM", "UNREAD"), thread=f"spam-{desk}-{number}",
    )  # fmt: skip


_RUBBISH: dict[str, tuple[tuple[Box, str, str, bool], ...]] = {"support": (
    (Box("法人営業部 高田", "takada@copy-lease.example"), "複合機のリース料金見直しのご提案",
     ("お世話になっております。コピーリースの高田と申します。\n"
      "現在お使いの複合機について、月額を3割ほど抑えられるプランをご案内しております。\n"
      "パンフレットを添付いたしますので、ご覧いただけますと幸いです。"), True),
    (Box("人材バンク", "info@jinzai-bank.example"), "繁忙期の短期スタッフ、即日手配できます",
     ("ご担当者様\n\n出荷・コールスタッフを最短翌日から派遣いたします。\n"
      "1日4時間からご利用いただけます。"), False),
    (Box("中村 拓也", "nakamura@example.com"), "間違えて送りました",
     "すみません、先ほどのメールは宛先を間違えました。\n削除していただけますか。", False),
    (Box("ウォーターサーバー担当", "sales@aqua-office.example"), "オフィスのお水、1か月無料お試し",
     ("突然のご連絡失礼いたします。\n"
      "今月中のお申し込みで、サーバー代が半年間無料になります。"), False),
    (Box("", "foo@example.org"), "テスト", "テスト送信です。", False),
    (Box("Webマガジン編集部", "editor@zakka-mag.example"), "タイアップ記事掲載のご案内（有料）",
     ("貴店の商品をぜひ当誌で紹介させていただきたく、ご連絡いたしました。\n"
      "掲載料は特別価格の198,000円です。媒体資料を添付いたします。"), True),
), "info": (
    (Box("西田青果", "nishida@seika-tonya.example"), "本日の相場表", ("毎度お世話になります。本日の相場表をお送りします。\n"
                                                            "（宛先違いの場合はご容赦ください）"), True),
    (Box("おしぼり・リネンサプライ", "eigyo@linen-supply.example"), "新規お取引のお願い",
     ("突然のメールで失礼いたします。\n"
      "飲食店様向けのおしぼりを1本4円から承っております。\n"
      "ご興味がございましたら、お見積りいたします。"), False),
    (Box("渡辺 修", "watanabe@example.jp"), "（件名なし）", "。", False),
    (Box("求人メディア 営業", "sales@kyujin-media.example"), "【今月限定】掲載料50%オフのご案内",
     ("ご採用担当者様\n\n倉庫・受注スタッフの募集はお済みでしょうか。\n"
      "今月中のお申し込みで、4週間の掲載料が半額になります。\n"
      "媒体資料を添付いたします。"), True),
)}  # fmt: skip


def rubbish(desk: str, at: datetime, number: int, rng: random.Random) -> Letter:
    """What an agent threw away."""
    sender, subject, text, brochure = _RUBBISH[desk][number % len(_RUBBISH[desk])]
    files: tuple[File, ...] = ()
    if brochure:
        page = documents.pdf(
            "ご案内", [subject, sender.name], [("項目", "", "", "")], ["詳しくは担当まで"]
        )
        files = (File("ご案内資料.pdf", "application/pdf", page),)
    mailer = "gmail" if number % 2 else "outlook"
    return Letter(
        mailer=mailer, sender=sender, to=(_INBOX[desk],), subject=subject, text=text + "\n",
        files=files, date=at, message_id=new_id(mailer, sender.address, at, rng),
        labels=("TRASH",), thread=f"trash-{desk}-{number}",
    )  # fmt: skip
