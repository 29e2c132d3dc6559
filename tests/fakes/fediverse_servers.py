"""The servers we know by name, as habits of `Fediverse`."""

from __future__ import annotations

import regex

from tests.fakes.fediverse import Habits
from tests.fakes.server import Reply


def _flake(number: int) -> str:
    """Pleroma's ids: letters and digits."""
    return f"AbC{number}xYz"


def _ulid(number: int) -> str:
    return f"01J{number:023d}"


def _graphemes(text: str) -> int:
    return len(regex.findall(r"\X", text))


def _as_mastodon(text: str) -> int:
    return _graphemes(regex.sub(r"(@\w+)@[\w.-]+", r"\1", regex.sub(r"https?://\S+", "x" * 23, text)))


def _v2(version: str, most: object = 500, images: object = 4, alt: object = 1500, **more: object) -> dict:
    return {
        "domain": "library.example",
        "version": version,
        "configuration": {
            "statuses": {"max_characters": most, "max_media_attachments": images, "characters_reserved_per_url": 23},
            "media_attachments": {"supported_mime_types": ["image/jpeg", "image/png"], "description_limit": alt},
        },
        **more,
    }


def _v1(version: str, **more: object) -> dict:
    return {"uri": "https://library.example", "title": "A server", "version": version, **more}


_READ_WRITE = frozenset({"read", "write", "follow", "push"})
_RESET = "2026-11-24T10:10:00.000000Z"

SERVERS = [
    Habits(
        "mastodon-4.5", "mastodon", v2=_v2("4.5.1", api_versions={"mastodon": 1}), key="honoured", media_waits=2,
        counts=_as_mastodon, source=True, busy=Reply(429, {"error": "x"}, {"X-RateLimit-Reset": _RESET}),
    ),
    Habits(
        "mastodon-3.5", "mastodon", v1=_v1("3.5.19", configuration=_v2("")["configuration"]), key="honoured",
        counts=_as_mastodon, source=True,
    ),
    Habits(
        "mastodon-closed", "mastodon", v2=_v2("4.4.0", 1200), v1=_v1("4.4.0"), closed=True, key="honoured",
        counts=_as_mastodon, most=1200,
    ),
    Habits(
        "gotosocial", "gotosocial", v2=_v2("0.20.1", 5000, 6), numbered=_ulid, most=5000, counts=len,
        busy=Reply(503, {"error": "x"}, {"Retry-After": "60"}),
        refusal=Reply(401, {"error": "Unauthorized: token not found"}),
    ),
    Habits(
        "pixelfed", "pixelfed", v1=_v1("3.5.3 (compatible; Pixelfed 0.12.4)", max_toot_chars=500),
        rights=_READ_WRITE, lasts=3600, key="refused", client={"name": "web", "website": None}, needs_picture=True,
        media_told=False, busy=Reply(429, {"message": "Too Many Attempts."}, {"Retry-After": "60"}),
        refusal=Reply(401, {"message": "Unauthenticated."}),
    ),
    Habits(
        "friendica", "friendica", v2=_v2("2.8.0 (compatible; Friendica 2024.08)", 200_000), rights=_READ_WRITE,
        numbered=int, titled=True, most=200_000, client={"name": "LibSocial"},
    ),
    Habits(
        "takahe", "takahe", v1=_v1("takahe/0.11.0", configuration=_v2("")["configuration"]), rights=_READ_WRITE,
        refusal=Reply(401, {"error": "invalid_token"}),
    ),
    Habits(
        "pleroma", "pleroma",
        v1=_v1("2.7.2 (compatible; Pleroma 2.5.1)", max_toot_chars=5000, description_limit=5000, pleroma={}),
        numbered=_flake, most=5000, client={"name": "Web", "website": None}, media=("v2", "v1"),
        without=frozenset({"edited_at"}), refusal=Reply(403, {"error": "Invalid credentials."}),
    ),
    Habits(
        "sharkey", "sharkey", v1=_v1("3.0.0 (compatible; Sharkey 2025.4)", max_toot_chars="3000"),
        most=3000, numbered=_flake, short_links=True, lists_replies=False, client=None,
        nulls=frozenset({"application", "language", "url"}), busy=Reply(429, raw=b"", headers={"Retry-After": "60"}),
    ),
    Habits(
        "mitra", "mitra",
        v1=_v1("4.0.0 (compatible; Mitra 4.1.0)", configuration={"statuses": {"max_characters": 2000}}),
        most=2000, takes=("json", "form"), lasts=3600, numbered=_ulid, media=("v1",), client=None,
        sign_in="/oauth/sign-in", announced=True,
    ),
    Habits(
        "honk-like", "", v1=_v1("honk/1.4"), numbered=int, takes=("form",), media=("v1",), media_told=False,
        bare_token=True, client=None, fractions=False, worded_counts=True, silent_delete=True, sign_in="/authorize",
        tokens="/api/oauth/exchange", ends="/api/oauth/end", announced=True, lists_late=20,
        without=frozenset({"language", "application", "reblog", "in_reply_to_id", "visibility"}),
        nulls=frozenset({"url", "spoiler_text"}), refusal=Reply(401, raw=b""),
        busy=Reply(429, raw=b"slow down"),
    ),
    Habits(
        "json-only", "smallhost", v1=_v1("0.3"), takes=("json",), ends="", media=("v2",), media_told=False,
        lists_all=False, client={"name": "smallhost"}, without=frozenset({"application"}),
        nulls=frozenset({"language"}), refusal=Reply(401, raw=b"<h1>no</h1>", headers={"Content-Type": "text/html"}),
        busy=Reply(429, {}, {"X-RateLimit-Reset": "1795515000"}),
    ),
    Habits(
        "under-a-path", "friendica", place="/club/social", v1=_v1("2.8.0 (compatible; Friendica 2024.08)"),
        rights=_READ_WRITE, numbered=int, announced=True, lists_replies=False,
    ),
    Habits(
        "says-it-is-mastodon", "", v2=_v2("4.2.0"), client={"name": "Web"}, media_told=False, counts=_as_mastodon,
    ),
]  # fmt: skip
