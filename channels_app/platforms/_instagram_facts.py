"""What Instagram takes, shows and refuses, as data.

Source of all of it: Meta's guides to content publishing and insights and the reference of IG Media, v26.0.
"""

from __future__ import annotations

from datetime import timedelta

import regex
from django.utils.translation import gettext_lazy

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
from channels_app.platforms import _graph
from channels_app.platforms._containers import Dialect
from channels_app.platforms._graph import Meaning
from channels_app.platforms.base import Guide, Step

_SOURCE = Source(
    "developers.facebook.com/docs/instagram-platform: content publishing, IG User media, IG Media insights",
    "2026-11-23",
)
_UNSURE = Source("The limit of comments is not documented; that of captions is taken for it", "2026-11-23")

MOST_TAGS, MOST_MENTIONS = 30, 20
MENTION = regex.compile(r"(?<![\w@./])@[A-Za-z0-9_][A-Za-z0-9._]*")  # not the middle of a mail address

# Films of their own are reels; the children of a carousel may be shorter only, which the platform says itself.
_FILM = VideoRules(
    max_count=10,
    mime_types=("video/mp4", "video/quicktime"),
    max_bytes=300_000_000,
    min_seconds=3,
    max_seconds=900,
    ratio=(0.01, 10),
    max_side=1920,
    max_fps=60,
    poster=True,
)
_MEDIA = MediaRules(
    max_images=10,
    mime_types=("image/jpeg",),
    max_bytes=8_000_000,
    max_side=1440,
    required=True,
    ratio=(0.8, 1.91),
    video=_FILM,
    mixed=True,
    fetched=("image", "video"),
)
_REEL = MediaRules(
    required=True,
    mime_types=("image/jpeg",),
    video=VideoRules(
        max_count=1,
        mime_types=_FILM.mime_types,
        max_bytes=_FILM.max_bytes,
        min_seconds=3,
        max_seconds=900,
        ratio=_FILM.ratio,
        poster=True,
    ),
    fetched=("image", "video"),
)
_STORY = MediaRules(
    max_images=1,
    mime_types=("image/jpeg",),
    max_bytes=8_000_000,
    max_side=1920,
    required=True,
    ratio=(9 / 16, 1.91),
    video=VideoRules(
        max_count=1,
        mime_types=_FILM.mime_types,
        max_bytes=100_000_000,
        min_seconds=3,
        max_seconds=60,
        ratio=_FILM.ratio,
    ),
    fetched=("image", "video"),
)
_NOT_STORIES = ("kind", ("post", "reel"))

CAPABILITIES = Capabilities(
    text=TextLimit(2200, TextUnit.CODEPOINTS),
    media=_MEDIA,
    alt_text=AltText(field=True, limit=1000),
    comment=TextLimit(2200, TextUnit.CODEPOINTS, required=True),
    languages=False,
    options=(
        Option(
            "kind",
            gettext_lazy("Kind"),
            "choice",
            default="post",
            choices=(
                ("post", gettext_lazy("Post")),
                ("reel", gettext_lazy("Reel")),
                ("story", gettext_lazy("Story, for 24 hours")),
            ),
            help=gettext_lazy(
                "A post has one to ten pictures or films. A film alone always becomes a reel. A story has one picture "
                "or film and no words."
            ),
        ),
        Option(
            "share_to_feed",
            gettext_lazy("Show a reel among the posts too"),
            "flag",
            default=True,
            help=gettext_lazy("Only for a film alone."),
            only=_NOT_STORIES,
        ),
        Option(
            "collaborators",
            gettext_lazy("Published together with"),
            "lines",
            help=gettext_lazy(
                "Up to three names of accounts, one a line. The post shows on their page too once they accept."
            ),
            only=_NOT_STORIES,
            limit=31,
            most=3,
        ),
        Option(
            "location_id",
            gettext_lazy("Place"),
            "text",
            help=gettext_lazy("The number of a Facebook Page with an address, for example that of your branch."),
            only=_NOT_STORIES,
            limit=40,
        ),
        Option(
            "audio_name",
            gettext_lazy("Name of the sound"),
            "text",
            help=gettext_lazy("What the sound of your reel is called when others use it. Only for a film alone."),
            only=_NOT_STORIES,
            limit=100,
        ),
        Option(
            "is_ai_generated",
            gettext_lazy("Label as made with AI"),
            "flag",
            default=False,
            help=gettext_lazy("Instagram asks for this where a picture or film looks real and is not."),
        ),
    ),
    shapes=(
        Shape("kind", "reel", {"media": _REEL, "alt_text": AltText(field=False)}),
        Shape(
            "kind",
            "story",
            {
                "text": TextLimit(0, TextUnit.CODEPOINTS),
                "media": _STORY,
                "alt_text": AltText(field=False),
                "comment": None,
            },
        ),
    ),
    features=frozenset({"find", "metrics", "audience", "delete", "probe", "refresh"}),
    metrics=(
        Metric("views", "views", gettext_lazy("Views"), gettext_lazy("How often it was shown or played.")),
        Metric(
            "reach", "reach", gettext_lazy("Accounts reached"), gettext_lazy("Accounts that saw it, each counted once.")
        ),
        Metric("likes", "reactions", gettext_lazy("Likes"), gettext_lazy("Likes the post has now.")),
        Metric(
            "comments",
            "replies",
            gettext_lazy("Comments"),
            gettext_lazy("Comments below it; for a story, replies to it."),
        ),
        Metric("shares", "shares", gettext_lazy("Shares"), gettext_lazy("How often it was sent on.")),
        Metric("saved", "saves", gettext_lazy("Saves"), gettext_lazy("How often somebody kept it for later.")),
        Metric("followers", "followers", gettext_lazy("Followers"), gettext_lazy("Accounts that follow."), "account"),
        Metric("posts", "posts", gettext_lazy("Posts"), gettext_lazy("Posts of the account."), "account"),
    ),
    # 4,800 calls a day and a hundred views; most libraries have few, so we ask little.
    budget=Budget(requests=200, window=3600),
    one_at_a_time=True,  # what was there before a post is only known while nothing else is being sent
    preview=Preview("picture", fold_after=125, fold_lines=2, crop=((3, 4), (1, 1))),
    version=ApiVersion(
        "v26.0", source="developers.facebook.com/docs/graph-api/changelog, 2026-11-23; no end announced"
    ),
    notes=(
        gettext_lazy("Only business and creator accounts can be connected, no personal ones."),
        gettext_lazy("Instagram fetches pictures and films from here: this installation needs a public https address."),
        gettext_lazy("An account may publish so many posts by apps in 24 hours (50 or 100); we read the number there."),
        gettext_lazy("Several pictures are all cropped to the shape of the first."),
        gettext_lazy(
            "Words, descriptions and pictures cannot be changed after publishing, and links are not clickable."
        ),
        gettext_lazy("Until Meta has reviewed your app, only people with a role in it can connect their accounts."),
    ),
    sources={
        **dict.fromkeys(("text", "media", "alt_text", "options", "shapes", "metrics", "budget", "version"), _SOURCE),
        "comment": _UNSURE,
    },
)

# --- what its numbers mean ---------------------------------------------------
_IN_THE_APP = gettext_lazy(
    "Instagram has restricted this account, or wants to know that it is yours. Sign in there in the app, do what it "
    "asks, then reconnect the channel here."
)
_REACH_US = gettext_lazy(
    "Instagram could not fetch a picture or film from here. The address of this installation must be open to it, "
    "without sign-in, redirect or protection against robots."
)
_DAY_IS_FULL = gettext_lazy("The posts Instagram takes from this account in 24 hours are used up.")
MEANINGS = {
    2207001: Meaning("trouble"),
    2207032: Meaning("trouble"),
    2207053: Meaning("trouble"),
    2207003: Meaning("trouble"),
    2207020: Meaning("later", pause=_graph.MOMENT),
    2207057: Meaning("refused", "media"),
    2207051: Meaning("person", reason=_IN_THE_APP),
    2207042: Meaning("limit", reason=_DAY_IS_FULL),
    2207006: Meaning("missing"),
    2207008: Meaning("later", pause=_graph.MOMENT),
    2207050: Meaning("person", reason=_IN_THE_APP),
    2207023: Meaning("refused", "media"),
    2207028: Meaning("refused", "media"),
    2207035: Meaning("refused", "text"),
    2207036: Meaning("refused", "text"),
    2207037: Meaning("refused", "text"),
    2207040: Meaning("refused", "text"),
    2207026: Meaning(
        "refused", "media", gettext_lazy("Instagram cannot use this film: it must be MP4 with H.264 and AAC.")
    ),
    2207052: Meaning("refused", "media", _REACH_US),
    2207027: Meaning("later", pause=_graph.MOMENT),
    2207004: Meaning("refused", "media", gettext_lazy("The picture is larger than the 8 MB Instagram takes.")),
    2207005: Meaning("refused", "media", gettext_lazy("Instagram takes pictures as JPEG only.")),
    2207009: Meaning("refused", "media", gettext_lazy("The picture is too narrow or too wide for Instagram.")),
    2207010: Meaning("refused", "text", gettext_lazy("The words are longer than Instagram takes.")),
    2207077: Meaning("trouble"),
    2207082: Meaning("trouble"),
    2207081: Meaning("refused", "options.kind"),
    1772107: Meaning("trouble"),  # a comment that was made, and an answer that could not be
    9: Meaning("limit"),
    24: Meaning("missing"),
    352: Meaning("refused", "media"),
    9004: Meaning("refused", "media", _REACH_US),
    9007: Meaning("later", pause=_graph.MOMENT),
    36000: Meaning("refused", "media"),
    36001: Meaning("refused", "media"),
    36003: Meaning("refused", "media"),
    36004: Meaning("refused", "text"),
}
DIALECT = Dialect(
    name="Instagram",
    make="media",
    publish="media_publish",
    status="status_code",
    fault="status",
    meanings=MEANINGS,
    faults={},
)

# --- connecting ---------------------------------------------------------------
SCOPES = (
    "instagram_business_basic",
    "instagram_business_content_publish",
    "instagram_business_manage_comments",
    "instagram_business_manage_insights",
)
NEEDED = frozenset(SCOPES[:2])
FACEBOOK_SCOPES = (
    "instagram_basic",
    "instagram_content_publish",
    "instagram_manage_comments",
    "instagram_manage_insights",
    "pages_show_list",
    "pages_read_engagement",
    "business_management",
)
FACEBOOK_NEEDED = frozenset(
    {"instagram_basic", "instagram_content_publish", "pages_show_list", "pages_read_engagement"}
)
REFRESH_AHEAD = timedelta(days=15)
LOOK_SOON = timedelta(days=16)  # of a key whose end nobody told us: renewed in a day, when it is certainly old enough

GUIDE = Guide(
    steps=(
        Step(
            gettext_lazy(
                "In the Instagram app, turn the account into a professional one: Settings, Account type and tools, "
                "Switch to professional account."
            )
        ),
        Step(
            gettext_lazy("Create an app of type Business with Meta, in the name of your library."),
            link="https://developers.facebook.com/apps/",
        ),
        Step(
            gettext_lazy(
                "Add the product Instagram to it and choose “API setup with Instagram login”. Under “Set up Instagram "
                "business login”, paste this address."
            ),
            copy=((gettext_lazy("OAuth redirect URI"), "{redirect_uri}"), (gettext_lazy("Rights"), "{scopes}")),
        ),
        Step(
            gettext_lazy(
                "Copy the Instagram app ID and the Instagram app secret from that page into LibSocial. They are not "
                "the ID and secret at the top of the app."
            )
        ),
        Step(
            gettext_lazy(
                "If you would rather sign in through the Facebook Page the account is linked with: add the product "
                "Facebook Login for Business, paste the same address under “Valid OAuth redirect URIs”, and enter the "
                "app ID and secret of the app itself (Settings, Basic)."
            ),
            copy=((gettext_lazy("Rights"), ", ".join(FACEBOOK_SCOPES)),),
        ),
        Step(
            gettext_lazy(
                "While the app is not reviewed, add the account as an Instagram tester (App roles) and accept the "
                "invitation in the Instagram app."
            )
        ),
    ),
    approval=gettext_lazy(
        "Accounts of people without a role in the app need Advanced Access: Meta’s App Review with a screen recording "
        "and a verified business. It takes some weeks. For your own accounts it is not needed."
    ),
    until_then=gettext_lazy(
        "Before that, accounts of people with a role in the app work fully: their posts are public and their figures "
        "are read."
    ),
)
