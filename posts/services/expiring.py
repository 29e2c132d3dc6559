"""Two weeks before a permission ends, the editors hear of what is planned with it."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.notices import services as notices
from posts import library
from posts.models import Asset
from posts.services import binning


def warn() -> int:
    """Tells the editors of each unit once about each permission; returns the number of files told about."""
    about = timezone.now().date()
    near = Asset.objects.living().filter(
        valid_until__gte=about - timedelta(days=1), valid_until__lte=about + library.SOON + timedelta(days=1)
    )
    told = 0
    for asset in near.select_related("unit"):
        posts = binning.planned_with(asset) if library.state_of(asset) == "expiring" else []
        if posts:
            _tell(asset, posts[0].title or _("Untitled post"))
            told += 1
    return told


def _tell(asset: Asset, title: str) -> None:
    until = str(asset.valid_until)
    with transaction.atomic():
        notices.tell(
            policies.people_who("post.edit_any", asset.unit),
            "asset.expires_with_posts",
            params={"name": asset.original_name or str(asset.pk), "until": until, "title": title},
            url=reverse("posts:media_asset", args=[asset.pk]),
            subject=asset,
            dedupe=f"asset:{asset.pk}:{until}",
        )
