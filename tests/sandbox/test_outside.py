"""The outside world: mail that arrives, and a person who works in Gmail itself."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.sandbox.google import ME, connected, header, mail, raw, unraw
from tests.sandbox_server import AdminError, Sandbox

OURS = mail("Re: 在庫", "ございます", sender=ME, to="taro@customer.example", X_Outbox_Id="42")


def state(sandbox: Sandbox) -> dict[str, list[str]]:
    return {m["id"]: m["labelIds"] for m in sandbox.admin.state(ME)["messages"]}


def draft(sandbox: Sandbox, source: bytes = OURS) -> tuple[Any, dict[str, Any]]:
    me = connected(sandbox)
    made = me.drafts().create(userId="me", body={"message": {"raw": raw(source)}}).execute()
    return me, made


def test_deliver(sandbox: Sandbox) -> None:
    connected(sandbox)
    made = sandbox.admin.deliver(
        ME, mail(message_id="a@x"), labels=["INBOX", "STARRED"], internal_date=1_700_000_000_000
    )
    [found] = sandbox.admin.state(ME)["messages"]
    assert made["labelIds"] == found["labelIds"] == ["INBOX", "STARRED"]
    assert (found["internalDate"], found["message_id"]) == ("1700000000000", "a@x")
    joined = sandbox.admin.deliver(ME, mail("別件"), thread_id=made["threadId"])
    assert joined["threadId"] == made["threadId"]


def test_deliver_a_file_as_it_is(sandbox: Sandbox) -> None:
    connected(sandbox)
    source = mail("そのまま", message_id="as-it-is@x")
    answer = requests.post(
        f"{sandbox.url}/admin/deliver",
        params={"account": ME, "labels": "INBOX,UNREAD"},
        data=source,
        headers={"Content-Type": "message/rfc822"},
        timeout=10,
    ).json()
    assert answer["labelIds"] == ["INBOX", "UNREAD"]
    told = sandbox.admin.call("GET", "raw", account=ME, id=answer["id"])
    assert unraw(told["raw"]) == source


def test_a_missing_message_id_is_added(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    source = mail("件")
    made = sandbox.admin.deliver(ME, source)
    told = me.messages().get(userId="me", id=made["id"], format="raw").execute()
    added, _, rest = unraw(told["raw"]).partition(b"\r\n")
    assert added == f"Message-ID: <{made['message_id']}>".encode()
    assert rest == source


def test_a_person_edits_a_draft(sandbox: Sandbox) -> None:
    me, made = draft(sandbox)
    edited = sandbox.admin.act(ME, "edit_draft", draft_id=made["id"], text="書き直した")
    assert edited["draft_id"] == made["id"]
    assert edited["id"] != made["message"]["id"]
    found = me.drafts().get(userId="me", id=made["id"]).execute()["message"]
    assert unraw(found["payload"]["body"]["data"]).decode().strip() == "書き直した"
    assert header(found, "Subject") == "Re: 在庫"
    assert header(found, "To") == "taro@customer.example"
    assert header(found, "X-Outbox-Id") is None  # Gmail writes it anew, without our header
    kept = sandbox.admin.act(
        ME, "edit_draft", message_id=found["id"], raw=raw(OURS.replace(b"42", b"43"))
    )
    found = me.messages().get(userId="me", id=kept["id"]).execute()
    assert header(found, "X-Outbox-Id") == "43"


@pytest.mark.parametrize("by", ["draft_id", "message_id"])
def test_a_person_sends_a_draft(sandbox: Sandbox, by: str) -> None:
    _, made = draft(sandbox)
    which = {by: made["id"] if by == "draft_id" else made["message"]["id"]}
    sent = sandbox.admin.act(ME, "send_draft", **which)
    [entry] = sandbox.admin.ledger()
    assert (entry["id"], entry["via"]) == (sent["id"], "person")
    assert sandbox.admin.state(ME)["drafts"] == []


def test_a_person_deletes_a_draft(sandbox: Sandbox) -> None:
    _, made = draft(sandbox)
    sandbox.admin.act(ME, "delete_draft", draft_id=made["id"])
    assert state(sandbox) == {}
    assert sandbox.admin.ledger() == []


def test_a_person_writes_and_answers(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    asked = sandbox.admin.deliver(ME, mail("在庫", message_id="q@x", Cc="c@x.jp"))
    answer = sandbox.admin.act(ME, "reply", message_id=asked["id"], text="あります", reply_all=True)
    assert answer["threadId"] == asked["threadId"]
    [entry] = sandbox.admin.ledger()
    assert entry["recipients"] == ["taro@customer.example", "c@x.jp"]
    assert (entry["subject"], header(entry, "In-Reply-To")) == ("Re: 在庫", "<q@x>")
    sandbox.admin.act(ME, "compose", to="a@x.jp", subject="新規", text="本文")
    assert sandbox.admin.ledger()[1]["subject"] == "新規"
    made = sandbox.admin.act(ME, "create_draft", to="a@x.jp", subject="下書き")
    assert [d["id"] for d in me.drafts().list(userId="me").execute()["drafts"]] == [
        made["draft_id"]
    ]
    written = raw(mail("Re: 在庫", References="<q@x>"))
    begun = sandbox.admin.act(ME, "create_draft", message_id=asked["id"], raw=written)
    assert begun["threadId"] == asked["threadId"]


def test_a_person_files_mail(sandbox: Sandbox) -> None:
    connected(sandbox)
    sandbox.admin.act(ME, "create_label", name="対応")
    message = sandbox.admin.deliver(ME, mail(), labels=["INBOX", "UNREAD"])["id"]

    def does(action: str, **more: Any) -> list[str]:
        sandbox.admin.act(ME, action, message_id=message, **more)
        return state(sandbox)[message]

    assert does("mark_read") == ["INBOX"]
    assert does("star") == ["INBOX", "STARRED"]
    assert does("modify", add=["対応"], remove=["STARRED"]) == ["INBOX", "Label_1"]
    assert does("trash") == ["Label_1", "TRASH"]
    assert does("untrash") == ["Label_1", "INBOX"]
    assert does("spam") == ["Label_1", "SPAM"]
    assert does("unspam") == ["Label_1", "INBOX"]
    assert does("archive") == ["Label_1"]
    assert does("mark_unread") == ["Label_1", "UNREAD"]
    sandbox.admin.act(ME, "edit_label", label="対応", name="済み")
    assert sandbox.admin.state(ME)["labels"][0]["name"] == "済み"
    sandbox.admin.act(ME, "delete_label", label="済み")
    assert state(sandbox)[message] == ["UNREAD"]
    sandbox.admin.act(ME, "delete", ids=[message])
    assert state(sandbox) == {}


def test_actions_on_a_thread(sandbox: Sandbox) -> None:
    connected(sandbox)
    first = sandbox.admin.deliver(ME, mail("件", message_id="a@x"), labels=["INBOX"])
    sandbox.admin.deliver(ME, mail("Re: 件", reply_to="a@x"), labels=["INBOX"])
    sandbox.admin.act(ME, "star", thread_id=first["threadId"])
    assert list(state(sandbox).values()) == [["INBOX", "STARRED"]] * 2


def bounced(sandbox: Sandbox, me: Any, sent: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(
        m for m in sandbox.admin.state(ME)["messages"] if m["id"] != sent["id"]
    )
    report: dict[str, Any] = me.messages().get(userId="me", id=found["id"]).execute()
    kinds = [part["mimeType"] for part in report["payload"]["parts"]]
    assert kinds == ["text/plain", "message/delivery-status", "message/rfc822"]
    assert header(report, "X-Failed-Recipients") == "gone@customer.example"
    copy = me.messages().get(userId="me", id=sent["id"]).execute()
    assert header(report, "In-Reply-To") == header(copy, "Message-ID")
    return report


def test_bounce_when_told(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    source = mail(sender=ME, to="gone@customer.example")
    sent = me.messages().send(userId="me", body={"raw": raw(source)}).execute()
    sandbox.admin.act(ME, "bounce", message_id=sent["id"])
    bounced(sandbox, me, sent)


def test_bounce_by_address(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    sandbox.admin.faults(bounce=["gone@customer.example"])
    source = mail(sender=ME, to="gone@customer.example, there@customer.example")
    sent = me.messages().send(userId="me", body={"raw": raw(source)}).execute()
    bounced(sandbox, me, sent)


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("dance", {}),
        ("trash", {}),
        ("trash", {"message_id": "123456789abcdef0"}),
        ("send_draft", {"draft_id": "r1"}),
        ("modify", {"message_id": "1", "add": ["nothing"]}),
    ],
)
def test_impossible_actions_are_refused(
    sandbox: Sandbox, action: str, more: dict[str, Any]
) -> None:
    connected(sandbox)
    with pytest.raises(AdminError):
        sandbox.admin.act(ME, action, **more)


def test_unknown_accounts_are_refused(sandbox: Sandbox) -> None:
    with pytest.raises(AdminError, match="no such account"):
        sandbox.admin.deliver("nobody@x.jp", mail())
    with pytest.raises(AdminError, match="no such call"):
        sandbox.admin.call("POST", "nothing", {})
