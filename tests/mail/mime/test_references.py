"""Subjects, References and recipients of answers."""

from __future__ import annotations

import pytest

from mail.mime import (
    ForwardLabels,
    ParsedMessage,
    Person,
    Recipients,
    bare_subject,
    forward_subject,
    forward_text,
    quote_text,
    reply_all_recipients,
    reply_headers,
    reply_recipients,
    reply_subject,
)
from mail.mime.references import is_forward, reply_references


@pytest.mark.spec("M18b")
@pytest.mark.parametrize(
    ("subject", "reply", "forward"),
    [
        ("件名", "Re: 件名", "Fwd: 件名"),
        ("Re: 件名", "Re: 件名", "Fwd: Re: 件名"),
        ("RE: Re: re: 件名", "Re: 件名", "Fwd: RE: Re: re: 件名"),
        ("Re[2]: 件名", "Re: 件名", "Fwd: Re[2]: 件名"),
        ("Re^3: Re(2): Re*4: 件名", "Re: 件名", "Fwd: Re^3: Re(2): Re*4: 件名"),
        ("ＲＥ：件名", "Re: ＲＥ：件名", "Fwd: ＲＥ：件名"),  # in full width it may be the subject
        ("Re：件名", "Re: 件名", "Fwd: Re：件名"),
        ("返信: Re: 件名", "Re: 件名", "Fwd: 返信: Re: 件名"),
        ("返信：返信：件名", "Re: 件名", "Fwd: 返信：返信：件名"),
        ("AW: SV: 件名", "Re: 件名", "Fwd: AW: SV: 件名"),
        ("Fwd: 件名", "Re: Fwd: 件名", "Fwd: 件名"),
        ("FW: Fwd: 転送: 件名", "Re: FW: Fwd: 転送: 件名", "Fwd: 件名"),
        ("Re: Fwd: 件名", "Re: Fwd: 件名", "Fwd: Re: Fwd: 件名"),
        ("Return: 3 items", "Re: Return: 3 items", "Fwd: Return: 3 items"),
        ("Regarding: x", "Re: Regarding: x", "Fwd: Regarding: x"),
        ("[shop] Re: 件名", "Re: [shop] Re: 件名", "Fwd: [shop] Re: 件名"),
        ("", "Re:", "Fwd:"),
        ("Re:", "Re:", "Fwd: Re:"),
        ("two\r\nlines", "Re: two lines", "Fwd: two lines"),
    ],
)
def test_prefixes_are_not_stacked(subject: str, reply: str, forward: str) -> None:
    assert reply_subject(subject) == reply
    assert forward_subject(subject) == forward
    assert reply_subject(reply_subject(subject)) == reply
    assert forward_subject(forward_subject(subject)) == forward


def test_bare_subject_is_what_a_conversation_shares() -> None:
    for subject in ("件名", "Re: Fwd: 返信: 件名", "FW: RE[3]: 件名"):
        assert bare_subject(subject) == "件名"


class TestReferences:
    def test_the_parent_comes_last(self) -> None:
        parsed = ParsedMessage(message_id="c@x", in_reply_to="b@x", references=("a@x", "b@x"))
        assert reply_headers(parsed) == ("c@x", ("a@x", "b@x", "c@x"))

    def test_in_reply_to_stands_in_for_missing_references(self) -> None:
        parsed = ParsedMessage(message_id="c@x", in_reply_to="b@x")
        assert reply_headers(parsed) == ("c@x", ("b@x", "c@x"))

    def test_without_any_id_there_is_nothing(self) -> None:
        assert reply_headers(ParsedMessage()) == ("", ())

    def test_long_chains_keep_the_root_and_the_newest(self) -> None:
        chain = tuple(f"{n}@x" for n in range(200))
        ids = reply_references(ParsedMessage(message_id="new@x", references=chain), limit=10)
        assert ids == ("0@x", *(f"{n}@x" for n in range(192, 200)), "new@x")

    def test_ids_that_cannot_stand_in_a_header_are_left_out(self) -> None:
        parsed = ParsedMessage(message_id="山@x", references=("a b@x", "ok@x", "x>y@z", "ok@x"))
        assert reply_headers(parsed) == ("", ("ok@x",))


OWN = ["support@shop.example", "Info@Shop.example"]
SUPPORT, INFO = Person("サポート", "support@shop.example"), Person("", "info@shop.example")
YAMADA, SUZUKI = Person("山田", "yamada@c.example"), Person("鈴木", "suzuki@c.example")
BOSS, DESK = Person("", "boss@c.example"), Person("窓口", "desk@c.example")


@pytest.mark.spec("M18a")
class TestRecipients:
    def received(self, **changes: object) -> ParsedMessage:
        values: dict[str, object] = {
            "sender": YAMADA, "to": (SUPPORT, SUZUKI), "cc": (INFO, BOSS),
        }  # fmt: skip
        return ParsedMessage(**(values | changes))  # type: ignore[arg-type]

    def sent(self) -> ParsedMessage:
        return ParsedMessage(sender=SUPPORT, to=(YAMADA,), cc=(INFO, SUZUKI), bcc=(BOSS, SUPPORT))

    def test_a_reply_goes_to_the_sender(self) -> None:
        assert reply_recipients(self.received(), OWN) == Recipients(to=(YAMADA,))

    def test_reply_to_is_honoured(self) -> None:
        parsed = self.received(reply_to=(DESK, Person("nobody", "")))
        assert reply_recipients(parsed, OWN) == Recipients(to=(DESK,))
        assert reply_recipients(self.received(reply_to=(Person("x", ""),)), OWN).to == (YAMADA,)

    def test_our_own_sent_mail_goes_to_whom_it_went(self) -> None:
        assert reply_recipients(self.sent(), OWN) == Recipients(to=(YAMADA,))

    def test_reply_all_leaves_ourselves_out(self) -> None:
        assert reply_all_recipients(self.received(), OWN) == Recipients((YAMADA, SUZUKI), (BOSS,))

    def test_reply_all_names_everybody_once(self) -> None:
        again = Person("山田 (別名)", "YAMADA@c.example")
        parsed = self.received(to=(again, SUPPORT, SUZUKI), cc=(SUZUKI, BOSS, BOSS))
        assert reply_all_recipients(parsed, OWN) == Recipients((YAMADA, SUZUKI), (BOSS,))

    def test_reply_all_with_reply_to(self) -> None:
        parsed = self.received(reply_to=(DESK,))
        assert reply_all_recipients(parsed, OWN) == Recipients((DESK, SUZUKI), (BOSS,))

    def test_who_was_in_bcc_of_our_own_mail_stays_there(self) -> None:
        assert reply_all_recipients(self.sent(), OWN) == Recipients((YAMADA,), (SUZUKI,), (BOSS,))

    def test_a_mail_to_ourselves(self) -> None:
        parsed = ParsedMessage(sender=SUPPORT, to=(INFO,))
        assert reply_recipients(parsed, OWN).to == (INFO,)
        assert reply_all_recipients(parsed, OWN).to == (INFO,)

    def test_nobody(self) -> None:
        assert reply_recipients(ParsedMessage(), OWN) == Recipients()
        assert reply_recipients(ParsedMessage(sender=Person("x", "")), OWN) == Recipients()


@pytest.mark.spec("M18b")
def test_quoting() -> None:
    text = "お世話になります。\r\n\r\n> 前回\r\n以上\r\n\r\n"
    assert quote_text(text, "2026/11/22 10:00 山田 太郎 様:") == (
        "2026/11/22 10:00 山田 太郎 様:\n> お世話になります。\n>\n>> 前回\n> 以上\n"
    )
    assert quote_text("", "header:") == "header:\n"
    assert quote_text("x") == "> x\n"


def test_forwarding() -> None:
    parsed = ParsedMessage(sender=YAMADA, to=(SUPPORT,), cc=(BOSS,), subject="件名", text="本文\n")
    labels = ForwardLabels("---- 転送 ----", "差出人", "日時", "件名", "宛先", "Cc")
    assert forward_text(parsed, "2026/11/22 10:00", labels) == (
        "---- 転送 ----\n差出人: 山田 <yamada@c.example>\n日時: 2026/11/22 10:00\n件名: 件名\n"
        "宛先: サポート <support@shop.example>\nCc: boss@c.example\n\n本文\n"
    )


@pytest.mark.parametrize(
    ("subject", "forwarded"),
    [
        ("Fwd: ご注文", True),
        ("転送：ご注文", True),
        ("FW[2]: Re: x", True),
        ("Re: Fwd: x", False),
        ("ご注文", False),
        ("", False),
    ],
)
def test_whether_a_subject_is_a_forwards(subject: str, forwarded: bool) -> None:
    assert is_forward(subject) is forwarded
