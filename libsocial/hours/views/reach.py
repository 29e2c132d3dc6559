"""Which unit a page is about, and whether the person may."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from libsocial.accounts import policies
from libsocial.accounts.models import Unit
from libsocial.hours.models import Closure


def unit_of(request: HttpRequest, pk: int, ability: str = "post.see") -> Unit:
    """A unit the person sees; 404 for others, NotAllowed where they see it and may not."""
    unit = get_object_or_404(policies.units_where(request.user, "post.see"), pk=pk)
    policies.require(request.user, ability, unit)
    return unit


def closure_of(request: HttpRequest, pk: int) -> Closure:
    """A closure of a unit in which the person may declare one; 404 for one they may not know of."""
    row = get_object_or_404(Closure.objects.visible_to(request.user).select_related("unit", "by"), pk=pk)
    policies.require(request.user, "closure.declare", row.unit)
    return row
