"""What a person can choose for a post on TikTok, what its figures mean, and how to come to an application there. Data.

The rules of TikTok's review are why nothing is chosen beforehand: who sees the post, whether others may comment, and
the consent to its music terms are for a person to say.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from channels_app.capabilities import Metric, Option
from channels_app.platforms.base import ConnectField, Guide, Step

DIRECT = ("mode", ("direct",))
PRIVACY = (
    ("PUBLIC_TO_EVERYONE", gettext_lazy("Everyone")),
    ("FOLLOWER_OF_CREATOR", gettext_lazy("Followers")),
    ("MUTUAL_FOLLOW_FRIENDS", gettext_lazy("Followers you follow back")),
    ("SELF_ONLY", gettext_lazy("Only this account")),
)
UNCHOSEN = ("", gettext_lazy("Choose …"))
INBOX = ("inbox", gettext_lazy("Send it to the TikTok app as a draft; a person finishes it there"))
OPTIONS = (
    Option(
        "mode",
        gettext_lazy("How it gets to TikTok"),
        "choice",
        default="inbox",
        choices=(INBOX, ("direct", gettext_lazy("Publish it at once"))),
        help=gettext_lazy(
            "A draft arrives in the inbox of the TikTok app. TikTok takes no text with the draft of a film: copy it "
            "from here. Publishing at once is for applications that TikTok has audited."
        ),
    ),
    Option(
        "privacy",
        gettext_lazy("Who sees it"),
        "choice",
        choices=(UNCHOSEN, *PRIVACY),
        only=DIRECT,
        required=True,
    ),
    Option("comments", gettext_lazy("Others may comment"), "flag", default=False, only=DIRECT),
    Option("duet", gettext_lazy("Others may make duets with it (films)"), "flag", default=False, only=DIRECT),
    Option("stitch", gettext_lazy("Others may use pieces of it (films)"), "flag", default=False, only=DIRECT),
    Option(
        "own_business",
        gettext_lazy("Promotes yourselves or your own services"),
        "flag",
        default=False,
        help=gettext_lazy("TikTok labels it “Promotional content”."),
        only=DIRECT,
    ),
    Option(
        "branded_content",
        gettext_lazy("Promotes somebody else, for money or favours"),
        "flag",
        default=False,
        help=gettext_lazy(
            "TikTok labels it “Paid partnership”; it cannot be for this account only. With this you agree to TikTok’s "
            "Branded Content Policy."
        ),
        only=DIRECT,
    ),
    Option("synthetic", gettext_lazy("Made or changed by AI (films)"), "flag", default=False, only=DIRECT),
    Option(
        "cover_second",
        gettext_lazy("Cover: the picture at this second of the film"),
        "text",
        help=gettext_lazy("A number such as 3 or 1.5; empty for the first picture."),
        limit=8,
        only=DIRECT,
    ),
    Option(
        "photo_title",
        gettext_lazy("Title of a picture post"),
        "text",
        help=gettext_lazy("Only for pictures; the text of the post becomes the description."),
        limit=90,
    ),
    Option(
        "music",
        gettext_lazy("TikTok may add music it recommends (pictures)"),
        "flag",
        default=False,
        only=DIRECT,
    ),
    Option(
        "consent",
        gettext_lazy("By posting, you agree to TikTok’s Music Usage Confirmation"),
        "flag",
        default=False,
        help="https://www.tiktok.com/legal/page/global/music-usage-confirmation/en",
        only=DIRECT,
        required=True,
    ),
)
METRICS = (
    Metric("views", "reach", gettext_lazy("Views"), gettext_lazy("How often the film was started, since it is out.")),
    Metric("likes", "reactions", gettext_lazy("Likes"), gettext_lazy("Likes, since it is out.")),
    Metric("comments", "replies", gettext_lazy("Comments"), gettext_lazy("Comments, with the answers to them.")),
    Metric("shares", "shares", gettext_lazy("Shares"), gettext_lazy("How often it was passed on.")),
    Metric("followers", "followers", gettext_lazy("Followers"), gettext_lazy("Accounts that follow."), "account"),
    Metric("posts", "posts", gettext_lazy("Films"), gettext_lazy("Public films of the account."), "account"),
)
NOTES = (
    gettext_lazy(
        "A draft is not published: a person opens the TikTok app, finds it among the notifications and finishes it."
    ),
    gettext_lazy(
        "Until TikTok has audited your application, what it publishes at once is for the account only, the account "
        "must be private at that moment, and at most five accounts a day may do it. TikTok seldom audits "
        "applications that serve one organisation only; drafts need no audit."
    ),
    gettext_lazy("At most five drafts may wait in 24 hours. Free of charge."),
    gettext_lazy(
        "Pictures (JPEG, WebP) are fetched by TikTok from your installation: its address must be reachable from the "
        "internet and proven at TikTok under URL properties. Films are sent and need neither."
    ),
    gettext_lazy("What is out can be changed or deleted in the TikTok app only. There is no field for descriptions."),
    gettext_lazy("TikTok gives figures of public posts only, and counts nobody’s viewing time."),
)
APP_FIELDS = (
    ConnectField("client_id", gettext_lazy("Client key"), help=gettext_lazy("TikTok calls it “Client key”.")),
    ConnectField("client_secret", gettext_lazy("Client secret"), "password"),
    ConnectField(
        "audited",
        gettext_lazy("Has TikTok audited the application for direct posting?"),
        "choice",
        optional=True,
        choices=(("", gettext_lazy("No: drafts only")), ("yes", gettext_lazy("Yes"))),
    ),
)
BY_HAND = gettext_lazy(
    "In the TikTok app: Profile, menu, Settings and privacy, Security and permissions, Apps and services permissions; "
    "choose your LibSocial app and remove its access."
)
GUIDE = Guide(
    steps=(
        Step(
            gettext_lazy("Sign in at TikTok for Developers, and under Manage apps choose “Connect an app”."),
            link="https://developers.tiktok.com/apps/",
        ),
        Step(
            gettext_lazy(
                "Give it your library’s name, an icon, a description, and the addresses of your terms and of your "
                "privacy page. As platform choose Web, with this address."
            ),
            copy=((gettext_lazy("Website"), "{base_url}"),),
        ),
        Step(
            gettext_lazy("Add the product Login Kit and give it this redirect address. It must begin with https."),
            copy=((gettext_lazy("Redirect URI"), "{redirect_uri}"),),
        ),
        Step(
            gettext_lazy(
                "Add the product Content Posting API. Leave “Direct Post” off while TikTok has not audited you."
            )
        ),
        Step(
            gettext_lazy(
                "Under Scopes add these. “video.publish” belongs to direct posting: leave it out for drafts only."
            ),
            copy=((gettext_lazy("Scopes"), "{scopes}"),),
        ),
        Step(
            gettext_lazy(
                "For pictures: under URL properties add this address as a prefix, put the file TikTok gives you on "
                "your web server, and let TikTok check it."
            ),
            copy=((gettext_lazy("URL prefix"), "{base_url}/"),),
        ),
        Step(gettext_lazy("Send the app in for review, with a short film of how you use it here.")),
        Step(gettext_lazy("Copy the client key and the client secret into the form here, then connect.")),
    ),
    approval=gettext_lazy(
        "TikTok reviews the application, usually within two weeks. Direct posting needs an audit on top, which TikTok "
        "seldom grants to tools that serve one organisation."
    ),
    until_then=gettext_lazy(
        "Before the review, only accounts you list as testers in TikTok’s sandbox can connect. Before the audit, only "
        "drafts are useful."
    ),
)
