"""What words find, for the command palette and the search page: places, acts, posts, channels, people, help.

Each kind is a function here that asks its app, and finds only what the person may see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from channels_app.models import Channel
from libsocial import chapters
from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.links.models import Link
from libsocial.shell import looks, navigation
from libsocial.shell.navigation import Count
from posts import listing
from posts.models import Asset, Campaign

FEW = 6


@dataclass(frozen=True)
class Hit:
    """One thing that was found. `note` tells it from its namesakes."""

    label: str | Promise
    url: str
    icon: str = ""
    note: str = ""


@dataclass(frozen=True)
class Group:
    """What was found of one kind, the best first."""

    title: str
    hits: list[Hit]


Finder = Callable[[HttpRequest, str, int], Group]


def find(request: HttpRequest, words: str, limit: int = FEW) -> list[Group]:
    """What the words find, by kind; without words the places one may go to. Nothing found: an empty list."""
    finders = FINDERS if words else FINDERS[:1]
    groups = [finder(request, words, limit if words else 30) for finder in finders]
    return [group for group in groups if group.hits]


def _places(request: HttpRequest, words: str, limit: int) -> Group:
    """Pages and acts, each by its name."""
    new = navigation.new_post(request)
    entries = [*([new] if new else []), *navigation.entries(request, lambda _name: Count(0))]
    hits = [Hit(entry.label, entry.url, entry.icon) for entry in entries]
    hits += [Hit(label, url, icon) for label, url, icon in _acts(request.user)]
    return Group(_("Go to"), [hit for hit in hits if _fits(str(hit.label), words)][:limit])


def _acts(user: User) -> Iterable[tuple[str, str, str]]:
    yield _("Notices"), reverse("notices:list"), "bell"
    yield _("Your account"), reverse("accounts:profile"), "user"
    yield _("Evergreen queue"), reverse("posts:evergreen"), "tree-pine"
    if policies.can_anywhere(user, "hold.place"):
        yield _("Pause publishing"), reverse("scheduler:holds"), "circle-pause"
    if policies.can_anywhere(user, "channel.manage"):
        yield _("Connect a channel"), reverse("channels:connect"), "plug"
    if policies.can_anywhere(user, "people.manage"):
        yield _("Invite someone"), reverse("accounts:invite"), "user-plus"
    yield _("Help"), reverse("help"), "life-buoy"


def _fits(label: str, words: str) -> bool:
    """Does every word begin a word of the label?"""
    parts = label.casefold().split()
    return all(any(part.startswith(word) for part in parts) for word in words.casefold().split())


def _posts(request: HttpRequest, words: str, limit: int) -> Group:
    found = listing.posts_for(request.user, None, listing.Filters(q=words)).select_related("unit")[:limit]
    hits = [
        Hit(
            post.title or _("Untitled post"),
            reverse("posts:detail", args=[post.pk]),
            "newspaper",
            f"{looks.of_state(post.state).label} · {post.unit}",
        )
        for post in found
    ]
    return Group(_("Posts"), hits)


def channels_named(user: User, words: str) -> QuerySet[Channel]:
    """The living channels whose name or handle has the words."""
    named = Q(name__icontains=words) | Q(handle__icontains=words)
    return Channel.objects.visible_to(user).living().filter(named)


def _channels(request: HttpRequest, words: str, limit: int) -> Group:
    found = channels_named(request.user, words)[:limit]
    hits = [Hit(one.name, reverse("channels:detail", args=[one.pk]), "radio-tower", one.handle) for one in found]
    return Group(_("Channels"), hits)


def people_named(user: User, words: str) -> QuerySet[User]:
    """Colleagues of the units whose people this person may see."""
    units = policies.units_where(user, "people.see")
    named = Q(name__icontains=words) | Q(email__icontains=words)
    return User.objects.filter(named, memberships__unit__in=units, is_active=True).distinct()


def _people(request: HttpRequest, words: str, limit: int) -> Group:
    may = policies.can_anywhere(request.user, "people.manage")
    hits = [
        Hit(person.name, reverse("accounts:person", args=[person.pk]) if may else reverse("accounts:people"), "user")
        for person in people_named(request.user, words)[:limit]
    ]
    return Group(_("People"), hits)


def _help(request: HttpRequest, words: str, limit: int) -> Group:
    """Chapters of the help whose heading or words contain what was typed."""
    sought = words.casefold()
    found = [
        one for one in chapters.CHAPTERS if sought in f"{one.title} {' '.join(map(str, one.paragraphs))}".casefold()
    ]
    hits = [Hit(one.title, f"{reverse('help')}#{one.key}", "life-buoy") for one in found]
    return Group(_("Help"), hits[:limit])


def _campaigns(request: HttpRequest, words: str, limit: int) -> Group:
    found = Campaign.objects.visible_to(request.user).filter(name__icontains=words)[:limit]
    return Group(_("Campaigns"), [Hit(one.name, reverse("posts:campaign", args=[one.pk]), "flag") for one in found])


def _media(request: HttpRequest, words: str, limit: int) -> Group:
    """Files by what they show or are called."""
    named = Q(alt__icontains=words) | Q(original_name__icontains=words)
    found = Asset.objects.visible_to(request.user).filter(named, binned_at=None).order_by("-pk")[:limit]
    hits = [
        Hit(one.original_name or one.alt, reverse("posts:media_asset", args=[one.pk]), "images", one.alt[:60])
        for one in found
    ]
    return Group(_("Media"), hits)


def _links(request: HttpRequest, words: str, limit: int) -> Group:
    named = Q(title__icontains=words) | Q(code__icontains=words) | Q(target__icontains=words)
    found = Link.objects.visible_to(request.user).filter(named)[:limit]
    hits = [Hit(one.title or one.target, reverse("links:detail", args=[one.pk]), "link", one.code) for one in found]
    return Group(_("Links"), hits)


FINDERS: list[Finder] = [_places, _posts, _channels, _campaigns, _media, _links, _people, _help]


def others(request: HttpRequest, words: str, limit: int) -> list[Group]:
    """The kinds the search page shows as plain lists."""
    return [finder(request, words, limit) for finder in (_campaigns, _media, _links, _help)]
