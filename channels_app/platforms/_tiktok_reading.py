"""What TikTok lists: the account, what it may do now, its public posts and their figures.

Source: developers.tiktok.com, Display API (user/info, video/list, video/query) and creator_info.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from channels_app.errors import NeedsReconnect, PlatformError, Temporary
from channels_app.platforms import _tiktok_upload as upload
from channels_app.platforms._tiktok_wire import NAME, Line, raise_for, text_in
from channels_app.platforms._wire import Answer, number_of
from channels_app.platforms.base import Account, Figures, Receipt

ACCOUNT = {
    "fields": "open_id,avatar_url,display_name,username,profile_deep_link,follower_count,following_count,likes_count,"
    "video_count"
}
BATCH = 20  # most ids of one video/query
_LOOKED_AT = 20
_COUNTS = {"view_count": "views", "like_count": "likes", "comment_count": "comments", "share_count": "shares"}
_CREATOR = (
    "privacy_level_options",
    "comment_disabled",
    "duet_disabled",
    "stitch_disabled",
    "max_video_post_duration_sec",
)


def user_in(answer: Answer) -> dict[str, Any]:
    """The account in an answer. Raises what `raise_for` raises, Temporary for what cannot be read."""
    raise_for(answer)
    data = answer.fields.get("data")
    user = data.get("user") if isinstance(data, dict) else None
    if not isinstance(user, dict) or not text_in(user, "open_id"):
        raise Temporary(_("The answer of %s cannot be read.") % NAME, detail=answer.words)
    return user


def account_of(user: dict[str, Any], facts: dict[str, Any]) -> Account:
    name, username = text_in(user, "display_name"), text_in(user, "username")
    url = f"https://www.tiktok.com/@{username}" if username else text_in(user, "profile_deep_link")
    return Account(
        remote_id=text_in(user, "open_id"),
        name=name,
        handle=f"@{username or name}",
        url=url or "https://www.tiktok.com",
        avatar_url=text_in(user, "avatar_url"),
        facts=facts,
    )


def audience_of(user: dict[str, Any]) -> Figures:
    counts = {"followers": number_of(user.get("follower_count")), "posts": number_of(user.get("video_count"))}
    return Figures({name: value for name, value in counts.items() if value is not None})


def creator(line: Line) -> dict[str, Any]:
    """What TikTok allows this account at this moment. Raises what `raise_for` raises."""
    said = line.data("POST", "post/publish/creator_info/query/", json={})
    return {name: said.get(name) for name in _CREATOR}


def own_list(line: Line) -> list[dict[str, Any]]:
    """The account's newest public posts."""
    params = {"fields": "id,create_time,title,video_description,share_url"}
    return _videos(line.data("POST", "video/list/", params=params, json={"max_count": _LOOKED_AT}))


def _videos(data: dict[str, Any]) -> list[dict[str, Any]]:
    found = data.get("videos")
    if not isinstance(found, list):
        raise Temporary(_("The answer of %s cannot be read.") % NAME)
    return [{**one, "id": str(one.get("id") or "")} for one in found if isinstance(one, dict)]


def counted(line: Line, ids: list[str]) -> dict[str, Figures]:
    """Figures of the public posts among these; TikTok is silent about others, and about deleted ones."""
    params = {"fields": f"id,{','.join(_COUNTS)}"}
    data = line.data("POST", "video/query/", params=params, json={"filters": {"video_ids": ids}})
    return {one["id"]: _figures(one) for one in _videos(data)}


def _figures(video: dict[str, Any]) -> Figures:
    counts = {ours: number_of(video.get(theirs)) for theirs, ours in _COUNTS.items()}
    return Figures({name: value for name, value in counts.items() if value is not None})


def number_of_post(line: Line, receipt: Receipt) -> str:
    """The post's own number; asked for where so far only that of the upload is known. '' where there is none yet."""
    publish_id = str(receipt.data.get("publish_id") or "")
    if not publish_id or receipt.remote_id != publish_id:
        return receipt.remote_id
    if receipt.data.get("privacy") == "SELF_ONLY":
        return ""
    try:
        return upload.standing(line, publish_id).post_id
    except NeedsReconnect:
        raise
    except PlatformError:  # forgotten there, or out of order: the others have their figures all the same
        return ""
