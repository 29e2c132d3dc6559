"""The places of the product as data. What a person may not see, or what is not there, is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.shell.addresses import address


@dataclass(frozen=True)
class Place:
    """One entry of the navigation.

    ``ability`` is asked anywhere in the person's units. ``covers`` are the URL names
    in which the entry is marked as current: whole, or beginnings that end in a colon or a star.
    ``key`` is pressed after ``g`` to go there. ``tab`` puts it in the phone's tab bar.
    """

    name: str
    label: str | Promise
    icon: str
    url_name: str
    ability: str
    key: str = ""
    covers: tuple[str, ...] = ()
    tab: bool = False
    group: int = 1


IN_PEOPLE = ("accounts:invit*", "accounts:person")
IN_CALENDAR = ("posts:calendar", "posts:slots*", "posts:kept_days", "posts:own_day*", "posts:addresses")
IN_CALENDAR += ("posts:move", "posts:import*")
IN_HOURS = ("hours:", "posts:close*")
IN_SETTINGS = ("accounts:settings*", "accounts:unit*", "posts:steps", "posts:put_step")
IN_REVIEW = ("posts:expired", "posts:urgent", "posts:judge", "posts:approve_seen")

PLACES: tuple[Place, ...] = (
    Place("today", _("Today"), "sun-medium", "today", "post.see", "t", tab=True),
    Place("posts", _("Posts"), "newspaper", "posts:list", "post.see", "p", ("posts:",), tab=True),
    Place("calendar", _("Calendar"), "calendar-days", "posts:calendar", "post.see", "c", IN_CALENDAR),
    Place("media", _("Media"), "images", "posts:media", "post.see", "i", ("posts:media*",)),
    Place("review", _("Review"), "list-checks", "posts:review", "post.approve", "r", IN_REVIEW, tab=True),
    Place(
        "campaigns", _("Campaigns"), "flag", "posts:campaigns", "campaign.see", "m", ("posts:campaign*", "posts:pack*")
    ),
    Place("links", _("Links"), "link", "links:list", "links.see", "k", ("links:",)),
    Place("channels", _("Channels"), "radio-tower", "channels:list", "channel.see", "h", ("channels:",)),
    Place("analytics", _("Analytics"), "chart-line", "analytics:overview", "analytics.see", "a", ("analytics:",)),
    Place("hours", _("Opening hours"), "clock", "hours:overview", "post.see", "o", IN_HOURS, group=2),
    Place("people", _("People"), "users", "accounts:people", "people.see", "e", IN_PEOPLE, group=2),
    Place("settings", _("Settings"), "settings", "accounts:settings", "settings.manage", "s", IN_SETTINGS, group=2),
    Place("trail", _("Trail"), "scroll-text", "audit:list", "audit.read", "l", ("audit:",), group=2),
    Place("status", _("Status"), "activity", "status", "status.see", "u", group=2),
)
NEW_POST = Place("new", _("New post"), "plus", "posts:new", "post.write", "n")


@dataclass(frozen=True)
class Entry:
    """A place as one person sees it on one page."""

    name: str
    label: str | Promise
    icon: str
    url: str
    current: bool
    key: str = ""
    tab: bool = False
    group: int = 1
    count: int = 0
    count_label: str | Promise = ""
    urgent: bool = False


@dataclass(frozen=True)
class Count:
    """How many wait behind an entry, and in words what they are."""

    number: int
    label: str | Promise = field(default="")
    urgent: bool = False


def allowed(person: User | AnonymousUser, place: Place) -> bool:
    return policies.can_anywhere(person, place.ability)


def entries(request: HttpRequest, counts: Callable[[str], Count]) -> list[Entry]:
    """The navigation of this person on this page."""
    here = request.resolver_match.view_name if request.resolver_match else ""
    current = _current(here)
    return [
        _entry(place, url, place.name == current, counts(place.name))
        for place in PLACES
        if allowed(request.user, place) and (url := address(place.url_name))
    ]


def new_post(request: HttpRequest) -> Entry | None:
    """The one primary act, for those who may write."""
    url = address(NEW_POST.url_name)
    if not url or not allowed(request.user, NEW_POST):
        return None
    here = request.resolver_match.view_name if request.resolver_match else ""
    return _entry(NEW_POST, url, here == NEW_POST.url_name, Count(0))


def _entry(place: Place, url: str, current: bool, count: Count) -> Entry:
    return Entry(
        name=place.name,
        label=place.label,
        icon=place.icon,
        url=url,
        current=current,
        key=place.key,
        tab=place.tab,
        group=place.group,
        count=count.number,
        count_label=count.label,
        urgent=count.urgent,
    )


def _current(here: str) -> str:
    """The place whose covered name fits the page best: 'posts:calendar' before 'posts:'."""
    best, length = "", 0
    for place in PLACES:
        for covered in (place.url_name, *place.covers):
            fits = here == covered or (covered.endswith((":", "*")) and here.startswith(covered.rstrip("*")))
            if here != NEW_POST.url_name and fits and len(covered) > length:
                best, length = place.name, len(covered)
    return best
