"""Writing: drafts are begun, saved, copied, put away. Autosave calls these too, as often as it likes."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit
from posts import drafting, languages, names, schedule, selectors, workflow
from posts.drafting import Draft, DraftTarget, FieldProblem, Invalid
from posts.models import Post, Revision, Target
from posts.services import campaigns, outbox, telling, translations, uses


@dataclass(frozen=True)
class Theirs:
    """What somebody else saved meanwhile: who, when, which save, and the words."""

    who: str
    when: datetime
    version: int
    draft: Draft


class Conflict(Exception):
    """The draft was saved by somebody else since it was opened. Nothing was changed; `theirs` is what stands."""

    def __init__(self, theirs: Theirs) -> None:
        super().__init__(f"{theirs.who} saved version {theirs.version}")
        self.theirs = theirs


def create(*, by: User, unit: Unit, token: UUID, draft: Draft) -> Post:
    """Begins a post. `token` is made once per composer page: the same token never makes a second post.

    Raises NotAllowed, Invalid, Conflict (the token's post was changed by somebody since).
    """
    policies.require(by, "post.write", unit)
    draft = routed(draft)
    known = Post.objects.filter(token=token).first()
    if known is None:
        try:
            return _begin(by, unit, token, draft)
        except IntegrityError:
            # The twin of this request was faster.
            known = Post.objects.get(token=token)
    if known.author_id != by.pk:
        raise policies.NotAllowed("post.write")
    save(post=known, by=by, draft=draft, version=1)
    known.refresh_from_db()
    return known


def save(*, post: Post, by: User, draft: Draft, version: int) -> Revision:
    """Keeps what was typed. `version` is the save the person started from.

    After submission the next revision begins; approval is void and what has not
    left is cancelled in the same transaction. Raises NotAllowed, NotPossible
    (already out, archived), Invalid, Conflict.
    """
    draft = routed(draft)
    with transaction.atomic():
        post = locked(post)
        current = _current(post)
        standing = drafting.of_revision(current, note=post.note)
        aside = campaigns.chosen(post, draft)
        if draft.same_post(standing) and draft.note == standing.note and aside == post.campaign_id:
            # Nothing new, or the echo of a save that arrived: an approval stays valid.
            policies.require(by, "post.see", post.unit)
            return current
        workflow.require(post, by, "edit")
        if version != current.version:
            raise Conflict(Theirs(str(current.changed_by), current.changed_at, current.version, standing))
        campaigns.check_choice(post.unit, by, aside, post.campaign_id)
        if draft.same_post(standing):
            return _save_aside(post, current, draft.note, aside)
        _check_references(draft, by, post.unit, standing)
        campaigns.put_in(post, aside)
        return _save_words(post, current, by, names.bound(draft, post.unit))


def duplicate(*, post: Post, by: User, channels: Collection[int] | None = None) -> Post:
    """A new draft with the same words and pictures, without times; `channels` keeps only some of the channels."""
    workflow.require(post, by, "duplicate")
    usable = set(selectors.usable_channels(post.unit).values_list("pk", flat=True))
    wanted = usable if channels is None else usable & set(channels)
    draft = drafting.of_revision(_current(post))
    targets = tuple(replace(target, at="") for target in draft.targets if target.channel in wanted)
    copy = replace(draft, at="", targets=targets, note="", campaign=post.campaign_id)
    with transaction.atomic():
        made = _insert(by, post.unit, uuid.uuid4(), copy)
        audit.record("post.duplicated", by=by, on=made, unit=made.unit, data={"source": post.pk, "title": post.title})
    return made


def restore(*, post: Post, by: User, number: int) -> Revision:
    """The words of an earlier version as a new save: approvals end as with any other change.

    Channels the unit cannot use any more are left out. Raises NotAllowed, NotPossible, Invalid.
    """
    with transaction.atomic():
        post = locked(post)
        workflow.require(post, by, "edit")
        revision = post.revisions.filter(number=number).first()
        if revision is None:
            raise workflow.NotPossible(_("This version does not exist. Load the page again."))
        current = _current(post)
        usable = set(selectors.usable_channels(post.unit).values_list("pk", flat=True))
        usable |= {target.channel_id for target in current.targets.all()}
        draft = drafting.of_revision(revision, note=post.note)
        draft = replace(draft, targets=tuple(target for target in draft.targets if target.channel in usable))
        saved = save(post=post, by=by, draft=draft, version=current.version)
        if saved.pk != current.pk or saved.version != current.version:
            audit.record("post.restored", by=by, on=post, unit=post.unit, data={"revision": number})
    return saved


def archive(*, post: Post, by: User) -> None:
    """Out of the lists, not out of the world: `reopen` brings it back."""
    with transaction.atomic():
        post = locked(post)
        workflow.require(post, by, "archive")
        telling.decided(post)
        workflow.MACHINE.move(post, "archive", changed_at=timezone.now())
        audit.record("post.archived", by=by, on=post, unit=post.unit)


def reopen(*, post: Post, by: User) -> None:
    """Back from the archive or from withdrawal: a draft again, or as published when it had gone out."""
    with transaction.atomic():
        post = locked(post)
        facts = workflow.require(post, by, "reopen")
        action = "restore" if facts.left else "reopen"
        values = {} if facts.left else {"approved": None}
        workflow.MACHINE.move(post, action, changed_at=timezone.now(), **values)
        audit.record("post.reopened", by=by, on=post, unit=post.unit)


def routed(draft: Draft) -> Draft:
    """The draft with the languages each channel gets by itself, for whoever wrote it. One query, none for a post in
    one language."""
    ids = [target.channel for target in draft.targets]
    asked = dict(Channel.objects.filter(pk__in=ids).values_list("pk", "languages")) if draft.languages else {}
    return languages.routed(draft, asked)


def locked(post: Post) -> Post:
    """The row as it is now, ours until the transaction ends. SQLite locks the whole file when it begins."""
    return Post.objects.select_for_update(of=("self",)).select_related("unit", "author").get(pk=post.pk)


# --- steps ------------------------------------------------------------------


def _current(post: Post) -> Revision:
    return Revision.objects.select_related("changed_by", "submitted_by").get(pk=post.current_id)


def _begin(by: User, unit: Unit, token: UUID, draft: Draft) -> Post:
    _check_references(draft, by, unit, Draft())
    campaigns.check_choice(unit, by, draft.campaign or None, None)
    with transaction.atomic():
        post = _insert(by, unit, token, draft)
        audit.record("post.created", by=by, on=post, unit=unit)
    return post


def _insert(by: User, unit: Unit, token: UUID, draft: Draft) -> Post:
    draft = names.bound(draft, unit)
    post = Post.objects.create(
        unit=unit,
        author=by,
        token=token,
        title=draft.title(),
        note=draft.note,
        planned_at=schedule.first_moment(draft),
        campaign_id=draft.campaign or None,
    )
    post.current = write_revision(post, by, draft, number=1, version=1)
    post.save(update_fields=["current"])
    translations.note(post, by, draft)
    return post


def _save_aside(post: Post, current: Revision, note: str, campaign: int | None) -> Revision:
    """Note and campaign are not published: they count as a save but touch neither revision nor approval."""
    campaigns.put_in(post, campaign)
    current.version += 1
    Revision.objects.filter(pk=current.pk).update(version=current.version)
    Post.objects.filter(pk=post.pk).update(note=note, changed_at=timezone.now())
    return current


def _save_words(post: Post, current: Revision, by: User, draft: Draft) -> Revision:
    frozen = current.submitted_at is not None
    before, other_hand = post.state, current.changed_by_id != by.pk
    if frozen:
        outbox.cancel_unsent(post, by)
        revision = write_revision(post, by, draft, number=current.number + 1, version=current.version + 1)
    else:
        revision = _rewrite(current, by, draft)
    workflow.MACHINE.move(
        post,
        "edit",
        current=revision,
        approved=None,
        title=draft.title(),
        note=draft.note,
        planned_at=schedule.first_moment(draft),
        changed_at=timezone.now(),
    )
    translations.note(post, by, draft)
    if frozen and before in {"approved", "in_review"}:
        telling.decided(post)
        telling.review_void(post, current, by, was=before)
    if frozen or other_hand:
        # One entry for each hand on each revision, not one for every autosave.
        data = {"revision": revision.number, "was": before}
        audit.record("post.edited", by=by, on=post, unit=post.unit, data=data)
    return revision


def write_revision(post: Post, by: User, draft: Draft, *, number: int, version: int) -> Revision:
    """A new revision with its targets."""
    revision = Revision.objects.create(
        post=post,
        number=number,
        version=version,
        body=draft.body(),
        at=draft.at,
        zone=draft.zone,
        changed_by=by,
    )
    _write_targets(revision, draft)
    return revision


def bind_names(revision: Revision) -> None:
    """Before it is frozen: whoever a working revision mentions, as the address book has them now."""
    draft = drafting.of_revision(revision)
    named = names.bound(draft, revision.post.unit)
    if named.mentions != draft.mentions:
        revision.body = named.body()
        revision.save(update_fields=["body"])


def _rewrite(revision: Revision, by: User, draft: Draft) -> Revision:
    revision.body, revision.at, revision.zone = draft.body(), draft.at, draft.zone
    revision.version += 1
    revision.changed_by = by
    revision.save(update_fields=["body", "at", "zone", "version", "changed_by", "changed_at"])
    revision.targets.all().delete()
    _write_targets(revision, draft)
    return revision


def _write_targets(revision: Revision, draft: Draft) -> None:
    Target.objects.bulk_create(_target_row(revision, target) for target in draft.targets)
    uses.note(revision, draft)


def _target_row(revision: Revision, target: DraftTarget) -> Target:
    return Target(
        revision=revision,
        channel_id=target.channel,
        variant=target.variant.to_json() if target.variant else None,
        options=target.options,
        at=target.at,
        speech=target.speech(),
    )


def _check_references(draft: Draft, by: User, unit: Unit, standing: Draft) -> None:
    """Channels and pictures must be within reach; what stood there before may stay, the check names it."""
    kept = {target.channel for target in standing.targets}
    usable = set(selectors.usable_channels(unit).values_list("pk", flat=True)) | kept
    problems = [
        FieldProblem(f"targets.{target.channel}", _("This channel is not one your unit can use. Take it out."))
        for target in draft.targets
        if target.channel not in usable
    ]
    wanted = draft.asset_ids() - standing.asset_ids()
    if wanted - selectors.usable_assets(by, unit, wanted):
        problems.append(FieldProblem("media", _("One of the pictures is not in your library. Add it again.")))
    if problems:
        raise Invalid(problems)
