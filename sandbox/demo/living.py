"""What customers write while the demo runs: they go on with a talk, or begin a new one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parseaddr

from sandbox.demo import facts, quoting
from sandbox.demo.banks import phrases
from sandbox.demo.corpus import STORIES, to_mail
from sandbox.demo.people import ABROAD, AGENTS, CUSTOMERS, FIRMS, INFO, SUPPORT, Customer
from sandbox.demo.programs import MAILERS, new_id
from sandbox.demo.prose import Dealer, fill, vary
from sandbox.demo.shapes import Box, DemoMail, Known, Letter
from sandbox.demo.talks import tell

_PEOPLE = {one.address: one for one in (*CUSTOMERS, *FIRMS, *ABROAD)}
_DESKS = {SUPPORT.address: "support", INFO.address: "info"}
# What one can write on with, whatever the talk was about.
_ON: dict[str, tuple[str, ...]] = {
    "polite": (
        ("ご対応いただきありがとうございます。\n"
         "その後、進み具合はいかがでしょうか。[今週中|{d2}まで]に分かりますと助かります。"),
        "ご案内のとおり試してみましたところ、無事に解決いたしました。お手数をおかけいたしました。",
        "1点お伝えし忘れておりました。ご連絡は{slot}でしたら、お電話（{phone}）でも構いません。",
        "承知いたしました。それでは、その内容でお願いいたします。",
        "恐れ入ります、もう一つ確認させてください。届け先を職場に変更することは、今からでも可能でしょうか。",
    ),
    "plain": (
        "[ありがとうございます。|了解しました。]では、それでお願いします。",
        "その後どうなりましたか？[まだ連絡がないので|少し気になっているので]、状況だけでも教えてください。",
        "確認しました。問題ありません。",
        "すみません、追加の質問です。{d3}に受け取ることはできますか？",
        "こちらでもう一度確認したところ、注文番号は {order} の間違いでした。失礼しました。",
    ),
    "casual": (
        "ありがとうございます！それでお願いします！",
        "すみません、やっぱり{d2}でもいいですか？",
        "無事に解決しました～！助かりました。",
        "たびたびすみません！届く時間って{slot}にできますか？",
    ),
    "elder": (
        "ご丁寧にありがとうございます。おかげさまで、よく分かりました。そのようにいたします。",
        "たびたび恐れ入ります。先日のご返事の中で、手順の2番がよく分かりませんでした。もう少し詳しくお教え願えませんでしょうか。",
    ),
    "short": (
        "わかりました。お願いします",
        "まだですか？",
        "ありがとうございました！解決しました",
        "{d2}でおねがいします",
    ),
    "business": (
        "ご回答いただきありがとうございます。社内で共有し、{d3}までにお返事いたします。",
        "承知いたしました。正式な発注書は、別途お送りいたします。",
        "お手数をおかけしますが、本件の進捗をお知らせいただけますでしょうか。上長より確認を求められております。",
    ),
    "english": (
        "Thank you for the quick reply. That works for me.",
        "Just a short follow-up: is there any news on this? I would be grateful for an update.",
    ),
}  # fmt: skip


def next_mail(
    now: datetime, rng: random.Random, account: str, known: Sequence[Known]
) -> DemoMail | None:
    """Return the next mail to `account`, or None when nobody writes to this address.

    With conversations known, about two in five mails go on with one of them (its `thread` stands in
    the answer); the others are new inquiries under a thread key of their own.
    """
    desk = _DESKS.get(account)
    if desk is None:
        return None
    writable = [one for one in known if parseaddr(one.customer)[1] in _PEOPLE]
    if writable and rng.random() < 0.4:
        letter = _follow_up(now, rng, desk, rng.choice(writable))
    else:
        letter = _inquiry(now, rng, desk)
    return to_mail(letter)


def _inquiry(now: datetime, rng: random.Random, desk: str) -> Letter:
    """A new matter, played from the same stories as the past ones."""
    own = [story for story in STORIES if story.desk in (desk, "both")]
    story = rng.choices(own, [story.share for story in own])[0]
    writers = [one for one in _PEOPLE.values() if one.voice in story.voices]
    customer = rng.choice(writers)
    form = customer.voice in ("polite", "plain") and rng.random() < 0.15
    key = f"living-{rng.getrandbits(48):012x}-{story.key}"
    # The talk is allowed its first letter only; a second of grace lets it begin at `now` itself.
    talk = tell(
        story, customer, desk, now, now + timedelta(seconds=1), 1, rng, Dealer(rng), key, form
    )  # fmt: skip
    return _fresh(talk.letters[0])


def _follow_up(now: datetime, rng: random.Random, desk: str, known: Known) -> Letter:
    """A customer's next word in a conversation, with its References and, if told, quotation."""
    customer = _PEOPLE[parseaddr(known.customer)[1]]
    last = known.last_message_id.strip("<>")
    chain = tuple(one.strip("<>") for one in known.references if one.strip("<>") != last)
    shop = SUPPORT if desk == "support" else INFO
    style = MAILERS[customer.mailer].quote
    text = _words(customer, now, rng, desk)
    own = parseaddr(known.last_sender)[1] == customer.address
    if known.last_text and not own:
        # What is answered is the shop's last mail; its clock is not known here, only its words.
        answered = Letter(
            mailer="desk", sender=shop, to=(customer.box,), subject=known.subject,
            text=known.last_text, date=now - timedelta(minutes=rng.randrange(3, 50)),
            message_id=last,
        )  # fmt: skip
        block = quoting.quoted(style, answered)
        text += f"\n{block}" if block else ""
    letter = Letter(
        mailer=customer.mailer,
        sender=customer.box,
        to=(Box("", shop.address),),
        subject=quoting.prefixed(style, known.subject),
        text=text,
        date=now,
        message_id=new_id(customer.mailer, customer.address, now, rng),
        in_reply_to=last,
        references=(*chain, last),
        thread=known.thread,
    )
    return _fresh(letter)


def _words(customer: Customer, now: datetime, rng: random.Random, desk: str) -> str:
    agent = rng.choice(AGENTS)
    slots = facts.collect(customer, agent, facts.pick("", rng), now, now, desk, rng)
    matter = rng.choice(_ON[customer.voice])
    if customer.voice in ("short", "english"):
        parts = [matter]
    else:
        signs = phrases.SIGNATURES["business" if customer.company else customer.mailer]
        hello = rng.choice(phrases.AGAIN[customer.voice]).replace("{agent}様", "ご担当者様")
        parts = [part for part in (hello, matter, rng.choice(signs)) if part]
    return fill(vary("\n\n".join(parts), rng), slots) + "\n"


def _fresh(letter: Letter) -> Letter:
    return replace(letter, labels=("INBOX", "UNREAD"))
