"""The environment: typed, and loud when it is wrong."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from callcenter import env

WHOLE = {
    "SECRET_KEY": "x" * 50,
    "TOKEN_KEYS": Fernet.generate_key().decode(),
    "DATABASE_URL": "postgresql://ccc:p%40ss@db:5433/mail?sslmode=require",
    "REDIS_URL": "redis://valkey:6379/2",
    "PUBLIC_URL": "https://mail.example.com/",
}


def test_a_whole_environment_is_read() -> None:
    found = env.read(WHOLE)
    assert found.public_url == "https://mail.example.com"
    assert found.database["NAME"] == "mail"
    assert found.database["PASSWORD"] == "p@ss"
    assert (found.database["HOST"], found.database["PORT"]) == ("db", "5433")
    assert found.database["OPTIONS"]["sslmode"] == "require"
    assert found.google.api_root == "https://gmail.googleapis.com/"
    assert (found.debug, found.demo) == (False, False)


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_a_missing_variable_is_named(name: str) -> None:
    rest = {key: value for key, value in WHOLE.items() if key != name}
    with pytest.raises(ImproperlyConfigured, match=name):
        env.read(rest)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOKEN_KEYS", "not-a-key"),
        ("DATABASE_URL", "mysql://db/mail"),
        ("DATABASE_URL", "postgresql://db/"),
        ("PUBLIC_URL", "mail.example.com"),
        ("GMAIL_API_ROOT", "gmail"),
        ("DEBUG", "perhaps"),
        ("GMAIL_UNITS_PER_MINUTE", "many"),
        ("GMAIL_COSTS", "messages.get=cheap"),
        ("GMAIL_DAILY_SENDS", "0"),
        ("GMAIL_DAILY_SENDS", "all"),
        ("MONITORING_TOKEN", "guess-me"),
    ],
)
def test_a_wrong_variable_stops_the_process(name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        env.read({**WHOLE, name: value})


def test_prices_of_another_list_are_read() -> None:
    found = env.read({**WHOLE, "GMAIL_COSTS": "messages.get=20,threads.get=40"})
    assert found.google.costs == {"messages.get": 20, "threads.get": 40}


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("redis://valkey:6379/2", "redis://valkey:6379/2"),
        ("unix:///run/valkey.sock?db=3", "redis+socket:///run/valkey.sock?virtual_host=3"),
        ("unix:///run/valkey.sock", "redis+socket:///run/valkey.sock?virtual_host=0"),
    ],
)
def test_celery_gets_the_same_database(url: str, broker: str) -> None:
    assert env.celery_broker(url) == broker


def test_what_monitoring_needs_is_optional() -> None:
    found = env.read(WHOLE)
    assert (found.monitoring_token, found.google.daily_sends) == ("", None)
    token = "t" * 20
    found = env.read({**WHOLE, "MONITORING_TOKEN": token, "GMAIL_DAILY_SENDS": "500"})
    assert (found.monitoring_token, found.google.daily_sends) == (token, 500)
