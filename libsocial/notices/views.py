from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from libsocial.core import asked
from libsocial.core.flash import flash
from libsocial.notices import hooks, kinds, reaching, selectors, services
from libsocial.notices.models import Hook

PER_PAGE = 30


@require_safe
@login_required
def list_notices(request: HttpRequest) -> HttpResponse:
    only_unseen = request.GET.get("show") == "unseen"
    notices = selectors.of(request.user)
    if only_unseen:
        notices = notices.filter(seen_at=None)
    page = Paginator(notices, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [selectors.line(notice) for notice in page],
        "only_unseen": only_unseen,
        "unseen": selectors.unseen_count(request.user),
        "newest": selectors.of(request.user).values_list("pk", flat=True).first() or 0,
    }
    return render(request, "notices/list.html", context)


@require_safe
@login_required
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Leads to what the notice is about and marks it seen."""
    notice = get_object_or_404(selectors.of(request.user), pk=pk)
    services.see(person=request.user, notice=notice)
    return redirect(notice.url or reverse("notices:list"))


@require_POST
@login_required
def see_all(request: HttpRequest) -> HttpResponse:
    newest = request.POST.get("up_to", "")
    if newest.isascii() and newest.isdigit() and len(newest) < 19:
        services.see_all(person=request.user, up_to=int(newest))
    return redirect("notices:list")


@require_safe
@login_required
def bell(request: HttpRequest) -> HttpResponse:
    """The bell of the shell with its number, asked for again now and then."""
    return render(request, "notices/_bell.html", {"unseen": selectors.unseen_count(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def reach(request: HttpRequest) -> HttpResponse:
    """What reaches the person, and how."""
    if request.method != "POST":
        return _reach_page(request)
    ways = {kind.key: request.POST.get(f"way-{kind.key}", "") for kind in kinds.KINDS}
    hour = asked.number(request.POST.get("hour"))
    try:
        zone = timezone.get_current_timezone_name()
        reaching.choose(person=request.user, ways=ways, digest_hour=-1 if hour is None else hour, zone=zone)
    except reaching.Refused as error:
        return _reach_page(request, error=str(error))
    flash(request, _("Saved."))
    return redirect("notices:reach")


@require_POST
@login_required
def hook(request: HttpRequest) -> HttpResponse:
    """The person's own address for notices: set, tested, tried again, taken away."""
    do = request.POST.get("do", "")
    if do == "set":
        return _set_hook(request)
    known = Hook.objects.filter(person=request.user).first()
    if known and do == "test":
        trouble = hooks.deliver(known, hooks.test_payload(request.user))
        flash(request, _("The test arrived.") if not trouble else _hook_trouble(trouble))
    elif known and do == "again":
        reaching.resume_hook(person=request.user)
        flash(request, _("It is tried again within seconds."))
    elif known and do == "remove":
        reaching.remove_hook(person=request.user)
        flash(request, _("Nothing is sent there any more."))
    return redirect("notices:reach")


def _set_hook(request: HttpRequest) -> HttpResponse:
    url = request.POST.get("url", "")
    try:
        _hook, secret = reaching.set_hook(person=request.user, url=url)
    except reaching.Refused as error:
        return _reach_page(request, hook_error=str(error), typed=url)
    # Shown on this one answer, kept nowhere a page could show it again.
    return _reach_page(request, secret=secret)


def _hook_trouble(trouble: str) -> str:
    if trouble == "refused":
        return _("That address is not one we may send to. An administrator can allow private addresses.")
    if trouble == "silent":
        return _("Nobody answered at that address.")
    return _("The address answered %(status)s instead of taking it.") % {"status": trouble} if trouble else ""


def _reach_page(request: HttpRequest, **more: object) -> HttpResponse:
    chosen = reaching.of(request.user)
    own = Hook.objects.filter(person=request.user).first()
    context = {
        "kinds": [(kind, chosen.ways.get(kind.key, kinds.NOW)) for kind in kinds.KINDS],
        "ways": kinds.WAYS,
        "hours": range(24),
        "hour": chosen.digest_hour,
        "hook": own,
        "hook_trouble": _hook_trouble(own.trouble) if own else "",
        "mails": settings.MAIL_CONFIGURED,
    }
    status = 422 if "error" in more or "hook_error" in more else 200
    return render(request, "notices/reach.html", context | more, status=status)
