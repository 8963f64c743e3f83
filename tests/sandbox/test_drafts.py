"""users.drafts: the handle stays, the message id never does."""

from __future__ import annotations

import pytest
from googleapiclient.errors import HttpError

from tests.sandbox.google import ME, connected, header, mail, raw, refusal, unraw
from tests.sandbox_server import Sandbox

ANSWER = mail(
    "Re: 在庫",
    "ございます",
    sender=ME,
    to="taro@customer.example",
    reply_to="q1@customer.example",
    X_Outbox_Id="42",
)


def test_draft_to_sent(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    asked = sandbox.admin.deliver(ME, mail("在庫", message_id="q1@customer.example"))
    body = {"message": {"raw": raw(ANSWER), "threadId": asked["threadId"]}}
    draft = me.drafts().create(userId="me", body=body).execute()
    assert draft["message"]["threadId"] == asked["threadId"]
    assert draft["message"]["labelIds"] == ["DRAFT"]
    updated = me.drafts().update(userId="me", id=draft["id"], body=body).execute()
    assert updated["id"] == draft["id"]
    assert updated["message"]["id"] != draft["message"]["id"]
    assert updated["message"]["threadId"] == asked["threadId"]
    with pytest.raises(HttpError) as error:
        me.messages().get(userId="me", id=draft["message"]["id"]).execute()
    assert refusal(error.value) == (404, "notFound")
    sent = me.drafts().send(userId="me", body={"id": draft["id"]}).execute()
    assert sent["labelIds"] == ["SENT"]
    assert sent["threadId"] == asked["threadId"]
    assert sent["id"] not in (draft["message"]["id"], updated["message"]["id"])
    [entry] = sandbox.admin.ledger()
    assert (entry["id"], entry["via"]) == (sent["id"], "api drafts.send")
    assert header(entry, "X-Outbox-Id") == "42"
    assert sandbox.admin.state(ME)["drafts"] == []


def test_a_draft_is_used_up_by_sending(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    draft = me.drafts().create(userId="me", body={"message": {"raw": raw(ANSWER)}}).execute()
    me.drafts().send(userId="me", body={"id": draft["id"]}).execute()
    for call in (
        me.drafts().send(userId="me", body={"id": draft["id"]}),
        me.drafts().get(userId="me", id=draft["id"]),
        me.drafts().update(userId="me", id=draft["id"], body={"message": {"raw": raw(ANSWER)}}),
        me.drafts().delete(userId="me", id=draft["id"]),
    ):
        with pytest.raises(HttpError) as error:
            call.execute()
        assert refusal(error.value) == (404, "notFound")
    assert len(sandbox.admin.ledger()) == 1


def test_list_get_delete(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    made = [
        me.drafts()
        .create(userId="me", body={"message": {"raw": raw(mail(f"d{n}", sender=ME))}})
        .execute()["id"]
        for n in range(3)
    ]
    listed = me.drafts().list(userId="me", maxResults=2).execute()
    rest = me.drafts().list(userId="me", pageToken=listed["nextPageToken"]).execute()
    assert {d["id"] for d in listed["drafts"] + rest["drafts"]} == set(made)
    found = me.drafts().list(userId="me", q="subject:d1").execute()["drafts"]
    assert [d["id"] for d in found] == [made[1]]
    whole = me.drafts().get(userId="me", id=made[0], format="raw").execute()
    assert whole["message"]["labelIds"] == ["DRAFT"]
    # Not byte for byte what was saved.
    saved = unraw(whole["message"]["raw"])
    assert saved != mail("d0", sender=ME)
    assert saved.startswith(b"Received: ")
    assert me.drafts().delete(userId="me", id=made[0]).execute() == ""
    assert len(me.drafts().list(userId="me").execute()["drafts"]) == 2


def test_a_draft_is_a_message_too(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    body = {"message": {"raw": raw(ANSWER)}}
    draft = me.drafts().create(userId="me", body=body).execute()
    [entry] = me.messages().list(userId="me", labelIds=["DRAFT"]).execute()["messages"]
    assert entry["id"] == draft["message"]["id"]
    me.messages().delete(userId="me", id=entry["id"]).execute()
    assert sandbox.admin.state(ME)["drafts"] == []


def test_sending_with_new_content(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    draft = me.drafts().create(userId="me", body={"message": {"raw": raw(ANSWER)}}).execute()
    other = mail("別件", "差し替え", sender=ME, to="jiro@customer.example")
    body = {"id": draft["id"], "message": {"raw": raw(other)}}
    me.drafts().send(userId="me", body=body).execute()
    [entry] = sandbox.admin.ledger()
    assert entry["subject"] == "別件"
    assert sandbox.admin.state(ME)["drafts"] == []


def test_a_draft_that_cannot_be_sent_stays(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    body = {"message": {"raw": raw(mail(sender=ME, to=""))}}
    draft = me.drafts().create(userId="me", body=body).execute()
    with pytest.raises(HttpError, match="Recipient address required"):
        me.drafts().send(userId="me", body={"id": draft["id"]}).execute()
    assert me.drafts().get(userId="me", id=draft["id"]).execute()["id"] == draft["id"]
    assert sandbox.admin.ledger() == []


def test_our_header_may_be_lost_already_when_saving(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    sandbox.admin.faults(strip_headers=True, strip_draft_headers=True)
    draft = me.drafts().create(userId="me", body={"message": {"raw": raw(ANSWER)}}).execute()
    found = me.drafts().get(userId="me", id=draft["id"]).execute()["message"]
    assert header(found, "X-Outbox-Id") is None
    assert header(found, "Subject") == "Re: 在庫"
