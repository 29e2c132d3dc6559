from __future__ import annotations

from django.apps import AppConfig


class LibSocialConfig(AppConfig):
    """The composition: the one app that may import all others."""

    name = "libsocial"
    label = "libsocial"
    verbose_name = "LibSocial"

    def ready(self) -> None:
        from libsocial import (
            celery,  # noqa: F401  so that tasks queued from a page find their broker
            clock,
            errors,
        )
        from libsocial.core import health

        health.register("clock", clock.check)
        errors.report_to_collector()
