"""Finding a channel for a person: what is not visible is not there."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.accounts.models import User


def person_of(request: HttpRequest) -> User:
    """The signed-in person; every view here stands behind sign-in."""
    assert isinstance(request.user, User)
    return request.user


def channel_for(request: HttpRequest, pk: int, ability: str = "channel.see") -> Channel:
    """Raises Http404 for a channel the person does not see, PermissionDenied for one they may only see."""
    person = person_of(request)
    channel = get_object_or_404(Channel.objects.visible_to(person).select_related("unit", "connected_by"), pk=pk)
    if ability != "channel.see" and not policies.can(person, ability, channel.unit):
        raise PermissionDenied(ability)
    return channel
