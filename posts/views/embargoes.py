"""Embargoes: what stands, what it stops, placing one, and lifting it early with two persons."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.forms import put_refusal
from libsocial.core import asked
from libsocial.core.flash import flash
from posts.forms import EmbargoForm
from posts.models import Asset, Embargo
from posts.services import embargoes


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """What may not be said yet, and the form for more of it. `?asset=3` is about a file of the library."""
    units = policies.units_where(request.user, "embargo.manage")
    first = getattr(request, "unit", None) if getattr(request, "unit", None) in units else units.first()
    assets = Asset.objects.visible_to(request.user)
    about = assets.filter(pk=asked.number(request.POST.get("asset") or request.GET.get("asset")) or 0).first()
    initial = {"unit": first, "zone": first.zone, "asset": about} if first else {}
    form = EmbargoForm(request.POST or None, units=units, assets=assets, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            embargoes.place(by=request.user, **form.cleaned_data)
        except Refused as refusal:
            put_refusal(form, refusal)
        else:
            flash(request, _("From now on nothing about it leaves before that moment."))
            return redirect("posts:embargoes")
    context = {"form": form if first else None, "about": about, **_rows(request)}
    return render(request, "posts/embargoes.html", context, status=422 if form.errors else 200)


def _rows(request: HttpRequest) -> dict[str, object]:
    rows = Embargo.objects.visible_to(request.user).select_related("unit", "by", "lift_asked_by", "lifted_by", "asset")
    now = timezone.now()
    standing = [(row, policies.can(request.user, "embargo.manage", row.unit)) for row in rows.standing(now)]
    over = rows.exclude(pk__in=[row.pk for row, _may in standing]).order_by("-until")[:20]
    return {"standing": standing, "over": over}


@login_required
@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """ask, confirm or refuse an early end."""
    row = get_object_or_404(Embargo.objects.visible_to(request.user).select_related("unit"), pk=pk)
    try:
        if name == "ask":
            embargoes.ask_to_lift(by=request.user, embargo=row, reason=asked.words(request.POST.get("reason")))
            said = _("Asked. A second person has to confirm before anything changes.")
        elif name == "confirm":
            embargoes.confirm_lift(by=request.user, embargo=row)
            said = _("The embargo is lifted.")
        elif name == "refuse":
            embargoes.refuse_lift(by=request.user, embargo=row)
            said = _("The embargo stays.")
        else:
            raise Http404
    except Refused as refusal:
        flash(request, str(refusal), level="error")
    else:
        flash(request, said)
    return redirect("posts:embargoes")
