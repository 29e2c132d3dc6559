"""What a person can choose for a film on YouTube, and what its figures mean. Data."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from channels_app.capabilities import Metric, Option, Shape
from channels_app.platforms.base import Guide, Step

# Assignable categories, the same in nearly every region (videoCategories.list).
_CATEGORIES = (
    ("27", gettext_lazy("Education")),
    ("22", gettext_lazy("People and blogs")),
    ("29", gettext_lazy("Nonprofits and activism")),
    ("24", gettext_lazy("Entertainment")),
    ("25", gettext_lazy("News and politics")),
    ("26", gettext_lazy("How-to and style")),
    ("28", gettext_lazy("Science and technology")),
    ("10", gettext_lazy("Music")),
    ("1", gettext_lazy("Film and animation")),
    ("19", gettext_lazy("Travel and events")),
    ("20", gettext_lazy("Gaming")),
    ("17", gettext_lazy("Sports")),
    ("15", gettext_lazy("Pets and animals")),
)
NO_PLAYLIST = ("", gettext_lazy("None"))
OPTIONS = (
    Option(
        "title",
        gettext_lazy("Title"),
        "text",
        help=gettext_lazy("Stands above the film and in every list. The text of the post becomes the description."),
        required=True,
        limit=100,
        refused="<>",
    ),
    Option(
        "made_for_kids",
        gettext_lazy("Is it made for children?"),
        "choice",
        choices=(
            ("", gettext_lazy("Choose …")),
            ("no", gettext_lazy("No, not made for children")),
            ("yes", gettext_lazy("Yes, made for children")),
        ),
        help=gettext_lazy(
            "The law in the USA (COPPA) makes YouTube ask. A story time for small children is; a talk about a "
            "children’s book for parents is not. With “yes” YouTube switches off comments and personal adverts."
        ),
        required=True,
    ),
    Option(
        "visibility",
        gettext_lazy("Who sees it"),
        "choice",
        default="public",
        choices=(
            ("public", gettext_lazy("Everyone")),
            ("unlisted", gettext_lazy("Everyone who has the link")),
            ("private", gettext_lazy("Only people who may look after the channel")),
        ),
    ),
    Option("category", gettext_lazy("Category"), "choice", default="27", choices=_CATEGORIES),
    Option(
        "tags",
        gettext_lazy("Keywords"),
        "text",
        help=gettext_lazy("Separated by commas. They help little; words people misspell are the best use of them."),
        limit=500,
        refused="<>",
    ),
    Option(
        "playlist",
        gettext_lazy("Playlist"),
        "choice",
        choices=(NO_PLAYLIST,),
        help=gettext_lazy("The playlists of the channel, as they were when it was last looked at."),
    ),
    Option(
        "notify",
        gettext_lazy("Tell the channel’s subscribers"),
        "flag",
        default=True,
        help=gettext_lazy("Switch it off when you bring in many films at once."),
    ),
    Option(
        "synthetic",
        gettext_lazy("Shows realistic things that were made or changed by AI"),
        "flag",
        default=False,
        help=gettext_lazy("YouTube wants to know, and shows a label."),
    ),
    Option("paid_promotion", gettext_lazy("Contains paid promotion"), "flag", default=False),
    Option(
        "license",
        gettext_lazy("Licence"),
        "choice",
        default="youtube",
        choices=(
            ("youtube", gettext_lazy("Standard YouTube licence")),
            ("creativeCommon", gettext_lazy("Creative Commons (others may use it and name you)")),
        ),
    ),
    Option("embeddable", gettext_lazy("Others may show it on their pages"), "flag", default=True),
)
SHAPES = (
    Shape("made_for_kids", "yes", {"comment": None}),  # YouTube closes comments under films for children
    Shape("visibility", "private", {"comment": None}),
)
METRICS = (
    Metric(
        "views",
        "reach",
        gettext_lazy("Views"),
        gettext_lazy("How often the film was started. YouTube counts every start since 2026; older figures are lower."),
    ),
    Metric("likes", "reactions", gettext_lazy("Likes"), gettext_lazy("Likes, where the channel shows them.")),
    Metric("comments", "replies", gettext_lazy("Comments"), gettext_lazy("Comments, with the answers to them.")),
    Metric(
        "shares",
        "shares",
        gettext_lazy("Shares"),
        gettext_lazy("How often the share button was used. From YouTube Analytics, one to three days late."),
    ),
    Metric(
        "minutes",
        "watch_time",
        gettext_lazy("Minutes watched"),
        gettext_lazy("All viewers together, estimated. From YouTube Analytics, one to three days late."),
    ),
    Metric(
        "followers",
        "followers",
        gettext_lazy("Subscribers"),
        gettext_lazy("Subscribers of the channel; YouTube rounds large numbers."),
        "account",
    ),
    Metric("posts", "posts", gettext_lazy("Films"), gettext_lazy("Public films of the channel."), "account"),
)
NOTES = (
    gettext_lazy("Films only: YouTube lets no app publish pictures, polls or texts."),
    gettext_lazy(
        "A film that is square or upright and at most three minutes long becomes a Short; there is no switch for it."
    ),
    gettext_lazy(
        "Free of charge. Google allows your project 100 uploads a day, and 10,000 units a day for everything else, "
        "over all your channels: a film costs about 100 units, each caption file 400, a first comment 50. What is "
        "over waits for midnight in California."
    ),
    gettext_lazy("A film lies on YouTube as private until it is complete; then it is made public in one step."),
    gettext_lazy("A post that is stopped after its upload leaves a private film in YouTube Studio. Delete it there."),
)
GUIDE = Guide(
    steps=(
        Step(
            gettext_lazy("Make a project at Google Cloud, or open the one you have for LibSocial."),
            link="https://console.cloud.google.com/projectcreate",
        ),
        Step(
            gettext_lazy(
                "Under APIs and services, Library, switch on “YouTube Data API v3” and “YouTube Analytics API”."
            ),
            link="https://console.cloud.google.com/apis/library/youtube.googleapis.com",
        ),
        Step(
            gettext_lazy(
                "Under Google Auth Platform, set up the consent screen: user type External, your library’s name "
                "and mail address. Under Data access, add these scopes."
            ),
            link="https://console.cloud.google.com/auth/overview",
            copy=((gettext_lazy("Scopes"), "{scopes}"),),
        ),
        Step(
            gettext_lazy(
                "Under Audience, choose “Publish app” so that it is “In production”. While it is in “Testing”, "
                "Google ends every connection after seven days."
            ),
            link="https://console.cloud.google.com/auth/audience",
        ),
        Step(
            gettext_lazy("Under Clients, create a client of the type “Web application” with this redirect address."),
            link="https://console.cloud.google.com/auth/clients",
            copy=((gettext_lazy("Authorised redirect URI"), "{redirect_uri}"),),
        ),
        Step(gettext_lazy("Copy the client ID and the client secret into the form here.")),
        Step(
            gettext_lazy(
                "Connect. Sign in with the Google account that looks after the channel, choose the channel where "
                "Google asks, and leave every right ticked."
            )
        ),
        Step(
            gettext_lazy(
                "Confirm a phone number for the channel, so that it may upload more than 15 minutes and have "
                "pictures of its own for films."
            ),
            link="https://www.youtube.com/verify",
        ),
    ),
    approval=gettext_lazy(
        "None is needed to publish. Google shows a warning before the sign-in (“Google hasn’t verified this app”): "
        "it is your own app, choose Advanced and go on. Having it verified takes Google some weeks and removes the "
        "warning."
    ),
    until_then=gettext_lazy(
        "Everything works; at most 100 Google accounts can sign in to an app that is not verified."
    ),
)
