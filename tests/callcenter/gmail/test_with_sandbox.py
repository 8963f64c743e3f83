"""The whole layer against the Gmail sandbox: real HTTP, real batches, Gmail's manners."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from email.header import Header
from email.message import EmailMessage

import pytest

from callcenter.gmail import auth
from callcenter.gmail.auth import Endpoints, OAuthClient, Tokens
from callcenter.gmail.bodies import LARGEST_IN_JSON
from callcenter.gmail.calls import Retry
from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import (
    AuthRevoked,
    GmailError,
    HistoryExpired,
    NotFound,
    QuotaExceeded,
    Refused,
    Uncertain,
)
from callcenter.gmail.evidence import find_sent_by_header
from callcenter.gmail.tokens import StoredTokens
from callcenter.gmail.types import header_values, raw_bytes, touched_ids
from tests.sandbox_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    REDIRECT_URI,
    Sandbox,
)

ACCOUNT = "support@shop.example"
OAUTH = OAuthClient(CLIENT_ID, CLIENT_SECRET)


class Row:
    """The mailbox row that the product would keep."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.lock = threading.Lock()
        self.saves = 0

    def save(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.saves += 1

    def held(self) -> AbstractContextManager[object]:
        return self.lock


def doors(sandbox: Sandbox) -> Endpoints:
    return Endpoints(sandbox.auth_uri, sandbox.token_uri, sandbox.revoke_uri)


def raw(
    subject: str, body: str = "本文", to: str = "tanaka@customer.example", **more: str
) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = ACCOUNT, to, subject
    for name, value in more.items():
        message[name.replace("_", "-")] = value
    message.set_content(body, cte="base64")
    return message.as_bytes()


def incoming(number: int) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = f"c{number}@customer.example", ACCOUNT
    message["Subject"] = f"お問い合わせ {number}"
    message["Message-ID"] = f"<in-{number}@customer.example>"
    message.set_content("いつ届きますか。")
    return message.as_bytes()


@pytest.fixture
def row(sandbox: Sandbox) -> Row:
    sandbox.admin.account(ACCOUNT, name="カスタマーサポート")
    granted = sandbox.admin.connect(ACCOUNT)
    return Row(
        Tokens(
            granted["access_token"],
            datetime.now(UTC) + timedelta(seconds=granted["expires_in"]),
            granted["refresh_token"],
            tuple(granted["scope"].split()),
        )
    )


@pytest.fixture
def gmail(sandbox: Sandbox, row: Row) -> GmailClient:
    source = StoredTokens(
        OAUTH, load=lambda: row.tokens, save=row.save, lock=row.held, endpoints=doors(sandbox)
    )
    return GmailClient(
        source, api_root=sandbox.api_root, retry=Retry(attempts=3, first_wait=0.01), timeout=10
    )


# Connecting


@pytest.mark.spec("S3")
def test_a_grant_becomes_an_account(sandbox: Sandbox) -> None:
    sandbox.admin.account(ACCOUNT)
    sandbox.admin.client()
    verifier, challenge = auth.new_pkce()
    code = sandbox.admin.grant(ACCOUNT, code_challenge=challenge)

    def exchange(client: OAuthClient = OAUTH, with_verifier: str = verifier) -> Tokens:
        return auth.exchange_code(
            client,
            code,
            redirect_uri=REDIRECT_URI,
            code_verifier=with_verifier,
            endpoints=doors(sandbox),
        )

    with pytest.raises(auth.InvalidClient):
        exchange(OAuthClient(CLIENT_ID, "wrong"))
    tokens = exchange()
    auth.require_scope(tokens.scopes)
    with pytest.raises(auth.InvalidGrant):
        exchange()
    refreshed = auth.refresh(OAUTH, tokens.refresh_token, endpoints=doors(sandbox))
    assert refreshed.access_token != tokens.access_token
    assert auth.revoke(tokens.refresh_token, endpoints=doors(sandbox))
    with pytest.raises(auth.InvalidGrant):
        auth.refresh(OAUTH, tokens.refresh_token, endpoints=doors(sandbox))
    assert not auth.revoke(tokens.refresh_token, endpoints=doors(sandbox))


def test_an_expired_token_is_refreshed_on_the_way(
    sandbox: Sandbox, gmail: GmailClient, row: Row
) -> None:
    assert gmail.profile().address == ACCOUNT
    sandbox.admin.expire_tokens(ACCOUNT)
    assert gmail.profile().address == ACCOUNT
    assert row.saves == 1


def test_a_withdrawn_permission_is_told(sandbox: Sandbox, gmail: GmailClient) -> None:
    sandbox.admin.revoke_tokens(ACCOUNT)
    with pytest.raises(AuthRevoked) as caught:
        gmail.profile()
    assert caught.value.reason == "invalid_grant"


# Reading


def test_every_mail_is_listed_and_read_in_batches(sandbox: Sandbox, gmail: GmailClient) -> None:
    for number in range(60):
        sandbox.admin.deliver(ACCOUNT, incoming(number))
    ids: list[str] = []
    token: str | None = None
    while True:
        page = gmail.list_message_ids(token, page_size=25)
        ids += [message_id for message_id, _ in page.ids]
        token = page.next_page_token
        if token is None:
            break
    truth = {message["id"] for message in sandbox.admin.state(ACCOUNT)["messages"]}
    assert len(ids) == 60
    assert set(ids) == truth
    found = dict(gmail.get_messages(ids))
    assert set(found) == truth
    subjects = set()
    for message in found.values():
        assert isinstance(message, dict), message
        subjects.add(header_values(message, "subject")[0])
    assert subjects == {f"お問い合わせ {number}" for number in range(60)}


def test_raw_is_what_was_delivered(sandbox: Sandbox, gmail: GmailClient) -> None:
    sandbox.admin.deliver(ACCOUNT, incoming(1))
    ((message_id, _),) = gmail.list_message_ids().ids
    assert b"Message-ID: <in-1@customer.example>" in raw_bytes(gmail.get_message(message_id, "raw"))


def test_failing_parts_are_told_one_by_one(sandbox: Sandbox, gmail: GmailClient) -> None:
    for number in range(30):
        sandbox.admin.deliver(ACCOUNT, incoming(number))
    ids = [message_id for message_id, _ in gmail.list_message_ids().ids]
    sandbox.admin.faults(part_errors=0.4)
    results = dict(gmail.get_messages([*ids, "ffffffffffff"]))
    assert set(results) == {*ids, "ffffffffffff"}
    errors = {one: found for one, found in results.items() if isinstance(found, GmailError)}
    assert 2 < len(errors) < 31
    sandbox.admin.faults(part_errors=0.0)
    again = dict(gmail.get_messages([one for one in errors if one != "ffffffffffff"]))
    assert all(isinstance(found, dict) for found in again.values())
    assert isinstance(dict(gmail.get_messages(["ffffffffffff"]))["ffffffffffff"], NotFound)


def test_history_names_all_that_happened(sandbox: Sandbox, gmail: GmailClient) -> None:
    start = gmail.profile().history_id
    for number in range(40):
        sandbox.admin.deliver(ACCOUNT, incoming(number))
    touched: set[str] = set()
    token: str | None = None
    while True:
        page = gmail.list_history(start, token, page_size=7)
        touched |= touched_ids(page.records)
        token = page.next_page_token
        if token is None:
            break
    assert touched == {message["id"] for message in sandbox.admin.state(ACCOUNT)["messages"]}
    assert gmail.list_history(page.history_id).records == []
    sandbox.admin.expire_history(ACCOUNT)
    with pytest.raises(HistoryExpired):
        gmail.list_history(start)


def test_an_attachment_comes_whole(sandbox: Sandbox, gmail: GmailClient) -> None:
    data = bytes(range(256)) * 500
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "c@customer.example", ACCOUNT, "写真"
    message.set_content("添付します")
    message.add_attachment(data, maintype="image", subtype="png", filename="写真.png")
    sandbox.admin.deliver(ACCOUNT, message.as_bytes())
    ((message_id, _),) = gmail.list_message_ids().ids
    part = gmail.get_message(message_id)["payload"]["parts"][1]
    assert gmail.get_attachment(message_id, part["body"]["attachmentId"]) == data


# Changing


def test_labels_and_changes(sandbox: Sandbox, gmail: GmailClient) -> None:
    sandbox.admin.deliver(ACCOUNT, incoming(1))
    ((message_id, thread_id),) = gmail.list_message_ids().ids
    label = gmail.create_label("注文/返品", background="#16a766", text_color="#ffffff")
    assert (label.kind, label.background) == ("user", "#16a766")
    with pytest.raises(Refused):
        gmail.create_label("注文/返品")
    assert gmail.patch_label(label.id, name="注文/交換").name == "注文/交換"
    assert label.id in {each.id for each in gmail.list_labels()}
    changed = gmail.modify(message_id, add=[label.id, "STARRED"], remove=["UNREAD"])
    assert {label.id, "STARRED"} <= set(changed.label_ids)
    assert "UNREAD" not in changed.label_ids
    assert changed.thread_id == thread_id
    gmail.batch_modify([message_id], remove=["STARRED"])
    assert "TRASH" in gmail.trash(message_id).label_ids
    assert "TRASH" not in gmail.untrash(message_id).label_ids
    gmail.delete_label(label.id)
    with pytest.raises(NotFound):
        gmail.delete_label(label.id)
    assert gmail.send_as()[0].address == ACCOUNT


# Writing


def test_a_draft_in_a_conversation_is_updated_and_sent(
    sandbox: Sandbox, gmail: GmailClient
) -> None:
    sandbox.admin.deliver(ACCOUNT, incoming(1))
    ((_, thread_id),) = gmail.list_message_ids().ids
    reply = {"In_Reply_To": "<in-1@customer.example>", "References": "<in-1@customer.example>"}
    draft = gmail.create_draft(raw("Re: お問い合わせ 1", **reply), thread_id)
    assert draft.thread_id == thread_id
    updated = gmail.update_draft(
        draft.id, raw("Re: お問い合わせ 1", "別の本文", X_Outbox_Id="o-1", **reply), thread_id
    )
    assert updated.id == draft.id
    assert updated.message_id != draft.message_id
    assert header_values(gmail.get_draft(draft.id, "metadata")["message"], "X-Outbox-Id") == ["o-1"]
    assert [each.id for each in gmail.list_drafts().drafts] == [draft.id]
    assert find_sent_by_header(gmail, "X-Outbox-Id", "o-1", thread_id=thread_id) is None
    sent = gmail.send_draft(draft.id)
    assert sent.thread_id == thread_id
    assert "SENT" in sent.label_ids
    assert len(sandbox.admin.ledger(ACCOUNT)) == 1
    found = find_sent_by_header(gmail, "X-Outbox-Id", "o-1", thread_id=thread_id)
    assert found is not None
    assert found.id == sent.id
    with pytest.raises(NotFound):
        gmail.send_draft(draft.id)
    with pytest.raises(NotFound):
        gmail.get_draft(draft.id)


@pytest.mark.spec("M24a")
@pytest.mark.parametrize("fault", ["accept_then_drop", "accept_then_error"])
def test_a_send_whose_answer_is_lost_went_out_once_and_leaves_evidence(
    sandbox: Sandbox, gmail: GmailClient, fault: str
) -> None:
    draft = gmail.create_draft(raw("見積書", X_Outbox_Id="o-2"))
    trouble = {"method": "drafts.send", "times": 1}
    if fault == "accept_then_error":
        trouble["status"] = 503
    sandbox.admin.faults(**{fault: trouble})
    with pytest.raises(Uncertain):
        gmail.send_draft(draft.id)
    assert len(sandbox.admin.ledger(ACCOUNT)) == 1
    found = find_sent_by_header(gmail, "X-Outbox-Id", "o-2", thread_id=draft.thread_id)
    assert found is not None
    assert find_sent_by_header(gmail, "X-Outbox-Id", "o-2") == found


def test_a_send_with_an_expired_token_goes_out_once(sandbox: Sandbox, gmail: GmailClient) -> None:
    draft = gmail.create_draft(raw("見積書"))
    sandbox.admin.expire_tokens(ACCOUNT)
    gmail.send_draft(draft.id)
    assert len(sandbox.admin.ledger(ACCOUNT)) == 1


@pytest.mark.parametrize("eight_bit", [False, True])
def test_a_large_draft_is_uploaded_into_its_conversation(
    sandbox: Sandbox, gmail: GmailClient, eight_bit: bool
) -> None:
    sandbox.admin.deliver(ACCOUNT, incoming(1))
    ((_, thread_id),) = gmail.list_message_ids().ids
    subject = Header("Re: お問い合わせ 1", "utf-8").encode()
    head = (
        f"From: {ACCOUNT}\r\nTo: tanaka@customer.example\r\nSubject: {subject}\r\n"
        "In-Reply-To: <in-1@customer.example>\r\nReferences: <in-1@customer.example>\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: {'8bit' if eight_bit else '7bit'}\r\n\r\n"
    )
    line = ("日本語" if eight_bit else "From here on") + "\r\n"
    content = (head + line * (LARGEST_IN_JSON // len(line.encode()) + 1)).encode()
    draft = gmail.create_draft(content, thread_id)
    assert draft.thread_id == thread_id
    stored = raw_bytes(gmail.get_draft(draft.id, "raw")["message"])
    assert stored.count(line.strip().encode()) == content.count(line.strip().encode())


def test_gmails_quota_is_told_as_such(sandbox: Sandbox, gmail: GmailClient) -> None:
    for status in (403, 429):
        sandbox.admin.faults(
            quota={"enforce": True, "units_per_minute": 0, "refuse_with": str(status)}
        )
        with pytest.raises(QuotaExceeded) as caught:
            gmail.profile()
        assert caught.value.status == status
