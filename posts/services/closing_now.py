"""The emergency closure: the library closes, says so, and holds back what was planned, in one act."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.models import Channel
from channels_app.selectors import capabilities_of, usable_by
from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.core import localtime
from libsocial.hours import touching
from libsocial.hours.models import Closure
from libsocial.hours.reckoning import Shut
from libsocial.hours.services import closing
from posts import emergency, problems, selectors, workflow
from posts.drafting import Draft, DraftPart, DraftTarget, DraftVariant
from posts.emergency import Words
from posts.models import Post
from posts.planning import MINUTE
from posts.services import drafts, review
from posts.services.touched import find


@dataclass
class Outcome:
    """What came of it: the closures, the posts under way, those that wait for a second person, drafts for later."""

    closures: list[Closure] = field(default_factory=list)
    leaving: list[Post] = field(default_factory=list)
    waiting: list[Post] = field(default_factory=list)
    reopening: list[Post] = field(default_factory=list)


def shut_of(unit: Unit, until: datetime, reason: str) -> Shut:
    """The closure from this minute to a wall time of the unit, not saved."""
    now = localtime.wall_of(timezone.now(), unit.zone).replace(second=0, microsecond=0)
    return Shut(0, unit.pk, "closed", now.date(), until.date(), now.time(), until.time(), reason, "", "emergency")


def channels_for(person: User, units: Iterable[Unit]) -> dict[Channel, Unit]:
    """Channels that can carry plain words at once, each with the unit it speaks for: the person may approve there."""
    found: dict[int, tuple[Channel, Unit]] = {}
    for unit in units:
        for channel in usable_by(unit).filter(state="active").select_related("unit"):
            better = channel.pk not in found or channel.unit == unit
            if better and policies.can(person, "post.approve", channel.unit) and not _hindered(channel, unit):
                found[channel.pk] = (channel, unit)
    return dict(found.values())


def _hindered(channel: Channel, unit: Unit) -> bool:
    """Does it need more than words, such as a picture?"""
    draft = Draft(parts=(DraftPart("x"),), targets=(DraftTarget(channel.pk),), zone=unit.zone, service=True)
    return bool(problems.of_draft(draft, unit=unit).blocking)


def planned_inside(person: User, units: Iterable[Unit], until: datetime, reason: str) -> list[touching.Touched]:
    """What is planned in these units before they open again, each once."""
    found = {one.key: one for unit in units for one in find(unit, shut_of(unit, until, reason), person)}
    return sorted(found.values(), key=lambda one: one.at)


def declare(
    *,
    by: User,
    units: list[Unit],
    reason: str,
    until: datetime,
    words: Words,
    channels: Iterable[Channel],
    chosen: dict[str, str],
) -> Outcome:
    """Closes the units from now to a wall time, holds or moves what was chosen, and says so on these channels.

    The notices go through review.approve like every post: at once where this person may say yes to own words or to
    urgent ones, else they wait for the next supervisor, who has been told. Raises NotAllowed, NotPossible, Refused.
    """
    with transaction.atomic():
        outcome = Outcome()
        _refuse_twice(units, reason, until)
        for unit in units:
            outcome.closures.append(_close(by, unit, reason, until, words, chosen))
        offered = channels_for(by, units)
        speaking = _by_unit({channel: offered[channel] for channel in channels if channel in offered})
        for unit, theirs in speaking.items():
            outcome.waiting.append(_written(by, unit, theirs, words))
            outcome.reopening.append(_reopening(by, unit, theirs, words, until))
    for post in list(outcome.waiting):
        if _sent(post, by, reason):
            outcome.waiting.remove(post)
            outcome.leaving.append(post)
    return outcome


def _refuse_twice(units: list[Unit], reason: str, until: datetime) -> None:
    """The same closure sent once more, from a page somebody went back to: its words are out and go out once."""
    list(Unit.objects.select_for_update().filter(pk__in=[one.pk for one in units]))  # one at a time
    until_then = Closure.objects.filter(last_day=until.date(), ends=until.time(), reason=_said(reason))
    standing = until_then.filter(unit__in=units, source="emergency", state="in_force")
    if names := sorted(set(standing.values_list("unit__name", flat=True))):
        raise workflow.NotPossible(
            _("%(units)s: already closed for this reason until then, and the words are on their way. Nothing was sent"
              " a second time. To say more, write a post; to change the closure, open it under Opening hours.")
            % {"units": ", ".join(names)}
        )  # fmt: skip


def _said(reason: str) -> str:
    return str(emergency.REASONS.get(reason, reason))[:120]


def _close(by: User, unit: Unit, reason: str, until: datetime, words: Words, chosen: dict[str, str]) -> Closure:
    shut = shut_of(unit, until, reason)
    days = {name: getattr(shut, name) for name in ("first_day", "last_day", "begins", "ends", "kind")}
    return closing.declare(
        by=by, unit=unit, source="emergency", reason=_said(reason), words=words.short, chosen=chosen, **days
    )


def _by_unit(offered: dict[Channel, Unit]) -> dict[Unit, list[Channel]]:
    found: dict[Unit, list[Channel]] = {}
    for channel, unit in offered.items():
        found.setdefault(unit, []).append(channel)
    return found


def _written(by: User, unit: Unit, channels: list[Channel], words: Words) -> Post:
    """One post of the unit, with the longest wording each channel takes."""
    targets = []
    for channel in channels:
        text = emergency.fitting(words, capabilities_of(channel))
        own = None if text == words.medium else DraftVariant((DraftPart(text),))
        targets.append(DraftTarget(channel.pk, own))
    draft = Draft(
        parts=(DraftPart(words.medium),), language=unit.language, zone=unit.zone, targets=tuple(targets), service=True
    )
    return drafts.create(by=by, unit=unit, token=uuid.uuid4(), draft=draft)


def _reopening(by: User, unit: Unit, channels: list[Channel], words: Words, until: datetime) -> Post:
    """A draft for the moment of opening; it leaves only when somebody has looked at it and it is approved."""
    targets = tuple(DraftTarget(channel.pk) for channel in channels)
    draft = Draft(parts=(DraftPart(words.reopening),), language=unit.language, zone=unit.zone, targets=targets)
    planned = replace(draft, at=until.strftime(MINUTE), service=True)
    return drafts.create(by=by, unit=unit, token=uuid.uuid4(), draft=planned)


def _sent(post: Post, by: User, reason: str) -> bool:
    """On its way? Where this person may not let it out alone it is in review, and the others have been told."""
    review.submit(post=post, by=by)
    post = selectors.get_post(by, post.pk)
    facts = workflow.Facts(post, by)
    if facts.why_not("approve") == "":
        return review.approve(post=post, by=by, digest=post.current.digest)
    if facts.has_right("break_glass") and facts.why_not("break_glass") == "":
        return review.break_glass(post=post, by=by, reason=str(emergency.REASONS.get(reason, reason)))
    return False
