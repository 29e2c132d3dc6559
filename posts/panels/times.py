"""When the post leaves, on which channel, whether it may leave while the library is closed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.utils import timezone

from posts import free_times, planning, schedule
from posts.panels import Panel
from posts.slots import Free

if TYPE_CHECKING:
    from posts.composer import Composer
    from posts.drafting import Draft

WHEN = ("asap", "at", "queue")


class Times(Panel):
    """The times of all channels in one table, those to propose, and the service notice."""

    acts = ("time",)

    def context(self, composer: Composer, request: HttpRequest) -> dict[str, Any]:
        told = _told(composer)
        typed, draft = request.POST.get("when", ""), composer.draft
        chosen = typed if typed in WHEN else "queue" if draft.queued else "at" if draft.at else "asap"
        own = any(target.at for target in draft.targets)
        return told | {"times_service": draft.service, "times_when": chosen, "times_own": own}

    def live(self, composer: Composer, request: HttpRequest) -> dict[str, str]:
        told = _told(composer)
        draw = lambda row: render_to_string("posts/compose/_time_row.html", {"row": row}, request)  # noqa: E731
        rows = {f"time-{row['pk']}": draw(row) for row in told["times_rows"]}
        parts = {"times": "posts/compose/_times.html", "queue": "posts/compose/_queue.html"}
        return rows | {name: render_to_string(template, told, request) for name, template in parts.items()}

    def read(self, form: QueryDict, data: dict[str, Any]) -> None:
        data["service"] = "service" in form
        data["queued"] = form.get("when") == "queue"
        for target in data["targets"] if data["queued"] else ():
            target["at"] = ""

    def act(self, composer: Composer, request: HttpRequest, do: str, rest: str) -> Draft:
        """`next`: the next free time of each channel; else a proposed time, for all of them. It takes the place of
        what was typed, half times too."""
        composer.typed = [one for one in composer.typed if one.field.rpartition(".")[2] != "at"]
        if rest == "next":
            walls = free_times.next_of_each(_free(composer), composer.draft.zone)
            return planning.at_times(composer.draft, walls) if walls else composer.draft
        try:
            at = datetime.fromisoformat(rest).strftime(planning.MINUTE)
        except ValueError:
            return composer.draft
        targets = tuple(replace(target, at="") for target in composer.draft.targets)
        return replace(composer.draft, at=at, queued=False, targets=targets)


def _free(composer: Composer) -> list[Free]:
    return free_times.free_for(composer.unit, [channel for _target, channel in composer.chosen], timezone.now())


def _told(composer: Composer) -> dict[str, Any]:
    """What is shown live: the line of each channel, its next free time, and times to propose."""
    draft, free = composer.draft, _free(composer)
    following = free_times.next_of_each(free, draft.zone)
    return {
        "times_rows": _rows(composer, following),
        "times_next": following,
        "times_next_json": json.dumps(following),
        "times_proposals": _proposals(composer, free),
        "times_several": len(composer.chosen) > 1,
    }


def _proposals(composer: Composer, free: list[Free]) -> list[free_times.Proposal]:
    hours = None if free else composer.known.hours(composer.unit)
    return free_times.proposals(free, hours, composer.draft.zone, timezone.now()) if composer.chosen else []


def _rows(composer: Composer, following: dict[int, str]) -> list[dict[str, Any]]:
    """One line a channel: when it leaves, and which posting time is free next."""
    draft = composer.draft
    shown = free_times.placed(draft, following)
    return [
        {
            "pk": channel.pk,
            "channel": channel,
            "wall": moment.wall if target and (moment := schedule.moment_for(shown, target)) else None,
            "queued": draft.queued,
            "next": datetime.fromisoformat(following[channel.pk]) if channel.pk in following else None,
        }
        for channel in (channel for _target, channel in composer.chosen)
        for target in (shown.target(channel.pk),)
    ]
