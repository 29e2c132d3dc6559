"""Pages of the engine: one delivery, what is held back, and the acts on them."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from libsocial.accounts import policies
from libsocial.core import asked
from libsocial.core.flash import flash
from scheduler import holds, selectors, services
from scheduler.forms import FoundForm, HoldForm
from scheduler.models import Delivery, Hold

_ACTS: dict[str, tuple[Callable[..., None], str | Promise]] = {
    "retry": (services.retry, gettext_lazy("It is being sent again.")),
    "release": (services.release, gettext_lazy("Released. It is being sent now.")),
    "hurry": (services.hurry, gettext_lazy("Under way.")),
    "say_not_there": (services.say_not_there, gettext_lazy("Thank you. It is being sent again.")),
    "cancel": (services.cancel, gettext_lazy("Cancelled. It will not be sent there.")),
    "remove": (services.remove, gettext_lazy("Removed from the platform.")),
}


@login_required
@require_safe
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """One delivery with its story; only what changed when the page asks for news of it."""
    row = get_object_or_404(selectors.visible(request.user), pk=pk)
    card = selectors.card(row, request.user)
    context = {"card": card, "back": selectors.address_of(row), "next": request.GET.get("next", "")}
    if not request.htmx:
        return render(request, "scheduler/delivery.html", context)
    if card.refresh and request.GET.get("seen") == card.mark:
        return HttpResponse(status=204)
    # htmx stops asking at 286: nothing more will happen by itself.
    return render(request, "scheduler/_delivery_body.html", context, status=200 if card.refresh else 286)


@login_required
@require_POST
def action(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One act on one delivery; what a page offers comes from actions_for, and so does the permission."""
    row = get_object_or_404(selectors.visible(request.user), pk=pk)
    if name == "say_there":
        return _say_there(request, row)
    if name not in _ACTS:
        raise Http404
    act, sentence = _ACTS[name]
    try:
        act(delivery=row, by=request.user)
    except services.NotPossible as error:
        flash(request, error.sentence, level="error")
    else:
        flash(request, str(sentence))
    return _back(request, row)


def _say_there(request: HttpRequest, row: Delivery) -> HttpResponse:
    form = FoundForm(request.POST)
    if form.is_valid():
        try:
            services.say_there(delivery=row, by=request.user, url=form.cleaned_data["url"])
        except services.NotPossible as error:
            form.add_error(error.field or None, error.sentence)
        else:
            flash(request, _("Thank you. It is noted as published."))
            return _back(request, row)
    context = {"form": form, "delivery": row, "next": request.POST.get("next", "")}
    return render(request, "scheduler/found.html", context, status=422)


def _back(request: HttpRequest, row: Delivery | None = None) -> HttpResponseRedirect:
    """To where the person came from, when that is a page of ours."""
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return HttpResponseRedirect(target)
    return redirect("scheduler:delivery", row.pk) if row else redirect("scheduler:holds")


@login_required
@require_safe
def holds_page(request: HttpRequest) -> HttpResponse:
    """What is held back and by whom, what waits because of it, and the form to hold more."""
    return _holds_page(request, HoldForm(user=request.user, grouped=False))


def _holds_page(request: HttpRequest, form: HoldForm, status: int = 200) -> HttpResponse:
    found = holds.standing()
    standing = [(hold, holds.name_of(hold), holds.may(request.user, hold.scope, hold.key)) for hold in found]
    context = {"form": form, "holds": standing, "may_place": bool(_offered(form))}
    context["soon"] = holds.held_soon(request.user, found)
    context["next"] = reverse("scheduler:holds")  # who decides about one of several comes back for the others
    return render(request, "scheduler/holds.html", _held(request, found) | context, status=status)


def _offered(form: HoldForm) -> list[object]:
    return [choice for value, choice in form.fields["what"].choices if choice]


def _held(request: HttpRequest, standing: list[Hold]) -> dict[str, object]:
    number = request.GET.get("channel", "")
    rows = selectors.held_for(request.user, asked.number(number))
    cards = [(selectors.card(row, request.user, standing), selectors.why(row)) for row in rows[:200]]
    return {"held": cards, "releasable": any("release" in _names(card) for card, _why in cards), "channel": number}


def _names(card: selectors.Card) -> set[str]:
    return {known.name for known in card.actions}


@login_required
@require_safe
def held(request: HttpRequest) -> HttpResponse:
    """Only the list of what is held and overdue, for other pages to load; `?channel=` narrows it."""
    template = "scheduler/_held.html" if request.htmx else "scheduler/held.html"
    return render(request, template, _held(request, holds.standing()) | {"next": request.GET.get("next", "")})


@login_required
@require_POST
def hold(request: HttpRequest) -> HttpResponse:
    """Places a hold."""
    form = HoldForm(request.POST, user=request.user)
    if not form.is_valid():
        page = _pause_page if request.POST.get("page") == "pause" else _holds_page
        return page(request, form, status=422)
    given = form.cleaned_data
    holds.place(by=request.user, scope=form.scope, key=form.key, reason=given["reason"], until=given["until"])
    flash(request, _("Held back. Nothing of it leaves until you resume."))
    if moving := holds.in_flight(form.scope, form.key):
        names = ", ".join(f"“{row.title}”" for row in moving)
        flash(
            request, _("On their way already, and not to be called back: %(names)s") % {"names": names}, level="warning"
        )
    return _back(request)


@login_required
@require_safe
def pause(request: HttpRequest) -> HttpResponse:
    """One press from every page: what would leave in the next hours, and the switch that stops it."""
    policies.require_anywhere(request.user, "hold.place")
    return _pause_page(request, HoldForm(user=request.user))


def _pause_page(request: HttpRequest, form: HoldForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "due": holds.due_soon(request.user), "standing": holds.standing()}
    return render(request, "scheduler/pause.html", context, status=status)


@login_required
@require_POST
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Lifts a hold and says what now waits for a click."""
    row = get_object_or_404(Hold, pk=pk)
    if row.lifted_at is not None:
        flash(request, _("Somebody resumed this a moment ago. What waits is listed below."), level="info")
        return _back(request)
    waiting = len(holds.lift(by=request.user, hold=row))
    if waiting:
        text = ngettext(
            "Resumed. %d post became overdue meanwhile and waits below.",
            "Resumed. %d posts became overdue meanwhile and wait below.",
            waiting,
        )
        flash(request, text % waiting, level="info")
    else:
        flash(request, _("Resumed. Nothing became overdue meanwhile."))
    return _back(request)


@login_required
@require_POST
def release(request: HttpRequest) -> HttpResponse:
    """Releases all that was chosen; what cannot go yet is said and stays."""
    chosen = asked.numbers(request.POST.getlist("delivery"))
    sent, kept = services.release_all(deliveries=selectors.visible(request.user).filter(pk__in=chosen), by=request.user)
    if sent:
        flash(request, ngettext("%d post is being sent now.", "%d posts are being sent now.", sent) % sent)
    if kept:
        text = ngettext("%d post still has to wait.", "%d posts still have to wait.", kept) % kept
        flash(request, text, level="warning")
    return _back(request)
