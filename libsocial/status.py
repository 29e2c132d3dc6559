"""The status page: is the product doing its work, told to staff in words. It asks; it never mends."""

from __future__ import annotations

import platform
import shutil
from dataclasses import dataclass
from datetime import timedelta
from importlib import metadata
from pathlib import Path

import django
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import connection
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from channels_app import networks
from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.core import health
from libsocial.notices import selectors as notices
from scheduler import selectors
from scheduler.models import Delivery
from scheduler.pulse import Pulse


@dataclass(frozen=True)
class Line:
    """One thing asked: whether it is well, and a sentence."""

    name: str | Promise
    level: str  # good, caution, bad, still
    text: str


@login_required
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """For those with `status.see` anywhere; what concerns posts is counted over all units."""
    if not policies.can_anywhere(request.user, "status.see"):
        raise policies.NotAllowed("status.see")
    queue = selectors.queue()
    context = {
        "work": _work(queue),
        "house": _house(),
        "channels": _channels(request.user),
        "needs": _needs_someone(request.user),
        "queue": queue,
        "facts": _facts(),
    }
    return render(request, "pages/status.html", context)


def lines() -> list[Line]:
    """Everything that is asked of the product, in short."""
    return [*_work(selectors.queue()), *_house()]


def _work(queue: selectors.Queue) -> list[Line]:
    return [*_clock(selectors.pulse_now()), *_queue(queue)]


def _clock(pulse: Pulse) -> list[Line]:
    return [
        _alive(gettext_lazy("Clock"), pulse.dispatcher, pulse),
        _alive(gettext_lazy("Workers"), pulse.worker, pulse),
    ]


def _alive(name: str | Promise, at: object, pulse: Pulse) -> Line:
    if at is None:
        return Line(name, "bad", _("Never heard of. Nothing is published while it does not run."))
    text = _("Last heard of at %s.") % date_format(timezone.localtime(at), "DATETIME_FORMAT")
    if at in pulse.silent:
        return Line(name, "bad", text + " " + _("Nothing is published while it is silent. Is LibSocial running?"))
    return Line(name, "good", text)


def _queue(queue: selectors.Queue) -> list[Line]:
    behind = (
        Line(
            gettext_lazy("Queue"),
            "caution" if queue.behind < timedelta(minutes=5) else "bad",
            ngettext(
                "One post is due; it has waited for %(time)s.",
                "%(due)d posts are due; the oldest has waited for %(time)s.",
                queue.due,
            )
            % {"due": queue.due, "time": timesince(timezone.now() - queue.behind)},
        )
        if queue.behind
        else Line(gettext_lazy("Queue"), "good", _("Nothing is late."))
    )
    return [behind, _unclear(queue)]


def _unclear(queue: selectors.Queue) -> Line:
    if queue.oldest_unclear is None:
        return Line(gettext_lazy("Unclear"), "good", _("We know what became of everything we sent."))
    parts = [_asking(queue.unclear), _asks_person(queue.needs_person)]
    since = date_format(timezone.localtime(queue.oldest_unclear), "DATETIME_FORMAT")
    text = " ".join(part for part in (*parts, _("The oldest since %(since)s.") % {"since": since}) if part)
    return Line(gettext_lazy("Unclear"), "bad" if queue.needs_person else "caution", text)


def _asking(number: int) -> str:
    sentence = ngettext("We ask the platform about %(n)d post.", "We ask the platforms about %(n)d posts.", number)
    return sentence % {"n": number} if number else ""


def _asks_person(number: int) -> str:
    return (
        ngettext("%(n)d post needs a person.", "%(n)d posts need a person.", number) % {"n": number} if number else ""
    )


_HOUSE = {
    "database": gettext_lazy("Database"),
    "migrations": gettext_lazy("Tables"),
    "media": gettext_lazy("Pictures"),
    "broker": gettext_lazy("Messages between processes"),
}


def _house() -> list[Line]:
    """The checks of /health/ready, in the words of a page."""
    lines = []
    for answer in health.answers(leave_out={"clock"}):  # told above, in more detail
        text = answer.detail if not answer.ok else _("In order.")
        lines.append(Line(_HOUSE.get(answer.name, answer.name), "good" if answer.ok else "bad", text))
    return [*lines, *_mail(), *_versions()]


def _versions() -> list[Line]:
    """Interfaces that platforms are about to switch off, where a channel needs them."""
    return [_version_line(network) for network in networks.ending(timezone.localdate())]


def _version_line(network: networks.Network) -> Line:
    day = date_format(network.ends, "DATE_FORMAT") if network.ends else ""
    said = {"platform": network.adapter.name, "version": network.adapter.version, "day": day}
    if network.version_ended:
        text = _("%(platform)s answers version %(version)s of its interface no more since %(day)s. Update LibSocial.")
        return Line(network.adapter.name, "bad", text % said)
    text = _("%(platform)s answers version %(version)s of its interface until %(day)s. Update LibSocial before.")
    return Line(network.adapter.name, "caution", text % said)


def _mail() -> list[Line]:
    """Nothing where no mail is set up: the facts say so."""
    if not settings.MAIL_CONFIGURED:
        return []
    trouble = notices.mail_trouble()
    if trouble is None:
        return [Line(gettext_lazy("Mail"), "good", _("In order."))]
    parts = [_mails_lost(trouble.lost), _mails_waiting(trouble.waiting), _("Reason: %s.") % trouble.reason]
    text = " ".join(part for part in parts if part)
    return [Line(gettext_lazy("Mail"), "bad" if trouble.lost else "caution", text)]


def _mails_lost(number: int) -> str:
    sentence = ngettext(
        "%(n)d mail of the last seven days could not be sent.",
        "%(n)d mails of the last seven days could not be sent.",
        number,
    )
    return sentence % {"n": number} if number else ""


def _mails_waiting(number: int) -> str:
    sentence = ngettext(
        "%(n)d mail could not be sent yet and is tried again.",
        "%(n)d mails could not be sent yet and are tried again.",
        number,
    )
    return sentence % {"n": number} if number else ""


def _channels(user: User) -> list[tuple[str, int]]:
    """How many channels are in which state, of those the person may see."""
    rows = Channel.objects.visible_to(user).living()
    return list(rows.order_by("state").values_list("state").annotate(number=Count("pk")))


def _needs_someone(user: User) -> list[Delivery]:
    rows = selectors.visible(user).filter(state__in=("needs_person", "failed", "unclear"))
    return list(rows.prefetch_related(None).order_by("-due_at")[:20])


def _facts() -> list[tuple[str | Promise, str]]:
    mail = _("set up") if settings.MAIL_CONFIGURED else _("not set up: notices stay in the product")
    free = shutil.disk_usage(Path(settings.DATA_DIR)).free if Path(settings.DATA_DIR).exists() else 0
    return [
        (gettext_lazy("LibSocial"), _version()),
        (gettext_lazy("Database"), connection.vendor),
        (gettext_lazy("Messages between processes"), "Redis" if settings.REDIS_URL else _("within one process")),
        (gettext_lazy("Free disk space"), f"{free / 1024**3:.1f} GB"),
        (gettext_lazy("Mail"), mail),
        ("Python, Django, Celery", f"{platform.python_version()}, {django.__version__}, {metadata.version('celery')}"),
    ]


def _version() -> str:
    """The version in pyproject.toml beside the program."""
    lines = (settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    return next((line.split('"')[1] for line in lines if line.startswith("version = ")), _("unknown"))
