"""Posts on their way to approval that name a channel: said before it is disconnected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count

from posts.models import Post


def work_of(channel_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Fields of channels_app.work.Work by channel, in one query."""
    rows = (
        Post.objects.filter(state="in_review", current__targets__channel__in=channel_ids)
        .values_list("current__targets__channel")
        .annotate(Count("pk", distinct=True))
        .order_by()
    )
    return {channel: {"in_review": number} for channel, number in rows if channel in set(channel_ids)}
