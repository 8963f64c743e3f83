"""The same facts as JSON: for a monitoring system with its token, and for administrators."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone

from callcenter import redis as broker_module
from mail.health import judging
from mail.models import Reason, Reconciliation, SyncPhase, SyncState, ToFetch
from mailboxes.models import Mailbox, MailboxState
from mailboxes.secrets import Secret
from permissions.models import User
from tests.mail import cast

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-a-monitoring-system"
DOCS = Path(__file__).resolve().parents[3] / "docs" / "monitoring.md"


@pytest.fixture
def box(broker: Any) -> Mailbox:
    box = cast.mailbox()
    now = timezone.now()
    Mailbox.objects.filter(pk=box.pk).update(
        connected_at=now - timedelta(days=9),
        last_sync_at=now,
        refresh_token=Secret.of("1//refresh-secret"),
        access_token=Secret.of("ya29.access-secret"),
        access_expires_at=now + timedelta(minutes=50),
        scopes="https://mail.google.com/",
    )
    SyncState.objects.create(mailbox=box, phase=SyncPhase.FOLLOWING, finished_at=now)
    Reconciliation.objects.create(
        mailbox=box, reason=Reason.NIGHTLY, started_at=now, finished_at=now, listed=3
    )
    return Mailbox.objects.get(pk=box.pk)


@pytest.fixture(autouse=True)
def _with_a_token(settings: Any) -> None:
    settings.MONITORING_TOKEN = TOKEN


def ask(address: str, authorization: str = f"Bearer {TOKEN}", user: User | None = None) -> Any:
    client = Client()
    if user is not None:
        client.force_login(user)
    headers = {"authorization": authorization} if authorization else {}
    return client.get(address, headers=headers)


def addresses(box: Mailbox) -> list[str]:
    return [reverse("mail:health_json"), reverse("mail:mailbox_json", args=[box.pk])]


def keys(found: Any, above: str = "") -> set[str]:
    """`sync.phase`, and so on; of a list, those of its members."""
    if isinstance(found, dict):
        inner = (keys(value, f"{above}{name}.") for name, value in found.items())
        return {f"{above}{name}" for name in found}.union(*inner)
    if isinstance(found, list):
        return set().union(*(keys(value, above) for value in found))
    return set()


@pytest.mark.spec("S6")
def test_the_addresses_are_the_documented_ones(box: Mailbox) -> None:
    assert addresses(box) == ["/health.json", f"/health/mailboxes/{box.pk}.json"]
    assert reverse("alive") == "/alive/"


@pytest.mark.spec("S6")
def test_the_token_opens_them_and_nothing_else_does(box: Mailbox) -> None:
    for address in addresses(box):
        assert ask(address).status_code == 200
        assert ask(address, f"bearer {TOKEN}").status_code == 200
        for wrong in ("", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer あ", TOKEN):
            refused = ask(address, wrong)
            assert refused.status_code == 401, wrong
            assert refused["WWW-Authenticate"].startswith("Bearer")
            assert refused.json() == {"error": "unauthorised"}
    # It opens nothing but these.
    page = ask(reverse("mail:health", args=[box.pk]))
    assert (page.status_code, page["Location"].partition("?")[0]) == (302, "/login/")


@pytest.mark.spec("S6")
def test_without_a_token_in_the_environment_only_administrators_may(
    box: Mailbox, settings: Any
) -> None:
    settings.MONITORING_TOKEN = ""
    admin, agent = cast.person("admin", role="admin"), cast.person("agent", box)
    for address in addresses(box):
        for empty in ("Bearer ", "Bearer", "Bearer x"):
            assert ask(address, empty).status_code == 401
        assert ask(address, "", admin).status_code == 200
        forbidden = ask(address, "", agent)
        assert (forbidden.status_code, forbidden.json()) == (403, {"error": "forbidden"})
        # A wrong token is not made good by a session.
        assert ask(address, "Bearer x", admin).status_code == 401


def test_reading_is_all_that_can_be_done(box: Mailbox) -> None:
    client = Client()
    headers = {"authorization": f"Bearer {TOKEN}"}
    for address in addresses(box):
        for method in (client.post, client.put, client.delete):
            assert method(address, headers=headers).status_code == 405
        assert client.head(address, headers=headers).status_code == 200
    missing = reverse("mail:mailbox_json", args=[box.pk + 99])
    assert ask(missing).status_code == 404
    assert ask(missing, "Bearer wrong").status_code == 401  # nor is it told what there is


@pytest.mark.spec("S6")
def test_the_status_follows_the_rules(box: Mailbox) -> None:
    def seen() -> tuple[int, str, int, str]:
        one, all_ = (ask(address) for address in reversed(addresses(box)))
        return one.status_code, one.json()["status"], all_.status_code, all_.json()["status"]

    def be(**fields: Any) -> None:
        Mailbox.objects.filter(pk=box.pk).update(**fields)

    assert seen() == (200, "ok", 200, "ok")
    be(trouble="quota")
    assert seen() == (200, "warn", 200, "warn")
    be(trouble="revoked", state=MailboxState.NEEDS_AUTH)
    assert seen() == (503, "fail", 503, "fail")
    # What was stopped on purpose wakes nobody.
    be(trouble="", state=MailboxState.PAUSED, last_sync_at=timezone.now() - timedelta(days=3))
    assert seen() == (200, "off", 200, "ok")


@pytest.mark.spec("S6")
def test_one_mailbox_that_fails_is_the_installations_failure(box: Mailbox) -> None:
    other = cast.mailbox("other@shop.example")
    Mailbox.objects.filter(pk=other.pk).update(state=MailboxState.NEEDS_AUTH, trouble="revoked")
    answer = ask(reverse("mail:health_json"))
    assert answer.status_code == 503
    lines = {line["address"]: line for line in answer.json()["mailboxes"]}
    assert lines[box.address]["status"] == "ok"
    assert lines[other.address]["reasons"] == [{"code": "needs_auth", "level": "fail"}]
    assert ask(reverse("mail:mailbox_json", args=[box.pk])).status_code == 200


@pytest.mark.spec("S6")
def test_the_keys_are_those_of_the_document(box: Mailbox) -> None:
    ToFetch.objects.create(mailbox=box, gmail_id="a", position=1, trouble="unreadable")
    text = DOCS.read_text("utf-8")
    tables = re.split(r"^## ", text, flags=re.MULTILINE)
    documented = {
        title: set(re.findall(r"^\| `([a-z0-9_.]+)` \|", part, flags=re.MULTILINE))
        for part in tables
        if (title := part.partition("\n")[0])
    }
    whole, one = (ask(address).json() for address in addresses(box))
    assert keys(whole) == documented["`GET /health.json`"]
    assert keys(one) == documented["`GET /health/mailboxes/<id>.json`"]
    source = Path(judging.__file__).read_text("utf-8")
    codes = set(re.findall(r'Reason\("([a-z_]+)"', source))
    assert codes <= documented["Rules"]


@pytest.mark.spec("S6")
def test_no_secret_is_told(box: Mailbox) -> None:
    for address in addresses(box):
        said = ask(address).content.decode()
        for secret in ("refresh-secret", "access-secret", TOKEN, box.access_token.sealed):
            assert secret not in said


def test_the_answer_is_never_kept_by_a_cache(box: Mailbox) -> None:
    for address in (*addresses(box), reverse("alive")):
        assert "no-store" in ask(address)["Cache-Control"]


@pytest.mark.spec("S6")
def test_the_facts_are_the_pages(box: Mailbox) -> None:
    told = ask(reverse("mail:mailbox_json", args=[box.pk])).json()
    assert told["sync"]["phase"] == "following"
    assert 0 <= told["sync"]["lag_seconds"] < 30
    assert told["comparison"]["in_gmail"] == 3
    assert told["comparison_running"] is False
    assert told["sends"] == {"last_24_hours": 0, "limit": 2000, "waiting": 0, "uncertain": 0}
    assert told["permission"]["scopes"] == ["https://mail.google.com/"]
    assert told["at"].endswith("Z")
    SyncState.objects.update(phase=SyncPhase.LISTING)
    told = ask(reverse("mail:mailbox_json", args=[box.pk])).json()
    assert told["sync"]["phase"] == "listing"
    assert told["sync"]["first_total"] == 0
    SyncState.objects.all().delete()
    told = ask(reverse("mail:mailbox_json", args=[box.pk])).json()
    assert told["sync"]["phase"] == "none"


@contextmanager
def no_broker() -> Iterator[None]:
    """Nobody listens where the broker was."""
    with override_settings(REDIS_URL="redis://127.0.0.1:9/0"):
        broker_module.connection.cache_clear()
        yield
    broker_module.connection.cache_clear()


def test_a_broker_that_is_away_fails_and_says_so(box: Mailbox) -> None:
    with no_broker():
        answer = ask(reverse("mail:health_json"))
        one = ask(reverse("mail:mailbox_json", args=[box.pk]))
        alive = Client().get(reverse("alive"))
        with pytest.raises(redis.ConnectionError):
            broker_module.connection().ping()
    assert answer.status_code == 503
    assert (answer.json()["status"], answer.json()["broker"]) == ("fail", False)
    assert one.json()["quota"] is None
    assert (alive.status_code, alive.json()) == (
        503,
        {"status": "fail", "database": True, "broker": False},
    )


def test_alive_says_no_more_than_that(box: Mailbox) -> None:
    answer = Client().get(reverse("alive"))
    assert answer.status_code == 200
    assert json.loads(answer.content) == {"status": "ok", "database": True, "broker": True}
    assert Client().post(reverse("alive")).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_told_by_alive(broker: Any) -> None:
    there = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(HOST="127.0.0.1", PORT="9")
    try:
        answer = Client().get(reverse("alive"))
    finally:
        connection.close()
        connection.settings_dict.update(there)
    assert (answer.status_code, answer.json()) == (
        503,
        {"status": "fail", "database": False, "broker": True},
    )
