# ruff: noqa: E501 - a paragraph of prose is one line
"""Notices that machines write: orders, the mall, the answering service, the daily report.

Of the relays (mall, telephone memo) the sender is a machine and the customer's own address or number
stands in the body, in lines such as `メールアドレス: …`; that is what a customer-search format reads.
"""

from __future__ import annotations

import functools
import random
from datetime import datetime

from sandbox.demo import documents, facts
from sandbox.demo.people import CUSTOMERS, INFO, SUPPORT
from sandbox.demo.pictures import Canvas
from sandbox.demo.products import PRODUCTS
from sandbox.demo.programs import JST, new_id
from sandbox.demo.shapes import Box, File, Letter

ORDERS = Box("みなも生活店 受注システム", "order@shop.example")
MALL = Box("くらしモール 店舗運営サポート", "no-reply@mall.example")
MEMO = Box("電話代行サービス ことのは受付", "memo@kotonoha.example")
REPORTS = Box("売上レポート", "report@shop.example")


@functools.cache
def logo() -> bytes:
    """Return the shop's mark as PNG: a wave on green."""
    picture = Canvas(160, 48, (15, 110, 99))
    for left in range(0, 160, 40):
        picture.oval(left + 20, 34, 20, 12, (126, 200, 188))
        picture.oval(left + 20, 38, 18, 10, (15, 110, 99))
    picture.oval(128, 14, 8, 8, (250, 214, 120))
    return picture.png()


def _old(at: datetime, now: datetime) -> bool:
    return (now - at).total_seconds() > 36 * 3600


def _labels(at: datetime, now: datetime, *names: str) -> tuple[str, ...]:
    return (*names, "INBOX") if _old(at, now) else (*names, "INBOX", "UNREAD")


def order(at: datetime, now: datetime, rng: random.Random) -> Letter:
    """A new order, as the shop's own cart tells it: HTML with a table and an inline logo."""
    customer = rng.choice(CUSTOMERS)
    number = facts.order_number(at, now, rng)
    items = rng.sample(PRODUCTS, rng.choice((1, 1, 2, 3)))
    lines, cells, total = [], "", 0
    for item in items:
        count = rng.choice((1, 1, 1, 2))
        total += item.price * count
        color = rng.choice(item.colors)
        lines.append(f"{item.name}（{color}）　{count}点　{item.price * count:,}円")
        cells += (
            f'<tr><td style="padding:8px;border-bottom:1px solid #e4e7ec">{item.name}<br>'
            f'<small style="color:#667085">{item.code}／{color}</small></td>'
            f'<td style="padding:8px;border-bottom:1px solid #e4e7ec;text-align:right">{count}</td>'
            f'<td style="padding:8px;border-bottom:1px solid #e4e7ec;text-align:right">'
            f"{item.price * count:,}円</td></tr>"
        )
    post = 0 if total >= 11000 else 660
    paid = rng.choice(
        ("クレジットカード", "クレジットカード", "コンビニ払い", "代金引換", "後払い")
    )
    wish = rng.choice(("指定なし", "午前中", "14時～16時", "19時～21時"))
    note = rng.choice(("", "", "", "のし（内祝）をお願いします。", "不在の場合は宅配ボックスへ。",
                       "プレゼント包装希望。納品書は入れないでください。"))  # fmt: skip
    text = (
        f"新しいご注文を受け付けました。\n\n"
        f"ご注文番号: {number}\nご注文日時: {at.astimezone(JST):%Y/%m/%d %H:%M}\n"
        f"お名前: {customer.name}（{customer.kana}）\nメールアドレス: {customer.address}\n"
        f"電話番号: {customer.phone}\nお届け先: {customer.place}\n\n"
        + "\n".join(lines)
        + f"\n送料　{post:,}円\n合計　{total + post:,}円（税込）\n\n"
        f"お支払い方法: {paid}\n配達希望時間: {wish}\n備考: {note or 'なし'}\n"
    )
    html = (
        '<!DOCTYPE html>\n<html lang="ja"><body style="margin:0;background:#f7f8fa;color:#1c2430;'
        'font-family:sans-serif"><table width="600" align="center" cellpadding="0" cellspacing="0" '
        'style="background:#fff;margin:24px auto"><tr><td style="padding:16px 24px;background:'
        '#0f6e63"><img src="cid:logo@shop.example" width="160" height="48" alt="みなも生活店"></td>'
        f'</tr><tr><td style="padding:24px"><h2 style="margin:0 0 16px">ご注文 {number}</h2>'
        f"<p>{customer.name} 様　より新しいご注文を受け付けました。</p>"
        '<table width="100%" cellspacing="0" style="border-top:2px solid #0f6e63"><tr>'
        '<th align="left" style="padding:8px">商品</th><th align="right">数量</th>'
        f'<th align="right" style="padding:8px">金額</th></tr>{cells}'
        f'<tr><td colspan="2" style="padding:8px" align="right">送料</td><td align="right" '
        f'style="padding:8px">{post:,}円</td></tr><tr><td colspan="2" align="right" style='
        f'"padding:8px"><b>合計（税込）</b></td><td align="right" style="padding:8px"><b>'
        f"{total + post:,}円</b></td></tr></table>"
        f"<p>お支払い方法: {paid}<br>配達希望時間: {wish}<br>お届け先: {customer.place}<br>"
        f"電話番号: {customer.phone}<br>メールアドレス: {customer.address}<br>"
        f"備考: {note or 'なし'}</p>"
        f'<p><a href="https://admin.shop.example/orders/{number}">管理画面で開く</a></p>'
        "</td></tr></table></body></html>\n"
    )
    labels = ["注文"] + (["VIP"] if customer.vip else []) + (["要確認"] if note else [])
    return Letter(
        mailer="system", sender=ORDERS, to=(INFO,), text=text, html=html, date=at,
        subject=f"【受注】{number} {customer.name} 様（{total + post:,}円）",
        message_id=new_id("system", ORDERS.address, at, rng),
        files=(File("logo.png", "image/png", logo(), "logo@shop.example"),),
        extra=(("Auto-Submitted", "auto-generated"),),
        labels=_labels(at, now, *labels), thread=f"order-{number}-{at:%d%H%M%S}",
    )  # fmt: skip


def mall_order(at: datetime, now: datetime, rng: random.Random) -> Letter:
    """An order from the shopping mall, in the mall's plain ISO-2022-JP."""
    customer, item = rng.choice(CUSTOMERS), rng.choice(PRODUCTS)
    number = f"KM{at.astimezone(JST):%y%m%d}-{rng.randrange(10000, 99999)}"
    relay = f"r{rng.getrandbits(36):09x}@relay.mall.example"
    count = rng.choice((1, 1, 2))
    text = (
        "この度は、くらしモールにご出店いただきありがとうございます。\n"
        "貴店に下記のご注文がありました。2営業日以内に発送予定日をご連絡ください。\n\n"
        "＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝\n"
        f"[受注番号] {number}\n[日時]     {at.astimezone(JST):%Y-%m-%d %H:%M:%S}\n"
        f"[注文者]   {customer.name} ({customer.kana}) 様\n[住所]     {customer.place}\n"
        f"[電話番号] {customer.phone}\n[連絡先]   {relay}\n"
        "＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝\n"
        f"[商品]\n{item.name}({item.code})\n"
        f"価格  {item.price:,}(円) x {count}(個) = {item.price * count:,}(円)\n"
        "----------------------------------------\n"
        f"小計  {item.price * count:,}(円)\n送料  0(円)\n合計  {item.price * count:,}(円)\n"
        "----------------------------------------\n\n"
        "※連絡先のアドレスは当モールの転送専用アドレスです。個別のお問い合わせにのみ\n"
        "  ご利用いただけます。販促メールの送信はガイドライン違反となります。\n"
    )
    return Letter(
        mailer="system", charset="ISO-2022-JP", sender=MALL, to=(INFO,), text=text, date=at,
        subject=f"【くらしモール】注文内容ご確認（自動配信メール）{number}",
        message_id=new_id("system", MALL.address, at, rng),
        extra=(("Precedence", "bulk"), ("Auto-Submitted", "auto-generated")),
        labels=_labels(at, now, "モール", "注文"), thread=f"mall-{number}",
    )  # fmt: skip


_MALL_QUESTIONS = (
    "お届け予定日を過ぎていますが、まだ発送通知が来ておりません。いつ頃になりますでしょうか。",
    "注文後に気づいたのですが、翌日配送の対象外だったのですね。週末に間に合わないようでしたらキャンセルをお願いしたいです。",
    "商品ページの写真と色が違うように見えるのですが、照明の加減でしょうか。実物に近い写真があれば送っていただけませんか。",
    "領収書は商品と一緒に届きますか？ 宛名を空欄にしていただけると助かります。",
    "届いた箱に別の店のテープが貼ってありました。中身は合っていましたが、念のためお知らせします。",
    "レビュー特典のクーポンがまだ届いていません。投稿してから1週間ほど経っています。",
)


def mall_question(at: datetime, now: datetime, place: int, rng: random.Random) -> Letter:
    """A customer's question relayed by the mall."""
    customer = rng.choice(CUSTOMERS)
    number = f"KM{at.astimezone(JST):%y%m%d}-{rng.randrange(10000, 99999)}"
    question = _MALL_QUESTIONS[place % len(_MALL_QUESTIONS)]
    text = (
        "くらしモールのお客様より、貴店へのお問い合わせがありました。\n"
        "このメールに返信すると、モールを経由してお客様に届きます。\n\n"
        "---------- お問い合わせ内容 ----------\n"
        f"お名前：{customer.name} 様\n受注番号：{number}\n"
        f"ご連絡先メールアドレス：{customer.address}\n\n{question}\n"
        "--------------------------------------\n\n"
        "24時間以内の回答にご協力ください。未回答の場合、店舗評価に影響することがあります。\n"
    )
    relay = f"inquiry+{rng.getrandbits(32):08x}@relay.mall.example"
    return Letter(
        mailer="system", sender=Box("くらしモール お問い合わせ転送", "inquiry@mall.example"),
        to=(SUPPORT,), reply_to=Box("", relay), text=text, date=at,
        subject=f"【くらしモール】お客様からのお問い合わせ（{number}）",
        message_id=new_id("system", MALL.address, at, rng),
        labels=_labels(at, now, "要確認"), thread=f"mallq-{number}",
    )  # fmt: skip


_MEMOS = (
    ("折り返し希望", "届いた荷物の箱が濡れていたとのこと。中身は開けずに置いてあるので、どうすればよいか連絡がほしいそうです。"),
    ("折り返し希望", "注文した色を間違えたかもしれないので確認してほしい。発送前なら変えたいとのことです。"),
    ("折り返し不要", "昨日対応してくれた方にお礼を伝えてください、とのことでした。お名前は分からないそうです。"),
    ("至急", "本日午前の指定なのにまだ届かない。15時には出かけるため、それまでに電話がほしい。少しお怒りのご様子でした。"),
    ("折り返し希望", "FAXで注文したいので用紙を送ってほしい。パソコンは使わないそうです。"),
    ("折り返し希望", "法人での購入について相談したい。請求書払いができるかどうかを知りたいとのことです。"),
    ("再度かけ直します", "商品の組み立て方について。説明書の5ページが印刷されていないとのことでした。"),
    ("折り返し希望", "返品した商品の返金がまだ確認できない。経理担当の方につないでほしいとのご要望です。"),
    ("折り返し不要", "カタログの送付を止めてほしい。ご家族が亡くなられたとのことで、丁寧にお話しくださいました。"),
    ("折り返し希望", "クーポンの使い方が分からない。パソコンの前で待っているので、なるべく早くとのことです。"),
)  # fmt: skip


def phone_memo(at: datetime, now: datetime, place: int, rng: random.Random) -> Letter:
    """A telephone memo of the answering service; only the number in it leads to the customer."""
    customer = rng.choice(CUSTOMERS)
    wish, what = _MEMOS[place % len(_MEMOS)]
    clock = at.astimezone(JST)
    text = (
        "ことのは受付センターです。下記のお電話を承りました。\n\n"
        f"■受電日時　{clock.month}月{clock.day}日 {clock.hour}時{clock.minute:02d}分\n"
        f"■お名前　　{customer.family} 様（{customer.kana.split()[0]}）\n"
        f"■電話番号　{customer.phone}\n■ご用件　　{what}\n■ご対応　　{wish}\n"
        f"■受付担当　{rng.choice(('小林', '三宅', '大森', '村田'))}\n\n"
        "※このメールは送信専用です。\n"
    )
    return Letter(
        mailer="becky", sender=MEMO, to=(SUPPORT,), text=text, date=at,
        subject=f"【受電メモ】{customer.family} 様（{wish}）",
        message_id=new_id("becky", MEMO.address, at, rng),
        labels=_labels(at, now, "要確認"), thread=f"memo-{at:%m%d%H%M%S}",
    )  # fmt: skip


def report(at: datetime, rng: random.Random) -> Letter:
    """The day's sales with a CSV in CP932, as the shop's own system sends it every evening."""
    at = clock = at.astimezone(JST).replace(hour=18, minute=5, second=rng.randrange(9))
    rows = [("受注番号", "商品名", "数量", "金額")]
    number, total = 20000 + clock.timetuple().tm_yday, 0
    for item in rng.sample(PRODUCTS, 8):
        number += rng.randrange(1, 5)
        total += item.price
        rows.append((f"A-{number}", item.name, "1", str(item.price)))
    text = (
        f"{clock.month}月{clock.day}日の売上集計です。\n\n"
        f"受注件数　{rng.randrange(28, 52)}件\n抜粋合計　{total:,}円\n返品　　　{rng.randrange(4)}件\n\n"
        "明細は添付のCSVをご確認ください。\n"
    )
    return Letter(
        mailer="system", sender=REPORTS, to=(INFO,), text=text, date=at,
        subject=f"日次売上レポート {clock:%Y/%m/%d}",
        message_id=new_id("system", REPORTS.address, at, rng),
        files=(File(f"売上明細_{clock:%Y%m%d}.csv", "text/csv", documents.csv932(rows)),),
        extra=(("Auto-Submitted", "auto-generated"),),
        labels=("INBOX",), thread=f"report-{clock:%Y%m%d%H%M%S}",
    )  # fmt: skip
