"""The evergreen queue by the clock: it fills free posting times with posts that are reviewed like any other."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import User
from libsocial.audit import services as audit
from libsocial.core import localtime
from libsocial.notices import services as notices
from posts import drafting, evergreen, evergreen_rows, planning, problems, selectors
from posts.drafting import Draft, DraftTarget
from posts.evergreen import Place, Standing
from posts.knowledge import hash_of, links_of
from posts.models import EvergreenItem, EvergreenQueue, EvergreenUse, LinkCheck, Post
from posts.planning import MINUTE
from posts.services import drafts, evergreens, link_checks, review
from posts.workflow import NotPossible

_NAMES = uuid.UUID("3d1f9f0e-6d5e-4f0b-9a53-0f6a4f9d2c77")  # makes the token of each use: none gives two posts
MOST_AT_ONCE = 20
NOT_MADE = "evergreen.not_made"
_WHY_NOT: dict[str, str | Promise] = {
    "paused": gettext_lazy("It is paused. Resume it first."),
    "look": gettext_lazy("It needs a look first: read it, then say that it still holds."),
    "used_up": gettext_lazy("It was used as often as it may be. Allow more uses first."),
    "season": gettext_lazy("It is out of season until %(until)s. Change its season to use it earlier."),
    "resting": gettext_lazy("It rests until %(until)s. Shorten its rest to use it earlier."),
    "ready": gettext_lazy("None of its channels has a free posting time. Add posting times, or duplicate the post."),
}


class _TooLate(Exception):
    """Somebody else used this item, or took one of these times, since it was looked at."""


def fill_due(now: datetime | None = None) -> int:
    """Looks at every item, then makes what the free times ahead have room for. Doing it twice, or at once, makes
    nothing twice."""
    now = now or timezone.now()
    queues = EvergreenQueue.objects.filter(unit__archived_at=None).select_related("unit").order_by("pk")
    return sum(_tend(queue, now) for queue in queues)


def _tend(queue: EvergreenQueue, now: datetime) -> int:
    """Nothing is locked while it reads and reckons: only the writing of one post is a transaction."""
    for item in evergreen_rows.items_of(queue.unit):
        if item.state == "running":
            _note(item, _why_look(item, now))
    made = 0
    for _turn in range(MOST_AT_ONCE if queue.filling else 0):
        items = evergreen_rows.items_of(queue.unit)
        proposal = next(iter(evergreen_rows.planned(queue.unit, queue, items, now)), None)
        if proposal is None:
            break
        made += _try(next(one for one in items if one.pk == proposal.key), proposal.places)
    return made


def _try(item: EvergreenItem, places: Sequence[Place]) -> bool:
    try:
        _make(item, places, item.by)
    except _TooLate:
        return False  # the next turn sees what was done
    except (policies.NotAllowed, NotPossible, drafting.Invalid, problems.Blocked) as error:
        _note(item, {"message": NOT_MADE, "params": {"reason": str(error)[:300]}})
        return False
    return True


def make_now(*, by: User, item: EvergreenItem) -> Post:
    """One use at the next free time, whatever the week has already. Raises NotAllowed, Refused with the way out."""
    evergreens.require(by, item)
    now = timezone.now()
    fresh = next((one for one in evergreen_rows.items_of(item.unit) if one.pk == item.pk), None)
    if fresh is None:
        raise Refused(_("It is not in the queue any more. Put it in again first."))
    entry, last = evergreen_rows.entry_of(fresh, item.unit.zone), timedelta(days=evergreen_rows.LONGEST_AHEAD)
    channels = [one for one in evergreen_rows.channels_of(item.unit) if one.pk in entry.channels]
    places = evergreen_rows.places_for(item.unit, channels, now, now + last)
    proposal = next(evergreen.fill([entry], places, (), per_week=99), None)
    if proposal is None:
        day = localtime.wall_of(now, item.unit.zone).date()
        raise Refused(_why_not(evergreen.standing(entry, day)))
    try:
        return _make(fresh, proposal.places, by)
    except _TooLate as error:
        raise Refused(_("Somebody else was faster. Try again.")) from error
    except (NotPossible, drafting.Invalid, problems.Blocked) as error:
        raise Refused(str(error)) from error


def _why_not(stands: Standing) -> str:
    until = formats.date_format(stands.until, "DATE_FORMAT") if stands.until else ""
    return str(_WHY_NOT[stands.kind]) % {"until": until}


# --- one use ------------------------------------------------------------------


@transaction.atomic
def _make(item: EvergreenItem, places: Sequence[Place], by: User) -> Post:
    """A post at these times, sent for approval. The times are taken first: who comes second gets _TooLate."""
    uses = _taken(item, places)
    token = uuid.uuid5(_NAMES, f"{item.pk}:{places[0].channel}:{places[0].moment.isoformat()}")
    post = drafts.create(by=by, unit=item.unit, token=token, draft=_words(item, places))
    EvergreenUse.objects.filter(pk__in=[use.pk for use in uses]).update(post=post)
    EvergreenItem.objects.filter(pk=item.pk).update(turn=places[0].moment)
    data = {"title": item.source.title, "source": item.source_id}
    audit.record("evergreen.made", by=None, on=post, unit=item.unit, data=data)
    fresh = selectors.with_targets(Post.objects.filter(pk=post.pk)).get()
    report = problems.of(fresh.current)
    if report.blocking:
        raise problems.Blocked(report)
    review.submit(post=fresh, by=by)
    fresh.refresh_from_db()
    return fresh


def _taken(item: EvergreenItem, places: Sequence[Place]) -> list[EvergreenUse]:
    """The times, ours; provided the item still stands as it was read."""
    standing = EvergreenItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if standing.state != item.state or standing.uses.count() != len(item.uses.all()):
        raise _TooLate
    try:
        with transaction.atomic():
            rows = [EvergreenUse(item=item, channel_id=one.channel, moment=one.moment) for one in places]
            return EvergreenUse.objects.bulk_create(rows)
    except IntegrityError as error:
        raise _TooLate from error


def _words(item: EvergreenItem, places: Sequence[Place]) -> Draft:
    """The words of the source as they are now, with a time for each channel; one that was added later gets the base."""
    words = _source(item)
    walls = {one.channel: localtime.wall_of(one.moment, item.unit.zone).strftime(MINUTE) for one in places}
    targets = tuple(words.target(channel) or DraftTarget(channel) for channel in walls)
    return planning.at_times(replace(words, zone=item.unit.zone, targets=targets), walls)


def _source(item: EvergreenItem) -> Draft:
    source = selectors.with_targets(Post.objects.filter(pk=item.source_id)).get()
    return drafting.of_revision(source.current)


# --- does it still hold? ------------------------------------------------------


def _why_look(item: EvergreenItem, now: datetime) -> dict[str, Any]:
    """What somebody has to look at before it is used again; {} for nothing."""
    if item.trouble.get("message") == NOT_MADE:
        return item.trouble
    if item.source.state == "withdrawn":
        return {"message": "evergreen.withdrawn"}
    if item.look_again and item.look_again <= localtime.wall_of(now, item.unit.zone).date():
        return {"message": "evergreen.due"}
    if not item.by.is_active or not policies.can(item.by, "post.write", item.unit):
        return {"message": "evergreen.no_author", "params": {"person": str(item.by)}}
    return _why_stale(item)


def _why_stale(item: EvergreenItem) -> dict[str, Any]:
    """What the world did to it: a dead link, a permission that ended, a channel that is gone."""
    usable = set(selectors.usable_channels(item.unit).values_list("pk", flat=True))
    words = _source(item)
    chosen = [words.target(pk) or DraftTarget(pk) for pk in item.channels if pk in usable]
    draft = replace(words, at="", queued=False, targets=tuple(replace(target, at="") for target in chosen))
    urls = links_of(draft)
    link_checks.want(urls)
    gone = LinkCheck.objects.filter(url_hash__in=map(hash_of, urls), outcome="gone").first() if urls else None
    if gone is not None:
        return {"message": "evergreen.link_gone", "params": {"url": gone.url[:200]}}
    report = problems.of_draft(draft, unit=item.unit)
    # Without a time of its own it would leave now: what speaks against this hour says nothing of the next use.
    found = next((one for one in report.all if one.severity == "block" and one.field != "at"), None)
    return {"message": "evergreen.blocked", "params": {"reason": problems.sentence(found)}} if found else {}


@transaction.atomic
def _note(item: EvergreenItem, trouble: dict[str, Any]) -> None:
    """Keeps it; who is responsible is told when it is another one than before."""
    if trouble == item.trouble:
        return
    standing = EvergreenItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if standing.trouble == trouble:
        return
    EvergreenItem.objects.filter(pk=item.pk).update(trouble=trouble)
    item.trouble = trouble
    for person in _responsible(item) if trouble else ():
        with override(person.language or item.unit.language):
            params = {"title": item.source.title, "reason": evergreen_rows.trouble_of(item)}
            url = reverse("posts:evergreen_item", args=[item.pk])
            notices.tell([person], "evergreen.look", params=params, url=url)


def _responsible(item: EvergreenItem) -> list[Any]:
    if evergreens.may_change(item.by, item) and item.by.is_active:
        return [item.by]
    return list(policies.people_who("post.edit_any", item.unit))
