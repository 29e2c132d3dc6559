"""Who asks, as far as it may be known: a class of device and whether it is a robot. Pure; nothing of it identifies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

# Robots, link previews of networks and messengers, monitors, and programs that fetch pages.
_ROBOT = re.compile(
    r"bot\b|bot[/ ;_-]|crawl|spider|slurp|preview|facebookexternalhit|facebookcatalog|meta-externalagent|whatsapp|"
    r"telegram|skypeuripreview|embedly|vkshare|pinterest/|flipboard|nuzzel|bitlybot|quora|outbrain|iframely|mastodon|"
    r"pleroma|misskey|akkoma|lemmy|bluesky|cardyb|linkcheck|validator|monitor|uptime|pingdom|headless|lighthouse|"
    r"curl|wget|python|libwww|java/|okhttp|go-http|node-fetch|axios|httpclient|http_request|feed|rss|scan|proxy|"
    r"google-|bingpreview|yandex|baidu|archive\.org|ia_archiver|safelinks|barracuda|proofpoint|mimecast",
    re.IGNORECASE,
)
_TABLET = re.compile(r"ipad|tablet|kindle|silk/|playbook|android(?!.*mobile)", re.IGNORECASE)
_PHONE = re.compile(r"iphone|ipod|mobile|phone|opera mini|android", re.IGNORECASE)
_DESK = re.compile(r"windows nt|macintosh|x11|cros|linux", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


def is_robot(method: str, headers: Mapping[str, str]) -> bool:
    """No person reads what is answered: HEAD, a robot by its own word, or a browser that only fetches ahead."""
    ahead = headers.get("Sec-Purpose", "") or headers.get("Purpose", "") or headers.get("X-Moz", "")
    agent = headers.get("User-Agent", "")
    return method == "HEAD" or "prefetch" in ahead.lower() or not agent or bool(_ROBOT.search(agent))


def device(agent: str) -> str:
    """'phone', 'tablet', 'desktop' or 'other'."""
    if _TABLET.search(agent):
        return "tablet"
    if _PHONE.search(agent):
        return "phone"
    return "desktop" if _DESK.search(agent) else "other"


def referrer(value: str) -> str:
    """The host a click came from, '' when the browser does not say; never the page."""
    try:
        host = (urlsplit(value).hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""
    return host if len(host) <= 100 and _HOST.fullmatch(host) else ""
