"""The evergreen queue: what a person puts in, changes, pauses and takes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit
from libsocial.core.states import Machine, TransitionError
from posts import selectors
from posts.models import EvergreenItem, EvergreenQueue, Post

MACHINE = Machine(
    "evergreen",
    "running",
    {
        "running": {"change": "running", "look": "running", "pause": "paused", "remove": "removed"},
        "paused": {"change": "paused", "look": "paused", "resume": "running", "remove": "removed"},
        "removed": {"restore": "running"},
    },
)
LONGEST_LOOK = 366  # days: nothing is used longer than a year without somebody having looked at it


@dataclass(frozen=True)
class Terms:
    """How a post may be used again. `season`: month and day of its first and last day, or None."""

    channels: Sequence[int]
    gap_days: int = 90
    season: tuple[str, str] | None = None
    most_uses: int | None = None
    look_again: date | None = None

    def values(self) -> dict[str, Any]:
        first, last = self.season or ("", "")
        latest = timezone.localdate() + timedelta(days=LONGEST_LOOK)
        return {
            "channels": sorted(set(self.channels)),
            "gap_days": self.gap_days,
            "season_first": first,
            "season_last": last,
            "most_uses": self.most_uses,
            "look_again": min(self.look_again or latest, latest),
        }


@transaction.atomic
def put_in(*, by: User, post: Post, terms: Terms) -> EvergreenItem:
    """A post into the queue of its unit, behind all others. One that was taken out before keeps its uses.

    Raises NotAllowed, Refused (withdrawn, in the queue already, no channel).
    """
    policies.require(by, "post.write", post.unit)
    _check(post, terms)
    EvergreenQueue.objects.get_or_create(unit=post.unit)
    item = EvergreenItem.objects.select_for_update().filter(source=post).first()
    values = {**terms.values(), "by": by, "turn": timezone.now(), "trouble": {}}
    if item is None:
        item = EvergreenItem.objects.create(source=post, unit=post.unit, **values)
    elif item.state == "removed":
        MACHINE.move(item, "restore", **values)
    else:
        raise Refused(_("This post is in the evergreen queue already. Change how it is used there."))
    _trail("evergreen.put_in", by, item)
    return item


@transaction.atomic
def change(*, by: User, item: EvergreenItem, terms: Terms) -> None:
    """Other terms for what comes; what was made stays. Raises NotAllowed, Refused."""
    require(by, item)
    _check(item.source, terms)
    _move(item, "change", **terms.values(), trouble={})
    _trail("evergreen.changed", by, item)


@transaction.atomic
def pause(*, by: User, item: EvergreenItem) -> None:
    """It keeps its place and is not used. Raises NotAllowed, Refused."""
    require(by, item)
    _move(item, "pause")
    _trail("evergreen.paused", by, item)


@transaction.atomic
def resume(*, by: User, item: EvergreenItem) -> None:
    """Used again, by the same terms. Raises NotAllowed, Refused."""
    require(by, item)
    _move(item, "resume")
    _trail("evergreen.resumed", by, item)


@transaction.atomic
def remove(*, by: User, item: EvergreenItem) -> None:
    """Out of the queue; drafts made of it stay. Raises NotAllowed, Refused."""
    require(by, item)
    _move(item, "remove")
    _trail("evergreen.removed", by, item)


@transaction.atomic
def restore(*, by: User, item: EvergreenItem) -> None:
    """In again, with the place it had. Raises NotAllowed, Refused."""
    require(by, item)
    _move(item, "restore")
    _trail("evergreen.put_in", by, item)


@transaction.atomic
def looked(*, by: User, item: EvergreenItem) -> None:
    """Somebody read it and found that it still holds: good for another year. Raises NotAllowed, Refused."""
    require(by, item)
    until = timezone.localdate() + timedelta(days=LONGEST_LOOK)
    _move(item, "look", look_again=until, trouble={})
    _trail("evergreen.looked_at", by, item)


@transaction.atomic
def put_first(*, by: User, item: EvergreenItem) -> None:
    """Its turn comes before all others. Raises NotAllowed, Refused."""
    require(by, item)
    first = EvergreenItem.objects.filter(unit=item.unit_id).order_by("turn").values_list("turn", flat=True).first()
    _move(item, "change", turn=(first or timezone.now()) - timedelta(minutes=1))
    _trail("evergreen.put_first", by, item)


@transaction.atomic
def set_queue(*, by: User, unit: Unit, per_week: int, days_ahead: int, filling: bool) -> None:
    """How the queue of a unit fills free times. Raises NotAllowed."""
    policies.require(by, "slots.manage", unit)
    values = {"per_week": per_week, "days_ahead": days_ahead, "filling": filling}
    EvergreenQueue.objects.update_or_create(unit=unit, defaults=values)
    audit.record("evergreen.queue_set", by=by, on=unit, unit=unit, data={"name": unit.name, "per_week": per_week})


def may_change(by: User, item: EvergreenItem) -> bool:
    """Who put it in, and editors."""
    return policies.can(by, "post.write" if item.by_id == by.pk else "post.edit_any", item.unit)


def require(by: User, item: EvergreenItem) -> None:
    policies.require(by, "post.write" if item.by_id == by.pk else "post.edit_any", item.unit)


def _check(post: Post, terms: Terms) -> None:
    if post.state == "withdrawn":
        raise Refused(_("This post was withdrawn. Reopen it first, or choose another one."))
    usable = set(selectors.usable_channels(post.unit).values_list("pk", flat=True))
    if not terms.channels or set(terms.channels) - usable:
        raise Refused(_("Choose at least one channel that this unit can use."), "channels")


def _move(item: EvergreenItem, action: str, **values: Any) -> None:
    try:
        MACHINE.move(item, action, **values)
    except TransitionError as error:
        raise Refused(_("Somebody else was faster. This is how it stands now.")) from error


def _trail(action: str, by: User, item: EvergreenItem) -> None:
    audit.record(action, by=by, on=item.source, unit=item.unit, data={"title": item.source.title})
