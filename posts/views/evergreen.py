"""The evergreen queue of a unit: its order, one item of it, and what a person does with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.forms import put_refusal
from libsocial.accounts.models import Unit
from libsocial.core import asked
from libsocial.core.flash import flash
from posts import evergreen_rows, selectors
from posts.evergreen_form import EvergreenForm, QueueForm
from posts.models import EvergreenItem
from posts.services import evergreen_filling, evergreens


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The queue of one unit: `?unit=`, else the chosen one."""
    units = list(policies.units_where(request.user, "post.see"))
    if not units:
        raise policies.NotAllowed("post.see")
    return _page(request, units, _unit(request, units))


def _unit(request: HttpRequest, units: list[Unit]) -> Unit:
    """The one asked for, the chosen one, or the first whose queue has something in it."""
    wanted = asked.number(request.GET.get("unit"))
    chosen = next((unit for unit in units if unit.pk == wanted), None) or getattr(request, "unit", None)
    if chosen in units:
        return chosen
    if len(units) == 1:
        return units[0]
    used = set(EvergreenItem.objects.exclude(state="removed").values_list("unit_id", flat=True))
    return next((unit for unit in units if unit.pk in used), units[0])


def _page(
    request: HttpRequest, units: list[Unit], unit: Unit, form: QueueForm | None = None, status: int = 200
) -> HttpResponse:
    queue = evergreen_rows.queue_of(unit)
    found = evergreen_rows.lines(unit, queue, timezone.now())
    context = {
        "unit": unit,
        "units": units,
        "lines": [{"line": line, "may": evergreens.may_change(request.user, line.item)} for line in found],
        "queue": queue,
        "form": form or QueueForm(instance=queue),
        "may_set": policies.can(request.user, "slots.manage", unit),
    }
    return render(request, "posts/evergreen.html", context, status=status)


@login_required
@require_POST
def queue(request: HttpRequest, pk: int) -> HttpResponse:
    """How the queue of this unit fills posting times."""
    units = list(policies.units_where(request.user, "post.see"))
    unit = next((one for one in units if one.pk == pk), None)
    if unit is None:
        raise Http404
    policies.require(request.user, "slots.manage", unit)
    form = QueueForm(request.POST)
    if not form.is_valid():
        return _page(request, units, unit, form, status=422)
    evergreens.set_queue(by=request.user, unit=unit, **form.cleaned_data)
    flash(request, _("Saved."))
    return redirect(_address(unit))


def _address(unit: Unit) -> str:
    return f"{reverse('posts:evergreen')}?unit={unit.pk}"


@login_required
def put(request: HttpRequest, pk: int) -> HttpResponse:
    """A post into the queue."""
    post = selectors.get_post(request.user, pk)
    policies.require(request.user, "post.write", post.unit)
    known = EvergreenItem.objects.filter(source=post).exclude(state="removed").first()
    if known is not None:
        return redirect("posts:evergreen_item", known.pk)
    form = EvergreenForm(post, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            evergreens.put_in(by=request.user, post=post, terms=form.terms())
            flash(request, _("It is in the evergreen queue. What comes of it is approved like any other post."))
            return redirect(_address(post.unit))
        except Refused as refusal:
            put_refusal(form, refusal)
    return render(request, "posts/evergreen_item.html", {"post": post, "form": form}, status=_status(form))


@login_required
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One item: its terms, and what was made of it."""
    row = _item(request, pk)
    may = evergreens.may_change(request.user, row)
    if request.method == "POST":
        evergreens.require(request.user, row)
    form = EvergreenForm(row.source, request.POST or None, item=row)
    if request.method == "POST" and form.is_valid():
        try:
            evergreens.change(by=request.user, item=row, terms=form.terms())
            flash(request, _("Saved."))
            return redirect(_address(row.unit))
        except Refused as refusal:
            put_refusal(form, refusal)
    context: dict[str, Any] = {"item": row, "post": row.source, "form": form, "may": may}
    context["line"] = evergreen_rows.line_of(row, timezone.now())
    return render(request, "posts/evergreen_item.html", context, status=_status(form))


def _status(form: EvergreenForm) -> int:
    return 422 if form.errors else 200


def _item(request: HttpRequest, pk: int) -> EvergreenItem:
    rows = EvergreenItem.objects.visible_to(request.user).prefetch_related("uses__post", "uses__channel")
    return get_object_or_404(rows.select_related("unit", "source__unit", "source__current", "by"), pk=pk)


# --- the acts -----------------------------------------------------------------


@login_required
@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One act on an item; a refusal is a sentence."""
    row, step = _item(request, pk), STEPS.get(name)
    if step is None:
        raise Http404
    try:
        return step(request, row)
    except Refused as refusal:
        flash(request, str(refusal), level="error")
    return redirect("posts:evergreen_item", pk)


def _simple(service: Callable[..., None], said: Callable[[], str], undo: str = "") -> Callable[..., HttpResponse]:
    def step(request: HttpRequest, row: EvergreenItem) -> HttpResponse:
        service(by=request.user, item=row)
        flash(request, said(), undo=reverse("posts:evergreen_act", args=[row.pk, undo]) if undo else "")
        return redirect(_address(row.unit))

    return step


def _make(request: HttpRequest, row: EvergreenItem) -> HttpResponse:
    post = evergreen_filling.make_now(by=request.user, item=row)  # type: ignore[arg-type]
    undo = reverse("posts:act", args=[post.pk, "withdraw"])
    flash(request, _("Written for its next free posting time, and sent for approval."), undo=undo)
    return redirect("posts:detail", post.pk)


STEPS: dict[str, Callable[..., HttpResponse]] = {
    "pause": _simple(evergreens.pause, lambda: _("Paused. It keeps its place."), "resume"),
    "resume": _simple(evergreens.resume, lambda: _("It is used again."), "pause"),
    "remove": _simple(evergreens.remove, lambda: _("Taken out. What was made of it stays."), "restore"),
    "restore": _simple(evergreens.restore, lambda: _("It is in the queue again.")),
    "look": _simple(evergreens.looked, lambda: _("Good for another year.")),
    "first": _simple(evergreens.put_first, lambda: _("Its turn comes first.")),
    "make": _make,
}
