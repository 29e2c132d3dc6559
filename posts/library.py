"""Reading the media library for its pages: what is found, where a file is used, what may be done with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.core import asked, localtime
from posts.licences import LICENCES
from posts.models import Asset, AssetQuerySet, AssetUse, Folder, Post

SOON = timedelta(days=14)
KINDS: tuple[tuple[str, str | Promise], ...] = (
    ("image", _("Pictures")),
    ("video", _("Films")),
    ("document", _("Documents")),
)
SHOWN: tuple[tuple[str, str | Promise], ...] = (
    ("no_alt", _("Without a description")),
    ("unused", _("Not used yet")),
    ("expiring", _("Permission ends soon")),
    ("expired", _("Permission has ended")),
    ("no_consent", _("People without permission")),
)
SORTS: tuple[tuple[str, str | Promise], ...] = (
    ("", _("Newest first")),
    ("old", _("Oldest first")),
    ("name", _("By name")),
    ("size", _("Largest first")),
)
_ORDER = {"old": ("pk",), "name": ("original_name", "pk"), "size": ("-size", "pk")}


@dataclass(frozen=True)
class Filters:
    """What the address of the library says; what makes no sense is ignored."""

    q: str = ""
    kind: str = ""
    folder: int | None = None
    tag: str = ""
    licence: str = ""
    unit: int | None = None
    only: str = ""  # a key of SHOWN
    sort: str = ""
    view: str = ""  # 'list' or the grid

    @property
    def narrow(self) -> bool:
        return any((self.q, self.kind, self.folder, self.tag, self.licence, self.unit, self.only))


def filters_of(get: Any) -> Filters:
    """From the query of an address."""
    return Filters(
        q=asked.words(get.get("q"), 100),
        kind=_one_of(get.get("kind"), dict(KINDS)),
        folder=asked.number(get.get("folder")),
        tag=asked.words(get.get("tag"), 40).casefold(),
        licence=_one_of(get.get("licence"), LICENCES),
        unit=asked.number(get.get("unit")),
        only=_one_of(get.get("only"), dict(SHOWN)),
        sort=_one_of(get.get("sort"), _ORDER),
        view="list" if get.get("view") == "list" else "",
    )


def _one_of(value: str | None, known: Iterable[str]) -> str:
    return value if value and value in known else ""


def assets_for(user: User, unit: Unit | None, filters: Filters) -> AssetQuerySet:
    """The files of a page of the library, in its order."""
    assets = Asset.objects.visible_to(user).living()
    if unit is not None:
        assets = assets.filter(unit__path__startswith=unit.path)
    plain = {"unit_id": filters.unit, "kind": filters.kind, "folder_id": filters.folder, "licence": filters.licence}
    assets = assets.filter(**{name: value for name, value in plain.items() if value})
    if filters.tag:
        assets = assets.filter(tags__contains=f",{filters.tag},")
    if filters.only:
        assets = assets.filter(_only(filters.only))
    return matching(assets, filters.q).order_by(*_ORDER.get(filters.sort, ("-pk",)))


def matching(assets: AssetQuerySet, words: str) -> AssetQuerySet:
    """Those that have every one of the words somewhere: file name, description, credit, tags or folder."""
    for word in words.split()[:5]:
        places = ("original_name", "alt", "credit", "tags", "folder__name")
        found = Q()
        for place in places:
            found |= Q(**{f"{place}__icontains": word})
        assets = assets.filter(found)
    return assets


def _only(name: str) -> Q:
    today = timezone.localdate()
    return {
        "no_alt": Q(alt="", decorative=False) & ~Q(kind="document"),
        "unused": ~Exists(AssetUse.objects.filter(asset=OuterRef("pk"))),
        "expiring": Q(valid_until__gte=today, valid_until__lte=today + SOON),
        "expired": Q(valid_until__lt=today),
        "no_consent": Q(shows_people=True, consent=""),
    }[name]


def binned_for(user: User, unit: Unit | None) -> AssetQuerySet:
    """What lies in the bin, the last thrown first."""
    assets = Asset.objects.visible_to(user).exclude(binned_at=None)
    if unit is not None:
        assets = assets.filter(unit__path__startswith=unit.path)
    return assets.select_related("unit", "binned_by").order_by("-binned_at", "-pk")


def folders_for(user: User, unit: Unit | None = None) -> QuerySet[Folder]:
    folders = Folder.objects.filter(policies.subtree_q(user, "post.see", "unit__")).select_related("unit")
    return folders.filter(unit__path__startswith=unit.path) if unit is not None else folders


def tags_for(assets: AssetQuerySet) -> list[str]:
    """Every tag in use, the most used first."""
    counted: dict[str, int] = {}
    for tags in assets.exclude(tags="").values_list("tags", flat=True)[:5000]:
        for tag in tags.strip(",").split(","):
            counted[tag] = counted.get(tag, 0) + 1
    return sorted(counted, key=lambda tag: (-counted[tag], tag))[:40]


def uses_of(asset: Asset, user: User) -> list[Post]:
    """Posts that name the file now or named it when they were sent, that the person may see; the newest first."""
    named = AssetUse.objects.filter(asset=asset).values("revision__post_id")
    posts = Post.objects.visible_to(user).filter(pk__in=named)
    return list(posts.select_related("unit", "author").order_by("-changed_at")[:100])


def may_throw(asset: Asset, user: User) -> bool:
    """May the person replace it, or put it into the bin? Their own, or anybody's for an editor."""
    if policies.can(user, "media.manage", asset.unit):
        return True
    return asset.uploaded_by_id == user.pk and policies.can(user, "post.write", asset.unit)


def state_of(asset: Asset, on: date | None = None) -> str:
    """'expired', 'expiring', 'no_consent' or '' on this day of its unit (today, where none is named)."""
    on = on or today_in(asset.unit)
    if asset.valid_until and asset.valid_until < on:
        return "expired"
    if asset.shows_people and not asset.consent.strip():
        return "no_consent"
    if asset.valid_until and asset.valid_until <= on + SOON:
        return "expiring"
    return ""


def today_in(unit: Unit) -> date:
    return localtime.wall_of(timezone.now(), unit.zone).date()
