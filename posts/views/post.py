"""The page of one post, and everything that can be done with it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.audit import selectors as trail
from libsocial.core import asked
from libsocial.core.flash import flash
from libsocial.core.states import TransitionError
from libsocial.notices import services as notices
from posts import selectors, sheets, story, workflow
from posts.drafting import Invalid
from posts.models import Post
from posts.problems import Blocked
from posts.services import deciding, drafts, review
from posts.workflow import NotPossible


@login_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What was said or is to be said, where it stands, and what can be done."""
    post = selectors.get_post(request.user, pk)
    notices.see_about(person=request.user, subject=post)
    if post.state == "in_review" and not post.was_seen:
        deciding.remember(person=_person(request), post=post, digest=post.current.digest)
    return _page(request, post)


@login_required
@require_safe
def prepared(request: HttpRequest, pk: int) -> HttpResponse:
    """How far its films are; the part of the page that asks again until they are there."""
    post = selectors.get_post(request.user, pk)
    work = sheets.film_work(post)
    return render(request, "posts/_films.html", {"post": post, "work": work, "asked": True})


@login_required
@require_safe
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Its versions with what changed in each, as a part of the composer's page."""
    post = selectors.get_post(request.user, pk)
    history = story.history(post)
    sheet = sheets.of_posts([post], request.user, history)[0]
    context = {"sheet": sheet, "post": post, "chapters": story.chapters(sheet, history)}
    alone = request.headers.get("X-Requested-With") != "fetch"
    return render(request, "posts/versions_page.html" if alone else "posts/_versions.html", context)


@login_required
@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One act on a post. A refusal is a sentence on the post's page; a reason that was typed is kept."""
    post = selectors.get_post(request.user, pk)
    step = STEPS.get(name)
    if step is None:
        raise Http404
    try:
        return step(request, post)
    except (NotPossible, Blocked, Invalid) as error:
        return _refused(request, post, str(error))
    except TransitionError:
        return _refused(request, post, _("Somebody else was faster. This is how it stands now."))


def _page(request: HttpRequest, post: Post, *, refusal: str = "", status: int = 200) -> HttpResponse:
    history = story.history(post)
    sheet = sheets.of_posts([post], request.user, history)[0]
    approve = sheet.actions.get("approve")
    context = {
        "sheet": sheet,
        "post": post,
        "shown": story.shown(sheet),
        "chapters": story.chapters(sheet, history),
        "deliveries": story.deliveries(sheet, request.user),
        "missed": story.missed(sheet),
        "lines": trail.about(post),
        "reason": request.POST.get("reason", ""),
        "since_seen": story.since_seen(sheet, asked.words(request.POST.get("digest"))),
        "refusal": refusal,
        "alone": approve and not approve.possible and selectors.is_only_approver(request.user, post.unit),
        "may_invite": policies.can(request.user, "post.edit_any", post.unit),
        "back": "post",
        "units_for_copy": _other_units(request, post),
        "keeps": policies.can(request.user, "kit.manage", post.unit),
        "again": _evergreen(request, post),
    }
    return render(request, "posts/detail.html", context, status=status)


def _other_units(request: HttpRequest, post: Post) -> list[Unit]:
    """Where the person may write, besides the post's own unit; those the page has read already."""
    units = [unit for unit in getattr(request, "units", ()) if unit.pk != post.unit_id and not unit.archived_at]
    return [unit for unit in units if policies.can(request.user, "post.write", unit)]


def _evergreen(request: HttpRequest, post: Post) -> dict[str, object]:
    """Its place in the evergreen queue, or whether this person may give it one."""
    item = getattr(post, "evergreen", None)  # read with the post
    may = post.state != "withdrawn" and policies.can(request.user, "post.write", post.unit)
    return {"item": item if item and item.state != "removed" else None, "may": may}


def _refused(request: HttpRequest, post: Post, sentence: str) -> HttpResponse:
    """The post as it stands now, with what was typed and what changed since it was opened."""
    return _page(request, selectors.get_post(request.user, post.pk), refusal=sentence, status=409)


# --- the acts -----------------------------------------------------------------


def _approve(request: HttpRequest, post: Post) -> HttpResponse:
    complete = review.approve(
        post=post,
        by=_person(request),
        digest=asked.words(request.POST.get("digest")),
        accept=asked.numbers(request.POST.getlist("accept")),
    )
    if not complete:
        return _done(request, post, _("Approved. One more approval is needed."))
    return _done(request, post, _("Approved. It goes out at its time."), undo=_take_back(request, post))


def _take_back(request: HttpRequest, post: Post) -> str:
    """ "recall" where this person may take the post back; those of another unit who own a channel may not."""
    return "recall" if workflow.Facts(post, _person(request)).may_change else ""


def _break_glass(request: HttpRequest, post: Post) -> HttpResponse:
    complete = review.break_glass(
        post=post,
        by=_person(request),
        reason=request.POST.get("reason", ""),
        digest=asked.words(request.POST.get("digest")),
    )
    said = _("It goes out. A colleague judges it afterwards.")
    return _done(request, post, said if complete else _("Approved. One more approval is needed."))


def _request_changes(request: HttpRequest, post: Post) -> HttpResponse:
    review.request_changes(
        post=post,
        by=_person(request),
        digest=asked.words(request.POST.get("digest")),
        reason=request.POST.get("reason", ""),
    )
    return _done(request, post, _("Sent back with your reason."))


def _submit(request: HttpRequest, post: Post) -> HttpResponse:
    review.submit(post=post, by=_person(request))
    return _done(request, post, _("Sent for approval."), undo="recall")


def _recall(request: HttpRequest, post: Post) -> HttpResponse:
    review.recall(post=post, by=_person(request))
    flash(request, _("Taken back. It is a draft again and nothing of it goes out."))
    return redirect("posts:edit", post.pk)


def _withdraw(request: HttpRequest, post: Post) -> HttpResponse:
    review.withdraw(post=post, by=_person(request))
    return _done(request, post, _("Withdrawn. Nothing of it goes out."), undo="reopen")


def _archive(request: HttpRequest, post: Post) -> HttpResponse:
    drafts.archive(post=post, by=_person(request))
    return _done(request, post, _("Archived."), undo="reopen")


def _reopen(request: HttpRequest, post: Post) -> HttpResponse:
    drafts.reopen(post=post, by=_person(request))
    return _done(request, post, _("It is back."))


def _duplicate(request: HttpRequest, post: Post) -> HttpResponse:
    channels = asked.numbers(request.POST.getlist("channel"))
    copy = drafts.duplicate(post=post, by=_person(request), channels=channels or None)
    flash(request, _("This is a copy, without times. The original stays as it was."))
    return redirect("posts:edit", copy.pk)


def _restore(request: HttpRequest, post: Post) -> HttpResponse:
    number = asked.number(request.POST.get("number")) or 0
    drafts.restore(post=post, by=_person(request), number=number)
    flash(request, _("The words of version %(number)s are back. Read them, then send them.") % {"number": number})
    return redirect("posts:edit", post.pk)


STEPS: dict[str, Callable[[HttpRequest, Post], HttpResponse]] = {
    "approve": _approve,
    "break_glass": _break_glass,
    "request_changes": _request_changes,
    "submit": _submit,
    "recall": _recall,
    "withdraw": _withdraw,
    "archive": _archive,
    "reopen": _reopen,
    "duplicate": _duplicate,
    "restore": _restore,
}


def _person(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


def _done(request: HttpRequest, post: Post, said: str, *, undo: str = "") -> HttpResponse:
    flash(request, said, undo=reverse("posts:act", args=[post.pk, undo]) if undo else "")
    if request.POST.get("back") == "review":
        following = asked.number(request.POST.get("following"))
        anchor = f"#post-{following}" if following else ""
        return HttpResponseRedirect(reverse("posts:review") + anchor)
    return redirect("posts:detail", post.pk)
