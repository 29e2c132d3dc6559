"""What people and the apps above may do with deliveries. Each act is one transaction, with its line in the trail."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_app import errors, platforms
from channels_app.content import Content
from channels_app.models import Channel
from channels_app.platforms.base import Receipt
from channels_app.sessions import open_session
from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit
from scheduler import stops
from scheduler.actions import actions_for
from scheduler.engine.delivering import keep_receipt, load
from scheduler.models import Attempt, Delivery, DeliveryPart
from scheduler.progress import standing
from scheduler.settling import LeaseLost, settle
from scheduler.states import DUE, MAY_CANCEL
from scheduler.verdicts import GOES_ON, Verdict, words

__all__ = ["actions_for"]

# A click is a decision: who sends or releases something late wants it out, so it gets time for that.
_TIME_FOR_A_CLICK = timedelta(hours=1)


class NotPossible(Exception):
    """What was asked for cannot be done now. The text is a sentence for the person; nothing was changed."""

    def __init__(self, sentence: str | Promise, field: str = "") -> None:
        super().__init__(str(sentence))
        self.sentence, self.field = sentence, field


@transaction.atomic
def plan(
    *,
    channel: Channel,
    unit: Unit,
    content: Content,
    due_at: datetime,
    not_after: datetime,
    reference: str,
    group: str = "",
    title: str = "",
    by: User,
) -> Delivery:
    """Queues one content for one channel. Whoever calls has asked whether `by` may: this is no door for people.

    `due_at` in the past means now. Raises ValueError for content without parts and for times that make no sense.
    """
    if not content.parts:
        raise ValueError("content without parts")
    if not_after <= due_at:
        raise ValueError("not_after must be later than due_at")
    delivery = Delivery(
        channel=channel,
        unit=unit,
        payload=content.to_json(),
        reference=reference,
        group=group,
        title=title[:120],
        due_at=due_at,
        not_after=not_after,
        next_at=due_at,
    )
    delivery.digest = delivery.digest_now()
    delivery.save(force_insert=True)
    DeliveryPart.objects.bulk_create(
        DeliveryPart(delivery=delivery, index=index, key=secrets.token_hex(16)) for index in range(len(content.parts))
    )
    data = {"title": delivery.title, "channel": channel.name, "due_at": due_at.isoformat()}
    audit.record("delivery.planned", by=by, on=delivery, unit=unit, data=data)
    return delivery


def cancel(*, delivery: Delivery, by: User) -> None:
    """Takes it out of the queue for good. Raises NotAllowed, NotPossible."""
    _allowed(delivery, by, "cancel")
    _move(delivery, Verdict("cancel"), by)


@transaction.atomic
def regroup(prefix: str, group: str) -> None:
    """Names deliveries whose reference begins so anew, in the caller's transaction; what is out keeps its name."""
    Delivery.objects.filter(reference__startswith=prefix, settled_at=None).update(group=group)


def cancel_reference(reference: str, by: User) -> list[Delivery]:
    """Cancels everything planned under this reference; returns what could not be cancelled any more.

    For the app that planned it, which has asked whether `by` may.
    """
    left = []
    rows = Delivery.objects.filter(reference=reference).exclude(state__in=("cancelled", "expired", "removed"))
    for delivery in rows.order_by("pk").select_related("channel", "unit").prefetch_related("parts"):
        if delivery.state not in MAY_CANCEL or not _cancelled(delivery, by):
            left.append(delivery)
    return left


@transaction.atomic
def hold_reference(reference: str, *, by: User, reason: str) -> None:
    """Holds back what is planned under this reference until a person releases or cancels it.

    For the app that planned it, which has asked whether `by` may.
    """
    rows = Delivery.objects.filter(reference=reference, state__in=DUE).order_by("pk")
    for delivery in rows.select_related("channel", "unit").prefetch_related("parts"):
        with suppress(LeaseLost):  # a worker was faster: it is out
            settle(delivery, Verdict("hold", "delivery.held", {"reason": reason}, held_for="hold"), by=by)


def _cancelled(delivery: Delivery, by: User) -> bool:
    try:
        settle(delivery, Verdict("cancel"), by=by)
    except LeaseLost:
        return False
    return True


def retry(*, delivery: Delivery, by: User) -> None:
    """Sends a failed one again, from the part after the last one published. Raises NotAllowed, NotPossible."""
    _allowed(delivery, by, "retry")
    _move(delivery, _again("retry"), by)


def release(*, delivery: Delivery, by: User) -> None:
    """Lets a held one go now. Raises NotPossible while the reason stands, NotAllowed."""
    policies.require(by, "delivery.decide", delivery.unit)
    stop = stops.of_the_moment(delivery, timezone.now())
    if stop and stop.action == "hold":
        raise NotPossible(_STILL[stop.message])
    _allowed(delivery, by, "release")
    _move(delivery, _again("release"), by)


_STILL = {
    "delivery.held": _("Publishing is still paused here. Resume it first."),
    "delivery.paused": _("The channel is still paused. Resume it first."),
    "delivery.reconnect": _("The channel must be connected again first."),
    "delivery.disconnected": _("The channel is disconnected. Connect it again, or cancel this."),
}


def release_all(*, deliveries: Iterable[Delivery], by: User) -> tuple[int, int]:
    """Releases those that may go; returns how many went and how many have to wait. Raises NotAllowed."""
    went = kept = 0
    for delivery in deliveries:
        try:
            release(delivery=delivery, by=by)
            went += 1
        except NotPossible:
            kept += 1
    return went, kept


def hurry(*, delivery: Delivery, by: User) -> None:
    """Tries, or looks, now instead of at the next planned moment. Raises NotAllowed, NotPossible."""
    _allowed(delivery, by, "hurry")
    rows = Delivery.objects.filter(pk=delivery.pk, state=delivery.state, next_at__isnull=False)
    rows.update(next_at=timezone.now())


def say_not_there(*, delivery: Delivery, by: User) -> None:
    """A person looked: it is not on the platform. It is sent again. Raises NotAllowed, NotPossible."""
    _allowed(delivery, by, "say_not_there")
    _move(delivery, _again("postpone"), by, "delivery.said_not_there")


def say_there(*, delivery: Delivery, by: User, url: str) -> None:
    """A person found it on the platform at `url`. Raises NotPossible naming the field, NotAllowed."""
    _allowed(delivery, by, "say_there")
    part = _part_in_question(delivery)
    keep_receipt(part, _receipt_at(delivery, url.strip()))
    reached = standing(list(DeliveryPart.objects.filter(delivery=delivery)))
    verdict = _again("postpone") if reached is GOES_ON else reached
    _move(load(delivery.pk) or delivery, verdict, by, "delivery.said_there")


def _part_in_question(delivery: Delivery) -> DeliveryPart:
    waiting = DeliveryPart.objects.filter(delivery=delivery, receipt__isnull=True)
    attempt = Attempt.objects.filter(delivery=delivery, creating_since__isnull=False).last()
    asked = waiting.filter(index=attempt.creating_part) if attempt else waiting
    return asked.first() or waiting.first() or delivery.parts.all()[0]


def _receipt_at(delivery: Delivery, url: str) -> Receipt:
    """What the platform says about this address; where it cannot be asked, the person's word."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > 500:
        raise NotPossible(_("This is not the address of a page. Copy it from the browser, with https://."), "url")
    adapter = platforms.get(delivery.channel.platform)
    try:
        return replace(adapter.recognise(open_session(delivery.channel), url), processing=False)
    except errors.Unsupported:
        return Receipt(remote_id=url[:300], url=url, data={"by_hand": True})
    except (errors.Rejected, errors.Gone) as error:
        raise NotPossible(words(error) or _("There is no post of this account at this address."), "url") from error
    except errors.PlatformError as error:
        raise NotPossible(_("The platform cannot be asked at the moment. Try again in a minute."), "url") from error


def remove(*, delivery: Delivery, by: User) -> None:
    """Deletes the published post, or the published parts of a thread, on the platform. Raises NotAllowed, NotPossible.

    The last part goes first, so that a thread never hangs on a part that is gone.
    """
    _allowed(delivery, by, "remove")
    adapter = platforms.get(delivery.channel.platform)
    try:
        session = open_session(delivery.channel)
        for part in delivery.parts.filter(receipt__isnull=False, removed_at=None).order_by("-index"):
            adapter.delete(session, Receipt(**part.receipt))
            DeliveryPart.objects.filter(pk=part.pk).update(removed_at=timezone.now())
    except errors.NeedsReconnect as error:
        raise NotPossible(_("The channel must be connected again before anything can be removed.")) from error
    except errors.PlatformError as error:
        raise NotPossible(_("The platform did not remove it: %s") % words(error)) from error
    _move(delivery, Verdict("remove"), by)


def _again(action: str) -> Verdict:
    """Back into the queue now, with a clean count of tries and time enough."""
    return Verdict(action, "delivery.again", free=True)


def _allowed(delivery: Delivery, by: User, action: str) -> None:
    """The same answer as the buttons: may this person, and does the state allow it?"""
    policies.require(by, "delivery.decide", delivery.unit)
    if action not in {known.name for known in actions_for(delivery, by)}:
        raise NotPossible(_MOVED_ON)


_MOVED_ON = _("This has moved on meanwhile. Look at how it stands now.")


def _move(delivery: Delivery, verdict: Verdict, by: User, trail: str = "") -> None:
    try:
        with transaction.atomic():
            if verdict.free:
                _give_time(delivery)
            settle(delivery, verdict, by=by, trail=trail)
    except LeaseLost as error:
        raise NotPossible(_MOVED_ON) from error


def _give_time(delivery: Delivery) -> None:
    later = max(delivery.not_after, timezone.now() + _TIME_FOR_A_CLICK)
    Delivery.objects.filter(Q(not_after__lt=later), pk=delivery.pk).update(not_after=later)
    delivery.not_after = later
