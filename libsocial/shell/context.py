"""What base templates know on every page: ``shell`` in the template context. Read only when drawn."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count as DbCount
from django.db.models import QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from libsocial import chapters
from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.notices.models import Notice
from libsocial.shell import banners, navigation
from libsocial.shell.addresses import address
from libsocial.shell.banners import Banner
from libsocial.shell.navigation import Count, Entry
from posts import selectors as posts
from posts.models import BreakGlass
from scheduler import pulse
from scheduler.models import Delivery

THEMES = (
    ("auto", _("As the device"), "monitor"),
    ("light", _("Light"), "sun"),
    ("dark", _("Dark"), "moon"),
)
THEME_COOKIE = "libsocial_theme"
ADDRESSES = (
    "search",
    "palette",
    "help",
    "theme",
    "notices:list",
    "accounts:profile",
    "accounts:switch_unit",
    "scheduler:pause",
    "account_logout",
)
LIBRARY, REMEMBERED = "shell.library", 30  # seconds
NEEDS_SOMEONE = ("failed", "needs_person")


def _root_name() -> str:
    return Unit.objects.filter(parent=None).order_by("pk").values_list("name", flat=True).first() or ""


class Shell:
    """One page's surroundings. Every question is asked at most once, and only if a template asks it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.person = getattr(request, "user", None)

    @cached_property
    def signed_in(self) -> bool:
        return bool(self.person and self.person.is_authenticated)

    @cached_property
    def library(self) -> str:
        """The library's own name: that of the root unit."""
        root = next((unit.name for unit in self.units if unit.parent_id is None), "")
        return root or cache.get_or_set(LIBRARY, _root_name, REMEMBERED) or "LibSocial"

    @cached_property
    def theme(self) -> str:
        chosen = self.person.theme if self.signed_in else self.request.COOKIES.get(THEME_COOKIE, "auto")
        return chosen if chosen in ("light", "dark") else "auto"

    themes = THEMES

    @property
    def help_here(self) -> chapters.Chapter:
        """The chapter of the help that explains this page."""
        match = self.request.resolver_match
        return chapters.of_page(match.view_name if match else "")

    @property
    def contrast(self) -> str:
        """'more' where the person asked for it; '' leaves it to the device."""
        return self.person.contrast if self.signed_in else ""

    @property
    def density(self) -> str:
        """'compact' where the person wants more on one screen, else ''."""
        return self.person.density if self.signed_in else ""

    @cached_property
    def direction(self) -> str:
        return "rtl" if get_language_info(get_language() or settings.LANGUAGE_CODE)["bidi"] else "ltr"

    @cached_property
    def shortcuts(self) -> bool:
        return bool(self.signed_in and self.person.shortcuts)

    @cached_property
    def entries(self) -> list[Entry]:
        return navigation.entries(self.request, self._count) if self.signed_in else []

    @property
    def main(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.group == 1]

    @property
    def house(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.group == 2]

    @property
    def tabs(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.tab]

    @property
    def more(self) -> list[Entry]:
        return [entry for entry in self.entries if not entry.tab]

    @cached_property
    def new_post(self) -> Entry | None:
        return navigation.new_post(self.request) if self.signed_in else None

    @cached_property
    def unit(self) -> Unit | None:
        return getattr(self.request, "unit", None)

    @cached_property
    def units(self) -> list[Unit]:
        return list(getattr(self.request, "units", None) or ())

    @property
    def unseen(self) -> int:
        """How many notices the person has not seen."""
        return self._numbers["unseen"] if self.signed_in else 0

    @cached_property
    def may_pause(self) -> bool:
        """Whether this person can stop what is about to leave, from every page."""
        return self.signed_in and policies.can_anywhere(self.person, "hold.place")

    @cached_property
    def banners(self) -> list[Banner]:
        if not self.signed_in:
            return []
        alive = all(self._numbers[kind] for kind in pulse.KINDS)
        return [*banners.for_person(self.person, alive=alive), *banners.urgent(self._numbers["urgent"])]

    @property
    def urls(self) -> dict[str, str]:
        """Addresses that may not be there; empty ones are not drawn."""
        return {name.split(":")[-1]: address(name) for name in ADDRESSES}

    def _count(self, name: str) -> Count:
        if name == "review":
            return Count(self._numbers["waiting"], _("waiting for you"))
        if name == "today":
            return Count(self._numbers["failed"], _("need someone"), urgent=True)
        return Count(0)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """Everything that is counted on every page, in one question."""
        mine = policies.subtree_q(self.person, "delivery.decide", "unit__")
        counted = {
            "unseen": Notice.objects.filter(recipient=self.person, seen_at=None),
            "waiting": posts.waiting_for(self.person, self.unit),
            "failed": Delivery.objects.filter(mine, state__in=NEEDS_SOMEONE),
            "urgent": BreakGlass.objects.open_for(self.person).exclude(by=self.person),
            **{kind: pulse.heard(kind) for kind in pulse.KINDS},
        }
        numbers = {name: _number_of(rows) for name, rows in counted.items()}
        return User.objects.filter(pk=self.person.pk).values(**numbers).get()


def _number_of(rows: QuerySet[Any]) -> Coalesce:
    """How many rows there are, as a part of a larger question."""
    one = rows.order_by().values(one=Value(1)).annotate(number=DbCount("*")).values("number")
    return Coalesce(Subquery(one), 0)


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor."""
    return {"shell": Shell(request)}
