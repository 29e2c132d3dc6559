"""What LinkedIn takes, for a page and for a member, and how an administrator comes to an app there."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from channels_app.capabilities import (
    AltText,
    ApiVersion,
    Budget,
    Capabilities,
    DocumentRules,
    MediaRules,
    Option,
    Preview,
    Shape,
    Source,
    TextLimit,
    TextUnit,
    VideoRules,
)
from channels_app.platforms._linkedin_figures import BATCH, METRICS
from channels_app.platforms.base import ConnectField, Guide, Step

_DOCS = "learn.microsoft.com, LinkedIn API"
MEMBER_SCOPES = ("openid", "profile", "email", "w_member_social")
PAGE_SCOPES = (
    "r_basicprofile",
    "w_member_social",
    "w_member_social_feed",
    "w_organization_social",
    "r_organization_social",
    "w_organization_social_feed",
    "r_organization_social_feed",
    "rw_organization_admin",
)
APP_FIELDS = (
    ConnectField("client_id", gettext_lazy("Client ID"), help=gettext_lazy("On the Auth page of your LinkedIn app.")),
    ConnectField("client_secret", gettext_lazy("Primary client secret"), "password"),
    ConnectField(
        "access",
        gettext_lazy("What LinkedIn lets your app do"),
        "choice",
        gettext_lazy("Pages need the product Community Management API; everybody may use the other two."),
        optional=True,
        choices=(
            ("pages", gettext_lazy("Pages and members: Community Management API")),
            ("member", gettext_lazy("Members only: Share on LinkedIn, and Sign In with LinkedIn")),
        ),
    ),
    ConnectField(
        "scopes",
        gettext_lazy("Rights to ask for"),
        help=gettext_lazy(
            "Leave empty. Only where LinkedIn granted your app other rights: the list on its Auth page, separated by "
            "blanks."
        ),
        optional=True,
    ),
)
OPTIONS = (
    Option(
        "kind",
        gettext_lazy("What it is"),
        "choice",
        default="post",
        choices=(("post", gettext_lazy("A post")), ("poll", gettext_lazy("A poll"))),
    ),
    Option(
        "poll_question",
        gettext_lazy("Question of the poll"),
        "text",
        only=("kind", ("poll",)),
        required=True,
        limit=140,
    ),
    Option(
        "poll_answers",
        gettext_lazy("Answers"),
        "lines",
        help=gettext_lazy("Two to four, one a line, each of at most 30 characters."),
        only=("kind", ("poll",)),
        required=True,
        limit=30,
        least=2,
        most=4,
    ),
    Option(
        "poll_days",
        gettext_lazy("How long the poll is open"),
        "choice",
        default="THREE_DAYS",
        choices=(
            ("ONE_DAY", gettext_lazy("One day")),
            ("THREE_DAYS", gettext_lazy("Three days")),
            ("SEVEN_DAYS", gettext_lazy("One week")),
            ("FOURTEEN_DAYS", gettext_lazy("Two weeks")),
        ),
        only=("kind", ("poll",)),
    ),
    Option(
        "visibility",
        gettext_lazy("Who sees it"),
        "choice",
        default="PUBLIC",
        choices=(
            ("PUBLIC", gettext_lazy("Everyone")),
            ("LOGGED_IN", gettext_lazy("Members of LinkedIn")),
            ("CONNECTIONS", gettext_lazy("Your contacts only")),
        ),
    ),
    Option(
        "feed",
        gettext_lazy("Where it appears"),
        "choice",
        default="MAIN_FEED",
        choices=(
            ("MAIN_FEED", gettext_lazy("In the feed of those who follow the page, and on the page")),
            ("NONE", gettext_lazy("Nowhere but at its own address")),
        ),
        help=gettext_lazy("A post that is not in the feed is seen only by people who get its address."),
    ),
    Option(
        "no_reposts",
        gettext_lazy("Nobody may share it again"),
        "flag",
        default=False,
    ),
)
_PAGE_ONLY, _MEMBER_ONLY = {"feed"}, {"visibility"}
CAPABILITIES = Capabilities(
    # Which unit LinkedIn counts in is written nowhere: the stricter of the two possible ones. What counts is the text
    # as shown; escapes do not.
    text=TextLimit(3000, TextUnit.UTF16),
    media=MediaRules(
        max_images=20,
        mime_types=("image/jpeg", "image/png", "image/gif"),
        max_bytes=5_000_000,
        max_side=6000,
        max_pixels=36_152_319,
        animated=True,
        video=VideoRules(
            max_bytes=500_000_000,
            min_seconds=3,
            max_seconds=1800,
            ratio=(1 / 2.4, 2.4),
            captions=("srt",),
            caption_files=1,
            poster=True,
        ),
        document=DocumentRules(max_bytes=100_000_000, max_pages=300),
    ),
    alt_text=AltText(field=True, limit=4086),
    languages=False,
    comment=TextLimit(1250, TextUnit.UTF16),
    link_card="ours",
    options=OPTIONS,
    shapes=(Shape("kind", "poll", {"media": MediaRules(), "link_card": "none"}),),
    features=frozenset({"find", "metrics", "audience", "delete", "probe", "refresh", "revoke"}),
    metrics=METRICS,
    # The Development tier: 100 requests a day for one member; the Standard tier's numbers stand in the portal only.
    budget=Budget(requests=100, window=86_400, metrics_batch=BATCH),
    one_at_a_time=True,  # what was there before a post is only known while nothing else is being sent
    preview=Preview("page", fold_after=210, fold_lines=3, tiles=5),
    version=ApiVersion("202609", "2027-09-15", "learn.microsoft.com, LinkedIn API versioning, read 2026-11-23"),
    notes=(
        gettext_lazy("Pages need the product Community Management API, which LinkedIn grants after a review."),
        gettext_lazy("The trial tier of that product allows 500 requests a day for your app, 100 for one person."),
        gettext_lazy("A member’s own posts cannot be read back: when an answer gets lost, a person has to look."),
        gettext_lazy("Without a lasting key from LinkedIn, somebody signs in again every 60 days."),
    ),
    sources={
        "text": Source(
            f"{_DOCS}, Posts API and little text format; the unit is a guess to the safe side", "2026-11-23"
        ),
        "media": Source(f"{_DOCS}, Images API, Videos API, Documents API, MultiImage API", "2026-11-23"),
        "alt_text": Source(f"{_DOCS}, Posts API: altText", "2026-11-23"),
        "comment": Source(f"{_DOCS}, Comments API; the length from memory", "2026-11-23"),
        "link_card": Source(f"{_DOCS}, Posts API: article", "2026-11-23"),
        "options": Source(f"{_DOCS}, Posts API and Poll API", "2026-11-23"),
        "metrics": Source(f"{_DOCS}, Organization Share Statistics, Member Post Statistics", "2026-11-23"),
        "budget": Source(f"{_DOCS}, Community Management overview: tiers", "2026-11-23"),
        "version": Source(f"{_DOCS}, versioning: a version lives for a year", "2026-11-23"),
    },
)
GUIDE = Guide(
    steps=(
        Step(
            gettext_lazy(
                "Create an app on LinkedIn’s developer pages and link it to the page of your library; a full "
                "administrator of that page confirms the link."
            ),
            link="https://www.linkedin.com/developers/apps/new",
        ),
        Step(
            gettext_lazy(
                "On the app’s Products page request “Community Management API”, and nothing else for this app. To post "
                "as a person only, request “Share on LinkedIn” and “Sign In with LinkedIn using OpenID Connect”."
            )
        ),
        Step(
            gettext_lazy("On the Auth page add this address under Authorized redirect URLs."),
            copy=((gettext_lazy("Redirect URL"), "{redirect_uri}"),),
        ),
        Step(
            gettext_lazy(
                "Compare the rights on the Auth page with these; LinkedIn refuses a sign-in that asks for more."
            ),
            copy=((gettext_lazy("Rights"), "{scopes}"),),
        ),
        Step(gettext_lazy("Copy the client ID and the primary client secret from the Auth page into the fields here.")),
    ),
    approval=gettext_lazy(
        "LinkedIn reviews requests for Community Management API: it wants a registered organisation and a business "
        "mail address. First comes a trial tier of up to twelve months, then a second review with a recorded "
        "demonstration. It takes days to weeks, and a refusal is final for that app."
    ),
    until_then=gettext_lazy(
        "In the trial tier everything here works, within 100 requests a day for one person. Without the product you "
        "can post as a person, but not as a page, and neither comment nor read figures."
    ),
)


def capabilities_with(facts: dict[str, Any]) -> Capabilities:
    """The capabilities of this account: a page or a member, with the rights its sign-in has."""
    kind, told = facts.get("kind"), facts.get("scopes")
    if kind not in ("page", "member"):
        return CAPABILITIES
    scopes = set(told) if isinstance(told, list) and told else None
    page = kind == "page"
    hidden = _MEMBER_ONLY if page else _PAGE_ONLY

    def granted(for_page: str, for_member: str) -> bool:
        return scopes is None or (for_page if page else for_member) in scopes

    features = set(CAPABILITIES.features)
    if not page or not granted("rw_organization_admin", ""):
        features.discard("audience")
    if not granted("r_organization_social", "r_member_postAnalytics") or (not page and scopes is None):
        features.discard("metrics")
    comments = granted("w_organization_social_feed", "w_member_social_feed")
    return CAPABILITIES.with_facts(
        options=tuple(one for one in OPTIONS if one.name not in hidden),
        features=frozenset(features),
        metrics=tuple(one for one in METRICS if _feature_of(one.scope) in features),
        comment=CAPABILITIES.comment if comments else None,
    )


def _feature_of(scope: str) -> str:
    return "metrics" if scope == "post" else "audience"
