"""A film as YouTube describes it: the resource we send, read from the approved content. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from channels_app import measure
from channels_app.content import Content, Media
from channels_app.errors import Rejected

TAGS_LIMIT = 500
SHORT_SECONDS = 180
# What videos.update replaces as a whole: everything of these a person or we may have set is sent back.
_SNIPPET = ("title", "description", "tags", "categoryId", "defaultLanguage", "defaultAudioLanguage")
_STATUS = (
    "privacyStatus",
    "embeddable",
    "license",
    "publicStatsViewable",
    "selfDeclaredMadeForKids",
    "containsSyntheticMedia",
)


def film_of(content: Content, index: int) -> Media:
    """The film of this part. Raises Rejected where there is none: YouTube takes nothing else."""
    films = content.parts[index].kind("video")
    if not films:
        raise Rejected(_("YouTube takes films only. Add one."), field="media")
    return films[0]


def is_short(media: Media) -> bool:
    """YouTube makes a Short of every film that is square or upright and at most three minutes long."""
    return media.height >= media.width and 0 < media.seconds <= SHORT_SECONDS


def address(remote_id: str, media: Media | None = None) -> str:
    if media is not None and is_short(media):
        return f"https://www.youtube.com/shorts/{remote_id}"
    return f"https://www.youtube.com/watch?v={remote_id}"


def studio(remote_id: str) -> str:
    """Where its owner looks after a film that nobody else can see."""
    return f"https://studio.youtube.com/video/{remote_id}/edit"


def resource(content: Content, index: int) -> dict[str, Any]:
    """The film's words and settings as they were approved; private until the very end."""
    options = content.options
    made_for_kids = options.get("made_for_kids")
    if made_for_kids not in ("yes", "no"):
        raise Rejected(_("Say whether the film is made for children. YouTube wants to know."), field=_KIDS)
    snippet: dict[str, Any] = {
        "title": str(options.get("title") or "").strip(),
        "description": measure.plain_newlines(content.parts[index].text),
        "categoryId": str(options.get("category") or "27"),
        "tags": tags_of(options),
    }
    if content.language:
        snippet["defaultLanguage"] = content.language
    if not snippet["title"]:
        raise Rejected(_("YouTube takes no film without a title."), field="options.title")
    status = {
        "privacyStatus": "private",
        "embeddable": bool(options.get("embeddable", True)),
        "license": str(options.get("license") or "youtube"),
        "selfDeclaredMadeForKids": made_for_kids == "yes",
        "containsSyntheticMedia": bool(options.get("synthetic", False)),
    }
    body: dict[str, Any] = {"snippet": snippet, "status": status}
    if options.get("paid_promotion"):
        body["paidProductPlacementDetails"] = {"hasPaidProductPlacement": True}
    return body


_KIDS = "options.made_for_kids"


def tags_of(options: Mapping[str, Any]) -> list[str]:
    """The keywords, in order, each once. Raises Rejected when YouTube would count more than it takes: a keyword with
    a blank counts two quotation marks more, and the commas between count too."""
    said = str(options.get("tags") or "").replace("\n", ",").split(",")
    tags = list(dict.fromkeys(tag.strip() for tag in said if tag.strip()))
    used = sum(len(tag) + 2 * (" " in tag) for tag in tags) + max(0, len(tags) - 1)
    if used > TAGS_LIMIT:
        raise Rejected(
            _("The keywords take %(used)d of %(limit)d characters, as YouTube counts them. Leave some out.")
            % {"used": used, "limit": TAGS_LIMIT},
            field="options.tags",
        )
    return tags


def wanted_privacy(content: Content) -> str:
    """How it is to be seen in the end."""
    said = content.options.get("visibility", "public")
    return said if said in ("public", "unlisted", "private") else "public"


def changed(there: Mapping[str, Any], content: Content, index: int) -> dict[str, Any]:
    """The update that makes it public: what is there, with what was approved, whole, as named parts are replaced."""
    ours = resource(content, index)
    body: dict[str, Any] = {"id": there.get("id")}
    for part, names in (("snippet", _SNIPPET), ("status", _STATUS)):
        known = there.get(part)
        known = known if isinstance(known, Mapping) else {}
        body[part] = {name: known[name] for name in names if name in known} | ours[part]
    body["status"]["privacyStatus"] = wanted_privacy(content)
    return body
