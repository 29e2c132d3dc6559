"""What is thrown away when it has done its work."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from channels_app.models import ConnectAttempt

KEEP = timedelta(hours=1)  # after its end, so that a late answer is told why


def forget_attempts() -> int:
    """Sign-ins that were used or ran out an hour ago; their secrets go with them."""
    before = timezone.now() - KEEP
    gone, _each = ConnectAttempt.objects.filter(Q(expires_at__lt=before) | Q(used_at__lt=before)).delete()
    return gone
