"""The first steps in a new library. Each app registers its own; the list disappears when all are done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from libsocial.accounts.models import User
from libsocial.accounts.policies import can_anywhere


@dataclass(frozen=True)
class Step:
    label: str | Promise
    help: str | Promise
    action: str | Promise
    url_name: str
    done: Callable[[User], bool]
    ability: str
    order: int


@dataclass(frozen=True)
class Item:
    label: str
    help: str
    action: str
    url: str
    done: bool


REMEMBERED = 24 * 3600  # seconds
GO_THERE = _("Go there")
STEPS: list[Step] = []


def register(
    label: str | Promise,
    url_name: str,
    done: Callable[[User], bool],
    *,
    text: str | Promise = "",
    action: str | Promise = GO_THERE,
    ability: str = "settings.manage",
    order: int = 50,
) -> None:
    """`done(person)` is asked on the Today page; `ability` says for whom the step is meant at all."""
    step = Step(label, text, action, url_name, done, ability, order)
    if step.url_name not in {known.url_name for known in STEPS}:
        STEPS.append(step)
        STEPS.sort(key=lambda one: one.order)


def steps_for(person: User) -> list[Item]:
    """The steps of this person; empty when there is nothing left to do, which is remembered for a day."""
    done = f"checklist.done.{person.pk}"
    if cache.get(done):
        return []
    steps = [step for step in STEPS if can_anywhere(person, step.ability)]
    items = [_item(step, person) for step in steps]
    if not all(item.done for item in items):
        return items
    cache.set(done, True, REMEMBERED)
    return []


def _item(step: Step, person: User) -> Item:
    words = (str(part) for part in (step.label, step.help, step.action))
    return Item(*words, url=_address(step.url_name), done=step.done(person))


def _address(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""
