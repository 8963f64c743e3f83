"""A message's way through the sandbox, seen through Google's own client library."""

from __future__ import annotations

from typing import Any

from googleapiclient.errors import HttpError

from tests.sandbox.google import ME, connected, mail, raw, unraw
from tests.sandbox_server import Sandbox


def test_profile_list_get(sandbox: Sandbox) -> None:
    api = connected(sandbox)
    sandbox.admin.deliver(ME, mail("最初の件", "本文です"))
    profile = api.users().getProfile(userId="me").execute()
    assert profile["emailAddress"] == ME
    assert profile["messagesTotal"] == 1
    listed = api.users().messages().list(userId="me").execute()
    [entry] = listed["messages"]
    full = api.users().messages().get(userId="me", id=entry["id"]).execute()
    assert full["labelIds"] == ["UNREAD", "CATEGORY_PERSONAL", "INBOX"]
    assert full["snippet"] == "本文です"
    assert {"name": "Subject", "value": "最初の件"} in full["payload"]["headers"]
    assert unraw(full["payload"]["body"]["data"]).decode() == "本文です\n"


def test_batch_reports_each_part(sandbox: Sandbox) -> None:
    api = connected(sandbox)
    ids = [sandbox.admin.deliver(ME, mail(f"m{n}"))["id"] for n in range(3)]
    got: dict[str, Any] = {}
    failed: dict[str, HttpError] = {}

    def note(request_id: str, response: Any, error: HttpError | None) -> None:
        if error is None:
            got[request_id] = response
        else:
            failed[request_id] = error

    batch = api.new_batch_http_request(callback=note)
    for message in [*ids, "123456789abcdef0"]:
        batch.add(api.users().messages().get(userId="me", id=message), request_id=message)
    batch.execute()
    assert list(got) == ids
    assert failed["123456789abcdef0"].resp.status == 404


def test_draft_to_sent(sandbox: Sandbox) -> None:
    api = connected(sandbox)
    sandbox.admin.account("hanako@shop.example")
    asked = sandbox.admin.deliver(ME, mail("在庫", message_id="q1@customer.example"))
    answer = mail(
        "Re: 在庫",
        "ございます",
        sender=ME,
        to="taro@customer.example, hanako@shop.example",
        reply_to="q1@customer.example",
        X_Outbox_Id="42",
    )
    drafts = api.users().drafts()
    body = {"message": {"raw": raw(answer), "threadId": asked["threadId"]}}
    draft = drafts.create(userId="me", body=body).execute()
    assert draft["message"]["threadId"] == asked["threadId"]
    updated = drafts.update(userId="me", id=draft["id"], body=body).execute()
    assert updated["message"]["id"] != draft["message"]["id"]
    sent = drafts.send(userId="me", body={"id": draft["id"]}).execute()
    assert sent["labelIds"] == ["SENT"]
    assert sent["threadId"] == asked["threadId"]
    assert sent["id"] != updated["message"]["id"]
    [entry] = sandbox.admin.ledger()
    assert entry["id"] == sent["id"]
    assert entry["recipients"] == ["taro@customer.example", "hanako@shop.example"]
    assert {"name": "X-Outbox-Id", "value": "42"} in entry["headers"]
    [arrived] = sandbox.admin.state("hanako@shop.example")["messages"]
    assert "INBOX" in arrived["labelIds"]
