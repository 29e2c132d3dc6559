"""A post as a reader of the post page or the review queue has it before them: looks, problems, changes, acts.

Built for many posts at once, with a number of queries that does not grow with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.urls import reverse

from channels_app.check import Problem
from channels_app.models import Channel
from libsocial.accounts.models import User
from libsocial.core.localtime import Moment
from posts import changes, drafting, previews, problems, resolve, schedule, workflow
from posts.changes import Change
from posts.drafting import Draft
from posts.knowledge import Known
from posts.models import Post, Revision, Target
from posts.previews import Preview
from posts.workflow import Action, Need
from scheduler.models import Delivery

NEAR = timedelta(hours=1)
WAITING = ("planned", "waiting", "held")


@dataclass(frozen=True)
class Told:
    """A problem in words."""

    severity: str
    text: str


@dataclass(frozen=True)
class Clash:
    """Another post on the same channel within the hour. `url` '' where the person may not open it."""

    title: str
    at: datetime
    url: str


@dataclass
class Pane:
    """One channel of a post."""

    channel: Channel
    target: Target
    preview: Preview
    moment: Moment | None
    problems: list[Told]
    clashes: list[Clash] = field(default_factory=list)

    @property
    def delivery(self) -> Delivery | None:
        return self.target.delivery

    @property
    def blocked(self) -> bool:
        return any(problem.severity == "block" for problem in self.problems)


@dataclass
class Sheet:
    """One post. `base` is the revision the changes are counted from, None for what nobody has judged yet."""

    post: Post
    revision: Revision
    draft: Draft
    panes: list[Pane]
    general: list[Told]
    actions: dict[str, Action]
    needs: Sequence[Need]
    mine: bool  # a yes of this person would count
    base: Revision | None
    changes: list[Change]

    @property
    def trouble(self) -> int:
        """How much stands in the way: for the order of the queue."""
        told = [problem for pane in self.panes for problem in pane.problems] + self.general
        clashes = sum(len(pane.clashes) for pane in self.panes)
        return 100 * sum(problem.severity == "block" for problem in told) + 10 * clashes + len(told)


def of_posts(posts: Sequence[Post], user: User) -> list[Sheet]:
    """A sheet for each post, in their order."""
    posts = [post for post in posts if post.current_id]
    drafts = {post.pk: drafting.of_revision(post.current, note=post.note) for post in posts}
    bases = _bases(posts)
    olds = {pk: drafting.of_revision(base) for pk, base in bases.items()}
    known = Known(posts, [*drafts.values(), *olds.values()])
    sheets = [_sheet(post, drafts[post.pk], bases.get(post.pk), olds.get(post.pk), user, known) for post in posts]
    _mark_clashes(sheets, user)
    return sheets


def _sheet(post: Post, draft: Draft, base: Revision | None, old: Draft | None, user: User, known: Known) -> Sheet:
    report = problems.of_draft(draft, unit=post.unit, known=known)
    facts = workflow.Facts(post, user, known)
    names = {pk: channel.name for pk, channel in known.channels.items()}
    return Sheet(
        post=post,
        revision=post.current,
        draft=draft,
        panes=_panes(post, draft, report, known),
        general=_told(report.general),
        actions={action.name: action for action in workflow.actions_for(post, user, known)},
        needs=facts.needs,
        mine=bool(facts.approves_for),
        base=base,
        changes=changes.between(old, draft, names) if old is not None else [],
    )


def _told(found: Iterable[Problem]) -> list[Told]:
    ordered = sorted(found, key=lambda problem: problem.severity != "block")
    return [Told(problem.severity, problems.sentence(problem)) for problem in ordered]


def _panes(post: Post, draft: Draft, report: problems.Report, known: Known) -> list[Pane]:
    pictures = {pk: resolve.original(asset) for pk, asset in known.assets.items()}
    urls = {
        known.assets[pk].path: reverse("posts:post_asset", args=[post.pk, pk, "full"])
        for pk in draft.asset_ids()
        if pk in known.assets
    }
    panes = []
    for target in post.current.targets.all():
        chosen = draft.target(target.channel_id)
        channel = known.channels.get(target.channel_id)
        if chosen is None or channel is None:
            continue
        content = resolve.content_for(draft, chosen, pictures)
        panes.append(
            Pane(
                channel=channel,
                target=target,
                preview=previews.of_content(channel, content, urls, at=draft.at_for(chosen)),
                moment=schedule.moment_for(draft, chosen),
                # What was handed to the engine speaks for itself, with its own words and buttons.
                problems=[] if target.delivery else _told(report.channels.get(channel.pk, ())),
            )
        )
    return panes


# --- what changed -------------------------------------------------------------


def _bases(posts: Sequence[Post]) -> dict[int, Revision]:
    """The newest earlier revision of each post that somebody judged."""
    judged = (
        Revision.objects.filter(post__in=[post.pk for post in posts], reviews__isnull=False)
        .exclude(pk__in=[post.current_id for post in posts])
        .select_related("changed_by")
        .prefetch_related("targets")
        .order_by("number")
        .distinct()
    )
    return {revision.post_id: revision for revision in judged}


# --- who else speaks at that hour -----------------------------------------------


def _mark_clashes(sheets: Sequence[Sheet], user: User) -> None:
    """Names posts on the same channel within the hour: those already planned, and those waiting on the same page."""
    panes = [(sheet, pane) for sheet in sheets for pane in sheet.panes if pane.moment and not pane.delivery]
    if not panes:
        return
    moments = [pane.moment.utc for _sheet, pane in panes if pane.moment]
    planned = list(
        Delivery.objects.filter(
            channel__in={pane.channel.pk for _sheet, pane in panes},
            state__in=WAITING,
            due_at__gt=min(moments) - NEAR,
            due_at__lt=max(moments) + NEAR,
        ).values_list("channel_id", "due_at", "title", "reference")[:500]
    )
    visible = _visible(user, [row[3] for row in planned])
    for sheet, pane in panes:
        for channel_id, due_at, title, reference in planned:
            if channel_id == pane.channel.pk and pane.moment and abs(due_at - pane.moment.utc) < NEAR:
                pane.clashes.append(_clash(title, due_at, reference, visible))
        pane.clashes += _beside(sheet, pane, panes)


def _visible(user: User, references: Iterable[str]) -> set[int]:
    ids = {int(reference.split(":")[1]) for reference in references if reference.startswith("post:")}
    return set(Post.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()


def _clash(title: str, at: datetime, reference: str, visible: set[int]) -> Clash:
    pk = int(reference.split(":")[1]) if reference.startswith("post:") else 0
    return Clash(title, at, reverse("posts:detail", args=[pk])) if pk in visible else Clash("", at, "")


def _beside(sheet: Sheet, pane: Pane, panes: Sequence[tuple[Sheet, Pane]]) -> list[Clash]:
    return [
        Clash(other.post.title, near.moment.utc, reverse("posts:detail", args=[other.post.pk]))
        for other, near in panes
        if other is not sheet
        and near.channel.pk == pane.channel.pk
        and near.moment
        and pane.moment
        and abs(near.moment.utc - pane.moment.utc) < NEAR
    ]
