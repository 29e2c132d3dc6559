"""``check --deploy`` finds what is wrong and says what to do."""

from __future__ import annotations

from typing import Any

import pytest

from libsocial.core import checks

GOOD: dict[str, Any] = {
    "DEBUG": False,
    "SECRET_KEY": "kJ8#vQz2!pLw9@rT5$yB7^nM3&xC1*dF6(gH4)sA0-eU",
    "HTTPS": True,
    "BASE_URL": "https://social.library.example",
    "ALLOWED_HOSTS": ["social.library.example", "127.0.0.1"],
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "MAIL_CONFIGURED": True,
    "DEFAULT_FROM_EMAIL": "social@library.example",
    "PRIVATE_HOSTS": ["intranet.library.example:443"],
}
ALL = [
    checks.debug_is_off,
    checks.keys_are_real,
    checks.address_is_public,
    checks.proxy_is_declared,
    checks.mail_is_set_up,
    checks.parts_answer,
    checks.sizes_fit,
    checks.private_hosts_are_narrow,
]


def found(settings: Any, **changes: Any) -> dict[str, str]:
    for name, value in {**GOOD, **changes}.items():
        setattr(settings, name, value)
    return {str(message.id): f"{message.msg} {message.hint}" for check in ALL for message in check(None)}


@pytest.mark.bothdbs
@pytest.mark.django_db
def test_a_good_installation_has_nothing_to_hear(settings: Any) -> None:
    assert found(settings) == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "number", "words"),
    [
        ({"DEBUG": True}, "E001", "LIBSOCIAL_DEBUG"),
        ({"SECRET_KEY": "x" * 60}, "E002", "LIBSOCIAL_SECRET_KEY"),
        ({"HTTPS": False}, "W003", "LIBSOCIAL_BASE_URL"),
        ({"ALLOWED_HOSTS": ["127.0.0.1"]}, "W004", "the address your colleagues will type"),
        ({"ALLOWED_HOSTS": ["*", "social.library.example"]}, "E005", "LIBSOCIAL_ALLOWED_HOSTS"),
        ({"SECURE_PROXY_SSL_HEADER": None}, "W006", "LIBSOCIAL_BEHIND_PROXY"),
        ({"MAIL_CONFIGURED": False}, "W007", "LIBSOCIAL_MAIL_URL"),
        ({"DEFAULT_FROM_EMAIL": "libsocial@localhost"}, "W008", "LIBSOCIAL_MAIL_FROM"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "E010", "LIBSOCIAL_REDIS_URL"),
        ({"MEDIA_ROOT": "/dev/null/media"}, "E011", "right to write there"),
        ({"PRIVATE_HOSTS": ["10.0.0.0/8"]}, "W013", "10.0.0.0/8"),
    ],
)
def test_each_weakness_is_named_with_what_to_do(settings: Any, changes: dict, number: str, words: str) -> None:
    said = found(settings, **changes)
    assert words in said[f"libsocial.{number}"]


@pytest.mark.django_db
@pytest.mark.parametrize("entry", ["10.1.2.3", "10.1.2.0/24", "catalogue.library.example", "127.0.0.1:3000"])
def test_narrow_exceptions_for_private_hosts_are_fine(settings: Any, entry: str) -> None:
    assert found(settings, PRIVATE_HOSTS=[entry]) == {}
