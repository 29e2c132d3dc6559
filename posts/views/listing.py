"""The list of posts."""

from __future__ import annotations

from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.core import asked
from posts import campaigning, display
from posts.listing import Filters, authors_known, posts_for, rows_of
from posts.models import Post

PAGE = 30


def filters_of(request: HttpRequest) -> Filters:
    """The filters an address names; words that make no sense are ignored."""
    get = request.GET
    return Filters(
        q=asked.words(get.get("q")),
        state=get.get("state", ""),
        unit=asked.number(get.get("unit")),
        channel=asked.number(get.get("channel")),
        author=asked.number(get.get("author")),
        campaign=asked.number(get.get("campaign")),
    )


@login_required
def post_list(request: HttpRequest) -> HttpResponse:
    """All posts the person may see, by state, channel, author and words; every one is reachable by paging."""
    filters = filters_of(request)
    posts = posts_for(request.user, getattr(request, "unit", None), filters)
    page = Paginator(posts.values_list("pk", flat=True), PAGE).get_page(request.GET.get("page"))
    found = Post.objects.select_related("unit", "author").in_bulk(list(page.object_list))
    page.page_range_elided = page.paginator.get_elided_page_range(page.number)
    context = {
        "page": page,
        "rows": rows_of([found[pk] for pk in page.object_list if pk in found]),
        "filters": filters,
        "tabs": display.FILTERS,
        "campaigns": campaigning.names_known(request.user),
        "channels": Channel.objects.visible_to(request.user).living(),
        "authors": authors_known(request.user),
        "filtered": bool(filters),
        "folded": replace(filters, state="").number,  # the state has tabs of its own
        "may_write": policies.can_anywhere(request.user, "post.write"),
    }
    return render(request, "posts/list.html", context)


def title_of(post: Post) -> str:
    return post.title or _("Untitled post")
