"""``manage.py check --deploy``, in words a librarian can act on: what is wrong, why it matters, what to do."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connection

from libsocial.core import health

LOOPBACK = {"127.0.0.1", "localhost", "[::1]", "::1"}


@register(Tags.security, deploy=True)
def debug_is_off(app_configs: Any, **kwargs: Any) -> Iterable[CheckMessage]:
    if settings.DEBUG:
        yield Error(
            "Error pages show the inside of the program to everyone.",
            hint="Remove LIBSOCIAL_DEBUG, or set it to no.",
            id="libsocial.E001",
        )


@register(Tags.security, deploy=True)
def keys_are_real(app_configs: Any, **kwargs: Any) -> Iterable[CheckMessage]:
    if len(settings.SECRET_KEY) < 40 or len(set(settings.SECRET_KEY)) < 10:
        yield Error(
            "The key that signs sessions and links is short or simple, so it could be guessed.",
            hint="Remove LIBSOCIAL_SECRET_KEY and one is made for you, or set 50 random characters.",
            id="libsocial.E002",
        )


@register(Tags.security, deploy=True)
def address_is_public(app_configs: Any, **kwargs: Any) -> Iterable[CheckMessage]:
    if not settings.HTTPS:
        yield Warning(
            "People reach this library without encryption, so passwords can be read on the way.",
            hint=f"Put a reverse proxy with a certificate in front and set LIBSOCIAL_BASE_URL to its https:// address "
            f"(now {settings.BASE_URL}). docs/production.md shows how.",
            id="libsocial.W003",
        )
    if not set(settings.ALLOWED_HOSTS) - LOOPBACK:
        yield Warning(
            "Only this machine itself may open the pages.",
            hint="Set LIBSOCIAL_BASE_URL to the address your colleagues will type.",
            id="libsocial.W004",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "Any host name is accepted, so a forged link in a mail could lead elsewhere.",
            hint="List the real names in LIBSOCIAL_ALLOWED_HOSTS instead of *.",
            id="libsocial.E005",
        )


@register(Tags.security, deploy=True)
def proxy_is_declared(app_configs: Any, **kwargs: Any) -> Iterable[CheckMessage]:
    if settings.HTTPS and not settings.SECURE_PROXY_SSL_HEADER:
        yield Warning(
            "The address is https, but no reverse proxy is declared: signing in may fail or loop.",
            hint="Set LIBSOCIAL_BEHIND_PROXY to yes when your proxy sets X-Forwarded-Proto itself.",
            id="libsocial.W006",
        )


@register(deploy=True)
def mail_is_set_up(app_configs: Any, **kwargs: Any) -> Iterable[CheckMessage]:
    if not settings.MAIL_CONFIGURED:
        yield Warning(
            "No mail can be sent: invitations and alarms appear in the product only.",
            hint="Set LIBSOCIAL_MAIL_URL, for example smtp://name:password@mail.example.org:587.",
            id="libsocial.W007",
        )
    elif settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        yield Warning(
            "Mails have no real sender, so many servers will refuse them.",
            hint="Set LIBSOCIAL_MAIL_FROM to an address of your library.",
            id="libsocial.W008",
        )


@register(deploy=True)
def parts_answer(app_configs: Any, **kwargs: Any) -> Iterable[CheckMessage]:
    hints = {
        "database": "Check LIBSOCIAL_DATABASE_URL and that PostgreSQL is running.",
        "broker": "Check LIBSOCIAL_REDIS_URL and that Redis is running.",
        "media": "Give the account LibSocial runs under the right to write there, or make room.",
    }
    for number, check in enumerate((health.check_database, health.check_broker, health.check_media), start=9):
        answer = check()
        if not answer.ok:
            yield Error(answer.detail, hint=hints[answer.name], id=f"libsocial.E{number:03}")


@register(deploy=True)
def sizes_fit(app_configs: Any, **kwargs: Any) -> Iterable[CheckMessage]:
    if settings.REDIS_URL and connection.vendor == "sqlite":
        yield Warning(
            "Redis is used, but the database is a file: several processes will wait for each other.",
            hint="Set LIBSOCIAL_DATABASE_URL to a PostgreSQL database, or remove LIBSOCIAL_REDIS_URL.",
            id="libsocial.W012",
        )


@register(Tags.security, deploy=True)
def private_hosts_are_narrow(app_configs: Any, **kwargs: Any) -> Iterable[CheckMessage]:
    for entry in settings.PRIVATE_HOSTS:
        if _is_wide(entry):
            yield Warning(
                f"LIBSOCIAL_PRIVATE_HOSTS opens a whole network ({entry}) to addresses that people type in.",
                hint="List the single hosts that are needed, for example intranet.example.org:443.",
                id="libsocial.W013",
            )


def _is_wide(entry: str) -> bool:
    """Whether an exception covers more than 256 addresses."""
    try:
        return ipaddress.ip_network(entry, strict=False).num_addresses > 256
    except ValueError:
        return entry in {"*", "localhost"}
