"""What X can do and what a person is told about it, as data; and the words of a post as X wants them."""

from __future__ import annotations

from typing import Any

import regex
from django.utils.translation import gettext_lazy

from channels_app import measure
from channels_app.capabilities import (
    AltText,
    ApiVersion,
    Budget,
    Capabilities,
    MediaRules,
    Metric,
    Option,
    Preview,
    Shape,
    Source,
    TextLimit,
    TextUnit,
    VideoRules,
)
from channels_app.check import lines_of
from channels_app.content import Content
from channels_app.platforms.base import ConnectField, Guide, Step

SCOPES = ("tweet.read", "tweet.write", "users.read", "media.write", "offline.access")
LONG = frozenset({"Premium", "PremiumPlus"})  # accounts that may write long posts
BATCH = 100
STATUS = regex.compile(r"(?:^|//)(?:www\.|mobile\.)?(?:x|twitter)\.com/[^/?#]+(?:/web)?/status/(\d{1,19})(?:[/?#]|$)")
_READ = "docs.x.com, its OpenAPI document 2.167 and developer pages; "
_SHORT = TextLimit(280, TextUnit.WEIGHTED, link_length=measure.X_LINK)
_LONG = TextLimit(25_000, TextUnit.WEIGHTED, link_length=measure.X_LINK)
_NO_MEDIA = {"media": MediaRules()}

APP_FIELDS = (
    ConnectField("client_id", gettext_lazy("OAuth 2.0 Client ID"), placeholder="M1M5R3BMVy13QmpScXkzTUt5OE46MTpjaQ"),
    ConnectField(
        "client_secret",
        gettext_lazy("OAuth 2.0 Client Secret"),
        "password",
        gettext_lazy("Leave empty only where the app was set up as a native or single-page app."),
        optional=True,
    ),
)
GUIDE = Guide(
    steps=(
        Step(
            gettext_lazy(
                "Sign in to X’s developer console, with the library’s own account if you can: reading its own posts "
                "is cheaper then. Accept the developer agreement, make a project and an app in it."
            ),
            "https://console.x.com",
        ),
        Step(
            gettext_lazy(
                "Open the app’s user authentication settings. Choose “Read and write” as permission and “Web App, "
                "Automated App or Bot” as type, and paste these two addresses."
            ),
            copy=(
                (gettext_lazy("Callback URI"), "{redirect_uri}"),
                (gettext_lazy("Website URL"), "{base_url}"),
            ),
        ),
        Step(
            gettext_lazy(
                "Save. X shows the OAuth 2.0 Client ID and Client Secret now, the secret only this once: enter both "
                "here. The older API key, secret and bearer token are not needed."
            )
        ),
        Step(
            gettext_lazy(
                "Buy credit in the console and set a limit for what may be spent in a month. Without credit X takes "
                "no post."
            )
        ),
        Step(
            gettext_lazy("Connect the account and allow all rights that X asks about."),
            copy=((gettext_lazy("Rights"), "{scopes}"),),
        ),
    ),
    approval=gettext_lazy("No review. X may ask what the app is for when the developer account is opened."),
    until_then=gettext_lazy("Everything works as soon as there is credit; without it every post is refused."),
)
NOTES = (
    gettext_lazy("X has no free tier. Each call is paid from credit: about $0.015 a post in April 2026."),
    gettext_lazy("A post with a link in it costs about $0.20, thirteen times as much. Bare addresses count as links."),
    gettext_lazy("A described picture costs about $0.005 more; each part of a thread is a post of its own."),
    gettext_lazy("Figures cost about $0.001 a post and day when the app belongs to the account, else about $0.005."),
    gettext_lazy("Link clicks and profile visits are told for 30 days after a post, to its own account only."),
    gettext_lazy("X refuses the same words twice: name the date in announcements that come again."),
    gettext_lazy("Apps may answer and quote only posts of the account itself or that mention it."),
)

_OPTIONS = (
    Option(
        "kind",
        gettext_lazy("Kind of post"),
        "choice",
        default="post",
        choices=(
            ("post", gettext_lazy("Words, pictures or a film")),
            ("poll", gettext_lazy("A poll")),
            ("quote", gettext_lazy("Another post inside ours")),
        ),
        help=gettext_lazy("Polls and quotations take no pictures. In a thread they stand in the first part."),
    ),
    Option(
        "poll",
        gettext_lazy("Answers"),
        "lines",
        help=gettext_lazy("One answer a line: two to four, each of at most 25 characters."),
        only=("kind", ("poll",)),
        required=True,
        limit=25,
        least=2,
        most=4,
    ),
    Option(
        "poll_minutes",
        gettext_lazy("How long the poll is open"),
        "choice",
        default="1440",
        choices=(
            ("60", gettext_lazy("One hour")),
            ("360", gettext_lazy("Six hours")),
            ("1440", gettext_lazy("One day")),
            ("4320", gettext_lazy("Three days")),
            ("10080", gettext_lazy("Seven days")),
        ),
        only=("kind", ("poll",)),
    ),
    Option(
        "quote",
        gettext_lazy("Address of the post to show"),
        "url",
        help=gettext_lazy("Of this account itself, or one that mentions it: X lets apps quote no others."),
        only=("kind", ("quote",)),
        required=True,
    ),
    Option(
        "reply_settings",
        gettext_lazy("Who may reply"),
        "choice",
        choices=(
            ("", gettext_lazy("Everyone")),
            ("following", gettext_lazy("Accounts this one follows")),
            ("mentionedUsers", gettext_lazy("Accounts named in the post")),
            ("subscribers", gettext_lazy("Subscribers")),
            ("verified", gettext_lazy("Verified accounts")),
        ),
    ),
    Option(
        "made_with_ai",
        gettext_lazy("Say that it was made with AI"),
        "flag",
        default=False,
        help=gettext_lazy("X shows a label. Meant for pictures and films that a machine made."),
    ),
    Option(
        "paid_partnership",
        gettext_lazy("Say that it is a paid partnership"),
        "flag",
        default=False,
        help=gettext_lazy("X shows a label."),
    ),
)
_METRICS = (
    Metric("impressions", "reach", gettext_lazy("Impressions"), gettext_lazy("How often X showed the post.")),
    Metric("likes", "reactions", gettext_lazy("Likes"), gettext_lazy("Likes the post has now.")),
    Metric("reposts", "shares", gettext_lazy("Reposts"), gettext_lazy("Reposts without a comment.")),
    Metric("replies", "replies", gettext_lazy("Replies"), gettext_lazy("Replies to the post.")),
    Metric("quotes", "quotes", gettext_lazy("Quotes"), gettext_lazy("Posts that show this one inside.")),
    Metric("bookmarks", "saves", gettext_lazy("Bookmarks"), gettext_lazy("How often readers kept the post.")),
    Metric(
        "link_clicks",
        "clicks",
        gettext_lazy("Link clicks"),
        gettext_lazy("Clicks on links in the post; told for 30 days."),
    ),
    Metric(
        "profile_clicks",
        "profile_clicks",
        gettext_lazy("Profile visits"),
        gettext_lazy("Clicks from the post to the account; told for 30 days."),
    ),
    Metric("followers", "followers", gettext_lazy("Followers"), gettext_lazy("Accounts that follow."), "account"),
    Metric("posts", "posts", gettext_lazy("Posts"), gettext_lazy("Posts and replies of the account."), "account"),
)

CAPABILITIES = Capabilities(
    text=_SHORT,
    media=MediaRules(
        max_images=4,
        mime_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
        max_bytes=5_000_000,
        animated=True,
        animated_alone=True,
        video=VideoRules(
            mime_types=("video/mp4", "video/quicktime"),
            max_bytes=512_000_000,
            min_seconds=0.5,
            max_seconds=140,
            ratio=(1 / 3, 3),
            max_side=1280,
            max_fps=60,
            captions=("srt", "vtt"),
            caption_files=10,
        ),
    ),
    alt_text=AltText(field=True, limit=1000),
    threads=25,
    languages=False,
    comment=_SHORT,
    link_card="server",
    options=_OPTIONS,
    shapes=(Shape("kind", "poll", _NO_MEDIA), Shape("kind", "quote", _NO_MEDIA)),
    features=frozenset({"find", "metrics", "audience", "delete", "probe", "refresh", "revoke"}),
    metrics=_METRICS,
    # 75 in 15 minutes for the account itself, 100 for new posts, 900 for its timeline; every call is paid.
    budget=Budget(requests=60, window=900, metrics_batch=BATCH),
    one_at_a_time=True,  # what was there before a post is only known while nothing else is being sent
    preview=Preview(fold_after=280, fold_lines=10),
    version=ApiVersion("2", source="docs.x.com, changelog"),
    notes=NOTES,
    sources={
        "text": Source("twitter-text, its configuration v3", "2026-11-23"),
        "media": Source(_READ + "media best practices", "2026-11-23"),
        "alt_text": Source(_READ + "MetadataCreateRequest", "2026-11-23"),
        "threads": Source("no limit of the platform; ours", "2026-11-23"),
        "link_card": Source(_READ + "TweetCreateRequest has no field for it", "2026-11-23"),
        "comment": Source(_READ + "an answer to one’s own post", "2026-11-23"),
        "options": Source(_READ + "TweetCreateRequest", "2026-11-23"),
        "captions": Source(_READ + "subtitles; their number is ours", "2026-11-23"),
        "budget": Source("docs.x.com, rate limits and pricing of 2026-04-20", "2026-11-23"),
    },
)


def capabilities_with(facts: dict[str, Any]) -> Capabilities:
    """Accounts with Premium may write long posts; the timeline shows their first 280."""
    if facts.get("subscription") not in LONG:
        return CAPABILITIES
    return CAPABILITIES.with_facts(text=_LONG, comment=_LONG)


def status_of(address: Any) -> str:
    """The id of the post at this address, '' where it is none of X's."""
    match = STATUS.search(str(address).strip())
    return match[1] if match else ""


def body_of(content: Content, index: int, media: list[str], reply_to: str) -> dict[str, Any]:
    """The body of the creating request. X refuses keys it does not know, empty ones and `everyone`."""
    part, options = content.parts[index], content.options
    body: dict[str, Any] = {"text": measure.plain_newlines(part.text)}
    if media:
        body["media"] = {"media_ids": media}
    if reply_to:
        body["reply"] = {"in_reply_to_tweet_id": reply_to}
    else:
        body |= _first_only(options)
    if part.role != "comment":
        body |= {name: True for name in ("made_with_ai", "paid_partnership") if options.get(name) is True}
    return body


def _first_only(options: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if options.get("reply_settings") in ("following", "mentionedUsers", "subscribers", "verified"):
        body["reply_settings"] = options["reply_settings"]
    if options.get("kind") == "poll":
        minutes = int(str(options.get("poll_minutes", "1440")))
        body["poll"] = {"options": lines_of(options.get("poll", "")), "duration_minutes": minutes}
    if options.get("kind") == "quote":
        body["quote_tweet_id"] = status_of(options.get("quote"))
    return body
