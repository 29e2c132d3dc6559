"""What an administrator does with a channel. Each view is one service call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from channels_app import selectors, services
from channels_app.connect import FieldProblem
from channels_app.forms import DescribeForm, LanguagesForm, LendForm, ModeForm, OverrideForm
from channels_app.models import Channel
from channels_app.practice import services as practice
from channels_app.views.access import channel_for, person_of
from channels_app.views.reading import page_of
from libsocial.core.flash import flash
from libsocial.core.states import TransitionError


def _moved(request: HttpRequest, pk: int, act: Callable[..., object], done: str) -> HttpResponse:
    """Moves a channel and says so; somebody else may have been faster."""
    channel = channel_for(request, pk, "channel.manage")
    try:
        act(by=person_of(request), channel=channel)
        flash(request, done % {"channel": channel.name})
    except TransitionError:
        flash(request, _("Somebody changed this channel a moment ago. This is how it is now."), level="info")
    return redirect("channels:detail", pk)


@login_required
@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    return _moved(request, pk, services.pause, _("%(channel)s is paused. Posts that fall due wait."))


@login_required
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    return _moved(request, pk, services.resume, _("%(channel)s sends again. What was held meanwhile waits for you."))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def disconnect(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks on a page of its own what would be held up, then does it."""
    channel = channel_for(request, pk, "channel.manage")
    if request.method == "POST":
        return _moved(request, pk, services.disconnect, _("%(channel)s is disconnected. Its history is kept."))
    context = {
        "channel": channel,
        "adapter": selectors.adapter_of(channel),
        "work": selectors.held_up_by(channel),
        "loans": channel.loans.select_related("unit"),
    }
    return render(request, "channels/disconnect.html", context)


@login_required
@require_POST
def probe(request: HttpRequest, pk: int) -> HttpResponse:
    channel = channel_for(request, pk, "channel.manage")
    now = services.probe_now(by=person_of(request), channel=channel)
    if now.health == "ok" and now.state != "needs_reconnect":
        flash(request, _("%(channel)s answered: all is well.") % {"channel": now.name})
    else:
        flash(
            request, _("%(channel)s did not answer as it should. See below.") % {"channel": now.name}, level="warning"
        )
    return redirect("channels:detail", pk)


# --- forms of the channel page ----------------------------------------------
def _tried(
    request: HttpRequest, channel: Channel, name: str, form: Any, act: Callable[[], object], done: str
) -> HttpResponse:
    """Does it when the form is right; otherwise the page again with the sentence beside its field."""
    if form.is_valid():
        try:
            act()
        except FieldProblem as problem:
            form.add_error(problem.field or None, problem.sentence)
        else:
            flash(request, done)
            return redirect("channels:detail", channel.pk)
    return render(request, "channels/detail.html", page_of(request, channel, **{name: form}), status=422)


@login_required
@require_POST
def describe(request: HttpRequest, pk: int) -> HttpResponse:
    channel = channel_for(request, pk, "channel.manage")
    form = DescribeForm(request.POST, instance=Channel.objects.get(pk=pk))
    return _tried(
        request, channel, "describe_form", form,
        lambda: services.describe(by=person_of(request), channel=channel, **form.cleaned_data),
        _("Saved."),
    )  # fmt: skip


@login_required
@require_POST
def speak(request: HttpRequest, pk: int) -> HttpResponse:
    channel = channel_for(request, pk, "channel.manage")
    form = LanguagesForm(request.POST, languages=channel.languages)
    return _tried(
        request, channel, "languages_form", form,
        lambda: services.speak(by=person_of(request), channel=channel, languages=form.tags()),
        _("Saved."),
    )  # fmt: skip


@login_required
@require_POST
def lend(request: HttpRequest, pk: int) -> HttpResponse:
    channel = channel_for(request, pk, "channel.manage")
    form = LendForm(request.POST, units=selectors.may_borrow(channel))
    return _tried(
        request, channel, "lend_form", form,
        lambda: services.lend(by=person_of(request), channel=channel, unit=form.cleaned_data["unit"]),
        _("Lent. Posts of that unit will need your approval too."),
    )  # fmt: skip


@login_required
@require_POST
def unlend(request: HttpRequest, pk: int, unit: int) -> HttpResponse:
    channel = channel_for(request, pk, "channel.manage")
    loan = get_object_or_404(channel.loans.select_related("unit"), unit_id=unit)
    services.unlend(by=person_of(request), channel=channel, unit=loan.unit)
    flash(request, _("Taken back from %(unit)s.") % {"unit": loan.unit.name})
    return redirect("channels:detail", pk)


@login_required
@require_POST
def override(request: HttpRequest, pk: int) -> HttpResponse:
    channel = channel_for(request, pk, "channel.manage")
    form = OverrideForm(request.POST, channel=channel)
    return _tried(
        request, channel, "override_form", form,
        lambda: services.override(by=person_of(request), channel=channel, **form.cleaned_data),
        _("Corrected. The composer counts with it from now on."),
    )  # fmt: skip


@login_required
@require_POST
def remove_override(request: HttpRequest, pk: int) -> HttpResponse:
    channel = channel_for(request, pk, "channel.manage")
    services.remove_override(by=person_of(request), channel=channel, fact=request.POST.get("fact", ""))
    flash(request, _("What the platform says holds again."))
    return redirect("channels:detail", pk)


@login_required
@require_POST
def practice_mode(request: HttpRequest, pk: int) -> HttpResponse:
    channel = channel_for(request, pk, "channel.manage")
    form = ModeForm(request.POST)
    return _tried(
        request, channel, "mode_form", form,
        lambda: practice.set_mode(by=person_of(request), channel=channel, mode=form.cleaned_data["mode"]),
        _("Practice will do so with the next post."),
    )  # fmt: skip
