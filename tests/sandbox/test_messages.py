"""users.messages, seen through Google's own client library."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.sandbox.google import ME, connected, header, mail, raw, refusal, unraw
from tests.sandbox_server import Sandbox

WITH_FILE = b"""\
From: =?ISO-2022-JP?B?GyRCO3NFRBsoQg==?= <taro@customer.example>
To: support@shop.example
Subject: =?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=
Message-ID: <file@customer.example>
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain; charset=ISO-2022-JP
Content-Transfer-Encoding: 7bit

\x1b$BF|K\\-!\x1b(B
--b
Content-Type: application/pdf; name="a.pdf"
Content-Disposition: attachment; filename="a.pdf"
Content-Transfer-Encoding: base64

JVBERi0x
--b--
"""


def walk(part: dict[str, Any]) -> list[dict[str, Any]]:
    return [part] + [found for child in part.get("parts", []) for found in walk(child)]


def test_profile_list_get(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    sandbox.admin.deliver(ME, mail("最初の件", "本文です"))
    profile = me.getProfile(userId="me").execute()
    assert profile["emailAddress"] == ME
    assert (profile["messagesTotal"], profile["threadsTotal"]) == (1, 1)
    [entry] = me.messages().list(userId=ME).execute()["messages"]
    full = me.messages().get(userId="me", id=entry["id"]).execute()
    assert full["labelIds"] == ["UNREAD", "CATEGORY_PERSONAL", "INBOX"]
    assert full["snippet"] == "本文です"
    assert header(full, "Subject") == "最初の件"
    assert unraw(full["payload"]["body"]["data"]).decode() == "本文です\n"
    assert int(full["historyId"]) <= int(profile["historyId"])


def test_formats(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    sent = mail(message_id="m@x", X_Note="n")
    message = sandbox.admin.deliver(ME, sent, internal_date=1_700_000_000_123)["id"]
    get = me.messages().get
    minimal = get(userId="me", id=message, format="minimal").execute()
    assert set(minimal) == {
        "id", "threadId", "labelIds", "snippet", "sizeEstimate", "historyId", "internalDate",
    }  # fmt: skip
    assert minimal["internalDate"] == "1700000000123"
    assert minimal["sizeEstimate"] == len(sent)
    whole = get(userId="me", id=message, format="raw").execute()
    assert "payload" not in whole
    assert unraw(whole["raw"]) == sent
    told = get(userId="me", id=message, format="metadata").execute()
    assert header(told, "X-Note") == "n"
    assert "body" not in told["payload"]
    chosen = get(
        userId="me", id=message, format="metadata", metadataHeaders=["subject", "From"]
    ).execute()
    assert {f["name"] for f in chosen["payload"]["headers"]} == {"Subject", "From"}


def test_text_is_utf8_under_a_header_that_says_otherwise(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    message = sandbox.admin.deliver(ME, WITH_FILE)["id"]
    full = me.messages().get(userId="me", id=message).execute()
    assert header(full, "Subject") == "日本"
    root, text, file = walk(full["payload"])
    assert (root["partId"], text["partId"], file["partId"]) == ("", "0", "1")
    assert "ISO-2022-JP" in text["headers"][0]["value"]
    assert unraw(text["body"]["data"]).decode("utf-8") == "日本①"
    assert (file["filename"], file["body"]["size"]) == ("a.pdf", 6)
    assert "data" not in file["body"]


def test_attachment_ids_change_and_expire(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    message = sandbox.admin.deliver(ME, WITH_FILE)["id"]
    other = sandbox.admin.deliver(ME, mail())["id"]

    def token() -> str:
        full = me.messages().get(userId="me", id=message).execute()
        found: str = walk(full["payload"])[2]["body"]["attachmentId"]
        return found

    def fetch(owner: str, attachment: str) -> Any:
        return (
            me.messages().attachments().get(userId="me", messageId=owner, id=attachment).execute()
        )

    first, second = token(), token()
    assert first != second
    assert len(first) > 255
    for attachment in (first, second):
        assert unraw(fetch(message, attachment)["data"]) == b"%PDF-1"
    sandbox.admin.advance(601)
    for owner, attachment in ((message, first), (other, token()), (message, "ANGjdJforged")):
        with pytest.raises(HttpError) as error:
            fetch(owner, attachment)
        assert refusal(error.value) == (400, "invalidArgument")
    assert unraw(fetch(message, token())["data"]) == b"%PDF-1"


def test_a_very_large_text_comes_as_attachment(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    sandbox.admin.faults(large_text_bytes=1000)
    message = sandbox.admin.deliver(ME, mail(text="長い本文" * 200))["id"]
    body = me.messages().get(userId="me", id=message).execute()["payload"]["body"]
    assert "data" not in body
    found = (
        me.messages()
        .attachments()
        .get(userId="me", messageId=message, id=body["attachmentId"])
        .execute()
    )
    assert unraw(found["data"]).decode() == "長い本文" * 200 + "\n"


def test_pages_walk_every_message_once(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    made = [
        sandbox.admin.deliver(ME, mail(f"m{n}"), internal_date=1_700_000_000_000 + n // 2)["id"]
        for n in range(11)
    ]
    seen: list[str] = []
    token = None
    while True:
        page = me.messages().list(userId="me", maxResults=4, pageToken=token).execute()
        seen += [entry["id"] for entry in page["messages"]]
        token = page.get("nextPageToken")
        if token is None:
            break
        assert page["resultSizeEstimate"] == 201
        sandbox.admin.deliver(ME, mail("newer"))
    assert sorted(seen) == sorted(made)
    assert seen[0] == made[-1]
    with pytest.raises(HttpError) as error:
        me.messages().list(userId="me", pageToken="bm9uc2Vuc2U").execute()
    assert refusal(error.value) == (400, "invalidArgument")


def test_an_empty_list_has_no_messages_at_all(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    assert me.messages().list(userId="me").execute() == {"resultSizeEstimate": 0}


def test_modify_trash_untrash_delete(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    message = sandbox.admin.deliver(ME, mail(), labels=["INBOX", "UNREAD"])["id"]
    body = {"addLabelIds": ["STARRED"], "removeLabelIds": ["UNREAD"]}
    changed = me.messages().modify(userId="me", id=message, body=body).execute()
    assert changed["labelIds"] == ["INBOX", "STARRED"]
    assert me.messages().trash(userId="me", id=message).execute()["labelIds"] == [
        "STARRED",
        "TRASH",
    ]
    assert me.messages().list(userId="me").execute() == {"resultSizeEstimate": 0}
    # INBOX does not come back by itself.
    assert me.messages().untrash(userId="me", id=message).execute()["labelIds"] == ["STARRED"]
    assert me.messages().delete(userId="me", id=message).execute() == ""
    with pytest.raises(HttpError) as error:
        me.messages().get(userId="me", id=message).execute()
    assert refusal(error.value) == (404, "notFound")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"addLabelIds": ["Label_99"]},
        {"addLabelIds": ["SENT"]},
        {"removeLabelIds": ["DRAFT"]},
        {"addLabelIds": ["STARRED"], "removeLabelIds": ["STARRED"]},
        {"addLabelIds": ["STARRED"] * 101},
    ],
)
def test_refused_label_changes(sandbox: Sandbox, body: dict[str, Any]) -> None:
    me = connected(sandbox)
    message = sandbox.admin.deliver(ME, mail())["id"]
    with pytest.raises(HttpError) as error:
        me.messages().modify(userId="me", id=message, body=body).execute()
    assert refusal(error.value) == (400, "invalidArgument")


def test_batch_modify_and_delete(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    ids = [sandbox.admin.deliver(ME, mail(f"m{n}"))["id"] for n in range(3)]
    body = {"ids": [*ids[:2], "123456789abcdef0"], "addLabelIds": ["STARRED"]}
    assert me.messages().batchModify(userId="me", body=body).execute() == ""
    state = {m["id"]: m["labelIds"] for m in sandbox.admin.state(ME)["messages"]}
    assert ["STARRED" in state[i] for i in ids] == [True, True, False]
    assert me.messages().batchDelete(userId="me", body={"ids": ids[1:]}).execute() == ""
    assert [m["id"] for m in sandbox.admin.state(ME)["messages"]] == ids[:1]


def test_send(sandbox: Sandbox) -> None:
    me = connected(sandbox, name="サポート")
    sandbox.admin.account("hanako@shop.example")
    answer = mail(
        sender=ME,
        to="taro@customer.example",
        message_id="own@shop.example",
        Cc="hanako@shop.example",
        Bcc="audit@shop.example",
        X_Outbox_Id="42",
    )
    sent = me.messages().send(userId="me", body={"raw": raw(answer)}).execute()
    assert sent["labelIds"] == ["SENT"]
    [entry] = sandbox.admin.ledger(ME)
    assert (entry["id"], entry["via"], entry["from"]) == (sent["id"], "api send", ME)
    assert entry["recipients"] == [
        "taro@customer.example",
        "hanako@shop.example",
        "audit@shop.example",
    ]
    copy = me.messages().get(userId="me", id=sent["id"]).execute()
    assert header(copy, "Bcc") == "audit@shop.example"
    assert header(copy, "X-Outbox-Id") == "42"
    # Gmail's own Message-ID instead of ours.
    assert header(copy, "Message-ID") != "<own@shop.example>"
    assert str(header(copy, "Message-ID")).endswith("@mail.gmail.com>")
    hanako = connected(sandbox, "hanako@shop.example")
    [arrived] = hanako.messages().list(userId="me").execute()["messages"]
    received = hanako.messages().get(userId="me", id=arrived["id"]).execute()
    assert "INBOX" in received["labelIds"]
    assert header(received, "Bcc") is None
    assert header(received, "Message-ID") == header(copy, "Message-ID")


def test_mail_to_oneself_is_one_message(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    body = {"raw": raw(mail(sender=ME, to=ME))}
    sent = me.messages().send(userId="me", body=body).execute()
    assert set(sent["labelIds"]) == {"SENT", "INBOX", "UNREAD"}
    assert len(sandbox.admin.state(ME)["messages"]) == 1


def test_a_foreign_sender_is_replaced(sandbox: Sandbox) -> None:
    aliases = [
        {"address": "info@shop.example", "name": "窓口"},
        {"address": "vip@shop.example", "verified": False},
    ]
    me = connected(sandbox, name="サポート", send_as=aliases)
    for sender, expected in (
        ("info@shop.example", "info@shop.example"),
        ("vip@shop.example", ME),
        ("boss@elsewhere.example", ME),
    ):
        body = {"raw": raw(mail(sender=sender, to="taro@customer.example"))}
        me.messages().send(userId="me", body=body).execute()
        entry = sandbox.admin.ledger()[-1]
        assert entry["from"] == expected
        original = None if sender == expected else sender
        assert header(entry, "X-Google-Original-From") == original


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (mail(sender=ME, to=""), "Recipient address required"),
        (b"From: a@x.jp\nTo: nobody\n\nx", "Invalid To header"),
        (b"To: a@x..jp\n\nx", "Invalid To header"),
        (b"To: a@x.jp\nCc: broken@\n\nx", "Invalid Cc header"),
    ],
)
def test_refused_recipients(sandbox: Sandbox, source: bytes, words: str) -> None:
    me = connected(sandbox)
    with pytest.raises(HttpError, match=words) as error:
        me.messages().send(userId="me", body={"raw": raw(source)}).execute()
    assert refusal(error.value) == (400, "invalidArgument")
    assert sandbox.admin.ledger() == []


def test_message_id_may_be_kept(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    sandbox.admin.faults(rewrite_message_id=False, strip_headers=["x-outbox-id"])
    source = mail(
        sender=ME, to="a@x.jp", message_id="own@shop.example", X_Outbox_Id="1", X_Other="2"
    )
    me.messages().send(userId="me", body={"raw": raw(source)}).execute()
    [entry] = sandbox.admin.ledger()
    assert entry["message_id"] == "own@shop.example"
    assert header(entry, "X-Outbox-Id") is None
    assert header(entry, "X-Other") == "2"


def test_insert_and_import(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    source = mail(Date="Fri, 06 Mar 2026 12:00:00 +0900")
    body = {"raw": raw(source), "labelIds": ["INBOX", "STARRED"]}
    inserted = me.messages().insert(userId="me", body=body).execute()
    assert inserted["labelIds"] == ["INBOX", "STARRED"]
    imported = me.messages().import_(userId="me", body=body, neverMarkSpam=True).execute()
    dates = {m["id"]: m["internalDate"] for m in sandbox.admin.state(ME)["messages"]}
    assert dates[imported["id"]] == "1772766000000"
    assert dates[inserted["id"]] != "1772766000000"  # the time of receipt
    assert sandbox.admin.ledger() == []


@pytest.mark.parametrize("encode", [base64.urlsafe_b64encode, base64.b64encode])
@pytest.mark.parametrize("padding", [b"=", b""])
def test_raw_in_either_alphabet(sandbox: Sandbox, encode: Any, padding: bytes) -> None:
    me = connected(sandbox)
    source = mail(text="ÿþýüûúùø?>~" * 9)
    text = encode(source).replace(b"=", padding).decode()
    made = me.messages().insert(userId="me", body={"raw": text}).execute()
    told = me.messages().get(userId="me", id=made["id"], format="raw").execute()
    assert unraw(told["raw"]) == source


@pytest.mark.parametrize(
    ("request_body", "words"),
    [
        ({"raw": "***"}, "Base64"),
        ({}, "raw"),
        ({"raw": raw(mail()), "labelIds": ["Label_7"]}, "Invalid label"),
        ({"raw": raw(mail()), "color": "red"}, 'Unknown name "color"'),
        ({"raw": 5}, "TYPE_STRING"),
    ],
)
def test_refused_bodies(sandbox: Sandbox, request_body: dict[str, Any], words: str) -> None:
    me = connected(sandbox)
    with pytest.raises(HttpError, match=words) as error:
        me.messages().insert(userId="me", body=request_body).execute()
    assert error.value.resp.status == 400


def test_other_peoples_mailboxes(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    sandbox.admin.account("info@shop.example")
    theirs = sandbox.admin.deliver("info@shop.example", mail())["id"]
    with pytest.raises(HttpError, match="Delegation denied") as error:
        me.messages().list(userId="info@shop.example").execute()
    assert error.value.resp.status == 403
    with pytest.raises(HttpError) as error:
        me.messages().get(userId="me", id=theirs).execute()
    assert refusal(error.value) == (404, "notFound")


def test_send_as(sandbox: Sandbox) -> None:
    aliases = [
        {"address": "info@shop.example", "name": "窓口", "default": True},
        {"address": "vip@shop.example", "verified": False},
    ]
    me = connected(sandbox, name="サポート", send_as=aliases)
    primary, info, vip = me.settings().sendAs().list(userId="me").execute()["sendAs"]
    assert (primary["sendAsEmail"], primary["isPrimary"]) == (ME, True)
    assert "isDefault" not in primary
    assert (info["isDefault"], info["verificationStatus"]) == (True, "accepted")
    assert vip["verificationStatus"] == "pending"
    one = me.settings().sendAs().get(userId="me", sendAsEmail="info@shop.example").execute()
    assert one == info


def test_what_the_sandbox_does_not_do_is_refused(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    with pytest.raises(HttpError) as error:
        me.watch(userId="me", body={"topicName": "projects/p/topics/t"}).execute()
    assert error.value.resp.status == 403
    with pytest.raises(HttpError) as error:
        me.settings().filters().list(userId="me").execute()
    assert error.value.resp.status == 501
    assert me.stop(userId="me").execute() == ""
