"""What a server says about itself: the limits of this one server, whoever wrote its software.

Mastodon's own numbers are the last resort only; what a server does not say is
taken to be small. Facts are plain JSON, kept on the channel.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import takewhile
from typing import Any
from urllib.parse import urlsplit

import regex
import requests
from django.utils.translation import gettext as _

from channels_app.capabilities import AltText, Capabilities, MediaRules, TextLimit, TextUnit, VideoRules
from channels_app.connect import FieldProblem
from channels_app.errors import PlatformError, Temporary
from channels_app.platforms import _mastodon_extras as extras
from channels_app.platforms import _wire
from channels_app.platforms._wire import Answer, Wire, number_of
from libsocial.core.http import OutsideError

# Mastodon itself and what is built from its source: they honour Idempotency-Key and count as Mastodon does.
FAMILY = {"mastodon", "hometown", "glitchsoc", "glitch-soc", "fedibird", "kmyblue", "ecko"}
LISTS_PRIVATE = FAMILY | {"gotosocial", "pixelfed", "friendica"}  # the author's own list holds private posts too
COUNTS_FOLLOWERS_NOT = {"snac", "snac2"}  # says 0 whoever follows
ALT_LIMITS = {"pixelfed": 1000}
MOST_TEXT = 100_000
LEAST_BYTES = 10_000  # a picture limit below this was not meant in bytes
BATCH = 20
LONGEST_HOME = 190  # characters of a server's address, as many as we keep
_DESCRIBES = ("version", "configuration", "max_toot_chars", "uri", "domain")
_PICTURES = ("image/jpeg", "image/png", "image/webp")
_FILMS = ("video/mp4", "video/quicktime", "video/webm")
_MOVING = "image/gif"
_FILM_BYTES = 40_000_000  # where a server takes films and does not say how large ones
FILM_SECONDS = 3600  # no server counts them; the weight decides
QUOTES_SINCE = 7  # version of Mastodon's API
_NAMED = regex.compile(r"(?:compatible; |really )([A-Za-z-]+)[ /]", regex.IGNORECASE)
_SLASHED = regex.compile(r"([A-Za-z-]+)/\d")
_HOST_META = regex.compile(r'template="(https?://[^"/?]+(?:/[^"?]*?)??)/(?:\.well-known/|[^"/?]*\?)')
_PATH_PART = regex.compile(r"[\w.~-]{1,40}", regex.ASCII)
DEEPEST = 2  # parts of a path a server may stand under


def settle_seconds(software: str) -> int:
    """After how many seconds a post that is not in its author's list was certainly not made.

    Longer than a server works on a request its client gave up on, plus the time
    it may take to list what it has (snac2: up to 20 seconds).
    """
    return 90 if software in FAMILY else 180


def find_server(http: requests.Session, typed: str) -> tuple[str, dict[str, Any]]:
    """(address of the API, facts) from what a person typed: a server or a whole handle. Raises FieldProblem."""
    text = _wire.typed(typed)
    is_handle = "://" not in text and "@" in text.partition("/")[0]
    named = text.rpartition("@")[2] if is_handle else text
    url = _wire.server_url(named, "server")
    wire = Wire(http)
    try:
        answer = _described(wire, url, _paths(named), in_house="://" not in named)
    except Temporary as error:
        advice = _("Check the spelling; if it is right, try again later.")
        raise FieldProblem("server", f"{error.reason} {advice}") from None
    if answer is not None:
        server = _home_of(answer)
        return server, facts_of(answer, _software(wire, server))
    raise FieldProblem(
        "server",
        _(
            "%(server)s does not answer as Mastodon or a compatible server. Check the spelling. "
            "A server that stands under a path is written with it, as library.example/social."
        )
        % {"server": urlsplit(url).netloc},
    )


def _paths(named: str) -> list[str]:
    """The paths under which the address a person typed may hold a server, the longest first: '/social' and '' in
    library.example/social/@story. What begins with @ is somebody's page."""
    typed = urlsplit(named if "://" in named else f"https://{named}").path.strip("/").split("/")
    parts = list(takewhile(_PATH_PART.fullmatch, typed))[:DEEPEST]
    return ["".join(f"/{part}" for part in parts[:length]) for length in range(len(parts), -1, -1)]


def _home_of(answer: Answer) -> str:
    """The address before `/api/…`, where the description came from after redirects. Raises FieldProblem."""
    home = answer.url.rpartition("/api/")[0]
    path = urlsplit(home).path.rstrip("/")
    if len(home) > LONGEST_HOME:
        raise FieldProblem("server", _("The address of this server is too long."))
    return _wire.server_url(home, "server") + path


def _described(wire: Wire, url: str, paths: list[str], *, in_house: bool) -> Answer | None:
    """`in_house`: a server in the same house, of those an administrator allows, may have no https."""
    try:
        return _under(wire, url, paths) or _instance_elsewhere(wire, url)
    except Temporary:
        plain = url.replace("https://", "http://", 1)
        if not in_house or not _wire.may_carry_secrets(plain):
            raise
        return _under(wire, plain, paths) or _instance_elsewhere(wire, plain)


def _under(wire: Wire, url: str, paths: list[str]) -> Answer | None:
    """The first description under these paths. Trouble on the way counts only where nothing is found."""
    trouble: Temporary | None = None
    for path in paths:
        try:
            if answer := _instance(wire, url + path):
                return answer
        except Temporary as error:
            trouble = error
    if trouble:
        raise trouble
    return None


def read_facts(http: requests.Session, server: str, known: dict[str, Any], token: str = "") -> dict[str, Any]:
    """The facts as they are today, or those known when the server does not tell just now."""
    try:
        wire = Wire(http, (token,))
        answer = _instance(wire, server, token)
        if answer is None or not answer.ok:
            return known
        return facts_of(answer, str(known.get("software") or "") or _software(wire, server))
    except PlatformError:
        return known


def _instance(wire: Wire, server: str, token: str = "") -> Answer | None:
    """The server's description, version 2 or 1, or its refusal to tell strangers; None where it has neither."""
    trouble: Temporary | None = None
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    for version in ("v2", "v1"):
        try:
            answer = wire.ask("GET", f"{server}/api/{version}/instance", headers=headers)
        except Temporary as error:
            trouble = error
            continue
        if answer.ok and not answer.fields.keys().isdisjoint(_DESCRIBES):
            return answer
        if answer.status in (401, 403) and answer.text("error"):  # a closed server: only members may read it
            return answer
        if answer.status == 429 or answer.status >= 500:
            trouble = Temporary(_("The server is out of order at the moment."), detail=answer.words)
    if trouble:
        raise trouble
    return None


def _instance_elsewhere(wire: Wire, server: str) -> Answer | None:
    """The accounts of a domain may live on another host: its host-meta says where, or where webfinger leads to."""
    try:
        response = wire.session.get(f"{server}/.well-known/host-meta")
        match = _HOST_META.search(response.content[:5000].decode("utf-8", "replace")) if response.ok else None
        if match:
            return _instance(wire, match.group(1))
        domain = urlsplit(server).netloc
        led = wire.session.get(f"{server}/.well-known/webfinger", params={"resource": f"acct:{domain}@{domain}"}).url
    except OutsideError:
        return None
    parts = urlsplit(led)
    return _instance(wire, f"{parts.scheme}://{parts.netloc}") if parts.netloc != domain else None


def sign_in_places(wire: Wire, server: str) -> tuple[str, str, str]:
    """(page to sign in, address that gives tokens, address that ends them): Mastodon's own, or what the server
    announces on its own host.

    Source: RFC 8414, which Mastodon follows since 4.3.
    """
    places = [f"{server}/oauth/authorize", f"{server}/oauth/token", f"{server}/oauth/revoke"]
    try:
        told = wire.ask("GET", f"{server}/.well-known/oauth-authorization-server")
    except PlatformError:
        return places[0], places[1], places[2]
    for index, name in enumerate(("authorization_endpoint", "token_endpoint", "revocation_endpoint")):
        place = told.text(name) if told.ok else ""
        if urlsplit(place).hostname == urlsplit(server).hostname and _wire.may_carry_secrets(place):
            places[index] = place
    return places[0], places[1], places[2]


def _software(wire: Wire, server: str) -> str:
    """The software's name by nodeinfo, '' where it does not say."""
    try:
        links = wire.ask("GET", f"{server}/.well-known/nodeinfo").fields.get("links")
        for link in links if isinstance(links, list) else []:
            href = link.get("href") if isinstance(link, dict) else None
            if isinstance(href, str) and urlsplit(href).netloc == urlsplit(server).netloc:
                return wire.ask("GET", href).text("software", "name").lower()[:40]
    except PlatformError:
        return ""
    return ""


# --- facts ----------------------------------------------------------------
def facts_of(answer: Answer, software: str) -> dict[str, Any]:
    """The facts of an instance's description; what it does not say is left out."""
    version = answer.text("version")
    name = software or _from_version(version)
    api = answer.fields.get("api_versions")
    configuration = answer.fields.get("configuration")
    blocks = configuration if isinstance(configuration, dict) else {}
    facts: dict[str, Any] = {
        "software": name,
        "version": version[:80],
        "domain": regex.sub("^https?://", "", answer.text("domain") or answer.text("uri")).strip("/")[:200],
        "text": _number(blocks, "statuses", "max_characters") or _limit(answer.fields.get("max_toot_chars")),
        "link": _number(blocks, "statuses", "characters_reserved_per_url"),
        "images": _number(blocks, "statuses", "max_media_attachments")
        or _limit(answer.fields.get("max_media_attachments")),
        "alt": _number(blocks, "media_attachments", "description_limit")
        or _limit(answer.fields.get("description_limit")),
        "bytes": _number(blocks, "media_attachments", "image_size_limit"),
        "pixels": _number(blocks, "media_attachments", "image_matrix_limit"),
        "types": _types(blocks, _PICTURES),
        "moving": bool(_types(blocks, (_MOVING,))) or None,
        "films": _types(blocks, _FILMS) if _said(blocks, "media_attachments", "video_size_limit") != 0 else None,
        "film_bytes": _number(blocks, "media_attachments", "video_size_limit"),
        "film_fps": _number(blocks, "media_attachments", "video_frame_rate_limit"),
        "film_pixels": _number(blocks, "media_attachments", "video_matrix_limit"),
        "poll_answers": _number(blocks, "polls", "max_options"),
        "poll_characters": _number(blocks, "polls", "max_characters_per_option"),
        "poll_shortest": _number(blocks, "polls", "min_expiration"),
        "poll_longest": _number(blocks, "polls", "max_expiration"),
        "api": (number_of(api.get("mastodon")) or 0) if isinstance(api, dict) else 0,
    }
    return {key: value for key, value in facts.items() if value not in (None, "", [])}


def _from_version(version: str) -> str:
    """`4.2.8 (compatible; Pixelfed 0.12.1)` names its software; a bare number is Mastodon's own way."""
    match = _NAMED.search(version) or _SLASHED.match(version)
    if match:
        return match.group(1).lower()
    return "mastodon" if regex.fullmatch(r"[1-9]\d*\.\d+\.\d+\S*", version) else ""


def _number(blocks: dict[str, Any], block: str, key: str) -> int | None:
    return _limit(_said(blocks, block, key))


def _said(blocks: dict[str, Any], block: str, key: str) -> Any:
    values = blocks.get(block)
    return values.get(key) if isinstance(values, dict) else None


def _limit(value: Any) -> int | None:
    """A limit: zero and less say nothing, and whatever is past counting means there is hardly one."""
    return number_of(value, most=10**18) or None


def _types(blocks: dict[str, Any], known: tuple[str, ...]) -> list[str]:
    types = _said(blocks, "media_attachments", "supported_mime_types")
    return [mime for mime in known if mime in types] if isinstance(types, list) else []


def capabilities_with(base: Capabilities, facts: dict[str, Any]) -> Capabilities:
    """The capabilities with this server's own limits."""
    software = str(facts.get("software", ""))
    limit = min(int(facts.get("text", 500)), MOST_TEXT)
    text, described = _text_limit(limit, software, facts), int(facts.get("alt") or ALT_LIMITS.get(software, 1500))
    further = extras.options(_polls(facts), can_quote(facts))
    known = {option.name for option in extras.options(extras.Polls(), quotes=True)}
    return base.with_facts(
        text=text,
        media=_media_rules(base.media, software, facts),
        alt_text=AltText(field=True, limit=min(described, MOST_TEXT), video=True),
        options=(*further, *(option for option in base.options if option.name not in known)),
        shapes=extras.shapes(text) if further else (),
        content_warning=140 if software == "pixelfed" else limit,
        budget=replace(base.budget, metrics_batch=BATCH if can_batch(facts) else 1),
    )


def _text_limit(limit: int, software: str, facts: dict[str, Any]) -> TextLimit:
    if software in FAMILY:
        return TextLimit(limit, TextUnit.MASTODON, link_length=int(facts.get("link") or 23))
    # Others count plainly, or in their own way: both ways must fit.
    return TextLimit(limit, TextUnit.CODEPOINTS, also=((limit, TextUnit.MASTODON),))


def _media_rules(base: MediaRules, software: str, facts: dict[str, Any]) -> MediaRules:
    return replace(
        base,
        max_images=min(int(facts.get("images", 4)), 16),
        mime_types=tuple(facts.get("types") or ("image/jpeg", "image/png")),
        max_bytes=min(said, base.max_bytes) if (said := int(facts.get("bytes", 0))) >= LEAST_BYTES else base.max_bytes,
        max_pixels=int(facts["pixels"]) if facts.get("pixels") else base.max_pixels,
        required=software == "pixelfed",
        animated=bool(facts.get("moving")),
        video=_film_rules(facts),
    )


def _film_rules(facts: dict[str, Any]) -> VideoRules | None:
    """None where the server names no kind of film it takes."""
    if not facts.get("films"):
        return None
    usual, weight = VideoRules(), int(facts.get("film_bytes") or _FILM_BYTES)
    pixels = int(facts.get("film_pixels") or usual.max_side**2)
    return replace(
        usual,
        mime_types=tuple(facts["films"]),
        max_bytes=weight if weight >= LEAST_BYTES else _FILM_BYTES,
        max_seconds=FILM_SECONDS,
        max_side=max(min(usual.max_side, math.isqrt(pixels)), 320),
        max_fps=min(int(facts.get("film_fps") or usual.max_fps), 120),
        poster=True,
    )


def _polls(facts: dict[str, Any]) -> extras.Polls | None:
    """None where the server says nothing of polls, or takes none that make sense."""
    usual = extras.Polls()
    polls = extras.Polls(
        answers=min(int(facts.get("poll_answers") or 0), 20),
        characters=min(int(facts.get("poll_characters") or usual.characters), 500),
        shortest=int(facts.get("poll_shortest") or usual.shortest),
        longest=int(facts.get("poll_longest") or usual.longest),
    )
    return polls if polls.answers >= 2 and polls.times() else None


def can_quote(facts: dict[str, Any]) -> bool:
    """Mastodon 4.5 and later."""
    return int(facts.get("api", 0)) >= QUOTES_SINCE and facts.get("software") in FAMILY


def can_batch(facts: dict[str, Any]) -> bool:
    """Many posts in one question: Mastodon 4.3 and later, which tell the version of their API."""
    return int(facts.get("api", 0)) >= 2 and facts.get("software") in FAMILY
