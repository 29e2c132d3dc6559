"""The pages of the checks: what is checked in a unit, and the contacts texts may name."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from libsocial.accounts import policies, policy
from libsocial.accounts.models import Unit
from libsocial.core import asked
from libsocial.core.flash import flash
from posts.checks import FAMILIES, LEVELS, RULES, Rule
from posts.checks.rules import level_of
from posts.models import Contact
from posts.selectors import card_pattern
from posts.services import contacts, rules


@dataclass(frozen=True)
class Line:
    """A rule on the page: what the unit says itself, and what it would follow if it said nothing."""

    rule: Rule
    own: str
    above: str
    holds: str


@login_required
def unit_rules(request: HttpRequest, pk: int) -> HttpResponse:
    """What is checked in this unit; who manages it may change that."""
    unit = _unit(request, pk)
    if request.method == "POST":
        levels = {rule.id: request.POST.get(f"rule-{rule.id}", "") for rule in RULES}
        rules.choose(by=request.user, unit=unit, levels=levels)
        flash(request, _("Saved."))
        return redirect("posts:checks", unit.pk)
    lines = _lines(unit)
    families = [(label, [line for line in lines if line.rule.family == name]) for name, label in FAMILIES.items()]
    context = _context(request, unit) | {"families": families, "levels": LEVELS, "is_root": unit.parent_id is None}
    return render(request, "posts/checks/rules.html", context)


def _lines(unit: Unit) -> list[Line]:
    """Every rule as it stands here. What a missing description means is kept among the rules of the unit."""
    above = policy.of_parent(unit).rules
    described = policy.of(unit).alt_text_rule
    return [
        Line(
            rule,
            unit.rules.get(rule.id, ""),
            level_of(rule.id, above),
            described if rule.id == "A1" else level_of(rule.id, {**above, **unit.rules}),
        )
        for rule in RULES
    ]


@login_required
def unit_contacts(request: HttpRequest, pk: int) -> HttpResponse:
    """The known contacts: those of this unit to change, those of all others to read."""
    unit = _unit(request, pk)
    if request.method != "POST":
        return _contacts_page(request, unit)
    try:
        row = _add(request, unit)
    except contacts.Refused as refusal:
        return _contacts_page(request, unit, refusal)
    flash(request, _("%(value)s was added.") % {"value": shown(row)[:80]})
    return redirect("posts:contacts", unit.pk)


@login_required
@require_POST
def remove_contact(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact.objects.select_related("unit"), pk=pk)
    _unit(request, contact.unit_id)
    contacts.remove(by=request.user, contact=contact)
    flash(request, _("%(value)s was taken away.") % {"value": shown(contact)[:80]})
    return redirect("posts:contacts", contact.unit_id)


def _unit(request: HttpRequest, pk: int) -> Unit:
    return get_object_or_404(policies.units_where(request.user, "post.see"), pk=pk)


def _context(request: HttpRequest, unit: Unit) -> dict[str, object]:
    return {"unit": unit, "manages": policies.can(request.user, "unit.manage", unit)}


def _add(request: HttpRequest, unit: Unit) -> Contact:
    said = request.POST
    if said.get("kind") == "card":
        length = asked.number(said.get("length")) or 0
        return contacts.add_card(
            by=request.user, unit=unit, prefix=said.get("prefix", ""), length=length, luhn="luhn" in said
        )
    note = said.get("note", "")
    return contacts.add(by=request.user, unit=unit, kind=said.get("kind", ""), value=said.get("value", ""), note=note)


def _contacts_page(request: HttpRequest, unit: Unit, refusal: contacts.Refused | None = None) -> HttpResponse:
    rows = list(Contact.objects.select_related("unit").order_by("kind", "value"))
    groups = [
        (label, [(row, shown(row)) for row in rows if row.kind == kind and row.unit_id == unit.pk])
        for kind, label in contacts.KINDS.items()
        if kind != "access"
    ]
    own = next((row for row in rows if row.kind == "access" and row.unit_id == unit.pk), None)
    others = [(row, contacts.KINDS[row.kind], shown(row)) for row in rows if row.unit_id != unit.pk]
    context = _context(request, unit) | {
        "groups": [group for group in groups if group[1]],
        "others": [one for one in others if one[0].kind != "access"],
        "access": own,
        "kinds": [(kind, label) for kind, label in contacts.KINDS.items() if kind not in {"card", "access"}],
        "refusal": refusal,
        "typed": request.POST,
    }
    return render(request, "posts/checks/contacts.html", context, status=422 if refusal else 200)


def shown(row: Contact) -> str:
    """A contact as a person reads it."""
    if row.kind != "card":
        return row.value
    pattern = card_pattern(row.value)
    params = {"prefix": pattern.prefix, "length": pattern.length}
    if pattern.luhn:
        return _("%(length)s digits that begin with %(prefix)s, with a Luhn check digit") % params
    return _("%(length)s digits that begin with %(prefix)s") % params
