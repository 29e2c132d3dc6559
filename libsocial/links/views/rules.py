"""What a unit says of its links."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Unit
from libsocial.core import asked
from libsocial.core.flash import flash
from libsocial.links import rules
from libsocial.links.forms import RulesForm
from libsocial.links.models import UnitRules
from libsocial.links.services import links
from libsocial.links.views.pages import units_to_rule


@login_required
def change(request: HttpRequest) -> HttpResponse:
    """The rules of one unit; `?of=` names it, the topmost is first."""
    units = units_to_rule(request)
    unit = _chosen(request, units)
    form = RulesForm(request.POST or None, initial=_standing(unit))
    if request.method == "POST" and form.is_valid():
        try:
            links.change_rules(by=request.user, unit=unit, said=form.said())
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            flash(request, _("Saved."))
            return redirect(f"{request.path}?of={unit.pk}")
    context = {"form": form, "unit": unit, "units": units}
    return render(request, "links/rules.html", context, status=422 if form.errors else 200)


def _chosen(request: HttpRequest, units: list[Unit]) -> Unit:
    wanted = asked.number(request.GET.get("of"))
    found = next((unit for unit in units if unit.pk == wanted), None)
    if wanted and found is None:
        raise Http404
    return found or units[0]


def _standing(unit: Unit) -> dict[str, object]:
    held = rules.of(unit)
    own = UnitRules.objects.filter(unit=unit).exclude(tagged=None).exists()
    return {"own": own, **{name: getattr(held, name) for name in rules.FIELDS}}
