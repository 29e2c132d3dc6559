from __future__ import annotations

from django.apps import AppConfig


class HoursConfig(AppConfig):
    name = "libsocial.hours"
    label = "hours"
    verbose_name = "Opening hours and closures"

    def ready(self) -> None:
        from libsocial.audit import sentences as trail
        from libsocial.hours import sentences

        trail.register(sentences.SENTENCES)
