"""Turns a story into the letters of a conversation, with quotation and threading headers right.

A talk is written by one customer and one agent.  The customer's program decides how the subject is
prefixed and what is quoted; the shop answers from Gmail's web page.
"""

from __future__ import annotations

import random
import re
from datetime import datetime, timedelta

from sandbox.demo import attachments, facts, quoting
from sandbox.demo.banks import phrases
from sandbox.demo.clock import awake, office
from sandbox.demo.people import AGENTS, INFO, SUPPORT, Agent, Customer
from sandbox.demo.programs import JST, MAILERS, new_id
from sandbox.demo.prose import Dealer, Marked, fill, half_width, vary, wrap
from sandbox.demo.shapes import Box, File, Letter
from sandbox.demo.stories import Story, Turn

_ATTACHES = re.compile("添付|写真を|写真送")
_ASKS = re.compile("でしょうか|ますか|ください|したいです")
_THANKED = re.compile("^(ご連絡|お問い合わせ)(いただき|をいただき)?、?ありがとうございます。\n*")
WEBFORM = Box("お問い合わせフォーム", "webform@shop.example")
DESKS = {"support": SUPPORT, "info": INFO}
# What the web form lets one choose, by how the label begins.
_TOPICS = {
    "配送": "配送・お届けについて",
    "返品": "返品・交換について",
    "請求": "お支払い・領収書について",
    "会員": "会員登録・ログインについて",
    "注文": "ご注文内容について",
}
_NARROW = ("becky", "shuriken", "mew")


class Talk:
    """A conversation in the making: keeps who has said what, and makes each next letter."""

    def __init__(
        self, customer: Customer, agent: Agent, desk: str, slots: dict[str, str], key: str,
        rng: random.Random, dealer: Dealer,
    ) -> None:  # fmt: skip
        self.customer, self.agent, self.desk = customer, agent, desk
        self.slots, self.key, self.rng, self.dealer = slots, key, rng, dealer
        self.letters: list[Letter] = []

    @property
    def shop(self) -> Box:
        """The shop's own address in this talk."""
        return DESKS[self.desk]

    def _chain(self) -> tuple[str, tuple[str, ...]]:
        if not self.letters:
            return "", ()
        last = self.letters[-1]
        return last.message_id, (*last.references, last.message_id)

    def say(
        self, at: datetime, text: str, *, subject: str = "", files: tuple[File, ...] = (),
        html: str = "", quote: bool = True,
    ) -> Letter:  # fmt: skip
        """Add a letter of the customer, quoting what it answers as the customer's program does."""
        customer = self.customer
        style = MAILERS[customer.mailer].quote
        body = text.rstrip() + "\n"
        if self.letters and quote:
            block = quoting.quoted(style, self.letters[-1])
            body += f"\n{block}" if block else ""
        before, chain = self._chain()
        if self.letters and subject:
            # Gmail begins a new conversation when an answer has a subject of its own.
            self.key += "-2"
        letter = Letter(
            mailer=customer.mailer,
            sender=customer.box,
            to=(Box("", self.shop.address) if customer.voice == "short" else self.shop,),
            subject=subject or quoting.prefixed(style, self.letters[-1].subject),
            text=body,
            html=html,
            date=at,
            message_id=new_id(customer.mailer, customer.address, at, self.rng),
            in_reply_to=before,
            references=chain,
            files=files,
            thread=self.key,
        )
        self.letters.append(letter)
        return letter

    def form(self, at: datetime, text: str, subject: str, kind: str) -> Letter:
        """Open the talk by the web form, which writes for the customer in its own name."""
        customer, rng = self.customer, self.rng
        body = (
            "お問い合わせフォームより、以下の内容が送信されました。\n\n"
            f"お名前: {customer.name}\nフリガナ: {customer.kana}\n"
            f"メールアドレス: {customer.address}\n電話番号: {customer.phone}\n"
            f"ご注文番号: {self.slots['order']}\nお問い合わせ種別: {kind}\n件名: {subject}\n"
            f"お問い合わせ内容:\n{text.rstrip()}\n\n"
            "--------------------------------------------------\n"
            f"送信日時: {at.astimezone(JST):%Y/%m/%d %H:%M:%S}\n"
            f"IPアドレス: 203.0.113.{rng.randrange(2, 250)}\n"
        )
        mailer = rng.choice(("webform", "webform", "webform-old"))
        letter = Letter(
            mailer=mailer,
            sender=WEBFORM,
            to=(Box("", self.shop.address),),
            subject=rng.choice((subject, f"【お問い合わせ】{subject}")),
            text=body,
            date=at,
            message_id=new_id(mailer, WEBFORM.address, at, rng),
            thread=self.key,
        )
        self.letters.append(letter)
        return letter

    def answer(self, at: datetime, text: str, *, files: tuple[File, ...] = ()) -> Letter:
        """Add a letter of the shop, with its signature and the customer's text quoted."""
        slots = {**self.slots, "shop_address": self.shop.address}
        sign = fill(phrases.SHOP_SIGNATURE, slots)
        last = self.letters[-1]
        before, chain = self._chain()
        letter = Letter(
            mailer="desk",
            sender=self.shop,
            to=(self.customer.box,),
            subject=quoting.prefixed("gmail", last.subject),
            text=f"{text.rstrip()}\n\n{sign}\n\n{quoting.quoted('gmail', last)}",
            date=at,
            message_id=new_id("desk", self.shop.address, at, self.rng),
            in_reply_to=before,
            references=chain,
            files=files,
            outgoing=True,
            thread=self.key,
        )
        self.letters.append(letter)
        return letter

    def files(self, turn: Turn, text: str, *, shop: bool = False) -> tuple[File, ...]:
        """Return what goes with a text: what it speaks of, and now and then unannounced."""
        if not turn.files:
            return ()
        told = bool(_ATTACHES.search(text))
        if not told and (shop or self.rng.random() > turn.likely * 0.25):
            return ()
        kinds = ("pdf-form",) if "変更届" in text else turn.files
        return tuple(attachments.make(kind, self.slots, self.rng) for kind in kinds)

    @property
    def mood(self) -> str:
        """How the talk sounds: `angry`, `calm` (a complaint), `warm` or nothing."""
        for part, mood in (("complaint_hot", "angry"), ("complaint_calm", "calm"),
                           ("thanks", "warm")):  # fmt: skip
            if part in self.key:
                return mood
        return ""

    def compose(self, matter: str) -> str:
        """Put greeting, closing and signature of the customer around a matter."""
        voice, deal = self.customer.voice, self.dealer.one
        if voice == "short":
            text = fill(vary(matter, self.rng), self.slots)
            return half_width(text) if self.rng.random() < 0.4 else text
        if voice == "english":
            name = self.customer.family
            return fill(vary(f"{matter}\n{name}", self.rng), self.slots)
        bank = phrases.AGAIN if self.letters else phrases.GREETINGS
        closings = phrases.CLOSINGS[voice]
        hello = deal(bank[voice])
        mood = self.mood
        if mood == "angry":
            hello = "" if self.letters else deal(bank["angry"])
        elif self.letters and "ありがとう" in matter[:24]:
            hello = phrases.BARE[voice]  # one thanks is enough
        if mood:
            closings = phrases.CLOSINGS[mood]
        asks = bool(_ASKS.search(matter))
        again = asks and mood != "angry" and self.rng.random() < 0.6
        bye = deal(closings) if again or not self.letters else ""
        signs = phrases.SIGNATURES["business" if self.customer.company else self.customer.mailer]
        sign = deal(signs)
        if voice == "casual" and self.customer.mailer == "gmail":
            sign = ""
        parts = [part for part in (hello, matter, bye, sign) if part]
        text = fill(vary("\n\n".join(parts), self.rng), self.slots)
        return wrap(text) if self.customer.mailer in _NARROW else text

    def reply(self, matter: str) -> str:
        """Put the shop's greeting and closing around a matter."""
        if self.customer.voice == "english":
            text = f"Dear {self.customer.family},\n\n{matter}\n\nBest regards,"
            return fill(vary(text, self.rng), self.slots)
        answered = sum(letter.outgoing for letter in self.letters)
        hello = self.dealer.one(phrases.SHOP_AGAIN if answered else phrases.SHOP_GREETINGS)
        bye = self.dealer.one(phrases.SHOP_WARM if self.mood else phrases.SHOP_CLOSINGS)
        if self.mood == "angry":
            hello = phrases.SHOP_NAMED
            bye = "" if answered else self.dealer.one(phrases.SHOP_SORRY)
        if "ありがとう" in hello:
            matter = _THANKED.sub("", matter)
        text = "\n\n".join((self.customer.addressee, hello, matter, bye))
        return fill(vary(text, self.rng), self.slots)


def tell(
    story: Story, customer: Customer, desk: str, at: datetime, now: datetime, turns: int,
    rng: random.Random, dealer: Dealer, key: str, form: bool = False,
) -> Talk:  # fmt: skip
    """Play a story from `at` on, for so many turns or until `now` or its texts run out."""
    agent = rng.choice(AGENTS)
    where = "ご注文窓口" if desk == "info" else "カスタマーサポート"
    product = facts.pick(story.wants, rng)
    slots = facts.collect(customer, agent, product, at, now, where, rng)
    if customer.voice == "english":
        slots["agent"] = agent.family
    talk = Talk(customer, agent, desk, slots, key, rng, dealer)
    said: Marked | None = None
    for number, turn in enumerate(story.turns[:turns]):
        shop = number % 2 == 1
        bank = turn.short if customer.voice == "short" and not shop else turn.texts
        if customer.voice == "short" and not shop and number == 0:
            bank = bank or turn.texts
        terse = 1 if bank is turn.short else 0
        chosen = dealer.deal(bank, str(said.place) if said else "", terse) if bank else None
        if chosen is None:
            break
        if number:
            hours = (
                rng.uniform(0.4, 5)
                if shop
                else rng.choice((rng.uniform(0.3, 3), rng.uniform(8, 22)))
            )
            at += timedelta(hours=hours, days=chosen.days, seconds=rng.randrange(60))
            at = office(at, rng) if shop else awake(at, rng)
        if at > now:
            break
        if shop:
            text = talk.reply(chosen.text)
            talk.answer(at, text, files=talk.files(turn, chosen.text, shop=True))
        else:
            subject = "" if number else fill(_subject(story, chosen, dealer), slots)
            if form and not number and not _ATTACHES.search(chosen.text):
                matter = fill(vary(chosen.text, rng), slots)
                talk.form(at, matter, subject, _TOPICS.get("".join(story.labels)[:2], "その他"))
                said = chosen
                continue
            text = talk.compose(chosen.text)
            talk.say(at, text, subject=subject, files=talk.files(turn, chosen.text))
        said = chosen
    return talk


def _subject(story: Story, opening: Marked, dealer: Dealer) -> str:
    marked = dealer.deal(story.subjects, str(opening.place))
    return marked.text if marked else story.subjects[0]
