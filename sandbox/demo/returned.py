# ruff: noqa: E501 - a paragraph of prose is one line
"""What comes back by itself: out-of-office answers, delivery failures; and an invitation."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sandbox.demo import facts
from sandbox.demo.banks import phrases
from sandbox.demo.clock import office
from sandbox.demo.people import AGENTS, FIRMS, SUPPORT, Customer
from sandbox.demo.programs import JST, new_id
from sandbox.demo.prose import fill
from sandbox.demo.shapes import Box, Letter

POSTMASTER = Box("Mail Delivery Subsystem", "mailer-daemon@mx.gmail.example")
_NEWS = (
    ("{product}の納期についてのご連絡", ("ご発注いただいております{product}につきまして、入荷の遅れにより、納品を{d3}に変更させていただきたくご連絡いたしました。\n\n"
                              "ご予定に差し支えがございましたら、お知らせくださいませ。")),
    ("{month}分ご請求書送付の件", ("{month}分のご請求書を、マイページに掲載いたしました。\n"
                          "お手数ですが、ご確認のうえ{week}までにお支払いくださいますようお願いいたします。")),
    ("倉庫移転に伴う出荷停止のお知らせ", ("誠に勝手ながら、倉庫移転のため、{d4}と翌日の2日間、出荷業務を停止いたします。\n"
                          "停止期間中にいただいたご注文は、{week}以降に順次発送いたします。")),
    ("お見積り有効期限のご確認", ("先日お送りいたしました{product}のお見積りが、{d4}に有効期限を迎えます。\n"
                      "ご不明な点などございましたら、お気軽にお知らせください。")),
)  # fmt: skip


def _out(
    customer: Customer,
    to: Box,
    at: datetime,
    now: datetime,
    rng: random.Random,
    key: str,
    place: int,
) -> Letter:
    """A mail that the shop wrote of its own accord."""
    agent = rng.choice(AGENTS)
    slots = facts.collect(
        customer, agent, facts.pick("", rng), at, now, "カスタマーサポート", rng
    )  # fmt: skip
    subject, matter = _NEWS[place % len(_NEWS)]
    sign = fill(phrases.SHOP_SIGNATURE, {**slots, "shop_address": SUPPORT.address})
    text = (
        f"{customer.addressee}\n\nいつも大変お世話になっております。\nみなも生活店の{agent.family}でございます。"
        f"\n\n{fill(matter, slots)}\n\n何卒よろしくお願い申し上げます。\n\n{sign}\n"
    )
    return Letter(
        mailer="desk", sender=SUPPORT, to=(to,), subject=fill(subject, slots), text=text, date=at,
        message_id=new_id("desk", SUPPORT.address, at, rng), outgoing=True,
        labels=("法人", "SENT"), thread=key,
    )  # fmt: skip


_AWAY = (
    ("お世話になっております。{company}の{family}です。\n\n"
     "{d1}から{d3}まで休暇をいただいております。\n"
     "お急ぎの場合は、代表番号（{phone}）までご連絡をお願いいたします。\n"
     "戻り次第、ご返信いたします。"),
    ("メールをお送りいただき、ありがとうございます。\n"
     "本日は終日外出のため、メールの確認ができません。\n"
     "お返事は翌営業日となりますことをご了承ください。\n\n{company}\n"
     "{division} {family}"),
    ("（自動応答）出張のため{d2}まで不在にしております。ご連絡は{d3}以降とさせていただきます。\n"
     "携帯電話へのご連絡もお控えくださいますようお願いいたします。\n\n"
     "{family}"),
    ("※このメールは自動返信です※\n\n"
     "{family}は現在産休・育休中です。ご用件は後任の担当までお願いいたします。\n\n"
     "後任：{division} 中原"),
)  # fmt: skip


def out_of_office(at: datetime, now: datetime, place: int, rng: random.Random) -> Sequence[Letter]:
    """A mail of the shop and the automatic answer to it, a minute later."""
    customer = FIRMS[(0, 3, 4, 6)[place % 4]]
    at = office(at, rng)
    sent = _out(customer, customer.box, at, now, rng, f"away-{at:%m%d%H%M%S}", place)
    back = at + timedelta(seconds=rng.randrange(8, 80))
    slots = facts.collect(customer, AGENTS[0], facts.pick("", rng), at, now, "", rng)
    answer = Letter(
        mailer=customer.mailer, sender=customer.box, to=(SUPPORT,),
        subject=f"{rng.choice(('自動応答', '【自動返信】不在のお知らせ', 'Automatic reply'))}: {sent.subject}",
        text=fill(_AWAY[place % len(_AWAY)], slots) + "\n", date=back,
        message_id=new_id(customer.mailer, customer.address, back, rng),
        in_reply_to=sent.message_id, references=(sent.message_id,),
        extra=(("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All")),
        labels=("法人", "INBOX"), thread=sent.thread,
    )  # fmt: skip
    return sent, answer


def undelivered(at: datetime, now: datetime, place: int, rng: random.Random) -> Sequence[Letter]:
    """A mail of the shop to a mistyped address, and the report that came back (RFC 3464)."""
    customer = FIRMS[(5, 7, 2)[place % 3]]
    at = office(at, rng)
    # A letter of the address was lost on the way, as happens with web forms.
    wrong = customer.address.replace("@", "@mail-", 1)
    sent = _out(
        customer, Box(customer.name, wrong), at, now, rng, f"bounce-{at:%m%d%H%M%S}", place + 2
    )
    back = at + timedelta(seconds=rng.randrange(3, 20))
    code, why, words = rng.choice((
        ("5.1.1", "550 5.1.1 The email account that you tried to reach does not exist.",
         "アドレスが見つからなかったため、メールは配信されませんでした。"),
        ("5.2.2", "552 5.2.2 The recipient's inbox is full.",
         "受信者のメールボックスがいっぱいのため、メールを配信できませんでした。"),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied.",
         "受信側のサーバーに拒否されたため、メールを配信できませんでした。"),
    ))  # fmt: skip
    stamp = f"{back.astimezone(UTC):%a, %d %b %Y %H:%M:%S +0000}"
    status = (
        "Reporting-MTA: dns; mx.gmail.example\n"
        f"Arrival-Date: {stamp}\nX-Original-Message-ID: <{sent.message_id}>\n\n"
        f"Final-Recipient: rfc822; {wrong}\nAction: failed\nStatus: {code}\n"
        f"Remote-MTA: dns; mx.{wrong.partition('@')[2]}\nDiagnostic-Code: smtp; {why}\n"
        f"Last-Attempt-Date: {stamp}\n"
    )
    headers = (
        f"From: {SUPPORT.address}\nTo: {wrong}\nMessage-ID: <{sent.message_id}>\n"
        f"Date: {at.astimezone(JST):%a, %d %b %Y %H:%M:%S +0900}\nMIME-Version: 1.0\n"
    )
    report = Letter(
        mailer="postmaster", sender=POSTMASTER, to=(Box("", SUPPORT.address),),
        subject="Delivery Status Notification (Failure)",
        text=f"** {words} **\n\n{wrong} にメールを送信できませんでした。\n\nリモート サーバーからの応答:\n\n{why}\n",
        date=back, message_id=new_id("postmaster", POSTMASTER.address, back, rng),
        in_reply_to=sent.message_id, references=(sent.message_id,),
        extra=(("Auto-Submitted", "auto-replied"), ("X-Failed-Recipients", wrong)),
        report=(status, headers), labels=("要確認", "INBOX"), thread=sent.thread,
    )  # fmt: skip
    return sent, replace(report, reply_to=None)


def invitation(at: datetime, rng: random.Random) -> Letter:
    """An invitation to a meeting (iTIP request) from a partner."""
    partner = FIRMS[1]
    day = (at.astimezone(JST) + timedelta(days=5)).replace(hour=15, minute=0, second=0)
    day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
    uid = f"{rng.getrandbits(64):016x}@partner.example"
    start, end = (
        f"{when.astimezone(UTC):%Y%m%dT%H%M%SZ}" for when in (day, day + timedelta(hours=1))
    )
    calendar = "\r\n".join((
        "BEGIN:VCALENDAR", "PRODID:-//Partner Planning//Calendar 1.0//JA", "VERSION:2.0",
        "METHOD:REQUEST", "BEGIN:VEVENT", f"UID:{uid}", f"DTSTAMP:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART:{start}", f"DTEND:{end}", "SUMMARY:備品リニューアル 打ち合わせ",
        "LOCATION:オンライン（https://meet.partner.example/bihin）",
        f"ORGANIZER;CN=Kobayashi Ken:mailto:{partner.address}",
        f"ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:{SUPPORT.address}",
        "SEQUENCE:0", "STATUS:CONFIRMED", "END:VEVENT", "END:VCALENDAR", "",
    ))  # fmt: skip
    text = (
        "お世話になっております。パートナーズ企画の小林です。\n\n"
        "備品リニューアルの件、下記の日程でお打ち合わせをお願いできますでしょうか。\n\n"
        f"日時：{facts.day(day)} 15:00～16:00\n場所：オンライン（https://meet.partner.example/bihin）\n\n"
        "招待にご返答いただけますと幸いです。\n"
    )
    return Letter(
        mailer="outlook", sender=partner.box, to=(SUPPORT,), charset="utf-8",
        subject="招待: 備品リニューアル 打ち合わせ", text=text, date=at, calendar=calendar,
        message_id=new_id("outlook", partner.address, at, rng),
        labels=("法人", "INBOX", "IMPORTANT"), thread="invitation",
    )  # fmt: skip
