"""The steps of a unit's approval, and the reviewers of a channel."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels_app.models import Channel
from libsocial.accounts import policies, policy
from libsocial.accounts.models import Unit
from libsocial.core import asked
from libsocial.core.flash import flash
from posts import asking, selectors
from posts.approval_forms import ReviewersForm, StepForm
from posts.models import Post, Step
from posts.services import stepping
from posts.workflow import NotPossible


def _unit(request: HttpRequest, pk: int) -> Unit:
    unit = get_object_or_404(policies.units_where(request.user, "post.see"), pk=pk)
    policies.require(request.user, "unit.manage", unit)
    return unit


@login_required
@require_safe
def steps(request: HttpRequest, unit_pk: int) -> HttpResponse:
    """Who approves in this unit, step by step; `?step=5` opens one to change it."""
    unit = _unit(request, unit_pk)
    step = _step(unit, request.GET.get("step"))
    return _page(request, unit, _form(unit, step), step)


def _step(unit: Unit, number: str | None) -> Step | None:
    return Step.objects.filter(unit=unit, channel=None, pk=asked.number(number)).first()


def _form(unit: Unit, step: Step | None, data: object = None) -> StepForm:
    initial = {"kind": "any", "number": 1}
    if step is not None:
        initial = {name: getattr(step, name) for name in ("name", "role", "kind", "number")}
        initial["people"] = [person.pk for person in step.people.all()]
    return StepForm(data, people=selectors.approvers(unit), initial=initial)


def _page(request: HttpRequest, unit: Unit, form: StepForm, step: Step | None, status: int = 200) -> HttpResponse:
    context = {
        "unit": unit,
        "form": form,
        "step": step,
        "steps": selectors.own_steps(unit),
        "above": selectors.steps_above(unit),
        "held": policy.of(unit),
    }
    return render(request, "posts/steps.html", context, status=status)


@login_required
@require_POST
def put_step(request: HttpRequest, unit_pk: int) -> HttpResponse:
    unit = _unit(request, unit_pk)
    step = _step(unit, request.POST.get("step"))
    form = _form(unit, step, request.POST)
    if form.is_valid():
        try:
            stepping.put_step(by=request.user, unit=unit, step=step, **form.cleaned_data)
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            flash(request, _("Saved. Posts in review follow it from now on."))
            return redirect("posts:steps", unit_pk)
    return _page(request, unit, form, step, status=422)


@login_required
@require_POST
def remove_step(request: HttpRequest, pk: int) -> HttpResponse:
    step = get_object_or_404(Step.objects.select_related("unit"), pk=pk, channel=None)
    unit = _unit(request, step.unit_id)
    stepping.remove_step(by=request.user, step=step)
    flash(request, _("Removed. Posts in review need the steps that are left."))
    return redirect("posts:steps", unit.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def channel(request: HttpRequest, pk: int) -> HttpResponse:
    """Who has to approve what goes out on one channel."""
    shown = get_object_or_404(Channel.objects.visible_to(request.user).select_related("unit"), pk=pk)
    policies.require(request.user, "channel.manage", shown.unit)
    step = Step.objects.filter(channel=shown).prefetch_related("people").first()
    initial = {"people": [one.pk for one in step.people.all()], "every": step.kind == "all"} if step else {}
    form = ReviewersForm(request.POST or None, people=selectors.approvers(shown.unit), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            stepping.set_reviewers(by=request.user, channel=shown, **form.cleaned_data)
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            flash(request, _("Saved."))
            return redirect("channels:detail", pk)
    return render(request, "posts/channel_reviewers.html", {"channel": shown, "form": form})


@login_required
@require_safe
def who_approves(request: HttpRequest, unit_pk: int) -> HttpResponse:
    """A part of the composer's page: who will be asked, and what to do where nobody can approve."""
    unit = get_object_or_404(policies.units_where(request.user, "post.write"), pk=unit_pk)
    posts = Post.objects.visible_to(request.user).select_related("current")
    post = posts.filter(pk=asked.number(request.GET.get("post"))).first()
    writers = {request.user.pk} | (_writers(post) if post else set())
    context = {"asked": asking.who_is_asked(unit, writers), "unit": unit}
    return render(
        request, "posts/_asked.html", context | {"may_invite": policies.can(request.user, "people.manage", unit)}
    )


def _writers(post: Post) -> set[int]:
    changed_by = post.current.changed_by_id if post.current else None
    return {post.author_id} | ({changed_by} if changed_by else set())
