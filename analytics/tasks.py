"""The only module of this app that names Celery."""

from __future__ import annotations

from celery import shared_task

from analytics import collect


@shared_task(name="analytics.tick")
def tick() -> None:
    """Finds what is new and who is due; each channel is asked by its own task."""
    collect.begin_watching()
    for channel_id in collect.channels_due():
        collect_channel.apply_async((channel_id,), queue="metrics", expires=240)


@shared_task(name="analytics.collect_channel")
def collect_channel(channel_id: int) -> None:
    collect.collect_channel(channel_id)
