"""What is photographed: every page, as the person who would have it before them."""

from __future__ import annotations

from dataclasses import dataclass

ADA, SAM, ALICE = "ada", "sam", "alice"


@dataclass(frozen=True)
class Place:
    """One page. `path` is an address; with `words` it is the post (or channel …) that a link with these words leads to.

    `act` names a function of `acts` that is done before the picture; `dark` asks for the dark theme too; without
    `phone` it is photographed at a desk alone, where such work is done.
    """

    name: str
    title: str
    path: str
    who: str = SAM  # '' for somebody who has not signed in
    words: str = ""
    act: str = ""
    dark: bool = False
    phone: bool = True
    window: bool = False  # only what fits the window, also on the desk


PLACES: tuple[Place, ...] = (
    Place("sign-in", "Sign in", "/account/login/", who="", dark=True),
    Place("today", "Today", "/", dark=True),
    Place("posts", "Posts", "/posts/"),
    Place("posts-attention", "Posts that need attention", "/posts/?state=trouble", phone=False),
    Place("composer-empty", "Composer, empty", "/posts/new/", who=ALICE),
    Place("composer", "Composer, with a picture and previews", "/posts/", words="Lantern tour", act="edit", dark=True),
    Place("post-in-review", "Post, in review", "/posts/", words="Late night in the library"),
    Place("post-published", "Post, published, with figures", "/posts/", words="Poetry night filled the hall"),
    Place("post-thread", "Post, a thread", "/posts/", words="How a book gets to your shelf"),
    Place("post-changes", "Post, changes requested", "/posts/", who=ALICE, words="Free coffee for everybody"),
    Place("post-failed", "Post, failed", "/posts/", words="The heating is being repaired", phone=False),
    Place("post-unclear", "Post, unclear", "/posts/", words="Quiet hour from 14:00", phone=False),
    Place("post-needs-a-person", "Post, needs a person", "/posts/", words="Storytelling by the stove", phone=False),
    Place("calendar-month", "Calendar, month", "/posts/calendar/", dark=True),
    Place("calendar-week", "Calendar, week", "/posts/calendar/?view=week"),
    Place("calendar-list", "Calendar, list", "/posts/calendar/?view=list", phone=False),
    Place("import", "Posts from a table", "/posts/import/", phone=False),
    Place("review", "Review queue", "/posts/review/", dark=True),
    Place(
        "review-post", "Review, what changed since it was sent back", "/posts/", words="Thank you to sixty", phone=False
    ),
    Place("talk", "Post, with comments", "/posts/", who=ALICE, words="Late night in the library"),
    Place(
        "languages",
        "Composer, in two languages",
        "/posts/",
        who=ALICE,
        words="Homework help has room",
        act="edit",
        phone=False,
    ),
    Place("media", "Media library", "/posts/media/"),
    Place("media-file", "Media library, one file", "/posts/media/", words="6 people in bright jumpers", phone=False),
    Place("campaigns", "Campaigns", "/posts/campaigns/", who=ADA, phone=False),
    Place("campaign", "Campaign", "/posts/campaigns/", who=ADA, words="Winter reading"),
    Place("links", "Short links", "/links/", phone=False),
    Place("link", "Short link, with its codes and counts", "/links/", words="Winter reading: sign up", phone=False),
    Place("hours", "Opening hours", "/hours/", who=ADA),
    Place("hours-unit", "Opening hours of a unit", "/hours/", who=ADA, words="Central Library", phone=False),
    Place("close-now", "Close now", "/posts/close-now/"),
    Place("repeats", "Repeats", "/posts/repeats/", phone=False),
    Place("times", "Posting times", "/posts/times/", who=ADA, words="Central Library", phone=False),
    Place("embargoes", "Embargoes", "/posts/embargoes/", phone=False),
    Place("templates", "Templates", "/posts/kit/templates/", who=ADA, phone=False),
    Place("template-use", "Starting from a template", "/posts/kit/templates/", who=ALICE, words="Reading group"),
    Place("snippets", "Snippets", "/posts/kit/snippets/", who=ADA, phone=False),
    Place("hashtags", "Hashtags", "/posts/kit/hashtags/", who=ADA, phone=False),
    Place("checks", "What is checked", "/posts/checks/1/", who=ADA, phone=False),
    Place("channels", "Channels", "/channels/", who=ADA, dark=True),
    Place("channel", "Channel", "/channels/", who=ADA, words="Riverbend Libraries"),
    Place(
        "channel-lost", "Channel that must be connected again", "/channels/", who=ADA, words="Bookmobile", phone=False
    ),
    Place(
        "channel-feed", "Channel: a feed of one’s own", "/channels/", who=ADA, words="News from Riverbend", phone=False
    ),
    Place("connect", "Connect a channel", "/channels/connect/", who=ADA, phone=False),
    Place("connect-facebook", "Connect Facebook, with its guide", "/channels/connect/facebook/", who=ADA, phone=False),
    Place("keys", "Keys of an application", "/channels/keys/linkedin/", who=ADA, phone=False),
    Place("networks", "What each network allows", "/channels/networks/", who=ADA, phone=False),
    Place("connect-bluesky", "Connect Bluesky", "/channels/connect/bluesky/", who=ADA, phone=False),
    Place("connect-mastodon", "Connect Mastodon", "/channels/connect/mastodon/", who=ADA, phone=False),
    Place("people", "People", "/people/", who=ADA, phone=False),
    Place("invite", "Invite somebody", "/people/invite/", who=ADA, phone=False),
    Place("units", "Units", "/units/", who=ADA, phone=False),
    Place("settings", "Settings", "/settings/", who=ADA, phone=False),
    Place("profile", "Profile", "/profile/"),
    Place("security", "Security of the account", "/account/2fa/", phone=False),
    Place("notices", "Notices", "/notices/", phone=False),
    Place("trail", "Trail", "/audit/", who=ADA, phone=False),
    Place("analytics", "Analytics", "/analytics/", dark=True),
    Place("status", "Status", "/status/", who=ADA, phone=False),
    Place("holds", "Holds", "/deliveries/holds/", who=ADA),
    Place("held", "What waits for a click", "/deliveries/held/", who=ADA, phone=False),
    Place("search", "Search", "/search/?q=story"),
    Place("palette", "Command palette", "/", act="palette", window=True, phone=False),
    Place("help", "Help", "/help/"),
    Place("design", "Design system", "/design/", window=True, dark=True, phone=False),
    Place("practice", "Practice, the public timeline", "/practice/", who=""),
    Place("practice-post", "Practice, one post", "/practice/", who="", words="Poetry night filled the hall"),
    Place("feed", "A feed, as everybody reads it", "/feeds/news-from-riverbend/", who=""),
    Place("feed-block", "A feed, as a block for the website", "/feeds/news-from-riverbend/block/", who="", phone=False),
    Place(
        "feed-screen",
        "A feed, on a screen in the hall",
        "/feeds/news-from-riverbend/screen/",
        who="",
        window=True,
        phone=False,
    ),
    Place("error-404", "No such page", "/nothing-here/"),
    Place("error-403", "Not allowed", "/status/", who=ALICE),
    Place("error-500", "Something went wrong", "/broken/", act="broken"),
    # Last, because writing saves a draft, which would be in the other pictures.
    Place("composer-problems", "Composer, with problems", "/posts/new/", who=ALICE, act="too_long"),
    Place("composer-thread", "Composer, a thread", "/posts/new/", who=ALICE, act="thread", phone=False),
)
