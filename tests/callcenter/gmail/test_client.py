"""What goes over the wire, and what becomes of answers."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from callcenter.gmail.bodies import LARGEST_IN_JSON
from callcenter.gmail.calls import Retry
from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import (
    AuthRevoked,
    GmailError,
    HistoryExpired,
    NotFound,
    Refused,
    Unavailable,
)
from callcenter.gmail.types import DraftRef, HistoryPage, IdPage, Label, MessageRef, SendAs
from tests.callcenter.gmail.scripted import Script, cut_short, drop, error, error_body, reply
from tests.callcenter.gmail.test_batched_reads import asked, batch_answer

ME = "/gmail/v1/users/me"


def test_profile(client: GmailClient, script: Script) -> None:
    script.will(
        reply(
            {
                "emailAddress": "support@shop.example",
                "historyId": "18446744073709551615",
                "messagesTotal": 12,
                "threadsTotal": 5,
            }
        )
    )
    profile = client.profile()
    assert profile.address == "support@shop.example"
    assert profile.history_id == "18446744073709551615"
    (seen,) = script.seen
    assert (seen.method, seen.path, seen.token) == ("GET", f"{ME}/profile", "t1")


def test_list_message_ids(client: GmailClient, script: Script) -> None:
    script.will(
        reply(
            {
                "messages": [{"id": "a", "threadId": "t"}, {"id": "b", "threadId": "u"}],
                "nextPageToken": "next",
                "resultSizeEstimate": 201,
            }
        ),
        reply({"resultSizeEstimate": 0}),
    )
    assert client.list_message_ids() == IdPage([("a", "t"), ("b", "u")], "next", 201)
    assert client.list_message_ids("next", "in:sent 請求", ["SENT", "L1"], False, 25) == IdPage(
        [], None, 0
    )
    first, second = script.seen
    assert first.path == f"{ME}/messages"
    assert first.query == {"includeSpamTrash": ["true"], "maxResults": ["500"], "alt": ["json"]}
    assert second.query == {
        "pageToken": ["next"],
        "q": ["in:sent 請求"],
        "labelIds": ["SENT", "L1"],
        "includeSpamTrash": ["false"],
        "maxResults": ["25"],
        "alt": ["json"],
    }


def test_get_message_asks_for_headers_only_when_told(client: GmailClient, script: Script) -> None:
    script.otherwise = reply({"id": "a"})
    client.get_message("a")
    client.get_message("a/b", "metadata", ["Subject", "X-Outbox-Id"])
    assert script.seen[0].query == {"format": ["full"], "alt": ["json"]}
    assert script.seen[1].path == f"{ME}/messages/a%2Fb"
    assert script.seen[1].query["metadataHeaders"] == ["Subject", "X-Outbox-Id"]


def test_history(client: GmailClient, script: Script) -> None:
    script.will(reply({"historyId": "99", "nextPageToken": "p"}))
    assert client.list_history("17", "o", label_id="SENT", kinds=["messageAdded"]) == HistoryPage(
        [], "99", "p"
    )
    assert script.seen[0].query == {
        "startHistoryId": ["17"],
        "pageToken": ["o"],
        "maxResults": ["500"],
        "labelId": ["SENT"],
        "historyTypes": ["messageAdded"],
        "alt": ["json"],
    }


@pytest.mark.parametrize(
    "answer",
    [
        error(404, "notFound", "Requested entity was not found."),
        error(400, "invalidArgument", "Invalid startHistoryId"),
        error(400, "invalidArgument", "Missing/invalid parameter: startHistoryId"),
        error(404, "invalidArgument", "Invalid startHistoryId"),
    ],
)
def test_expired_history(client: GmailClient, script: Script, answer: Any) -> None:
    script.will(answer)
    with pytest.raises(HistoryExpired):
        client.list_history("17")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(400, "invalidArgument", "Invalid pageToken"), Refused),
        (reply("<h1>404 page not found</h1>", 404), Unavailable),
    ],
)
def test_what_is_no_expired_history(
    client: GmailClient, script: Script, answer: Any, kind: type[GmailError]
) -> None:
    script.otherwise = answer
    with pytest.raises(kind):
        client.list_history("17")


COLOURED = {
    "id": "Label_7",
    "name": "注文/返品",
    "type": "user",
    "labelListVisibility": "labelHide",
    "messageListVisibility": "hide",
    "color": {"backgroundColor": "#16a766", "textColor": "#ffffff"},
}
LISTED = [
    {"id": "INBOX", "name": "INBOX", "type": "system"},
    {"id": "Label_7", "name": "注文/返品", "type": "user"},
    {"id": "Label_9", "name": "消えた", "type": "user"},
]


def test_labels_are_listed_with_the_colours_that_only_their_own_call_tells(
    client: GmailClient, script: Script
) -> None:
    gone = (404, error_body(404, "notFound", "Requested entity was not found."))
    rules = {"Label_7": (200, COLOURED), "Label_9": gone}
    script.will(reply({"labels": LISTED}), batch_answer(rules=rules))
    assert client.list_labels() == [
        Label("INBOX", "INBOX", "system", "", "", False, False),
        Label("Label_7", "注文/返品", "user", "#16a766", "#ffffff", True, True),
    ]
    assert asked(script.seen[1]) == ["Label_7", "Label_9"]


def test_labels_of_which_one_cannot_be_read_are_no_list(
    client: GmailClient, script: Script
) -> None:
    unwell = (503, error_body(503, "backendError", "Backend Error"))
    script.will(reply({"labels": LISTED}), batch_answer(rules={"Label_7": unwell}))
    with pytest.raises(Unavailable):
        client.list_labels()


def test_labels_are_made_changed_and_deleted(client: GmailClient, script: Script) -> None:
    script.will(
        reply({"id": "Label_8", "name": "新"}),
        reply({"id": "Label_8", "name": "新"}),
        reply(None, 204),
    )
    client.create_label("新", background="#16a766", text_color="#ffffff")
    client.patch_label("Label_8", hidden=True)
    client.delete_label("Label_8")
    create, patch, delete = script.seen
    assert (create.method, create.path) == ("POST", f"{ME}/labels")
    assert create.json == {
        "name": "新",
        "color": {"backgroundColor": "#16a766", "textColor": "#ffffff"},
        "labelListVisibility": "labelShow",
    }
    assert (patch.method, patch.path) == ("PATCH", f"{ME}/labels/Label_8")
    assert patch.json == {"labelListVisibility": "labelHide"}
    assert (delete.method, delete.path) == ("DELETE", f"{ME}/labels/Label_8")


def test_changes(client: GmailClient, script: Script) -> None:
    changed = reply({"id": "a", "threadId": "t", "labelIds": ["STARRED"]})
    script.will(changed, changed, changed, reply(None, 204))
    expected = MessageRef("a", "t", ("STARRED",))
    assert client.modify("a", add=["STARRED"], remove=["UNREAD"]) == expected
    assert client.trash("a") == expected
    assert client.untrash("a") == expected
    client.batch_modify(["a", "b"], add=["L"])
    assert [(seen.method, seen.path) for seen in script.seen] == [
        ("POST", f"{ME}/messages/a/modify"),
        ("POST", f"{ME}/messages/a/trash"),
        ("POST", f"{ME}/messages/a/untrash"),
        ("POST", f"{ME}/messages/batchModify"),
    ]
    assert script.seen[0].json == {"addLabelIds": ["STARRED"], "removeLabelIds": ["UNREAD"]}
    assert script.seen[3].json["ids"] == ["a", "b"]


def test_send_as(client: GmailClient, script: Script) -> None:
    script.will(
        reply(
            {
                "sendAs": [
                    {"sendAsEmail": "a@x.example", "isPrimary": True, "isDefault": True},
                    {
                        "sendAsEmail": "b@x.example",
                        "displayName": "窓口",
                        "replyToAddress": "r@x.example",
                        "verificationStatus": "accepted",
                    },
                    {"sendAsEmail": "c@x.example", "verificationStatus": "pending"},
                ]
            }
        )
    )
    assert client.send_as() == [
        SendAs("a@x.example", "", "", True, True, True),
        SendAs("b@x.example", "窓口", "r@x.example", True, False, False),
        SendAs("c@x.example", "", "", False, False, False),
    ]
    assert script.seen[0].path == f"{ME}/settings/sendAs"


def test_attachments_are_base64url_without_padding(client: GmailClient, script: Script) -> None:
    data = bytes(range(256)) * 3 + b"\xff\xfe"
    text = base64.urlsafe_b64encode(data).decode().rstrip("=")
    script.will(reply({"size": len(data), "data": text}), reply({"size": 1, "data": "***"}))
    assert client.get_attachment("m", "ANGjd-_x") == data
    assert script.seen[0].path == f"{ME}/messages/m/attachments/ANGjd-_x"
    with pytest.raises(Unavailable):
        client.get_attachment("m", "x")


def test_drafts(client: GmailClient, script: Script) -> None:
    script.otherwise = reply({"id": "d", "message": {"id": "m", "threadId": "t"}})
    raw = "Subject: 日本\r\n\r\nx".encode()
    assert client.create_draft(raw, "t") == DraftRef("d", "m", "t")
    client.update_draft("d", raw)
    create, update = script.seen
    assert (create.method, create.path) == ("POST", f"{ME}/drafts")
    assert create.json["message"]["threadId"] == "t"
    assert base64.urlsafe_b64decode(create.json["message"]["raw"]) == raw
    assert (update.method, update.path) == ("PUT", f"{ME}/drafts/d")
    assert "threadId" not in update.json["message"]


@pytest.mark.parametrize("thread_id", ["t9", None])
def test_a_large_draft_is_uploaded_with_its_conversation(
    client: GmailClient, script: Script, thread_id: str | None
) -> None:
    script.will(reply({"id": "d", "message": {"id": "m", "threadId": "t9"}}))
    raw = b"Subject: big\r\n\r\nFrom here\r\n" + b"QUJD" * (LARGEST_IN_JSON // 4) + b"\r\n"
    client.create_draft(raw, thread_id)
    (seen,) = script.seen
    assert seen.path == f"/upload{ME}/drafts"
    assert seen.query["uploadType"] == ["multipart"]
    assert seen.headers["content-type"].startswith("multipart/related; boundary=")
    assert raw in seen.body
    assert b"message/rfc822" in seen.body
    assert (b'"threadId": "t9"' in seen.body) == (thread_id is not None)


def test_a_large_eight_bit_draft_goes_by_the_resumable_protocol(
    client: GmailClient, script: Script
) -> None:
    raw = b"Subject: x\r\n\r\n" + "日".encode() * (LARGEST_IN_JSON // 2)
    script.will(
        reply(None, 200, {"Location": f"{script.root}upload/session/1"}),
        reply({"id": "d", "message": {"id": "m", "threadId": "t"}}),
    )
    assert client.update_draft("d", raw, "t") == DraftRef("d", "m", "t")
    start, put = script.seen
    assert (start.method, start.query["uploadType"]) == ("PUT", ["resumable"])
    assert start.json == {"message": {"threadId": "t"}}
    assert (put.method, put.path, put.body) == ("PUT", "/upload/session/1", raw)
    assert put.token == "t1"


@pytest.mark.parametrize("root", ["{0}", "{0}/", "{0}/prefix", "{0}/a/b/"])
def test_the_root_may_have_a_path_and_a_slash_or_not(
    script: Script, make_client: Callable[..., GmailClient], root: str
) -> None:
    root = root.format(script.root.rstrip("/"))
    script.otherwise = reply({"id": "a"})
    client = make_client(api_root=root, retry=Retry(attempts=1))
    client.get_message("a")
    with pytest.raises(Unavailable):
        list(client.get_messages(["a"]))
    client.create_draft(b"x" * (LARGEST_IN_JSON + 1))
    base = "/" + root.partition("//")[2].partition("/")[2].strip("/")
    base = "" if base == "/" else base
    single, batch, upload = script.seen
    assert single.path == f"{base}{ME}/messages/a"
    assert batch.path == f"{base}/batch"
    assert f"GET {base}{ME}/messages/a?".encode() in batch.body
    assert upload.path == f"{base}/upload{ME}/drafts"


@pytest.mark.parametrize("root", ["", "gmail.googleapis.com", "ftp://x/", "http://x/?a=b"])
def test_what_is_no_root_is_refused_at_once(tokens: Any, root: str) -> None:
    with pytest.raises(ValueError, match="root"):
        GmailClient(tokens, api_root=root)


# Reads that fail


def test_a_read_is_repeated_within_bounds(
    client: GmailClient, script: Script, slept: list[float]
) -> None:
    script.will(error(503, "backendError"), reply("Bad gateway", 502), reply({"id": "a"}))
    assert client.get_message("a") == {"id": "a"}
    assert len(slept) == 2
    assert 0.25 <= slept[0] <= 0.5 <= slept[1] <= 1.0


def test_a_deletion_is_not_taken_for_done_by_a_foreign_page(
    client: GmailClient, script: Script
) -> None:
    script.otherwise = reply("<html>Sign in to Wi-Fi</html>")
    with pytest.raises(Unavailable):
        client.delete_draft("d")


def test_a_read_gives_up_after_its_attempts(
    client: GmailClient, script: Script, slept: list[float]
) -> None:
    script.otherwise = error(500, "backendError")
    with pytest.raises(Unavailable):
        client.get_message("a")
    assert len(script.seen) == 3
    assert len(slept) == 2


def test_a_read_waits_as_long_as_gmail_asks_but_not_for_ever(
    client: GmailClient, script: Script, slept: list[float]
) -> None:
    script.will(
        error(503, "backendError", headers={"Retry-After": "5"}),
        error(503, "backendError", headers={"Retry-After": "3600"}),
    )
    with pytest.raises(Unavailable) as caught:
        client.get_message("a")
    assert slept == [5.0]
    assert caught.value.retry_after == 3600.0


def test_a_refusal_is_not_repeated(client: GmailClient, script: Script) -> None:
    script.otherwise = error(404, "notFound", "Requested entity was not found.")
    with pytest.raises(NotFound):
        client.get_message("a")
    assert len(script.seen) == 1


@pytest.mark.parametrize(
    "answer", [reply("<html>Sign in to Wi-Fi</html>"), reply([1]), reply({}), cut_short]
)
def test_a_read_takes_no_foreign_answer(client: GmailClient, script: Script, answer: Any) -> None:
    script.otherwise = answer
    with pytest.raises(Unavailable):
        client.get_message("a")


def test_answers_that_lack_what_they_must_have_are_not_gmails(
    client: GmailClient, script: Script
) -> None:
    script.otherwise = reply({"hello": "world"})
    for ask in (
        client.profile,
        lambda: client.list_history("1"),
        lambda: client.create_draft(b"x"),
        lambda: client.modify("a"),
    ):
        with pytest.raises(Unavailable) as caught:
            ask()
        assert caught.value.reason == "not_gmail"


def test_a_dropped_draft_is_not_made_twice(client: GmailClient, script: Script) -> None:
    script.otherwise = drop
    with pytest.raises(Unavailable) as caught:
        client.create_draft(b"Subject: x\r\n\r\n")
    assert caught.value.reached
    assert len(script.seen) == 1


def test_an_expired_token_is_replaced_once(
    client: GmailClient, script: Script, tokens: Any
) -> None:
    script.will(error(401, "authError", "Invalid Credentials"), reply({"id": "a"}))
    assert client.get_message("a") == {"id": "a"}
    assert [seen.token for seen in script.seen] == ["t1", "t2"]
    assert tokens.rejected == ["t1"]


def test_a_token_that_stays_bad_is_not_tried_for_ever(client: GmailClient, script: Script) -> None:
    script.otherwise = error(401, "authError", "Invalid Credentials")
    with pytest.raises(GmailError) as caught:
        client.get_message("a")
    assert type(caught.value) is AuthRevoked
    assert [seen.token for seen in script.seen] == ["t1", "t2", "t3"]
