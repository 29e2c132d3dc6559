"""What a Facebook Page can do, as data: limits, options, figures, and the way to an application of one's own."""

from __future__ import annotations

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
from channels_app.platforms.base import ConnectField, Guide, Step

SCOPES = (
    "pages_show_list",
    "pages_manage_posts",
    "pages_read_engagement",
    "pages_manage_engagement",
    "read_insights",
)
# Without these nothing can be published; without the others comments or figures are missing.
NEEDED = frozenset(SCOPES[:3])

_DAY = "2026-11-23"
_REFERENCE = Source("developers.facebook.com, Graph API reference: Page feed, photos, videos, reels and stories", _DAY)
_AUDIENCE = ("prefer", "only")

APP_FIELDS = (
    ConnectField("client_id", gettext_lazy("App ID"), help=gettext_lazy("Under App settings, Basic.")),
    ConnectField(
        "client_secret", gettext_lazy("App secret"), "password", gettext_lazy("On the same page, behind “Show”.")
    ),
    ConnectField(
        "config_id",
        gettext_lazy("Configuration ID"),
        help=gettext_lazy(
            "Only for an app with “Facebook Login for Business”: the number of the configuration you made there. "
            "It replaces the list of rights."
        ),
        optional=True,
    ),
)

GUIDE = Guide(
    steps=(
        Step(
            gettext_lazy("Create an app on Meta’s developer pages, of the type Business, and add “Facebook Login”."),
            link="https://developers.facebook.com/apps/creation/",
        ),
        Step(
            gettext_lazy("In the settings of Facebook Login add this address under “Valid OAuth Redirect URIs”."),
            copy=((gettext_lazy("Redirect address"), "{redirect_uri}"),),
        ),
        Step(
            gettext_lazy(
                "Ask for these rights, or make a configuration of “Facebook Login for Business” that holds them. If "
                "the Page belongs to a business portfolio and does not show up, add business_management."
            ),
            copy=((gettext_lazy("Rights"), "{scopes}"),),
        ),
        Step(
            gettext_lazy(
                "Under App settings, Basic, enter the addresses of your privacy policy and of a page that says how "
                "people have their data deleted. Meta asks for both."
            )
        ),
        Step(gettext_lazy("Under App settings, Advanced, switch on “Require app secret”.")),
        Step(gettext_lazy("Copy the app ID and the app secret into the fields here, then connect.")),
        Step(
            gettext_lazy(
                "Sign in at Facebook as a person who may publish on the Page, and tick the Pages LibSocial may use."
            )
        ),
    ),
    approval=gettext_lazy(
        "Meta reviews the rights (App Review) and the organisation (business verification) before anybody without a "
        "role in your app can connect and before the public sees the posts. This takes some days to some weeks."
    ),
    until_then=gettext_lazy(
        "Until then only people with a role in your app can connect, and posts are visible to them alone."
    ),
)

_OPTIONS = (
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
            "A reel is one upright film of 3 to 90 seconds; Facebook shows the film of a post among the reels too. A "
            "story has one picture or film and no words."
        ),
    ),
    Option(
        "audience",
        gettext_lazy("For whom"),
        "choice",
        choices=(
            ("", gettext_lazy("Everyone")),
            ("prefer", gettext_lazy("Everyone, shown more to the people described here")),
            ("only", gettext_lazy("Only the people described here; nobody else can see it")),
        ),
        help=gettext_lazy("A post for some people only is not visible to anybody who is not signed in at Facebook."),
        only=("kind", ("post", "reel")),
    ),
    Option(
        "audience_languages",
        gettext_lazy("Their languages"),
        "text",
        help=gettext_lazy("In English, with commas: Swedish, Arabic. Meta’s own number of a language works too."),
        only=("audience", _AUDIENCE),
        limit=200,
    ),
    Option(
        "audience_places",
        gettext_lazy("Where they are"),
        "text",
        help=gettext_lazy(
            "Countries by two letters, cities and regions by name, with commas: SE, Malmö. Where several places have "
            "the name, write its number as city:2420605."
        ),
        only=("audience", _AUDIENCE),
        limit=200,
    ),
    Option(
        "audience_age",
        gettext_lazy("At least so old"),
        "choice",
        choices=(("", gettext_lazy("Any age")), ("13", "13"), ("15", "15"), ("18", "18"), ("21", "21"), ("25", "25")),
        only=("audience", _AUDIENCE),
    ),
    Option(
        "audience_age_most",
        gettext_lazy("At most so old"),
        "choice",
        choices=(
            ("", gettext_lazy("Any age")),
            *((str(age), str(age)) for age in (15, 17, 20, 25, 30, 40, 50, 60)),
        ),
        only=("audience", ("prefer",)),
    ),
)

_FILM = VideoRules(
    mime_types=("video/mp4", "video/quicktime"),
    max_bytes=2_000_000_000,
    min_seconds=1,
    max_seconds=14_400,
    captions=("srt",),
    caption_files=10,
    poster=True,
)
_REEL = VideoRules(
    mime_types=("video/mp4",),
    max_bytes=500_000_000,
    min_seconds=3,
    max_seconds=90,
    ratio=(9 / 16, 9 / 16),
    captions=("srt",),
    caption_files=10,
    poster=True,
)
_STORY = MediaRules(
    max_images=1,
    mime_types=("image/jpeg", "image/png"),
    max_bytes=4_000_000,
    max_side=2048,
    required=True,
    video=VideoRules(max_bytes=500_000_000, min_seconds=1, max_seconds=60),
)

CAPABILITIES = Capabilities(
    text=TextLimit(63_206, TextUnit.CODEPOINTS),
    media=MediaRules(
        max_images=10,
        mime_types=("image/jpeg", "image/png"),
        max_bytes=4_000_000,  # 10 MB by the reference, 4 MB by the text of the error
        max_side=2048,
        video=_FILM,
    ),
    alt_text=AltText(field=True, limit=1000),
    languages=False,
    comment=TextLimit(8000, TextUnit.CODEPOINTS),
    link_card="server",
    options=_OPTIONS,
    shapes=(
        Shape("kind", "reel", {"media": MediaRules(max_images=0, required=True, video=_REEL)}),
        Shape(
            "kind",
            "story",
            {
                "text": TextLimit(0, TextUnit.CODEPOINTS),
                "media": _STORY,
                "alt_text": AltText(field=False),
                "comment": None,
                "link_card": "none",
            },
        ),
    ),
    features=frozenset({"find", "follow", "metrics", "audience", "delete", "probe", "revoke"}),
    metrics=(
        Metric(
            "reactions", "reactions", gettext_lazy("Reactions"), gettext_lazy("Likes and all other reactions together.")
        ),
        Metric(
            "comments", "replies", gettext_lazy("Comments"), gettext_lazy("Comments on the post and answers to them.")
        ),
        Metric("shares", "shares", gettext_lazy("Shares"), gettext_lazy("How often the post was shared on Facebook.")),
        Metric(
            "views", "views", gettext_lazy("Views"), gettext_lazy("How often the post was on a screen, repeats too.")
        ),
        Metric(
            "viewers", "reach", gettext_lazy("Viewers"), gettext_lazy("How many people had the post on their screen.")
        ),
        Metric(
            "clicks", "clicks", gettext_lazy("Clicks"), gettext_lazy("Clicks anywhere on the post, its link included.")
        ),
        Metric(
            "followers", "followers", gettext_lazy("Followers"), gettext_lazy("People who follow the Page."), "account"
        ),
    ),
    # 4,800 a day for each person who engages with the Page; 200 an hour for each user of the application.
    preview=Preview("page", fold_after=477, fold_lines=7, tiles=5),
    budget=Budget(requests=200, window=3600),
    one_at_a_time=True,  # what was there before a post is only known while nothing else is being sent
    version=ApiVersion("v26.0", ends="", source="developers.facebook.com, Graph API changelog, read 2026-11-23"),
    notes=(
        gettext_lazy("Free of charge. Meta must review your application before the public sees what it posts."),
        gettext_lazy("Facebook takes at most 30 reels of a Page in 24 hours."),
        gettext_lazy("Our access ends with the password or the role of the person who connected the Page."),
        gettext_lazy("Pages only: Facebook lets no application post on personal profiles or in groups."),
    ),
    sources={
        **dict.fromkeys(("text", "media", "options", "link_card", "shapes"), _REFERENCE),
        "alt_text": Source("Graph API reference, alt_text_custom of a photo; its limit is not told, ours", _DAY),
        "comment": Source("Graph API reference, comments of a post; the limit is not told there", _DAY),
        "metrics": Source("Graph API reference, Page and post insights, as of the removals of June 2026", _DAY),
        "budget": Source("Graph API overview, rate limits: business use cases", _DAY),
        "version": Source("Graph API changelog: v26.0 since 2026-07-29, its end not announced", _DAY),
    },
)
