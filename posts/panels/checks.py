"""The checks on the composer's page: what rules found by gravity, each with its place, its fix, and the way to let it
stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from channels_app.check import Problem
from posts import problems
from posts.knowledge import links_of
from posts.panels import Panel
from posts.services import drafts, exceptions, link_checks
from posts.workflow import NotPossible

if TYPE_CHECKING:
    from posts.composer import Composer, Shown
    from posts.drafting import Draft
    from posts.models import Post

TEMPLATE = "posts/compose/_checks_list.html"
GROUPS = ("block", "asked", "warn", "hint", "let")


class Checks(Panel):
    acts = ("let", "unlet", "links")

    def context(self, composer: Composer, request: HttpRequest) -> dict[str, Any]:
        shown = {"checks": _groups(composer, request), "checks_links": bool(links_of(composer.draft))}
        return shown | {"checks_unit": composer.unit}

    def live(self, composer: Composer, request: HttpRequest) -> dict[str, str]:
        if composer.post is not None:
            link_checks.want(links_of(composer.draft))
        shown = self.context(composer, request) | {"untouched": composer.untouched}
        return {"checks": render_to_string(TEMPLATE, shown, request)}

    def act(self, composer: Composer, request: HttpRequest, do: str, rest: str) -> Draft:
        post = _kept(composer)
        if do == "links":
            link_checks.ask_again(links_of(composer.draft))
        elif do == "unlet":
            exceptions.take_back(post=post, by=composer.user, pk=int(rest) if rest.isdigit() else 0)
        else:
            _let(composer, post, rest, request.POST.get(f"checks-reason-{rest}", ""))
        return composer.draft


def _kept(composer: Composer) -> Post:
    """The post the exception belongs to; what is on the page is kept first, under the same token."""
    if composer.post is None:
        composer.post = drafts.create(by=composer.user, unit=composer.unit, token=composer.token, draft=composer.draft)
    return composer.post


def _let(composer: Composer, post: Post, key: str, reason: str) -> None:
    problem = _found(composer, post, key)
    if problem is None:
        return
    try:
        exceptions.ask(post=post, by=composer.user, problem=problem, reason=reason)
    except NotPossible as error:
        composer.errors[f"checks-{key}"] = str(error)


def _found(composer: Composer, post: Post, key: str) -> Problem | None:
    report = problems.of_draft(composer.draft, unit=composer.unit, known=composer.known, post=post)
    return next((problem for problem in report.all if key and problem.params.get("key") == key), None)


def _groups(composer: Composer, request: HttpRequest) -> list[tuple[str, list[Shown]]]:
    """Findings of rules by gravity, with a reason that was typed and what was wrong with it.

    What a platform refuses and what was mistyped stands beside its field alone: nothing can be decided about it.
    """
    every = [one for found in composer.found.values() for one in found if one.key]
    for one in every:
        one.error = composer.errors.get(f"checks-{one.key}", "")
        one.typed = request.POST.get(f"checks-reason-{one.key}", "") if one.error else ""
    groups = [(name, [one for one in every if one.severity == name]) for name in GROUPS]
    return [(name, found) for name, found in groups if found]
