"""What everybody should know before anything else on the page: nothing leaves, or the clock is silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.shell.addresses import address
from scheduler.models import Delivery, Hold
from scheduler.states import DUE

PATIENCE = timedelta(seconds=30)  # so long may something be due before a silent clock is worth a word


@dataclass(frozen=True)
class Banner:
    """A sentence over the whole page, and where to do something about it."""

    level: str
    text: str
    url: str = ""
    action: str = ""


def for_person(person: User, *, alive: bool) -> list[Banner]:
    """The banners of this person's pages; usually none. `alive`: are dispatcher and workers heard of?"""
    return [*([] if alive else _silence()), *(_hold(hold) for hold in _holds(person))]


def urgent(number: int) -> list[Banner]:
    """Urgent words that one person let out alone, until a second one has judged them."""
    if not number:
        return []
    text = ngettext(
        "%(n)s post was let out alone, as urgent, and has to be judged by you or another approver.",
        "%(n)s posts were let out alone, as urgent, and have to be judged by you or another approver.",
        number,
    )
    return [Banner("caution", text % {"n": number}, address("posts:urgent"), _("Judge now"))]


def _silence() -> list[Banner]:
    """The clock that sends posts has stopped, and something is due: everybody on the staff should know."""
    if not Delivery.objects.filter(state__in=DUE, next_at__lt=timezone.now() - PATIENCE).exists():
        return []
    url = address("status")
    text = _("Posts that are due are not leaving: the publisher is silent. They stay planned and are not lost.")
    return [Banner("bad", text, url, _("See status") if url else "")]


def _holds(person: User) -> list[Hold]:
    """Holds on everything, and on units above or below those of the person."""
    paths = {grant.path for grant in policies.grants_of(person)}
    concerns = Q(scope="all")
    for path in paths:
        concerns |= Q(scope="unit", key__startswith=path) | Q(scope="unit", key__in=_above(path))
    return list(Hold.objects.filter(concerns, lifted_at=None).order_by("pk")[:3])


def _above(path: str) -> list[str]:
    """'/1/4/' lies in '/1/' and '/1/4/'."""
    ids = path.strip("/").split("/")
    return ["/" + "/".join(ids[: count + 1]) + "/" for count in range(len(ids))]


def _hold(hold: Hold) -> Banner:
    since = date_format(timezone.localtime(hold.placed_at), "SHORT_DATETIME_FORMAT")
    words = (
        _("All publishing is paused since %(since)s: %(reason)s")
        if hold.scope == "all"
        else _("Publishing is paused in one of your units since %(since)s: %(reason)s")
    )
    url = address("scheduler:holds")
    return Banner(
        "caution", words % {"since": since, "reason": hold.reason}, url, _("See what is paused") if url else ""
    )
