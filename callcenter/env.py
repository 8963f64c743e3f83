"""The environment, read once and typed.

Every setting that differs between installations is an environment variable, and a wrong or missing
one stops the process at once with its name: a mail product that starts half-configured loses mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError


@dataclass(frozen=True, slots=True)
class Google:
    """Where Google's doors are; other doors (the Gmail sandbox) only by environment."""

    api_root: str
    auth_uri: str
    token_uri: str
    revoke_uri: str
    units_per_minute: int
    costs: Mapping[str, int]
    # Mails that an account may send in 24 hours; None: what Google allows its kind.
    daily_sends: int | None = None


@dataclass(frozen=True, slots=True)
class Environment:
    """All that the environment says. Times in seconds, sizes in bytes."""

    secret_key: str
    token_keys: tuple[str, ...]
    database: dict[str, Any]
    redis_url: str
    public_url: str
    debug: bool
    demo: bool
    log_level: str
    attachment_root: Path
    attachment_max_bytes: int
    poll_seconds: float
    monitoring_token: str
    google: Google


# No step of ours thinks for so long between two statements of one transaction.
_IDLE_MS = 60_000


def database_settings(url: str, *, pool_size: int = 0) -> dict[str, Any]:
    """Django's DATABASES entry for `postgresql://user:pass@host:port/name?host=/socket/dir`."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"DATABASE_URL must begin with postgresql://, not {url[:12]!r}")
    query = dict(parse_qsl(parts.query))
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ImproperlyConfigured("DATABASE_URL names no database")
    # A process that is stopped in the middle (a paused container, a sleeping machine) holds its
    # rows, and keeps everybody else from that mail: the database ends its transaction.
    options: dict[str, Any] = {"options": f"-c idle_in_transaction_session_timeout={_IDLE_MS}"}
    if pool_size:
        # Under ASGI a persistent connection is bound to a thread that is gone with the request:
        # the pool is what lets requests share connections.
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 10}
    if "sslmode" in query:
        options["sslmode"] = query["sslmode"]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", parts.hostname or ""),
        "PORT": query.get("port", str(parts.port or "")),
        "CONN_MAX_AGE": 0 if pool_size else 300,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def celery_broker(redis_url: str) -> str:
    """The same Redis as Celery writes it: for a socket it has words of its own.

    A `db` that it does not know would be passed over, and the tasks would lie in database 0.
    """
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    database = dict(parse_qsl(parts.query)).get("db", "0")
    return f"redis+socket://{parts.path}?virtual_host={database}"


def _http_url(name: str, value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ImproperlyConfigured(f"{name} must be an http(s) address, not {value!r}")
    return value


def _token_keys(values: list[str]) -> tuple[str, ...]:
    if not values:
        raise ImproperlyConfigured("TOKEN_KEYS names no key: Gmail tokens could not be stored")
    for value in values:
        try:
            Fernet(value)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"TOKEN_KEYS holds a key that is not Fernet's: {error}"
            ) from None
    return tuple(values)


_SHORTEST_TOKEN = 20


def _monitoring_token(value: str) -> str:
    if value and len(value) < _SHORTEST_TOKEN:
        raise ImproperlyConfigured(
            f"MONITORING_TOKEN can be guessed: at least {_SHORTEST_TOKEN} characters"
        )
    return value


def _positive(name: str, value: int | None) -> int | None:
    if value is not None and value < 1:
        raise ImproperlyConfigured(f"{name} must be at least 1")
    return value


def read(variables: Mapping[str, str] | None = None) -> Environment:
    """Read and check the environment.

    Raises:
        ImproperlyConfigured: a variable is missing or wrong; the message names it.
    """
    env = Env()
    if variables is not None:
        env = _FixedEnv(variables)
    try:
        prices: dict[str, str] = env.dict("GMAIL_COSTS", {})
        costs = {method: int(price) for method, price in prices.items()}
        return Environment(
            secret_key=env.str("SECRET_KEY"),
            token_keys=_token_keys(env.list("TOKEN_KEYS")),
            database=database_settings(env.str("DATABASE_URL"), pool_size=env.int("DB_POOL", 0)),
            redis_url=env.str("REDIS_URL"),
            public_url=_http_url("PUBLIC_URL", env.str("PUBLIC_URL")).rstrip("/"),
            debug=env.bool("DEBUG", False),
            demo=env.bool("DEMO", False),
            log_level=env.str("LOG_LEVEL", "INFO"),
            attachment_root=Path(env.str("ATTACHMENT_ROOT", "var/attachments")),
            attachment_max_bytes=env.int("ATTACHMENT_MAX_MIB", 50) * 1024 * 1024,
            poll_seconds=env.float("POLL_SECONDS", 2.0),
            monitoring_token=_monitoring_token(env.str("MONITORING_TOKEN", "")),
            google=Google(
                api_root=_http_url(
                    "GMAIL_API_ROOT", env.str("GMAIL_API_ROOT", "https://gmail.googleapis.com/")
                ),
                auth_uri=_http_url(
                    "GOOGLE_AUTH_URI",
                    env.str("GOOGLE_AUTH_URI", "https://accounts.google.com/o/oauth2/v2/auth"),
                ),
                token_uri=_http_url(
                    "GOOGLE_TOKEN_URI",
                    env.str("GOOGLE_TOKEN_URI", "https://oauth2.googleapis.com/token"),
                ),
                revoke_uri=_http_url(
                    "GOOGLE_REVOKE_URI",
                    env.str("GOOGLE_REVOKE_URI", "https://oauth2.googleapis.com/revoke"),
                ),
                units_per_minute=env.int("GMAIL_UNITS_PER_MINUTE", 15_000),
                costs=costs,
                daily_sends=_positive("GMAIL_DAILY_SENDS", env.int("GMAIL_DAILY_SENDS", None)),
            ),
        )
    except (EnvError, ValueError) as error:
        raise ImproperlyConfigured(f"The environment is not complete: {error}") from error


class _FixedEnv(Env):
    """`environs` over a given mapping, so that tests need not touch the process's own."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        super().__init__()
        self._variables = variables

    def _get_value(self, env_key: str, default: Any) -> Any:
        return self._variables.get(env_key, default)
