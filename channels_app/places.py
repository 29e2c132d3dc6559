"""Channels as short links know them: the number behind the dot of `/s/summer.12`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from channels_app.models import Channel
from libsocial.links.places import Place


def named(numbers: Iterable[int]) -> Mapping[int, Place]:
    rows = Channel.objects.filter(pk__in=list(numbers)).values_list("pk", "name", "platform", "handle")
    return {pk: Place(name, platform, handle or name) for pk, name, platform, handle in rows}
