"""Posting times of channels: the week of each, times added and taken away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import formats
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.models import Channel, ChannelQuerySet
from channels_app.selectors import usable_among
from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.core import asked
from libsocial.core.flash import flash
from posts.models import Slot
from posts.services import slotting
from posts.workflow import NotPossible

MONDAY = date(2001, 1, 1)


class SlotForm(forms.Form):
    """A time of the week; several days at once."""

    days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one day.")},
    )
    at = forms.TimeField(
        label=gettext_lazy("Time"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={
            "required": gettext_lazy("Choose a time."),
            "invalid": gettext_lazy("This is not a time of day. Write it as 14:30."),
        },
    )


@dataclass(frozen=True)
class Column:
    """One day of the week with its times."""

    day: date  # some day that has this name
    slots: list[Slot]


@login_required
def slots_index(request: HttpRequest) -> HttpResponse:
    """The posting times of the first channel; from there one goes to the others."""
    channel = _channels(request.user).first()
    return redirect("posts:slots_of", channel.pk) if channel else render(request, "posts/slots.html", {})


@login_required
def slots_of(request: HttpRequest, pk: int) -> HttpResponse:
    """The week of one channel; a posted form changes it."""
    channel = get_object_or_404(_channels(request.user), pk=pk)
    unit = _unit(request, channel)
    if request.method != "POST":
        return _page(request, channel, unit, SlotForm())
    form = SlotForm(request.POST)
    try:
        return _changed(request, channel, unit, form) or _page(request, channel, unit, form, status=422)
    except NotPossible as error:
        form.add_error(None, str(error))
        return _page(request, channel, unit, form, status=409)


def _changed(request: HttpRequest, channel: Channel, unit: Unit, form: SlotForm) -> HttpResponse | None:
    """Does what the pressed button says; None when the form is not complete."""
    do, _colon, rest = request.POST.get("do", "add").partition(":")
    if do == "usual":
        slotting.add_usual(by=request.user, channel=channel, unit=unit)
        flash(request, _("Added. Change them as you like."))
    elif do == "remove":
        slotting.remove(by=request.user, slot=get_object_or_404(channel.slots.filter(unit=unit), pk=asked.number(rest)))
        flash(request, _("Removed. Posts that were put there keep their time."))
    elif form.is_valid():
        for day in form.cleaned_data["days"]:
            slotting.add(by=request.user, channel=channel, unit=unit, weekday=day, at=form.cleaned_data["at"])
        flash(request, _("Added."))
    else:
        return None
    response = redirect("posts:slots_of", channel.pk)
    response["Location"] += f"?unit={unit.pk}"
    return response


def _page(request: HttpRequest, channel: Channel, unit: Unit, form: SlotForm, status: int = 200) -> HttpResponse:
    first = (int(formats.get_format("FIRST_DAY_OF_WEEK")) - 1) % 7
    slots = list(channel.slots.filter(unit=unit, active=True).select_related("unit"))
    days = [(first + number) % 7 for number in range(7)]
    form.fields["days"].choices = [(day, WEEKDAYS[day]) for day in days]
    context = {
        "channel": channel,
        "channels": _channels(request.user),
        "unit": unit,
        "units": _units(request.user, channel),
        "week": [Column(MONDAY + timedelta(days=day), [s for s in slots if s.weekday == day]) for day in days],
        "slots": slots,
        "form": form,
        "may": policies.can(request.user, "slots.manage", unit),
    }
    return render(request, "posts/slots.html", context, status=status)


def _channels(user: User) -> ChannelQuerySet:
    return Channel.objects.visible_to(user).living().select_related("unit")


def _units(user: User, channel: Channel) -> list[Unit]:
    """The person's units that use this channel, its owner first."""
    seen = list(policies.units_where(user, "post.see"))
    usable = usable_among([channel], seen)
    using = [unit for unit in seen if (unit.pk, channel.pk) in usable]
    return sorted(using, key=lambda unit: unit.pk != channel.unit_id)


def _unit(request: HttpRequest, channel: Channel) -> Unit:
    units = _units(request.user, channel)
    wanted = asked.number(request.POST.get("unit") or request.GET.get("unit"))
    found = next((unit for unit in units if unit.pk == wanted), units[0] if units else None)
    if found is None:
        raise Http404
    return found
