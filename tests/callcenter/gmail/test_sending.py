"""One send, one request: what every way of failing means."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import (
    AuthRevoked,
    GmailError,
    InsufficientPermission,
    NotFound,
    NotSent,
    QuotaExceeded,
    Refused,
    Unavailable,
    Uncertain,
)
from callcenter.gmail.types import SentRef
from tests.callcenter.gmail.scripted import (
    Script,
    cut_short,
    drop,
    error,
    free_port,
    reply,
    silent,
)
from tests.waiting import until

SENT = reply({"id": "m2", "threadId": "t", "labelIds": ["SENT"]})


@pytest.mark.spec("M24a")
def test_a_draft_is_sent_by_its_id(client: GmailClient, script: Script) -> None:
    script.will(SENT)
    assert client.send_draft("r-77") == SentRef("m2", "t", ("SENT",))
    (seen,) = script.seen
    assert (seen.method, seen.path) == ("POST", "/gmail/v1/users/me/drafts/send")
    assert seen.json == {"id": "r-77"}


@pytest.mark.spec("M24a")
@pytest.mark.parametrize(
    "answer",
    [
        drop,
        cut_short,
        error(500, "backendError"),
        error(503, "backendError"),
        reply("<html>502 Bad Gateway</html>", 502),
        reply("<html>signed out</html>"),
        reply({"unexpected": True}),
        reply(None, 204),
        reply("moved", 302, {"Location": "/elsewhere"}),
        reply("<html>bad request</html>", 400),
    ],
)
def test_a_lost_or_strange_answer_is_uncertain_and_never_asked_again(
    client: GmailClient, script: Script, slept: list[float], answer: Any
) -> None:
    script.otherwise = answer
    with pytest.raises(Uncertain):
        client.send_draft("d")
    assert len(script.seen) == 1
    assert slept == []


@pytest.mark.spec("M24a")
def test_a_drop_on_a_connection_that_idled_is_uncertain_too(
    client: GmailClient, script: Script
) -> None:
    script.will(reply({"id": "a"}), drop, SENT)
    client.get_message("a")
    with pytest.raises(Uncertain):
        client.send_draft("d")
    assert len(script.seen) == 2


@pytest.mark.spec("M24a")
def test_silence_is_uncertain(make_client: Callable[..., GmailClient], script: Script) -> None:
    over = threading.Event()
    script.otherwise = silent(over)
    with pytest.raises(Uncertain) as caught:
        make_client(timeout=0.2).send_draft("d")
    over.set()
    assert caught.value.reason == "timeout"
    assert until(lambda: len(script.seen), what="the request arrives") == 1


def test_a_connection_never_made_is_not_sent(make_client: Callable[..., GmailClient]) -> None:
    client = make_client(api_root=f"http://127.0.0.1:{free_port()}/")
    with pytest.raises(NotSent):
        client.send_draft("d")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(400, "invalidArgument", "Invalid To header"), Refused),
        (error(403, "insufficientPermissions"), InsufficientPermission),
        (error(404, "notFound", "Requested entity was not found."), NotFound),
        (error(413, "uploadTooLarge"), Refused),
        (error(429, "rateLimitExceeded", "User-rate limit exceeded."), QuotaExceeded),
        (error(403, "dailyLimitExceeded"), QuotaExceeded),
    ],
)
def test_a_clear_refusal_is_told_as_such(
    client: GmailClient, script: Script, answer: Any, kind: type[GmailError]
) -> None:
    script.otherwise = answer
    with pytest.raises(kind):
        client.send_draft("d")
    assert len(script.seen) == 1


def test_a_401_is_a_sure_refusal_so_that_the_send_may_go_with_a_fresh_token(
    client: GmailClient, script: Script
) -> None:
    script.will(error(401, "authError", "Invalid Credentials"), SENT)
    assert client.send_draft("d").id == "m2"
    assert [seen.token for seen in script.seen] == ["t1", "t2"]


@pytest.mark.parametrize(
    "trouble",
    [
        Unavailable("no answer", reason="google_unreachable", reached=True),
        AuthRevoked("Token has been revoked.", reason="invalid_grant"),
    ],
)
def test_without_a_token_nothing_is_sent(
    make_client: Callable[..., GmailClient], script: Script, trouble: GmailError
) -> None:
    class NoTokens:
        def access_token(self) -> str:
            raise trouble

        def replace(self, rejected: str) -> str:
            raise trouble

    expected = NotSent if isinstance(trouble, Unavailable) else AuthRevoked
    with pytest.raises(expected):
        make_client(credentials=NoTokens()).send_draft("d")
    assert script.seen == []


def test_a_token_that_cannot_be_replaced_after_a_401_means_not_sent(
    make_client: Callable[..., GmailClient], script: Script
) -> None:
    class Stuck:
        def access_token(self) -> str:
            return "t1"

        def replace(self, rejected: str) -> str:
            raise Unavailable("no answer", reason="google_unreachable")

    script.otherwise = error(401, "authError")
    with pytest.raises(NotSent):
        make_client(credentials=Stuck()).send_draft("d")
    assert len(script.seen) == 1
