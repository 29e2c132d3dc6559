"""The composer: one page, one form. Script makes it live; without it every act is a button that saves first."""

from __future__ import annotations

import uuid
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.core import asked
from libsocial.core.flash import flash
from posts import composing, drafting, panels, presence, selectors, workflow
from posts.composer import Composer
from posts.drafting import Draft, Invalid
from posts.models import Post
from posts.services import drafts, review
from posts.services.drafts import Conflict
from posts.workflow import NotPossible


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """An empty composer. `?on=2026-11-24` proposes a day, `?channel=3` a channel."""
    units = _units(request.user)
    if not units:
        raise policies.NotAllowed("post.write")
    if request.method == "POST":
        return _act(request, None, units)
    unit = _unit(request, units)
    offered = selectors.offered_channels(unit)
    draft = composing.proposal(unit, request.GET, Composer.preselected(request.user, unit, offered))
    return _page(request, Composer(request.user, unit, draft, token=uuid.uuid4(), units=units, offered=offered))


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The composer with a post in it."""
    if request.method == "POST":
        post = selectors.get_post(request.user, pk)
        return _act(request, post, [post.unit])
    post = selectors.get_to_read(request.user, pk)
    workflow.require(post, request.user, "edit")
    draft = drafting.of_revision(post.current, note=post.note)
    return _page(request, Composer(request.user, post.unit, draft, token=post.token, post=post))


@login_required
@require_POST
def autosave(request: HttpRequest) -> JsonResponse:
    """Keeps what was typed and answers with counts, problems and previews. Never makes a second post."""
    post = _post_of_token(request)
    unit = post.unit if post else _unit(request, _units(request.user))
    reading = drafting.read(composing.draft_of(request.POST, unit.zone))
    composer = Composer(request.user, unit, reading.draft, token=_token(request), post=post, typed=reading.problems)
    try:
        post = _save(request, post, unit, reading.draft)
    except Conflict as conflict:
        return JsonResponse({"conflict": composer.conflict_html(request, conflict)}, status=409)
    except (Invalid, NotPossible) as error:
        composer.typed += getattr(error, "problems", [])
        return JsonResponse({"message": _("Not saved: %(why)s") % {"why": error}} | composer.live(request), status=422)
    composer.post, composer.desk = post, _desk(request)
    return JsonResponse(_saved(post) | composer.live(request))


def _saved(post: Post) -> dict[str, object]:
    return {
        "version": post.current.version,
        "url": reverse("posts:edit", args=[post.pk]),
        "saved": _("Saved at %(time)s") % {"time": time_format(timezone.localtime(), "TIME_FORMAT")},
    }


def _act(request: HttpRequest, post: Post | None, units: list[Unit]) -> HttpResponse:
    """A pressed button: saves everything first, then does what the button says."""
    post = post or _post_of_token(request)
    unit = post.unit if post else _unit(request, units)
    do, _colon, rest = request.POST.get("do", "save").partition(":")
    raw = composing.after(composing.draft_of(request.POST, unit.zone), do, rest)
    reading = drafting.read(raw)
    composer = Composer(
        request.user, unit, reading.draft, token=_token(request), post=post, typed=reading.problems, units=units
    )
    if do == "keep-mine" and post:
        composer.version = asked.number(rest) or composer.version
    try:
        composer.change(_changed(request, composer, do, rest))
        post = _save(request, post, unit, composer.draft, version=composer.version if do == "keep-mine" else None)
        composer.post = post
        return _then(request, composer, do)
    except Conflict as conflict:
        composer.conflict, composer.kept = conflict, False
    except (Invalid, NotPossible) as error:
        composer.kept = False
        composer.typed += getattr(error, "problems", [])
        if not getattr(error, "problems", None):
            messages.error(request, str(error))
    return _page(request, composer, status=422)


def _then(request: HttpRequest, composer: Composer, do: str) -> HttpResponse:
    post = composer.post
    if do != "submit":
        if do == "save":
            messages.success(request, _("Draft saved."))
        if composer.errors or composer.typed:
            return _page(request, composer, status=422)
        return redirect("posts:edit", post.pk)
    if composer.typed or composer.blocking:
        return _page(request, composer, status=422)
    review.submit(post=post, by=request.user)
    flash(request, _("Sent for approval."), undo=reverse("posts:act", args=[post.pk, "recall"]))
    return redirect("posts:detail", post.pk)


def _changed(request: HttpRequest, composer: Composer, do: str, rest: str) -> Draft:
    """What the pressed button changes in the draft: a fix, a card, files without script."""
    if do == "unit":
        return composer.with_usable_channels()
    if do == "fix":
        return composer.with_fix(rest)
    if do == "card":
        return composer.with_card(rest)
    if do == "upload":
        return composer.with_uploads(rest, request.FILES.getlist(f"{rest}-files"))
    name, _colon, pk = rest.partition(":")
    if do == "captions":
        file, language = request.FILES.get(f"{name}-captionfile-{pk}"), request.POST.get(f"{name}-captionlang-{pk}", "")
        return composer.with_captions(name, asked.number(pk) or 0, file, language)
    if do == "poster":
        return composer.with_poster(name, asked.number(pk) or 0, request.FILES.get(f"{name}-posterfile-{pk}"))
    panel = panels.of_act(do)
    return panel.act(composer, request, do, rest) if panel else composer.draft


def _save(request: HttpRequest, post: Post | None, unit: Unit, draft: Draft, version: int | None = None) -> Post:
    version = _version(request) if version is None else version
    if post is None or version == 0:
        post = drafts.create(by=request.user, unit=unit, token=_token(request), draft=draft)
    else:
        drafts.save(post=post, by=request.user, draft=draft, version=version)
    presence.note(post.pk, request.user, _desk(request))
    return selectors.get_post(request.user, post.pk)


def _page(request: HttpRequest, composer: Composer, status: int = 200) -> HttpResponse:
    if composer.post:
        presence.note(composer.post.pk, request.user, _desk(request))
    composer.desk = _desk(request)
    return render(request, "posts/compose.html", composer.context(request), status=status)


def _desk(request: HttpRequest) -> str:
    return presence.desk_of(request.session.session_key)


def _units(user: User) -> list[Unit]:
    return list(policies.units_where(user, "post.write"))


def _unit(request: HttpRequest, units: list[Unit]) -> Unit:
    wanted = request.POST.get("unit") or request.GET.get("unit")
    chosen = next((unit for unit in units if str(unit.pk) == wanted), None) or getattr(request, "unit", None)
    if chosen is None or chosen not in units:
        chosen = units[0] if units else None
    if chosen is None:
        raise policies.NotAllowed("post.write")
    return chosen


def _token(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("token", ""))
    except ValueError:
        return uuid.uuid4()


def _post_of_token(request: HttpRequest) -> Post | None:
    known = Post.objects.visible_to(request.user).filter(token=_token(request)).values_list("pk", flat=True).first()
    return selectors.get_post(request.user, known) if known else None


def _version(request: HttpRequest) -> int:
    return asked.number(request.POST.get("version")) or 0
