from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from libsocial.notices import selectors, services

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
