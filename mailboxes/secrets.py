"""Secrets at rest: encrypted with keys that the database never sees.

TOKEN_KEYS holds Fernet keys; the first one encrypts, all of them decrypt, so that a key can be
rotated while the product runs (`manage.py rotate_token_keys`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class SecretUnreadable(Exception):
    """No key in TOKEN_KEYS opens this: the account must be connected anew."""


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.TOKEN_KEYS])


def seal(plain: str) -> str:
    return _box().encrypt(plain.encode()).decode() if plain else ""


def unseal(sealed: str) -> str:
    """The secret in the clear.

    Raises:
        SecretUnreadable: its key is no longer in TOKEN_KEYS.
    """
    if not sealed:
        return ""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SecretUnreadable from error


def reseal(sealed: str) -> str:
    """The same secret under the first key.

    Raises:
        SecretUnreadable: its key is no longer in TOKEN_KEYS.
    """
    return seal(unseal(sealed))


class Secret:
    """A secret in memory: opens on purpose only, and prints as dots wherever it is logged."""

    __slots__ = ("_sealed",)

    def __init__(self, sealed: str) -> None:
        self._sealed = sealed

    @classmethod
    def of(cls, plain: str) -> Secret:
        return cls(seal(plain))

    @property
    def sealed(self) -> str:
        return self._sealed

    def reveal(self) -> str:
        return unseal(self._sealed)

    def __bool__(self) -> bool:
        return bool(self._sealed)

    def __repr__(self) -> str:
        return "Secret(•••)" if self._sealed else "Secret()"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._sealed == other._sealed

    def __hash__(self) -> int:
        return hash(self._sealed)


def no_secret() -> Secret:
    return Secret("")


if TYPE_CHECKING:
    _TextField = models.TextField[Secret | str, Secret]
else:
    _TextField = models.TextField


class SecretField(_TextField):
    """A column of encrypted text; in Python a `Secret`."""

    def from_db_value(self, value: str | None, *_: Any) -> Secret:
        return Secret(value or "")

    def to_python(self, value: Any) -> Secret:
        if isinstance(value, Secret):
            return value
        return Secret.of(value) if value else Secret("")

    def get_prep_value(self, value: Any) -> str:
        return self.to_python(value).sealed
