"""A channel on every platform at once, each with a far side of its own. For stories told of all of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from channels_app import platforms
from channels_app.connect import Context
from channels_app.models import AppKeys, Channel, Credential
from channels_app.platforms.base import Account, Connected
from libsocial.accounts.models import Unit
from tests.channels.linkedin import PAGE_SCOPES
from tests.fakes import (
    bluesky,
    discord,
    facebook,
    google_business,
    instagram,
    linkedin,
    mastodon,
    pinterest,
    telegram,
    threads,
    tiktok,
    wordpress,
    x,
    youtube,
)
from tests.fakes.server import running

# Its hosts, how the account with its secret is got, our application's keys.
Made = tuple[dict[str, str], Callable[[], Connected], dict[str, str]]


@dataclass(frozen=True)
class There:
    """A channel with its far side."""

    channel: Channel
    far: Any


@contextlib.contextmanager
def channels_on_all(unit: Unit, settings: Any) -> Iterator[dict[str, There]]:
    """One channel on each platform that has a far side, by the platform's key."""
    settings.PRIVATE_HOSTS, settings.OUTLET_ANYWHERE, settings.PLATFORM_HOSTS = ["127.0.0.1"], True, {}
    with contextlib.ExitStack() as stack:
        found: dict[str, There] = {}
        for key, (maker, opened) in FAR_SIDES.items():
            far = stack.enter_context(running(maker()))
            hosts, connect, app = opened(far)
            settings.PLATFORM_HOSTS = {**settings.PLATFORM_HOSTS, **hosts}
            found[key] = There(_kept(unit, key, connect(), app), far)
        yield found


def _kept(unit: Unit, key: str, connected: Connected, app: dict[str, str]) -> Channel:
    account = connected.account
    channel = Channel.objects.create(
        unit=unit, platform=key, name=f"On {platforms.name_of(key)}", handle=account.handle, server=account.server,
        remote_id=account.remote_id, url=account.url, facts=account.facts,
    )  # fmt: skip
    Credential.objects.create(channel=channel, secret=connected.secret, expires_at=connected.expires_at)
    if app:
        owner = platforms.get(key).app_key or key
        known = AppKeys.objects.filter(platform=owner).first()
        merged = {**app, **(known.secret if known else {})}  # Instagram uses those of Facebook
        AppKeys.objects.update_or_create(platform=owner, defaults={"secret": merged})
    return channel


def _every_host(key: str, far: Any) -> dict[str, str]:
    return {f"{key}_{name}".upper(): far.url for name in platforms.get(key).hosts}


# --- one platform each ------------------------------------------------------
def _bluesky(far: Any) -> Made:
    account = Account(bluesky.DID, "Town Library", f"@{bluesky.HANDLE}", "")
    return {}, lambda: Connected(account, far.secret()), {}


def _mastodon(far: Any) -> Made:
    facts = {"software": "mastodon", "api": 7}
    account = Account(mastodon.ME, "Town Library", "@library@library.example", "", server=far.url, facts=facts)
    return {}, lambda: Connected(account, far.secret()), {}


def _wordpress(far: Any) -> Made:
    fields = {"server": far.site, "user": wordpress.USER, "app_password": wordpress.PASSWORD}
    return {}, lambda: _begun("wordpress", fields), {}


def _telegram(far: Any) -> Made:
    account = Account(str(telegram.CHANNEL), "Town Library", "@townlibrary", "https://t.me/townlibrary")
    return {"TELEGRAM_API": far.url}, lambda: Connected(account, far.secret()), {}


def _discord(far: Any) -> Made:
    fields = {"bot_token": discord.BOT_TOKEN, "channel_id": discord.CHANNEL}
    return {"DISCORD_API": far.url}, lambda: _begun("discord", fields), {}


def _instagram(far: Any) -> Made:
    account = Account(instagram.ME, "Town Library", "@library", "https://www.instagram.com/library/")
    secret = {"token": far.tokens["ig"], "login": "instagram"}
    return far.hosts(), lambda: Connected(account, secret), instagram.APP


def _threads(far: Any) -> Made:
    account = Account(threads.ME, "Town Library", "@library", "https://www.threads.com/@library")
    return far.hosts(), lambda: Connected(account, {"token": far.token}), threads.APP


def _x(far: Any) -> Made:
    account = Account(x.ME, "Town Library", "@townlibrary", "https://x.com/townlibrary")
    return {"X_API": far.url, "X_SIGN_IN": far.url}, lambda: Connected(account, far.secret()), x.APP


def _facebook(far: Any) -> Made:
    url = "https://www.facebook.com/townlibrary"
    account = Account(facebook.PAGE, "Town Library", "@townlibrary", url, facts={"person": facebook.PERSON})
    return _every_host("facebook", far), lambda: Connected(account, far.secret()), facebook.APP


def _linkedin(far: Any) -> Made:
    facts = {"kind": "page", "scopes": list(PAGE_SCOPES), "member": linkedin.PERSON}
    url = "https://www.linkedin.com/company/town-library-111/"
    account = Account(linkedin.PAGE, "Town Library", "@town-library-111", url, facts=facts)
    hosts = {"LINKEDIN_API": far.url, "LINKEDIN_SIGN_IN": f"{far.url}/oauth/v2", "LINKEDIN_UPLOAD": far.url}
    return hosts, lambda: Connected(account, far.secret()), linkedin.CLIENT


def _youtube(far: Any) -> Made:
    hosts = {
        "YOUTUBE_API": f"{far.url}/youtube/v3", "YOUTUBE_UPLOAD": f"{far.url}/upload/youtube/v3",
        "YOUTUBE_REPORTS": f"{far.url}/v2", "YOUTUBE_TOKENS": far.url,
    }  # fmt: skip
    account = Account(youtube.ME, "Town Library", "@townlibrary", "", facts={"uploads": youtube.UPLOADS})
    return hosts, lambda: Connected(account, far.secret()), youtube.APP


def _tiktok(far: Any) -> Made:
    url = "https://www.tiktok.com/@townlibrary"
    account = Account(tiktok.ME, "Town Library", "@townlibrary", url, facts={"direct": True})
    return {"TIKTOK_API": far.url, "TIKTOK_UPLOAD": far.url}, lambda: Connected(account, far.secret()), tiktok.APP


def _pinterest(far: Any) -> Made:
    facts = {"boards": [[pinterest.BOARD, "Books"]], "tier": "standard"}
    account = Account(pinterest.ME, "Town Library", "@townlibrary", "https://www.pinterest.com/town/", facts=facts)
    return (
        {"PINTEREST_API": far.url, "PINTEREST_UPLOAD": far.url},
        lambda: Connected(account, far.secret()),
        pinterest.APP,
    )


def _google_business(far: Any) -> Made:
    account = Account(google_business.PLACE, "Town Library", "@branch-501", "https://maps.google.com/?cid=1")
    return _every_host("google_business", far), lambda: Connected(account, far.secret()), google_business.CLIENT


def _begun(key: str, fields: dict[str, str]) -> Connected:
    begun = platforms.get(key).begin(fields, redirect_uri="", state="", context=Context(key))
    assert isinstance(begun, Connected)
    return begun


FAR_SIDES: dict[str, tuple[Callable[[], Any], Callable[[Any], Made]]] = {
    "bluesky": (bluesky.FakeBluesky, _bluesky),
    "mastodon": (mastodon.FakeMastodon, _mastodon),
    "wordpress": (wordpress.FakeWordPress, _wordpress),
    "telegram": (telegram.FakeTelegram, _telegram),
    "discord": (discord.FakeDiscord, _discord),
    "facebook": (facebook.FakeFacebook, _facebook),
    "instagram": (instagram.FarInstagram, _instagram),
    "threads": (threads.FarThreads, _threads),
    "x": (x.FakeX, _x),
    "linkedin": (linkedin.FakeLinkedIn, _linkedin),
    "youtube": (youtube.FakeYouTube, _youtube),
    "tiktok": (tiktok.FakePhotos, _tiktok),
    "pinterest": (pinterest.FakePinterest, _pinterest),
    "google_business": (google_business.FakeGoogleBusiness, _google_business),
}
