"""With the keys of an application in hand: entered in the browser, sent to sign in, back with a code, connected."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from channels_app import platforms
from channels_app.models import AppKeys, Channel, ConnectAttempt, Credential
from libsocial.audit.models import Entry
from tests.cast import Library, signed_in
from tests.fakes import (
    discord,
    facebook,
    google_business,
    instagram,
    linkedin,
    pinterest,
    threads,
    tiktok,
    wordpress,
    x,
    youtube,
)
from tests.fakes.server import FarSide, running
from tests.journeys.everywhere import FAR_SIDES

pytestmark = pytest.mark.django_db
# The code the far side waits for, and our application's keys there.
KNOWN: dict[str, tuple[str, dict[str, str]]] = {
    "facebook": (facebook.CODE, facebook.APP),
    "instagram": (instagram.CODE, instagram.APP),
    "threads": (threads.CODE, threads.APP),
    "x": (x.CODE, x.APP),
    "linkedin": (linkedin.CODE, linkedin.CLIENT),
    "youtube": (youtube.CODE, youtube.APP),
    "tiktok": (tiktok.CODE, tiktok.APP),
    "pinterest": (pinterest.CODE, pinterest.APP),
    "google_business": (google_business.CODE, google_business.CLIENT),
}


def test_every_platform_with_an_application_is_told_of() -> None:
    assert set(KNOWN) == {one.key for one in platforms.ALL if one.app_fields}


@pytest.fixture
def ada(lib: Library) -> Client:
    return signed_in(lib.ada)


def sent_away(ada: Client, lib: Library, key: str) -> dict[str, str]:
    """The query of the sign-in page the person is sent to."""
    fields = {one.name: one.choices[0][0] if one.choices else "" for one in platforms.get(key).connect_fields}
    page = ada.post(reverse("channels:connect_to", args=[key]), {**fields, "unit": lib.north.pk})
    assert page.status_code == 200, page.content.decode()[-2000:]
    address = html.unescape(re.findall(r'content="0;url=([^"]+)"', page.content.decode())[0])
    assert urlsplit(address).scheme == "https" or "127.0.0.1" in address
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


@pytest.mark.parametrize("key", list(KNOWN))
def test_a_librarian_with_keys_connects_in_the_browser(key: str, ada: Client, lib: Library, settings: Any) -> None:
    settings.BASE_URL, settings.PRIVATE_HOSTS = "https://social.library.example", ["127.0.0.1"]
    settings.OUTLET_ANYWHERE = True
    code, app = KNOWN[key]
    maker, opened = FAR_SIDES[key]
    with running(maker()) as far:
        settings.PLATFORM_HOSTS = opened(far)[0]
        assert ada.post(reverse("channels:keys", args=[key]), app).status_code == 302
        query = sent_away(ada, lib, key)
        back = urlsplit(query["redirect_uri"])
        assert back.scheme == "https" and back.netloc == "social.library.example"
        if hasattr(far, "back"):
            far.back = query["redirect_uri"]
        answer = ada.get(back.path, {"code": code, "state": query["state"]})
        if answer.status_code == 200:  # several accounts: the first is chosen
            page = answer.content.decode()
            state = re.findall(r'name="state" value="([^"]+)"', page)[0]
            picked = html.unescape(re.findall(r'name="account" value="([^"]+)"', page)[0])
            answer = ada.post(reverse("channels:choose_account"), {"state": state, "account": picked})
        assert answer.status_code == 302, answer.content.decode()[-3000:]
        channel = Channel.objects.get(platform=key)
        assert answer["Location"] == reverse("channels:detail", args=[channel.pk])
        assert (channel.state, channel.health) == ("active", "ok")
        assert Credential.objects.filter(channel=channel).exists()
        again = ada.get(back.path, {"code": code, "state": query["state"]})
        assert again.status_code == 422, "an answer works once"
        page = ada.get(reverse("channels:detail", args=[channel.pk])).content.decode()
        held = [str(value) for value in Credential.objects.get(channel=channel).secret.values() if len(str(value)) > 15]
        assert not [value for value in [*held, *app.values()] if len(value) > 15 and value in page]
    assert Entry.objects.filter(action="channel.connected").count() == 1


@pytest.mark.parametrize("key", list(KNOWN))
def test_who_says_no_at_the_platform_connects_nothing(key: str, ada: Client, lib: Library, settings: Any) -> None:
    settings.BASE_URL, settings.PRIVATE_HOSTS = "https://social.library.example", ["127.0.0.1"]
    code, app = KNOWN[key]
    maker, opened = FAR_SIDES[key]
    with running(maker()) as far:
        settings.PLATFORM_HOSTS = opened(far)[0]
        AppKeys.objects.create(platform=platforms.get(key).app_key or key, secret=app)
        query = sent_away(ada, lib, key)
        path = urlsplit(query["redirect_uri"]).path
        said = ada.get(path, {"error": "access_denied", "state": query["state"]})
        assert said.status_code == 422
        assert "You chose not to let LibSocial in" in said.content.decode()
        late = ada.get(path, {"code": code, "state": query["state"]})
        assert late.status_code == 422
    assert not Channel.objects.filter(platform=key).exists()
    assert ConnectAttempt.objects.get().used_at is not None


# What is typed where an account there is enough.
FORMS: dict[str, Callable[[Any], dict[str, str]]] = {
    "wordpress": lambda far: {"server": far.site, "user": wordpress.USER, "app_password": wordpress.PASSWORD},
    "telegram": lambda far: {"token": far.secret()["token"], "channel": "@townlibrary"},
    "discord": lambda far: {"bot_token": discord.BOT_TOKEN, "channel_id": discord.CHANNEL},
    "feed": lambda far: {"name": "News of the library"},
}


@pytest.mark.parametrize("key", list(FORMS))
def test_where_an_account_is_enough_a_form_connects(key: str, ada: Client, lib: Library, settings: Any) -> None:
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    maker, opened = FAR_SIDES.get(key, (FarSide, lambda far: ({}, None, {})))
    with running(maker()) as far:
        settings.PLATFORM_HOSTS = opened(far)[0]
        answer = ada.post(reverse("channels:connect_to", args=[key]), {**FORMS[key](far), "unit": lib.north.pk})
    assert answer.status_code == 302, re.sub(r"\s+", " ", answer.content.decode())[-3000:]
    channel = Channel.objects.get(platform=key)
    assert (channel.state, channel.unit) == ("active", lib.north)
