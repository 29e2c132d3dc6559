"""A post as a reader of the post page or the review queue has it before them: looks, problems, changes, acts.

Built for many posts at once, with a number of queries that does not grow with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.check import Problem
from channels_app.models import Channel
from libsocial.accounts.models import User
from libsocial.core.localtime import Moment
from posts import (
    changes,
    conflicts,
    drafting,
    filmwork,
    previews,
    problems,
    resolve,
    schedule,
    settings,
    tongues,
    workflow,
)
from posts.changes import Change
from posts.conflicts import Clash, Conflict
from posts.drafting import Draft
from posts.knowledge import Known
from posts.models import CheckOverride, Post, Revision, Target
from posts.previews import Preview
from posts.tongues import Standing
from posts.workflow import Action, Need
from scheduler.models import Delivery

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
    own: bool  # this person wrote or changed it
    base: Revision | None
    changes: list[Change]
    known: Known
    films: list[filmwork.Work] = field(default_factory=list)  # those an approval still has to wait for
    conflicts: list[Conflict] = field(default_factory=list)  # with other posts, of the whole post
    standings: list[Standing] = field(default_factory=list)  # further languages
    exempt: list[Exempt] = field(default_factory=list)  # findings that are to stand, those that wait first

    @property
    def expired(self) -> bool:
        """Its time passed while it waited for a decision."""
        waits = self.post.state == "in_review"
        return waits and bool(schedule.passed_targets(self.draft, timezone.now()))

    @property
    def clean(self) -> bool:
        """Nothing to look at twice: no problem, no conflict, no film to wait for, no exception to read."""
        approve = self.actions.get("approve")
        return bool(self.mine and approve and approve.possible and not (self.trouble or self.films or self.asked))

    @property
    def asked(self) -> list[Exempt]:
        """Exceptions an approval has to accept."""
        return [one for one in self.exempt if one.asked]

    @property
    def open_comments(self) -> int:
        """How many remarks of colleagues wait for an answer."""
        return getattr(self.post, "waiting_remarks", 0)  # counted by selectors.with_seen

    @property
    def told(self) -> list[Told]:
        """All that was found, of every channel and of the whole."""
        return [problem for pane in self.panes for problem in pane.problems] + self.general

    @property
    def blocked(self) -> bool:
        return any(problem.severity == "block" for problem in self.told)

    @property
    def kind(self) -> str:
        """What it asks of the person who looks: others, blocked (no yes as it is), clean, or look (at it twice)."""
        if not self.mine:
            return "others"
        if self.blocked or not self.actions["approve"].possible:
            return "blocked"
        return "clean" if self.clean else "look"

    @property
    def trouble(self) -> int:
        """How much stands in the way: for the order of the queue."""
        told = self.told
        clashes = sum(len(pane.clashes) for pane in self.panes) + len(self.conflicts)
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
    conflicts.mark(sheets, user)
    _mark_languages(sheets, user, known)
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
        actions=_acts(workflow.actions_for(post, user, known), report),
        needs=facts.needs if asked else (),
        mine=asked and bool(facts.approves_for),
        own=facts.own_words,
        base=base,
        changes=changes.between(old, draft, names) if old is not None else [],
        known=known,
        films=filmwork.of(draft, known.channels, known.assets) if asked else [],
        exempt=_exceptions([*report.asked, *report.let], post, known),
    )


def _acts(offered: Iterable[Action], report: problems.Report) -> dict[str, Action]:
    """What blocks refuses a yes: said before it is pressed."""
    acts = {action.name: action for action in offered}
    approve = acts.get("approve")
    if approve and approve.possible and report.blocking:
        why = _("Something in it must be changed before anybody can approve it.")
        acts["approve"] = replace(approve, why_not=why)
    return acts


def _mark_languages(sheets: Sequence[Sheet], user: User, known: Known) -> None:
    """Where the further languages of each post stand: two queries for all of them, none where there are none."""
    several = [sheet for sheet in sheets if sheet.draft.languages]
    if not several:
        return
    right, hands = tongues.right_of(user), tongues.translators([sheet.post.pk for sheet in several])
    for sheet in several:
        given = known.language_reviews.get(sheet.post.pk, {})
        sheet.standings = tongues.standings(sheet.post, sheet.draft, sheet.post.unit, given, right, hands)


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


def looks(post: Post, door: tuple[str, str]) -> list[Pane]:
    """How the post will look on each channel, for somebody who came by a link: nothing of the house besides."""
    draft = drafting.of_revision(post.current)
    known = Known([post], [draft], [target.channel for target in post.current.targets.all()])
    return _panes(post, draft, problems.Report((), {}), known, door)


def _panes(
    post: Post, draft: Draft, report: problems.Report, known: Known, door: tuple[str, str] | None = None
) -> list[Pane]:
    pictures = resolve.originals(known.assets)
    own = draft.asset_ids()
    where = previews.addresses({pk: asset for pk, asset in known.assets.items() if pk in own}, post.pk, door=door)
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
