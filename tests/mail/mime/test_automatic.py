"""Delivery reports, automatic replies and bulk mail are told from what people write."""

# ruff: noqa: E501 - a line of a table is one case

from __future__ import annotations

import pytest

from mail.mime import parse

REPORT = (
    "From: MAILER-DAEMON@x.example\nSubject: Returned mail\n"
    "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nsorry\n"
    "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n{}\n--b--\n"
)


@pytest.mark.spec("M34")
@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("From: a@b.jp\nSubject: x\n\nhi", ""),
        ("From: a@b.jp\nAuto-Submitted: no\n\nhi", ""),
        ("From: a@b.jp\nSubject: Undeliverable\n\nI could not deliver it", ""),  # a person's words
        (REPORT.format("Action: failed\nStatus: 5.1.1"), "bounce"),
        (REPORT.format("Action: delayed\n\nAction: failed"), "bounce"),
        (REPORT.format("Status: 5.0.0"), "bounce"),
        (REPORT.format("Action: delayed\nStatus: 4.0.0"), "auto_reply"),
        (REPORT.format("Action: delivered"), "auto_reply"),
        ("From: x@y.example\nX-Failed-Recipients: a@b.jp\n\nno", "bounce"),
        ("From: Mail Delivery <MAILER-DAEMON@x.example>\nSubject: failure notice\n\nqmail", "bounce"),
        ("From: postmaster@x.example\nSubject: 配信不能のお知らせ\n\nx", "bounce"),
        ("From: postmaster@x.example\nSubject: Hello\n\nx", ""),
        ("Return-Path: <>\nFrom: a@b.jp\nSubject: Undelivered Mail Returned to Sender\n\n", "bounce"),
        ("From: a@b.jp\nAuto-Submitted: auto-replied (vacation)\n\n", "auto_reply"),
        ("From: a@b.jp\nX-Autoreply: yes\n\n", "auto_reply"),
        ("From: a@b.jp\nPrecedence: auto_reply\n\n", "auto_reply"),
        ("From: a@b.jp\nSubject: 自動返信: ご連絡ありがとうございます\n\n", "auto_reply"),
        ("From: a@b.jp\nSubject: 【自動返信】お問い合わせ\n\n", "auto_reply"),
        ("From: a@b.jp\nSubject: Automatic reply: x\n\n", "auto_reply"),
        ("From: a@b.jp\nSubject: Re: 自動返信について\n\n", ""),
        ("From: a@b.jp\nContent-Type: multipart/report; report-type=disposition-notification; "
         "boundary=b\n\n--b\n\nread\n--b--\n", "auto_reply"),
        ("From: a@b.jp\nList-Unsubscribe: <https://x.example>\n\n", "bulk"),
        ("From: a@b.jp\nPrecedence: bulk\n\n", "bulk"),
        ("From: a@b.jp\nAuto-Submitted: auto-generated\n\n", "bulk"),
    ],
)  # fmt: skip
def test_kinds(raw: str, kind: str) -> None:
    assert parse(raw.replace("\n", "\r\n").encode()).automatic == kind
