"""Encryption of credentials with rotating keys.

The first key of settings.FIELD_KEYS encrypts, all of them decrypt, so a new key
is put in front, `manage.py rotate_keys` rewrites the rows, the old key goes.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class CannotDecrypt(Exception):
    """None of the present keys opens this value: the key file was lost or exchanged."""


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(value: Any) -> str:
    """JSON in, opaque text out."""
    return _fernet(tuple(settings.FIELD_KEYS)).encrypt(json.dumps(value).encode()).decode()


def decrypt(token: str) -> Any:
    """Raises CannotDecrypt."""
    try:
        return json.loads(_fernet(tuple(settings.FIELD_KEYS)).decrypt(token.encode()))
    except InvalidToken as error:
        raise CannotDecrypt("no present key opens this value") from error


def rotate(token: str) -> str:
    """The same value under the newest key. Raises CannotDecrypt."""
    try:
        return _fernet(tuple(settings.FIELD_KEYS)).rotate(token.encode()).decode()
    except InvalidToken as error:
        raise CannotDecrypt("no present key opens this value") from error


class EncryptedJSONField(models.TextField):
    """A JSON value that is only ever stored encrypted."""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        return None if value is None else decrypt(value)

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else encrypt(value)
