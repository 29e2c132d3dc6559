"""What TikTok is told of a post: from the approved content to the bodies of its requests. Pure but for the addresses
of pictures.

Source: developers.tiktok.com, Content Posting API reference (direct post, upload, photo).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from channels_app import measure
from channels_app.content import Content, Media
from channels_app.errors import Rejected
from channels_app.platforms._tiktok_choices import PRIVACY
from channels_app.platforms.base import Session

_SWITCHES = {"comments": "comment", "duet": "duet", "stitch": "stitch"}


def is_direct(content: Content) -> bool:
    return content.options.get("mode") == "direct"


def film_of(content: Content, index: int) -> Media | None:
    """The film of this part; None for a post of pictures. Raises Rejected for neither."""
    part = content.parts[index]
    films, pictures = part.kind("video"), part.kind("image")
    if not films and not pictures:
        raise Rejected(_("TikTok takes films and pictures only. Add one."), field="media")
    return films[0] if films else None


def refuse_early(content: Content, index: int) -> None:
    """What TikTok would refuse, or may not be guessed, is refused before anything is sent. Raises Rejected."""
    film_of(content, index)
    if not is_direct(content):
        return
    options = content.options
    if options.get("privacy") not in dict(PRIVACY):
        raise Rejected(_("Say who may see the post. TikTok lets nobody choose that for you."), field="options.privacy")
    if options.get("consent") is not True:
        raise Rejected(_("TikTok wants your consent to its music terms."), field="options.consent")
    if options.get("branded_content") and options["privacy"] == "SELF_ONLY":
        raise Rejected(
            _("A paid partnership cannot be for this account only. Choose who else sees it."),
            field="options.branded_content",
        )
    cover_of(options)


def cover_of(options: Mapping[str, Any]) -> int | None:
    """The moment of the cover in milliseconds. Raises Rejected for what is no number."""
    said = str(options.get("cover_second") or "").strip().replace(",", ".")
    if not said:
        return None
    whole, _dot, rest = said.partition(".")
    if not (whole.isascii() and whole.isdecimal() and (rest == "" or (rest.isascii() and rest.isdecimal()))):
        raise Rejected(_("Write the second of the cover as a number, such as 3."), field="options.cover_second")
    return round(float(said) * 1000)


def suits(creator: Mapping[str, Any], content: Content, film: Media | None) -> None:
    """Compares the choices with what TikTok allows this account now (creator_info). Raises Rejected."""
    allowed = creator.get("privacy_level_options")
    if isinstance(allowed, list) and allowed and content.options["privacy"] not in allowed:
        raise Rejected(
            _("TikTok does not offer this account that choice of who sees it. Look at the choices again."),
            field="options.privacy",
        )
    most = creator.get("max_video_post_duration_sec")
    if film and isinstance(most, int | float) and not isinstance(most, bool) and 0 < most < film.seconds:
        raise Rejected(
            _("This account may post films of at most %(most)d seconds.") % {"most": most},
            field="media",
        )


def film_info(content: Content, index: int, creator: Mapping[str, Any]) -> dict[str, Any]:
    """`post_info` of a film that is published at once. What the account has switched off stays off."""
    options = content.options
    info: dict[str, Any] = {
        "title": measure.plain_newlines(content.parts[index].text),
        "privacy_level": options["privacy"],
        "brand_content_toggle": bool(options.get("branded_content")),
        "brand_organic_toggle": bool(options.get("own_business")),
        "is_aigc": bool(options.get("synthetic")),
    }
    for ours, theirs in _SWITCHES.items():
        info[f"disable_{theirs}"] = not options.get(ours) or creator.get(f"{theirs}_disabled") is True
    cover = cover_of(options)
    if cover is not None:
        info["video_cover_timestamp_ms"] = cover
    return info


def photo_body(session: Session, content: Content, index: int, creator: Mapping[str, Any]) -> dict[str, Any]:
    """The body of the request that makes a post of pictures; their addresses are good for a day."""
    options, part = content.options, content.parts[index]
    info: dict[str, Any] = {
        "title": str(options.get("photo_title") or ""),
        "description": measure.plain_newlines(part.text),
    }
    if is_direct(content):
        info |= {
            "privacy_level": options["privacy"],
            "disable_comment": not options.get("comments") or creator.get("comment_disabled") is True,
            "auto_add_music": bool(options.get("music")),
            "brand_content_toggle": bool(options.get("branded_content")),
            "brand_organic_toggle": bool(options.get("own_business")),
        }
    return {
        "media_type": "PHOTO",
        "post_mode": "DIRECT_POST" if is_direct(content) else "MEDIA_UPLOAD",
        "post_info": info,
        "source_info": {
            "source": "PULL_FROM_URL",
            "photo_images": [session.public_url(media) for media in part.kind("image")],
            "photo_cover_index": 0,
        },
    }
