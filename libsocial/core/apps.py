from __future__ import annotations

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "libsocial.core"
    label = "core"
    verbose_name = "Core"

    def ready(self) -> None:
        from libsocial.core import checks  # noqa: F401  registers itself
