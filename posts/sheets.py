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
from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.core.localtime import Moment
from posts import changes, drafting, filmwork, previews, problems, resolve, schedule, settings, workflow
from posts.changes import Change
from posts.drafting import Draft
from posts.knowledge import Known
from posts.models import CheckOverride, Post, Revision, Target
from posts.previews import Preview
from posts.workflow import Action, Need
from scheduler.models import Delivery

NEAR = timedelta(hours=1)
WAITING = ("planned", "waiting", "held")
ORDER = {"block": 0, "warn": 1, "hint": 2}


@dataclass(frozen=True)
class Told:
    """A problem in words."""

    severity: str
    text: str


@dataclass(frozen=True)
class Exempt:
    """A finding that is to stand: in words, with who asked and why. `asked`: it waits for a yes."""

    text: str
    row: CheckOverride
    asked: bool


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
    settings: list[tuple[str, str]] = field(default_factory=list)  # what no preview can show, in words
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
    known: Known
    films: list[filmwork.Work] = field(default_factory=list)  # those an approval still has to wait for
    exempt: list[Exempt] = field(default_factory=list)  # findings that are to stand, those that wait first

    @property
    def asked(self) -> list[Exempt]:
        """Exceptions an approval has to accept."""
        return [one for one in self.exempt if one.asked]

    @property
    def trouble(self) -> int:
        """How much stands in the way: for the order of the queue."""
        told = [problem for pane in self.panes for problem in pane.problems] + self.general
        clashes = sum(len(pane.clashes) for pane in self.panes)
        return 100 * sum(problem.severity == "block" for problem in told) + 10 * clashes + len(told)


def of_posts(posts: Sequence[Post], user: User, history: Sequence[Revision] = ()) -> list[Sheet]:
    """A sheet for each post, in their order. The posts come from selectors.with_targets; `history` are revisions
    of theirs that were read already."""
    posts = [post for post in posts if post.current_id]
    drafts = {post.pk: drafting.of_revision(post.current, note=post.note) for post in posts}
    channels = [target.channel for post in posts for target in post.current.targets.all()]
    known = Known(posts, drafts.values(), channels)
    bases = _bases(known, history)
    olds = {pk: drafting.of_revision(base) for pk, base in bases.items()}
    known.drafts += olds.values()
    sheets = [_sheet(post, drafts[post.pk], bases.get(post.pk), olds.get(post.pk), user, known) for post in posts]
    _mark_clashes(sheets, user)
    return sheets


def _sheet(post: Post, draft: Draft, base: Revision | None, old: Draft | None, user: User, known: Known) -> Sheet:
    # What was handed to the engine speaks for itself, with its own words and buttons.
    over = post.state == "approved"
    report = problems.Report((), {}) if over else problems.of_draft(draft, unit=post.unit, known=known, post=post)
    facts, asked = workflow.Facts(post, user, known), post.state == "in_review"
    names = {pk: channel.name for pk, channel in known.channels.items()}
    return Sheet(
        post=post,
        revision=post.current,
        draft=draft,
        panes=_panes(post, draft, report, known),
        general=_told(report.general),
        actions={action.name: action for action in workflow.actions_for(post, user, known)},
        needs=facts.needs if asked else (),
        mine=asked and bool(facts.approves_for),
        base=base,
        changes=changes.between(old, draft, names) if old is not None else [],
        known=known,
        films=filmwork.of(draft, known.channels, known.assets) if asked else [],
        exempt=_exceptions([*report.asked, *report.let], post, known),
    )


def film_work(post: Post) -> list[filmwork.Work]:
    """The films an approval of this post still has to wait for."""
    if post.state != "in_review":
        return []
    draft = drafting.of_revision(post.current)
    known = Known([post], [draft], [target.channel for target in post.current.targets.all()])
    return filmwork.of(draft, known.channels, known.assets)


def _told(found: Iterable[Problem]) -> list[Told]:
    """What a reader should know, the gravest first. Exceptions have a place of their own, and so have clashes."""
    ordered = sorted(found, key=lambda problem: ORDER.get(problem.severity, 9))
    shown = [problem for problem in ordered if problem.severity in ORDER and problem.message != "rule.T2"]
    return [Told(problem.severity, problems.sentence(problem)) for problem in shown]


def _exceptions(found: Sequence[Problem], post: Post, known: Known) -> list[Exempt]:
    made = {row.pk: row for row in known.exceptions(post).values()} if found else {}
    return [
        Exempt(problems.sentence(problem), made[problem.params["exception"]], problem.severity == "asked")
        for problem in found
    ]


def _panes(post: Post, draft: Draft, report: problems.Report, known: Known) -> list[Pane]:
    pictures = resolve.originals(known.assets)
    own = draft.asset_ids()
    where = previews.addresses({pk: asset for pk, asset in known.assets.items() if pk in own}, post.pk)
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
                preview=previews.of_content(channel, content, where, at=draft.at_for(chosen)),
                moment=schedule.moment_for(draft, chosen),
                problems=_told(report.channels.get(channel.pk, ())),
                settings=settings.said(content, channel, post.unit),
            )
        )
    return panes


# --- what changed -------------------------------------------------------------


def _bases(known: Known, history: Sequence[Revision]) -> dict[int, Revision]:
    """The newest earlier revision of each post that somebody judged."""
    current = {post.current_id for post in known.posts}
    judged = [given[0] for pk, given in known.reviews.items() if pk not in current]
    newest = {review.post_id: review.revision_id for review in sorted(judged, key=lambda review: review.number)}
    wanted = set(newest.values())
    found = [revision for revision in history if revision.pk in wanted]
    missing = wanted - {revision.pk for revision in found}
    found += Revision.objects.filter(pk__in=missing).prefetch_related("targets") if missing else ()
    return {revision.post_id: revision for revision in found}


# --- who else speaks at that hour -----------------------------------------------


def _mark_clashes(sheets: Sequence[Sheet], user: User) -> None:
    """Names posts on the same channel within the hour: those already planned, and those waiting on the same page."""
    panes = [(sheet, pane) for sheet in sheets for pane in sheet.panes if pane.moment and not pane.delivery]
    if not panes:
        return
    planned = [row for row in panes[0][0].known.neighbours if row.state in WAITING]
    for sheet, pane in panes:
        for delivery in planned:
            if delivery.channel_id == pane.channel.pk and pane.moment and abs(delivery.due_at - pane.moment.utc) < NEAR:
                pane.clashes.append(_clash(delivery, pane.channel, user))
        pane.clashes += _beside(sheet, pane, panes)


def _clash(delivery: Delivery, channel: Channel, user: User) -> Clash:
    """Its title only for those who may see the post: by its unit, or by the channel it asked for."""
    kind, _colon, rest = delivery.reference.partition(":")
    seen = policies.can(user, "post.see", delivery.unit) or policies.can(user, "post.approve", channel.unit)
    if kind != "post" or not seen:
        return Clash("", delivery.due_at, "")
    return Clash(delivery.title, delivery.due_at, reverse("posts:detail", args=[int(rest.partition(":")[0])]))


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
