"""Which revision names which file: written with every revision, so that nothing needed is ever thrown away."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from posts import drafting
from posts.drafting import Draft
from posts.models import Asset, AssetUse, Revision

MANY = 500


def note(revision: Revision, draft: Draft) -> None:
    """In the caller's transaction: these files are what the revision names now."""
    wanted = draft.asset_ids()
    gone = AssetUse.objects.filter(revision=revision).exclude(asset_id__in=wanted)
    gone.delete()
    if wanted:
        known = Asset.objects.filter(pk__in=wanted).values_list("pk", flat=True)
        rows = (AssetUse(asset_id=pk, revision=revision) for pk in known)
        AssetUse.objects.bulk_create(rows, ignore_conflicts=True)


def catch_up() -> int:
    """Notes what revisions name that were written before uses were; returns how many were looked at."""
    named = Q(body__icontains='"asset"') | Q(body__icontains='"thumb"') | Q(targets__variant__icontains='"asset"')
    seen, last = 0, 0
    while True:
        rows = Revision.objects.filter(named, uses=None, pk__gt=last).distinct().order_by("pk")
        found = list(rows.prefetch_related("targets")[:MANY])
        if not found:
            return seen
        for revision in found:
            with transaction.atomic():
                note(revision, drafting.of_revision(revision))
        seen, last = seen + len(found), found[-1].pk
