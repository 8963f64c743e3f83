"""`manage.py demo_office`: what the demo's office has written down: templates, signatures,
customers.

Apart from `demo`, since it needs the drawers, which stand above the mailboxes. Calling it again
changes nothing.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from crm.actions import keep as customers
from crm.models import Customer
from mailboxes.models import Mailbox
from permissions.models import User
from signatures.actions import edit as signatures
from signatures.actions.defaults import set_shared
from signatures.actions.edit import SignatureFields
from signatures.choosing import Place
from signatures.models import Signature
from templates_app.actions import edit as templates
from templates_app.actions.edit import TemplateFields
from templates_app.models import Template

_HELLO = "{顧客名|お客様} 様\n\nお世話になっております。カスタマーサポートの{担当者名}です。\n\n"
# name, folder, subject, body below the greeting
TEMPLATES = (
    (
        "お問い合わせのお礼",
        "基本",
        "",
        "このたびはお問い合わせいただき、ありがとうございます。\n",
    ),
    (
        "確認してご連絡します",
        "基本",
        "",
        "{受信日|先日}にいただいた「{件名|お問い合わせ}」の件、確認のうえあらためてご連絡いたします。\n"
        "お問い合わせ番号: {メールID}\n",
    ),
    (
        "配送状況のご案内",
        "配送",
        "",
        "ご注文の商品は{発送日}に発送いたしました。\nお問い合わせ伝票番号: {伝票番号}\n",
    ),
    (
        "再配達の手配",
        "配送",
        "",
        "ご不在だったお荷物の再配達を、{再配達日時}で手配いたしました。\n",
    ),
    (
        "返品のご案内",
        "返品・交換",
        "",
        "ご返品の手順をご案内いたします。\n\n1. 商品を元の箱に入れてください。\n"
        "2. 同封の返品票に注文番号をご記入ください。\n3. 着払いで下記までお送りください。\n\n"
        "返送先: {返送先|〒100-0001 東京都千代田区千代田1-1}\n",
    ),
    (
        "領収書の送付",
        "請求",
        "領収書をお送りします（{件名}）",
        "ご依頼の領収書を添付いたします。ご査収ください。\n",
    ),
)
# name, text, the address of the mailbox where everybody's mails begin with it
SIGNATURES = (
    (
        "カスタマーサポート",
        "--\nサンプルショップ カスタマーサポート\n担当: {担当者名}\n"
        "TEL 03-0000-0000（平日 9:00–18:00）\nsupport@shop.example",
        "support@shop.example",
    ),
    ("総合案内", "--\nサンプルショップ 総合案内\ninfo@shop.example", "info@shop.example"),
)
# name, フリガナ, company, number, rank, address, telephone, notes
_FIELDS = ("name", "kana", "company", "number", "rank", "addresses", "phones", "notes")
CUSTOMERS = (
    "高橋 美咲|タカハシ ミサキ|フラワーアトリエ「みさき」|K-1001|VIP|misaki.t@example.jp|"
    "090-0000-1001|ギフト包装を希望されることが多い。",
    "佐々木 隆之|ササキ タカユキ|株式会社ミナト商事|K-2014|法人|sasaki@minato.example|"
    "03-0000-7001|請求書は月末締め。担当は総務部。",
    "中村 拓也|ナカムラ タクヤ||K-1188||nakamura@example.com|080-0000-1188|",
    "Kobayashi Ken|コバヤシ ケン|Partner Trading|K-2077|法人|ken@partner.example||見積は英語併記。",
)


class Command(BaseCommand):
    help = "The demo's templates, signatures and customers; needs DEMO=1, after `demo`."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("DEMO is not set: an installation writes its own.")
        by = User.objects.get(username="suzuki")
        if not Template.objects.exists():
            for name, folder, subject, body in TEMPLATES:
                fields = TemplateFields(
                    name=name,
                    folder=folder,
                    to="",
                    cc="",
                    bcc="",
                    subject=subject,
                    body=_HELLO + body,
                )
                templates.add(fields, by=by)
        if not Signature.objects.exists():
            for name, text_below, address in SIGNATURES:
                below = SignatureFields(name=name, text=text_below, html="")
                signature = signatures.add(below, by=by)
                place = Place(Mailbox.objects.get(address=address).pk)
                set_shared(signature, [place], among=[place], by=by)
        if not Customer.objects.exists():
            for line in CUSTOMERS:
                customers.add(by, dict(zip(_FIELDS, line.split("|"), strict=True)))
