"""Where a short link may lead, and what is added to it on the way. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from django.utils.translation import gettext as _

from libsocial.core import addresses
from libsocial.links import codes

LONGEST = 2000
# What only works inside one visit, or is signed: such an address breaks when anything is added.
SESSION_NAMES = frozenset(
    {"sid", "sessionid", "session", "session_id", "jsessionid", "phpsessid", "aspsessionid", "cgisessid"}
    | {"sig", "signature", "x-amz-signature", "x-goog-signature", "token", "hmac"}
)
_LOCAL = (".localhost", ".local", ".internal", ".lan", ".home.arpa")
_SPACE = re.compile(r"[\s\x00-\x1f]")


@dataclass(frozen=True)
class Rules:
    """What holds for the links of a unit. `only` empty: every host. `plain`: hosts whose addresses stay as they are.

    The patterns may hold {platform}, {campaign}, {post}, {account} and {placement}; '' leaves that word out.
    """

    only: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    tagged: bool = True
    source: str = "{platform}"
    medium: str = "social"
    campaign: str = "{campaign}"
    content: str = "{post}-{account}"


def objection(url: str, rules: Rules) -> str:
    """Why a link cannot lead there; '' when it can. Names are not looked up here, the guarded door does that."""
    if not url:
        return _("Write where the link leads, beginning with https://.")
    if len(url) > LONGEST or _SPACE.search(url):
        return _("This is no complete web address: it is too long, or has spaces in it.")
    try:
        parts = urlsplit(url)
        host, _port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return _("This is no complete web address. Copy it from the browser once more.")
    if parts.scheme.lower() not in {"http", "https"}:
        return _("A short link leads to a web page: the address begins with https:// or http://.")
    if not host or ("." not in host and addresses.parse(host) is None) or parts.username is not None:
        return _("This is no complete web address. Copy it from the browser once more, without a name or a password.")
    return _private(host) or _loop(url) or _foreign(host, rules)


def _private(host: str) -> str:
    found = addresses.parse(host)
    hidden = found is not None and not addresses.is_public(found)
    numeric = re.fullmatch(r"[0-9.]+|0x[0-9a-f.x]+", host) is not None and found is None
    if hidden or numeric or host == "localhost" or host.endswith(_LOCAL):
        return _("This address is inside a private network: readers outside could not open it.")
    return ""


def _loop(url: str) -> str:
    return _("This is a short link of ours already. Name the page it leads to.") if codes.read(url) else ""


def _foreign(host: str, rules: Rules) -> str:
    if not rules.only or _among(host, rules.only):
        return ""
    allowed = ", ".join(rules.only)
    return _("Links of this unit lead to %(hosts)s only. An administrator can change that under Links, Rules.") % {
        "hosts": allowed
    }


def _among(host: str, entries: Iterable[str]) -> bool:
    """A host is among its own name and those of the domains above it."""
    return any(host == entry or host.endswith(f".{entry}") for entry in entries)


def stays_plain(url: str, rules: Rules) -> bool:
    """Nothing may be added: the rules say so, it carries a session or a signature, or it is tagged already."""
    parts = urlsplit(url)
    names = {name.lower() for name, _value in parse_qsl(parts.query, keep_blank_values=True)}
    session = bool(names & SESSION_NAMES) or ";jsessionid" in parts.path.lower()
    tagged = any(name.startswith("utm_") for name in names)
    return not rules.tagged or session or tagged or _among(parts.hostname or "", rules.plain)


def tagged(url: str, rules: Rules, words: dict[str, str]) -> str:
    """The address with the campaign words of the rules behind its own query; its own words stay untouched."""
    if stays_plain(url, rules):
        return url
    made = (
        ("utm_source", rules.source),
        ("utm_medium", rules.medium),
        ("utm_campaign", rules.campaign),
        ("utm_content", rules.content),
    )
    said = [f"{name}={quote(value, safe='')}" for name, pattern in made if (value := _filled(pattern, words))]
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join([*([parts.query] if parts.query else []), *said])))


def _filled(pattern: str, words: dict[str, str]) -> str:
    """The pattern with its words; what is not known leaves no hole and no stray hyphen."""
    filled = re.sub(r"\{(\w+)\}", lambda found: words.get(found[1], ""), pattern)
    return re.sub(r"-{2,}", "-", filled).strip("-")


def clean_host(typed: str) -> str:
    """'https://Catalogue.Library.example/x' as 'catalogue.library.example'; ValueError when no host is meant."""
    text = typed.strip().lower()
    host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    host = host.removeprefix("*.").strip(".")
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host):
        raise ValueError(typed)
    return host
