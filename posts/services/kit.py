"""What colleagues write with: added, changed, put away, brought back; and posts begun from a template."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit
from posts import drafting, fields, kit, selectors, workflow
from posts.drafting import Draft, DraftTarget
from posts.models import BannedTag, Post, Snippet, Template
from posts.models.kit import KitRow
from posts.own_templates import OURS, Own
from posts.services import drafts


class NotKept(Exception):
    """It was not kept; `field` names what has to be changed, the text says how."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


def keep(*, row: KitRow, by: User, unit: Unit, values: Mapping[str, Any]) -> KitRow:
    """Writes a new row or a changed one. Raises NotAllowed, NotKept (this unit has one of that name)."""
    policies.require(by, "kit.manage", unit)
    new = row.pk is None
    if not new:
        policies.require(by, "kit.manage", row.unit)
    for name, value in values.items():
        setattr(row, name, value)
    row.unit, row.changed_by = unit, by
    try:
        with transaction.atomic():
            row.save()
            audit.record("kit.added" if new else "kit.changed", by=by, on=row, unit=unit, data={"name": row.name})
    except IntegrityError as error:
        raise _twice(row) from error
    return row


def archive(*, row: KitRow, by: User) -> None:
    """Out of the lists; `restore` brings it back. Raises NotAllowed."""
    _put(row, by, timezone.now(), "kit.archived")


def restore(*, row: KitRow, by: User) -> None:
    """Raises NotAllowed, NotKept when another of that name stands there by now."""
    _put(row, by, None, "kit.restored")


def _put(row: KitRow, by: User, at: Any, sentence: str) -> None:
    policies.require(by, "kit.manage", row.unit)
    try:
        with transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(archived_at=at, changed_by=by)
            audit.record(sentence, by=by, on=row, unit=row.unit, data={"name": row.name})
    except IntegrityError as error:
        raise _twice(row) from error


def _twice(row: KitRow) -> NotKept:
    if isinstance(row, Snippet):
        return NotKept(_("This unit already says {%(key)s}. Change that one.") % {"key": row.key}, "key")
    if isinstance(row, BannedTag):
        return NotKept(_("This hashtag is on the list already. Change its reason there."), "tag")
    return NotKept(_("This unit has one of that name already. Choose another name."), "name")


def template_of(*, post: Post, by: User, name: str) -> Template:
    """Keeps a post as a template of its unit: words, pictures and channels, no times. Raises NotAllowed, NotKept."""
    if not Post.objects.visible_to(by).filter(pk=post.pk).exists():
        raise policies.NotAllowed("post.see")
    name = drafting.text_of(name).strip()[:120] or post.title[:120]
    if not name:
        raise NotKept(_("Give the template a name."), "name")
    draft = replace(drafting.of_revision(post.current), mentions={})
    values = {"name": name, "body": draft.body(), "channels": [target.channel for target in draft.targets]}
    row = keep(row=Template(), by=by, unit=post.unit, values=values)
    return Template.objects.get(pk=row.pk)


def add_ours(*, by: User, unit: Unit, names: Mapping[str, Own] = OURS) -> int:
    """The product's own templates, those that are not there yet; answers how many came. Raises NotAllowed."""
    policies.require(by, "kit.manage", unit)
    there = set(Template.objects.for_unit(unit).exclude(ours="").values_list("ours", flat=True))
    missing = [(key, own) for key, own in names.items() if key not in there]
    for key, own in missing:
        body = Draft(parts=(drafting.DraftPart(str(own.text)),), language=unit.language).body()
        values = {"name": str(own.name), "purpose": str(own.purpose), "body": body, "ours": key}
        keep(row=Template(), by=by, unit=unit, values=values)
    return len(missing)


def begin(*, template: Template, by: User, unit: Unit, values: Mapping[str, str], channels: list[int]) -> Post:
    """A draft from a template with its fields filled in; `channels` are chosen where the template names none.

    `values` are words by field. Raises NotAllowed, Invalid.
    """
    policies.require(by, "post.write", unit)
    usable = set(selectors.usable_channels(unit).values_list("pk", flat=True))
    chosen = [pk for pk in template.channels if pk in usable] or [pk for pk in channels if pk in usable]
    draft = Draft.from_json({**template.body, "zone": unit.zone})
    draft = replace(
        fields.filled(draft, {**kit.facts_of(unit), **values}),
        language=draft.language or unit.language,
        targets=tuple(DraftTarget(pk) for pk in chosen),
    )
    return drafts.create(by=by, unit=unit, token=uuid.uuid4(), draft=draft)


def copy_for(*, post: Post, by: User, unit: Unit) -> Post:
    """The post once more for another unit: on that unit's channels of the same platforms, with its own facts where
    the text has fields. Raises NotAllowed, Invalid."""
    workflow.require(post, by, "duplicate")
    policies.require(by, "post.write", unit)
    draft = drafting.of_revision(post.current)
    platforms = {target.channel.platform for target in post.current.targets.select_related("channel")}
    there = selectors.usable_channels(unit).filter(platform__in=platforms)
    own = there.filter(unit=unit)
    targets = tuple(DraftTarget(channel.pk) for channel in (own if own.exists() else there))
    copy = replace(draft, at="", zone=unit.zone, targets=targets, note="", mentions={})
    with transaction.atomic():
        made = drafts.create(by=by, unit=unit, token=uuid.uuid4(), draft=fields.filled(copy, kit.facts_of(unit)))
        data = {"source": post.pk, "title": post.title, "unit": str(post.unit)}
        audit.record("post.copied_for", by=by, on=made, unit=unit, data=data)
    return made
