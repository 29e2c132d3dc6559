"""Making and changing short links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit
from libsocial.links import checking, codes, rules, targets
from libsocial.links.models import Link, Placement, UnitRules
from libsocial.links.states import MACHINE

TRIES = 8


@dataclass(frozen=True)
class Wanted:
    """What a person asks a link to be. `code` '' lets us make one."""

    target: str
    title: str = ""
    code: str = ""
    campaign: str = ""
    expires_at: datetime | None = None


def create(*, by: User, unit: Unit, wanted: Wanted, reference: str = "") -> Link:
    """A new short link. Raises NotAllowed, Refused naming `target` or `code`."""
    policies.require(by, "links.manage", unit)
    _judge_target(wanted.target, unit)
    code = codes.clean(wanted.code)
    if code and (objection := codes.objection(code)):
        raise Refused(objection, "code")
    with transaction.atomic():
        link = _insert(by, unit, wanted, code, reference)
        data = {"code": link.code, "target": link.target}
        audit.record("link.created", by=by, on=link, unit=unit, data=data)
    return link


def shorten(*, by: User, unit: Unit, url: str, reference: str = "", campaign: str = "") -> Link:
    """The short link of a page: one this unit has already for the same reference, or a new one.

    Raises NotAllowed, Refused with the sentence for the person who typed the link.
    """
    policies.require(by, "links.manage", unit)
    known = Link.objects.filter(unit=unit, target=url, reference=reference, state="active", expires_at=None)
    return known.first() or create(by=by, unit=unit, wanted=Wanted(url, campaign=campaign), reference=reference)


def change(*, by: User, link: Link, wanted: Wanted) -> Link:
    """Another target, title, expiry; the code stays, because it may stand on paper. Raises NotAllowed, Refused."""
    policies.require(by, "links.manage", link.unit)
    before = link.target
    moved = wanted.target != before
    if moved:
        _judge_target(wanted.target, link.unit)
    with transaction.atomic():
        link.target, link.title = wanted.target, wanted.title[:120]
        link.campaign, link.expires_at = wanted.campaign[:80], wanted.expires_at
        if moved:
            link.trouble, link.fruitless, link.next_check = "", 0, timezone.now()
        link.save(
            update_fields=["target", "title", "campaign", "expires_at", "trouble", "fruitless", "next_check"],
        )
        action = "link.target_changed" if moved else "link.changed"
        data = {"code": link.code, "before": before, "after": link.target}
        audit.record(action, by=by, on=link, unit=link.unit, data=data)
    return link


def switch(*, by: User, link: Link, on: bool) -> None:
    """Off: readers meet a friendly page instead. Raises NotAllowed, TransitionError."""
    policies.require(by, "links.manage", link.unit)
    with transaction.atomic():
        MACHINE.move(link, "switch_on" if on else "switch_off")
        action = "link.switched_on" if on else "link.switched_off"
        audit.record(action, by=by, on=link, unit=link.unit, data={"code": link.code})


def add_placement(*, by: User, link: Link, name: str, suffix: str = "") -> Placement:
    """A place of its own for a poster or a bookmark. Raises NotAllowed, Refused naming `name` or `suffix`."""
    policies.require(by, "links.manage", link.unit)
    name = name.strip()[:80]
    if not name:
        raise Refused(_("Give the place a name, such as Poster at the entrance."), "name")
    ending = codes.clean(suffix) or _ending(name, link)
    if objection := codes.place_objection(ending):
        raise Refused(objection, "suffix")
    try:
        with transaction.atomic():
            place = Placement.objects.create(link=link, name=name, suffix=ending)
            data = {"code": link.code, "name": name}
            audit.record("link.placement_added", by=by, on=link, unit=link.unit, data=data)
    except IntegrityError as error:
        raise Refused(_("This link has a place with that ending already."), "suffix") from error
    return place


def change_rules(*, by: User, unit: Unit, said: dict[str, Any]) -> None:
    """What a unit says of its links; None leaves the answer to the unit above. Raises NotAllowed, Refused."""
    policies.require(by, "links.rules", unit)
    for name in ("only", "plain"):
        if said.get(name) is not None:
            said[name] = _hosts(said[name], name)
    with transaction.atomic():
        UnitRules.objects.update_or_create(unit=unit, defaults=said)
        audit.record("link.rules_changed", by=by, on=unit, unit=unit, data={"unit": unit.name})
    rules.forget(unit)


# --- steps ------------------------------------------------------------------


def _judge_target(url: str, unit: Unit) -> None:
    if objection := targets.objection(url, rules.of(unit)):
        raise Refused(objection, "target")
    if checking.look(url, seconds=checking.HURRY) == "private":
        raise Refused(_("This address is inside a private network: readers outside could not open it."), "target")


def _insert(by: User, unit: Unit, wanted: Wanted, code: str, reference: str) -> Link:
    for _try in range(TRIES):
        try:
            with transaction.atomic():
                return Link.objects.create(
                    unit=unit,
                    code=code or codes.new(),
                    target=wanted.target,
                    title=wanted.title[:120],
                    campaign=wanted.campaign[:80],
                    expires_at=wanted.expires_at,
                    reference=reference,
                    created_by=by,
                    next_check=timezone.now(),
                )
        except IntegrityError as error:
            if code:
                taken = _("This word is taken by another short link. Choose another one.")
                raise Refused(taken, "code") from error
    raise Refused(_("No free word was found. Try again, or choose one yourself."), "code")


def _ending(name: str, link: Link) -> str:
    """A short ending made of the name; numbered when another place has it."""
    made = "".join(sign for sign in slugify(name) if sign not in "01").strip("-")
    made = made[:20].rpartition("-")[0] or made[:20] if len(made) > 20 else made
    made = made if made and made[0].isalpha() else "place"
    taken = set(link.placements.values_list("suffix", flat=True))
    numbered = (f"{made}-{number}" for number in range(2, 1000))
    return made if made not in taken else next(one for one in numbered if one not in taken)


def _hosts(typed: list[str], field: str) -> list[str]:
    try:
        return list(dict.fromkeys(targets.clean_host(entry) for entry in typed if entry.strip()))[:100]
    except ValueError as error:
        sentence = _("“%(entry)s” is no host. Write names such as library.example, one a line.")
        raise Refused(sentence % {"entry": str(error)[:80]}, field) from error
