"""What proves that a mail went out, and what proves nothing."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import GmailError, Unavailable
from callcenter.gmail.evidence import find_sent_by_header
from callcenter.gmail.types import SentRef
from tests.callcenter.gmail.scripted import Script, error, reply
from tests.callcenter.gmail.test_batched_reads import batch_answer

HEADER, VALUE = "X-Outbox-Id", "0197-abc"


def mail(name: str, *labels: str, value: str = VALUE) -> dict[str, Any]:
    headers = [{"name": "X-Outbox-ID", "value": f" {value} "}] if value else []
    return {"id": name, "threadId": "t", "labelIds": list(labels), "payload": {"headers": headers}}


def thread(*messages: dict[str, Any]) -> Any:
    return reply({"id": "t", "messages": list(messages)})


NONE_RECENT = reply({"resultSizeEstimate": 0})


@pytest.mark.spec("M24a")
def test_a_sent_mail_with_our_header_in_its_conversation(
    client: GmailClient, script: Script
) -> None:
    script.will(thread(mail("m1", "INBOX", value=""), mail("m2", "SENT", "INBOX")))
    found = find_sent_by_header(client, HEADER, VALUE, thread_id="t")
    assert found == SentRef("m2", "t", ("SENT", "INBOX"))
    (seen,) = script.seen
    assert seen.path == "/gmail/v1/users/me/threads/t"
    assert seen.query["format"] == ["metadata"]
    assert seen.query["metadataHeaders"] == [HEADER]


@pytest.mark.parametrize(
    "message",
    [
        mail("m", "DRAFT"),
        mail("m", "DRAFT", "SENT"),
        mail("m", "INBOX"),
        mail("m", "SENT", value="0197-other"),
        mail("m", "SENT", value=""),
        {"id": "m", "labelIds": ["SENT"]},
    ],
)
def test_what_proves_nothing(client: GmailClient, script: Script, message: dict[str, Any]) -> None:
    script.will(thread(message), NONE_RECENT)
    assert find_sent_by_header(client, HEADER, VALUE, thread_id="t") is None


def test_a_mail_that_moved_to_another_conversation_is_found_among_the_newest(
    client: GmailClient, script: Script
) -> None:
    script.will(
        error(404, "notFound", "Requested entity was not found."),
        reply({"messages": [{"id": "m8", "threadId": "u"}, {"id": "m9", "threadId": "u"}]}),
        batch_answer(
            rules={
                "m8": (404, {"error": {"code": 404, "message": "gone", "status": "NOT_FOUND"}}),
                "m9": (200, mail("m9", "SENT")),
            }
        ),
    )
    found = find_sent_by_header(client, HEADER, VALUE, thread_id="t")
    assert found is not None
    assert found.id == "m9"
    assert script.seen[1].query["labelIds"] == ["SENT"]


def test_history_is_followed_and_its_expiry_survived(client: GmailClient, script: Script) -> None:
    added = {"messagesAdded": [{"message": {"id": "m7", "threadId": "t"}}]}
    script.will(
        reply({"historyId": "20", "nextPageToken": "p"}),
        reply({"historyId": "21", "history": [{"id": "21", **added}]}),
        batch_answer(rules={"m7": (200, mail("m7", "SENT"))}),
    )
    found = find_sent_by_header(client, HEADER, VALUE, since_history="12", recent=0)
    assert found is not None
    assert found.id == "m7"
    script.will(error(404, "notFound"))
    assert find_sent_by_header(client, HEADER, VALUE, since_history="1", recent=0) is None


@pytest.mark.parametrize("where", ["thread", "list", "part"])
def test_a_place_that_cannot_be_read_is_no_evidence_of_absence(
    client: GmailClient, script: Script, where: str
) -> None:
    unwell = error(503, "backendError")
    if where == "thread":
        script.otherwise = unwell
    elif where == "list":
        script.will(thread())
        script.otherwise = unwell
    else:
        script.will(
            thread(),
            reply({"messages": [{"id": "m", "threadId": "u"}]}),
            batch_answer(rules={"m": (503, {"error": {"code": 503, "message": "x"}})}),
        )
    expected: type[GmailError] = Unavailable
    with pytest.raises(expected):
        find_sent_by_header(client, HEADER, VALUE, thread_id="t")
