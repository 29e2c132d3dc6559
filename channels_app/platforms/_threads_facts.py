"""What Threads takes, shows and refuses, as data.

Source of all of it: Meta's Threads documentation (posts, reply management, insights, troubleshooting).
"""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy

from channels_app.capabilities import (
    AltText,
    ApiVersion,
    Budget,
    Capabilities,
    MediaRules,
    Metric,
    Option,
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
    "developers.facebook.com/docs/threads: posts, reply management, insights, troubleshooting and limits", "2026-11-23"
)
_LESS_SURE = Source("Read in other programs; the documentation gives no limit", "2026-11-23")

MOST_LINKS = 5

CAPABILITIES = Capabilities(
    text=TextLimit(500, TextUnit.EMOJI_BYTES),
    media=MediaRules(
        max_images=20,
        mime_types=("image/jpeg", "image/png"),
        max_bytes=8_000_000,
        max_side=1440,
        ratio=(0.1, 10),
        video=VideoRules(
            max_count=20,
            mime_types=("video/mp4", "video/quicktime"),
            max_bytes=1_000_000_000,
            max_seconds=300,
            ratio=(0.01, 10),
            max_side=1920,
            max_fps=60,
        ),
        mixed=True,
        fetched=("image", "video"),
    ),
    alt_text=AltText(field=True, limit=1000, video=True),
    threads=25,
    comment=TextLimit(500, TextUnit.EMOJI_BYTES, required=True),
    languages=False,
    link_card="server",
    options=(
        Option(
            "reply_control",
            gettext_lazy("Who may reply"),
            "choice",
            default="everyone",
            choices=(
                ("everyone", gettext_lazy("Everyone")),
                ("followers_only", gettext_lazy("Followers")),
                ("accounts_you_follow", gettext_lazy("Accounts you follow")),
                ("mentioned_only", gettext_lazy("Accounts mentioned in the post")),
            ),
        ),
        Option(
            "enable_reply_approvals",
            gettext_lazy("Show replies only once you approve them"),
            "flag",
            default=False,
            help=gettext_lazy("You approve them in the Threads app."),
        ),
        Option(
            "topic_tag",
            gettext_lazy("Topic"),
            "text",
            help=gettext_lazy(
                "One topic under which people find the post, without a full stop or the sign &. Otherwise the first "
                "hashtag of the text is taken."
            ),
            limit=50,
        ),
        Option(
            "poll",
            gettext_lazy("Poll"),
            "lines",
            help=gettext_lazy("Two to four answers, one a line. Only without pictures, films and link."),
            limit=25,
            least=2,
            most=4,
        ),
        Option("is_spoiler_media", gettext_lazy("Blur pictures until the reader asks for them"), "flag", default=False),
    ),
    features=frozenset({"find", "metrics", "audience", "delete", "probe", "refresh"}),
    metrics=(
        Metric(
            "views",
            "views",
            gettext_lazy("Views"),
            gettext_lazy("How often it was shown. Threads calls it in development."),
        ),
        Metric("likes", "reactions", gettext_lazy("Likes"), gettext_lazy("Likes the post has now.")),
        Metric("replies", "replies", gettext_lazy("Replies"), gettext_lazy("Replies, those to replies included.")),
        Metric("reposts", "shares", gettext_lazy("Reposts"), gettext_lazy("Reposts without words.")),
        Metric("quotes", "quotes", gettext_lazy("Quotes"), gettext_lazy("Posts that show this one inside.")),
        Metric("sent", "sent", gettext_lazy("Sent on"), gettext_lazy("How often it was sent to somebody.")),
        Metric(
            "followers",
            "followers",
            gettext_lazy("Followers"),
            gettext_lazy("Accounts that follow; only told for profiles linked with Instagram."),
            "account",
        ),
    ),
    budget=Budget(requests=200, window=3600),
    one_at_a_time=True,  # what was there before a post is only known while nothing else is being sent
    version=ApiVersion("v1.0", source="developers.facebook.com/docs/threads/changelog, 2026-11-23; no end announced"),
    notes=(
        gettext_lazy("250 posts and 1,000 replies in 24 hours; we read what is left before each."),
        gettext_lazy(
            "Threads fetches pictures and films from here, for which this installation needs a public https address; "
            "posts of words alone need none."
        ),
        gettext_lazy("Posts cannot be changed after publishing."),
        gettext_lazy("A private profile must be connected anew every 90 days."),
        gettext_lazy("Until Meta has reviewed your app, only its Threads testers can connect their profiles."),
    ),
    sources={
        **dict.fromkeys(("text", "media", "link_card", "options", "metrics", "budget", "version", "comment"), _SOURCE),
        "alt_text": _LESS_SURE,
    },
)

# --- what its numbers and words mean -------------------------------------------
_IN_THE_APP = gettext_lazy(
    "Threads has restricted this profile. Sign in there in the app, do what it asks, then reconnect the channel here."
)
MEANINGS = {
    2207051: Meaning("person", reason=_IN_THE_APP),
    4279013: Meaning("person", reason=_IN_THE_APP),
    9: Meaning("limit"),
    24: Meaning("later", pause=_graph.MOMENT),  # of a container just made; where it is asked for, it is missing
}
_FILM = gettext_lazy("Threads cannot use this film: it must be MP4 or MOV with H.264 and AAC, five minutes at most.")
DIALECT = Dialect(
    name="Threads",
    make="threads",
    publish="threads_publish",
    status="status",
    fault="error_message",
    meanings=MEANINGS,
    faults={
        "INVALID_ASPEC": Meaning(
            "refused", "media", gettext_lazy("A picture or film is too narrow or too wide for Threads.")
        ),
        "INVALID_": Meaning("refused", "media", _FILM),
        "FAILED_": Meaning("trouble"),
    },
    token_in_header=False,
    fields={
        "poll": "options.poll",
        "topic": "options.topic_tag",
        "reply_control": "options.reply_control",
        **_graph.FIELDS,
    },
)

# --- connecting -----------------------------------------------------------------
SCOPES = (
    "threads_basic",
    "threads_content_publish",
    "threads_manage_replies",
    "threads_read_replies",
    "threads_manage_insights",
    "threads_delete",
)
NEEDED = frozenset(SCOPES[:2])
REFRESH_AHEAD = timedelta(days=15)
LOOK_SOON = timedelta(days=16)  # of a key whose end nobody told us: renewed in a day, when it is certainly old enough

GUIDE = Guide(
    steps=(
        Step(
            gettext_lazy(
                "Create an app with Meta, in the name of your library, with the use case “Access the Threads API”."
            ),
            link="https://developers.facebook.com/apps/",
        ),
        Step(
            gettext_lazy(
                "Under the settings of that use case, paste this address as the redirect callback URL. The two "
                "further addresses it asks for (uninstall, delete) may be the address of your LibSocial."
            ),
            copy=(
                (gettext_lazy("Redirect callback URL"), "{redirect_uri}"),
                (gettext_lazy("Your LibSocial"), "{base_url}"),
            ),
        ),
        Step(gettext_lazy("Under its permissions, add these."), copy=((gettext_lazy("Permissions"), "{scopes}"),)),
        Step(
            gettext_lazy(
                "Copy the Threads app ID and the Threads app secret from the same page into LibSocial. They are not "
                "the ID and secret at the top of the app."
            )
        ),
        Step(
            gettext_lazy(
                "While the app is not reviewed, add your profile as a Threads tester (App roles), and accept in the "
                "Threads app: Settings, Account, Website permissions, Invites."
            )
        ),
    ),
    approval=gettext_lazy(
        "Profiles of others need Advanced Access: Meta’s App Review with a screen recording and a verified business. "
        "It takes some weeks. For your own profiles it is not needed."
    ),
    until_then=gettext_lazy("Before that, profiles that are Threads testers work fully: their posts are public."),
)
