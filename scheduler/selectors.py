"""Reading deliveries for screens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Count, Max, Min, Q, QuerySet, Value
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.core import own
from libsocial.notices.catalogue import Rendered, render
from scheduler import listeners, pulse
from scheduler.actions import Action, actions_for
from scheduler.models import Attempt, Delivery, DeliveryPart, Hold
from scheduler.states import DUE

MOVING = frozenset({"planned", "waiting", "sending", "processing", "unclear"})  # worth looking at again soon
_BEHIND = timedelta(seconds=30)


@dataclass(frozen=True)
class Line:
    """One line of a delivery's story: when, what happened, what it means."""

    at: datetime | None
    icon: str
    tone: str
    title: str
    body: str = ""


@dataclass(frozen=True)
class Card:
    """Everything the part templates/scheduler/_delivery.html shows of one delivery to one person."""

    delivery: Delivery
    lines: list[Line]
    actions: list[Action]
    next_line: str | Promise
    refresh: bool

    @property
    def mark(self) -> str:
        """Changes whenever the story does."""
        row = self.delivery
        return f"{row.state}-{row.attempts_made}-{len(self.lines)}-{row.next_at.timestamp() if row.next_at else 0:.0f}"

    @property
    def look_at(self) -> str:
        """Where a person is asked to look, when it is an address that can be opened."""
        said = self.delivery.message_params.get("look_at", "") if self.delivery.state == "needs_person" else ""
        place = own.shown(str(said))
        return place if place.startswith(("https://", "http://")) else ""

    @property
    def parts(self) -> list[DeliveryPart]:
        """The parts of a thread; empty for a single post."""
        parts = list(self.delivery.parts.all())
        return parts if len(parts) > 1 else []

    @property
    def left(self) -> Rendered | None:
        """What a person still has to do at the platform after it was handed over, or what it did not take."""
        if self.delivery.state != "published" or not self.delivery.message:
            return None
        return render(self.delivery.message, _params(self.delivery, self.delivery.message_params))

    @property
    def to_copy(self) -> str:
        """Words a person has to put in themselves there, because the platform took none from us."""
        receipts = (part.receipt for part in self.delivery.parts.all() if part.receipt)
        return next((str(one["data"]["caption"]) for one in receipts if one.get("data", {}).get("caption")), "")

    @property
    def alt(self) -> str | Promise:
        """What became of the descriptions of pictures, the worst of all parts; '' while nothing is out, or none was."""
        found = {part.alt for part in self.delivery.parts.all() if part.published_at}
        return next((said for outcome, said in _ALT.items() if outcome in found), "")


def pulse_now() -> pulse.Pulse:
    """Are dispatcher and workers alive?"""
    return pulse.read()


def visible(user: User) -> QuerySet[Delivery]:
    rows = Delivery.objects.visible_to(user).select_related("channel__unit", "unit")
    return rows.prefetch_related("parts", "attempts")


def deliveries_for(references: Iterable[str]) -> QuerySet[Delivery]:
    """Everything ever planned under these references, in the order of the channels. The caller knows who may see it."""
    rows = Delivery.objects.filter(reference__in=list(references)).select_related("channel__unit", "unit")
    return rows.prefetch_related("parts", "attempts").order_by("channel__platform", "channel__name", "pk")


def card(delivery: Delivery, user: User, standing: Sequence[Hold] | None = None) -> Card:
    """One delivery as one person sees it. `standing`: the holds, read once for a list of cards."""
    lines = [_planned(delivery), *(attempts_of(delivery)), *_standing(delivery)]
    refresh = delivery.state in MOVING and (delivery.next_at or timezone.now()) < timezone.now() + timedelta(minutes=2)
    return Card(delivery, lines, actions_for(delivery, user, standing), _NEXT.get(delivery.state, ""), refresh)


_ALT: dict[str, str | Promise] = {
    "not deliverable": _("The descriptions of pictures could not be delivered: this platform has no place for them."),
    "in the text": _("The descriptions of pictures stand in the text."),
    "delivered": _("The descriptions of pictures were delivered with them."),
}

_NEXT: dict[str, str | Promise] = {
    "planned": _("It leaves"),
    "waiting": _("We try again"),
    "processing": _("We look again"),
    "unclear": _("We ask the platform again"),
}


def _planned(delivery: Delivery) -> Line:
    return Line(delivery.due_at, "calendar-clock", "still", str(_("Planned for this moment")))


_OUTCOMES: dict[str, tuple[str, str, str | Promise]] = {
    "publish": ("circle-check", "good", _("Published")),
    "process": ("hourglass", "info", _("Accepted by the platform")),
    "postpone": ("clock", "caution", _("Tried, and will be tried again")),
    "lose": ("circle-question-mark", "unsure", _("Sent, but the answer did not arrive")),
    "refuse": ("circle-x", "bad", _("Not published")),
    "hold": ("circle-pause", "caution", _("Stopped before sending")),
    "expire": ("timer-off", "bad", _("Too late to send")),
    "": ("send", "info", _("Being sent now")),
}


def attempts_of(delivery: Delivery) -> list[Line]:
    """What every attempt came to, in plain words, oldest first."""
    return [_attempt_line(delivery, attempt) for attempt in delivery.attempts.all()]


def _attempt_line(delivery: Delivery, attempt: Attempt) -> Line:
    icon, tone, title = _OUTCOMES.get(attempt.outcome, _OUTCOMES[""])
    said = render(attempt.message, _params(delivery, attempt.message_params)) if attempt.message else None
    body = f"{_stopped(said.heading)} {said.body}" if said else ""
    return Line(attempt.finished_at or attempt.started_at, icon, tone, str(title), body)


def _stopped(heading: str) -> str:
    """A heading as a sentence; one that ends in somebody's quoted sentence has its full stop already."""
    return heading if heading.rstrip("”»\"'").endswith((".", "!", "?", "…")) else f"{heading}."


def _params(delivery: Delivery, params: dict[str, object]) -> dict[str, object]:
    return {"title": delivery.title, "channel": delivery.channel.name, **params}


def _standing(delivery: Delivery) -> list[Line]:
    """How it ended or why it rests, where the last attempt does not say so already."""
    last = list(delivery.attempts.all())[-1:]
    if delivery.message and not (last and last[0].message == delivery.message):
        said = render(delivery.message, _params(delivery, delivery.message_params))
        return [Line(delivery.settled_at, "info", said.severity, said.heading, said.body)]
    if delivery.state == "published" and last and last[0].outcome != "publish":
        return [Line(delivery.settled_at, "circle-check", "good", str(_("It is public")))]
    return []


def why(delivery: Delivery) -> str:
    """Heading of the present reason, for lists; '' when there is none."""
    return render(delivery.message, _params(delivery, delivery.message_params)).heading if delivery.message else ""


def address_of(delivery: Delivery) -> str:
    """The page of what is being delivered, or ''."""
    return listeners.address_of(delivery)


# --- channels -------------------------------------------------------------------
def work_on(channel_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What hangs on these channels, as channels_app.work asks: what waits, what is held, what was last published."""
    rows = Delivery.objects.filter(channel_id__in=channel_ids)
    found: dict[int, dict[str, Any]] = {pk: {"waiting": 0, "held": 0} for pk in channel_ids}
    counts = rows.filter(state__in=(*MOVING, "held", "needs_person")).values_list("channel_id", "state")
    for pk, state, number in counts.annotate(number=Count("pk")).order_by():
        found[pk]["waiting" if state in MOVING else "held"] += number
    newest = rows.filter(state="published").values("channel_id").annotate(at=Max("settled_at")).order_by()
    latest = Q(pk__in=[])
    for row in newest:
        latest |= Q(channel_id=row["channel_id"], state="published", settled_at=row["at"])
    for delivery in Delivery.objects.filter(latest):
        found[delivery.channel_id] |= {
            "last_published_at": delivery.settled_at,
            "last_published_url": delivery.remote_url,
        }
    return found


# --- holds --------------------------------------------------------------------
def held_for(user: User, channel_id: int | None = None) -> QuerySet[Delivery]:
    """What is held and overdue, oldest first: it leaves only by a click."""
    rows = visible(user).filter(state="held", due_at__lte=timezone.now())
    return (rows.filter(channel_id=channel_id) if channel_id else rows).order_by("due_at")


# --- health -------------------------------------------------------------------
@dataclass(frozen=True)
class Queue:
    """`behind`: how long the oldest due one has been waiting for a worker; None when nothing is late."""

    due: int
    behind: timedelta | None
    planned: int
    unclear: int
    oldest_unclear: datetime | None
    needs_person: int
    failed: int
    held: int


def queue(user: User | None = None, now: datetime | None = None) -> Queue:
    """The queue at a glance; with a user only what that person may see."""
    now = now or timezone.now()
    rows = Delivery.objects.filter(policies.subtree_q(user, "post.see", "unit__")) if user else Delivery.objects.all()
    month = now - timedelta(days=30)
    parts = {
        "due": (rows.filter(next_at__lte=now, state__in=DUE), "next_at"),
        "planned": (rows.filter(state="planned"), "next_at"),
        "unclear": (rows.filter(state="unclear"), "first_tried_at"),
        "needs_person": (rows.filter(state="needs_person"), "first_tried_at"),
        "failed": (rows.filter(state="failed", settled_at__gt=month), "settled_at"),
        "held": (rows.filter(state="held"), "next_at"),
    }
    found = _counted(parts)
    numbers = {name: found.get(name, (0, None))[0] for name in parts}
    oldest = found.get("due", (0, None))[1]
    tried = [found[name][1] for name in ("unclear", "needs_person") if name in found]
    return Queue(
        behind=now - oldest if oldest and now - oldest > _BEHIND else None,
        oldest_unclear=min((at for at in tried if at), default=None),
        **numbers,
    )


def _counted(parts: dict[str, tuple[QuerySet[Delivery], str]]) -> dict[str, tuple[int, datetime | None]]:
    """How many there are of each, and the oldest moment in the column named: one question, each part by its index."""
    questions = [
        rows.order_by()
        .annotate(part=Value(name, output_field=CharField()))
        .values_list("part")
        .annotate(number=Count("pk"), at=Min(column))
        for name, (rows, column) in parts.items()
    ]
    return {part: (number, at) for part, number, at in questions[0].union(*questions[1:], all=True)}
