"""認証設定 against the sandbox: the client, Google's screen, its answer, and each failure."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from activity.models import Event
from mailboxes.models import Mailbox, MailboxState, OAuthClient
from mailboxes.troubles import TROUBLES
from permissions.models import User
from tests.mail import cast
from tests.mail.connected import ADDRESS, point_at
from tests.sandbox_server import CLIENT_ID, CLIENT_SECRET, MAIL_SCOPE, Sandbox

pytestmark = pytest.mark.django_db
SETTINGS = "/settings/gmail/"


@dataclass
class Desk:
    """An administrator at the screen, and the sandbox as Google."""

    sandbox: Sandbox
    client: Client
    admin: User

    def save(self, **fields: Any) -> dict[str, str]:
        """変更を保存; what the browser is sent to Google with."""
        given = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **fields}
        response = self.client.post(SETTINGS, given)
        assert response.status_code == 302, response.content.decode()
        return self.asked(response["Location"])

    def asked(self, location: str) -> dict[str, str]:
        assert location.startswith(self.sandbox.auth_uri)
        return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}

    def allow(self, asked: dict[str, str], address: str = ADDRESS, **more: Any) -> str:
        """The person presses 許可; the code that Google sends back."""
        return self.sandbox.admin.grant(
            address,
            redirect_uri=asked["redirect_uri"],
            code_challenge=asked["code_challenge"],
            **more,
        )

    def come_back(self, **query: str) -> Any:
        return self.client.get(reverse("mailboxes:callback"), query)


@pytest.fixture
def desk(sandbox: Sandbox, broker: Any, settings: Any) -> Desk:
    point_at(sandbox, settings)
    sandbox.admin.client()
    sandbox.admin.account(ADDRESS, name="カスタマーサポート")
    sandbox.admin.account("info@shop.example", name="ご注文窓口")
    admin = cast.person("admin", role="admin")
    client = Client()
    client.force_login(admin)
    return Desk(sandbox, client, admin)


@pytest.mark.spec("S2", "S3")
def test_saving_leads_to_googles_screen_and_back_to_a_connected_account(desk: Desk) -> None:
    asked = desk.save()
    assert asked["client_id"] == CLIENT_ID
    assert asked["redirect_uri"] == "http://127.0.0.1:8000/auth/gmail/callback"
    assert asked["scope"].split() == [MAIL_SCOPE]
    assert asked["access_type"] == "offline"
    assert asked["code_challenge_method"] == "S256"
    answer = desk.come_back(state=asked["state"], code=desk.allow(asked))
    assert (answer.status_code, answer["Location"]) == (302, SETTINGS)
    mailbox = Mailbox.objects.get()
    assert (mailbox.address, mailbox.state) == (ADDRESS, MailboxState.CONNECTED)
    assert mailbox.connected_by == desk.admin
    assert mailbox.send_as.get(address=ADDRESS).verified
    assert mailbox.memberships.get().user == desk.admin
    assert Event.objects.filter(kind="mailbox.connected", actor=desk.admin).exists()


@pytest.mark.spec("S3")
def test_tokens_and_secrets_are_encrypted_where_they_lie(desk: Desk) -> None:
    asked = desk.save()
    desk.come_back(state=asked["state"], code=desk.allow(asked))
    mailbox = Mailbox.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT refresh_token, access_token FROM mailboxes_mailbox")
        stored = cursor.fetchone()
        cursor.execute("SELECT client_secret FROM mailboxes_oauthclient")
        stored = (*stored, *cursor.fetchone())
    secrets = (
        mailbox.refresh_token.reveal(),
        mailbox.access_token.reveal(),
        OAuthClient.objects.get().client_secret.reveal(),
    )
    assert secrets[2] == CLIENT_SECRET
    for kept, secret in zip(stored, secrets, strict=True):
        assert secret
        assert secret not in kept
        assert secret not in repr(mailbox.refresh_token)


@pytest.mark.spec("S3")
@pytest.mark.parametrize(
    ("query", "trouble"),
    [({"error": "access_denied"}, "denied"), ({"error": "server_error"}, "google_unreachable")],
)
def test_a_refusal_at_google_is_told_and_changes_nothing(
    desk: Desk, query: dict[str, str], trouble: str
) -> None:
    asked = desk.save()
    told(desk.come_back(state=asked["state"], **query), trouble)
    assert not Mailbox.objects.exists()


def told(answer: Any, trouble: str) -> None:
    """The page says what happened, what is safe and what to do."""
    assert answer.status_code == 400
    page = answer.content.decode()
    for sentence in (TROUBLES[trouble].title, TROUBLES[trouble].safe, TROUBLES[trouble].next_step):
        assert escaped(str(sentence)) in page


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("'", "&#x27;")


@pytest.mark.spec("S3")
def test_a_code_works_once(desk: Desk) -> None:
    asked = desk.save()
    code = desk.allow(asked)
    desk.come_back(state=asked["state"], code=code)
    # The page is loaded again: the attempt is over.
    told(desk.come_back(state=asked["state"], code=code), "state_lost")
    # The same code under a new attempt: Google refuses it.
    again = desk.save()
    told(desk.come_back(state=again["state"], code=code), "code_used")
    assert Mailbox.objects.get().state == MailboxState.CONNECTED


@pytest.mark.spec("S3")
def test_an_answer_without_a_known_state_is_refused(desk: Desk) -> None:
    asked = desk.save()
    code = desk.allow(asked)
    stranger = Client()
    stranger.force_login(desk.admin)
    told(
        stranger.get(reverse("mailboxes:callback"), {"state": asked["state"], "code": code}),
        "state_lost",
    )
    told(desk.come_back(state="forged", code=code), "state_lost")
    assert not Mailbox.objects.exists()


@pytest.mark.spec("S3")
def test_a_stolen_code_is_worth_nothing_without_the_verifier(desk: Desk) -> None:
    """PKCE: the code belongs to the challenge of another attempt."""
    first, second = desk.save(), desk.save()
    told(desk.come_back(state=second["state"], code=desk.allow(first)), "code_used")


@pytest.mark.spec("S3")
def test_a_wrong_client_secret_is_told(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asked = desk.save(client_secret="another-secret")
    told(desk.come_back(state=asked["state"], code=desk.allow(asked)), "wrong_client")
    assert "another-secret" not in caplog.text


@pytest.mark.spec("S3")
def test_a_consent_without_the_mail_scope_is_told(desk: Desk) -> None:
    asked = desk.save()
    code = desk.allow(asked, scope="https://www.googleapis.com/auth/gmail.readonly")
    told(desk.come_back(state=asked["state"], code=code), "missing_scope")
    assert not Mailbox.objects.exists()


@pytest.mark.spec("S3")
def test_the_narrower_scope_is_enough(desk: Desk) -> None:
    asked = desk.save()
    code = desk.allow(asked, scope="https://www.googleapis.com/auth/gmail.modify")
    assert desk.come_back(state=asked["state"], code=code).status_code == 302
    assert Mailbox.objects.get().state == MailboxState.CONNECTED


@pytest.mark.spec("S3")
def test_another_account_than_the_expected_one_is_told_and_keeps_the_old(desk: Desk) -> None:
    asked = desk.save()
    desk.come_back(state=asked["state"], code=desk.allow(asked))
    mailbox = Mailbox.objects.get()
    before = mailbox.refresh_token.reveal()
    response = desk.client.post(reverse("mailboxes:reconnect", args=[mailbox.pk]))
    asked = desk.asked(response["Location"])
    assert asked["login_hint"] == ADDRESS
    told(
        desk.come_back(state=asked["state"], code=desk.allow(asked, "info@shop.example")),
        "other_account",
    )
    assert Mailbox.objects.get().refresh_token.reveal() == before


@pytest.mark.spec("S3")
def test_google_out_of_reach_is_told(desk: Desk) -> None:
    asked = desk.save()
    code = desk.allow(asked)
    desk.sandbox.admin.faults(down=True)
    told(desk.come_back(state=asked["state"], code=code), "google_unreachable")
    desk.sandbox.admin.faults(down=False)


@pytest.mark.spec("S2")
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"not json", "JSON"),
        (json.dumps({"installed": {"client_id": "a", "client_secret": "b"}}).encode(), "ウェブ"),
        (json.dumps({"web": {"client_id": "a"}}).encode(), "ID"),
    ],
)
def test_a_wrong_file_gets_a_clear_message(desk: Desk, content: bytes, says: str) -> None:
    file = SimpleUploadedFile("client.json", content, "application/json")
    typed = {"client_id": "typed-before", "client_file": file}
    response = desk.client.post(SETTINGS, typed, headers={"accept-language": "ja"})
    assert response.status_code == 422
    page = response.content.decode()
    assert says in page
    assert "typed-before" in page
    assert not OAuthClient.objects.exists()


@pytest.mark.spec("S2")
def test_the_file_from_google_fills_both_fields(desk: Desk) -> None:
    content = {"web": {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uris": []}}
    file = SimpleUploadedFile("client.json", json.dumps(content).encode(), "application/json")
    response = desk.client.post(SETTINGS, {"client_file": file})
    assert response.status_code == 302
    stored = OAuthClient.objects.get()
    assert (stored.client_id, stored.client_secret.reveal()) == (CLIENT_ID, CLIENT_SECRET)


@pytest.mark.spec("S2")
def test_the_secret_is_kept_when_it_is_not_typed_again_and_never_shown(desk: Desk) -> None:
    desk.save()
    desk.save(client_secret="")
    assert OAuthClient.objects.get().client_secret.reveal() == CLIENT_SECRET
    assert CLIENT_SECRET not in desk.client.get(SETTINGS).content.decode()


@pytest.mark.spec("S2")
def test_an_incomplete_client_is_told_at_its_field(desk: Desk) -> None:
    response = desk.client.post(SETTINGS, {"client_id": "only-an-id", "client_secret": ""})
    assert response.status_code == 422
    assert "only-an-id" in response.content.decode()
    assert not OAuthClient.objects.exists()


@pytest.mark.spec("S4")
def test_an_account_is_paused_resumed_disconnected_and_connected_again(desk: Desk) -> None:
    asked = desk.save()
    desk.come_back(state=asked["state"], code=desk.allow(asked))
    mailbox = Mailbox.objects.get()

    def press(verb: str) -> str:
        desk.client.post(reverse("mailboxes:change_state", args=[mailbox.pk, verb]))
        return Mailbox.objects.get().state

    assert press("pause") == MailboxState.PAUSED
    assert press("pause") == MailboxState.PAUSED  # a second click changes nothing
    assert press("resume") == MailboxState.CONNECTED
    assert press("disconnect") == MailboxState.DISCONNECTED
    assert not Mailbox.objects.get().refresh_token
    response = desk.client.post(reverse("mailboxes:reconnect", args=[mailbox.pk]))
    asked = desk.asked(response["Location"])
    desk.come_back(state=asked["state"], code=desk.allow(asked))
    assert Mailbox.objects.get().state == MailboxState.CONNECTED
    kinds = Event.objects.filter(mailbox_id=mailbox.pk).values_list("kind", flat=True)
    assert {"mailbox.paused", "mailbox.resumed", "mailbox.disconnected"} <= set(kinds)


@pytest.mark.spec("S5")
def test_each_person_sees_the_mailboxes_that_they_are_given(desk: Desk) -> None:
    agent, other = cast.person("agent"), cast.person("other")
    boxes = {}
    for address in (ADDRESS, "info@shop.example"):
        asked = desk.save()
        desk.come_back(state=asked["state"], code=desk.allow(asked, address))
        boxes[address] = Mailbox.objects.get(address=address)
    desk.client.post(
        reverse("mailboxes:people", args=[boxes[ADDRESS].pk]), {"people": [agent.pk, desk.admin.pk]}
    )
    cast.mail(boxes[ADDRESS], subject="ひとつめ")
    cast.mail(boxes["info@shop.example"], subject="ふたつめ")

    def listed(user: User) -> str:
        client = Client()
        client.force_login(user)
        return client.get(reverse("mail:list"), {"category": "all"}).content.decode()

    assert "ひとつめ" in listed(agent)
    assert "ふたつめ" not in listed(agent)
    assert "ひとつめ" not in listed(other)
    both = listed(desk.admin)
    assert "ひとつめ" in both
    assert "ふたつめ" in both
    desk.client.post(reverse("mailboxes:people", args=[boxes[ADDRESS].pk]), {"people": []})
    assert "ひとつめ" not in listed(agent)
