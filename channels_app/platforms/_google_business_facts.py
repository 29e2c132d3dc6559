"""What Google Business Profile takes, and how an administrator comes to an approved project there."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from channels_app.capabilities import (
    AltText,
    Budget,
    Capabilities,
    MediaRules,
    Metric,
    Preview,
    Source,
    TextLimit,
    TextUnit,
)
from channels_app.platforms._google_business_posts import OPTIONS
from channels_app.platforms.base import Guide, Step

_DOCS = "developers.google.com/my-business"
GUIDE = Guide(
    steps=(
        Step(
            gettext_lazy("Create a project in the Google Cloud console."),
            link="https://console.cloud.google.com/projectcreate",
        ),
        Step(
            gettext_lazy(
                "Ask Google for access with its form “Application for Basic API Access”, as somebody who manages "
                "the profile, and name the number of the project."
            ),
            link="https://support.google.com/business/contact/api_default",
        ),
        Step(
            gettext_lazy(
                "After the approval switch on these four interfaces of the project: Google My Business API, My "
                "Business Account Management API, My Business Business Information API, Business Profile "
                "Performance API."
            ),
            link="https://console.cloud.google.com/apis/library",
        ),
        Step(
            gettext_lazy(
                "Set up the consent screen, add this right, and set the app to “In production”: while it is in "
                "“Testing”, Google ends every sign-in after seven days."
            ),
            copy=((gettext_lazy("Right"), "{scopes}"),),
        ),
        Step(
            gettext_lazy("Create an OAuth client of the kind “Web application” with this address."),
            copy=((gettext_lazy("Authorised redirect URI"), "{redirect_uri}"),),
        ),
        Step(gettext_lazy("Copy the client ID and the client secret into the fields here.")),
    ),
    approval=gettext_lazy(
        "Google reviews the application for these interfaces; it can take weeks. Until then the quota of the "
        "project is zero."
    ),
    until_then=gettext_lazy("Nothing of this platform works before the approval, not even the end of the sign-in."),
)
CAPABILITIES = Capabilities(
    text=TextLimit(1500, TextUnit.CODEPOINTS),
    media=MediaRules(
        max_images=1,
        mime_types=("image/jpeg", "image/png"),
        max_bytes=5_000_000,
        min_side=250,
        fetched=("image",),
    ),
    alt_text=AltText(field=False),
    options=OPTIONS,
    features=frozenset({"find", "follow", "audience", "delete", "probe", "refresh", "revoke"}),
    metrics=(
        Metric(
            "seen",
            "profile_views",
            gettext_lazy("Profile seen"),
            gettext_lazy("Times the profile was shown in Search and Maps, in four weeks that ended five days ago."),
            "account",
        ),
        Metric(
            "website",
            "profile_clicks",
            gettext_lazy("Visits to the website"),
            gettext_lazy("Clicks on the website in the profile, in four weeks that ended five days ago."),
            "account",
        ),
        Metric(
            "routes",
            "profile_routes",
            gettext_lazy("Ways asked for"),
            gettext_lazy("How often people asked for the way, in four weeks that ended five days ago."),
            "account",
        ),
        Metric(
            "calls",
            "profile_calls",
            gettext_lazy("Calls"),
            gettext_lazy("Clicks on the telephone number, in four weeks that ended five days ago."),
            "account",
        ),
    ),
    preview=Preview("page"),
    budget=Budget(requests=60, window=60),  # 300 a minute for the whole project, 10 changes for one location
    one_at_a_time=True,  # what was there before a post is only known while nothing else is being sent
    notes=(
        gettext_lazy("Google must approve your project for the Business Profile APIs; until then nothing works."),
        gettext_lazy("Google looks at a post after it was sent, and can reject it without saying why."),
        gettext_lazy("Telephone numbers, shouting capitals and repetitions in a text often lead to a rejection."),
        gettext_lazy("There are no figures of single posts: count visits by the address behind the button."),
        gettext_lazy("A picture is fetched from this server, which must be reachable from the internet."),
    ),
    sources={
        "text": Source(f"{_DOCS}, localPosts; the length from memory", "2026-11-23"),
        "media": Source(f"{_DOCS}, localPosts: media; sizes from memory", "2026-11-23"),
        "alt_text": Source(f"{_DOCS}, localPosts: media has no field for it", "2026-11-23"),
        "options": Source(f"{_DOCS}, posts guide: events, offers, call to action", "2026-11-23"),
        "metrics": Source(f"{_DOCS}, Performance API: DailyMetric", "2026-11-23"),
        "budget": Source(f"{_DOCS}, limits; from memory", "2026-11-23"),
    },
)
