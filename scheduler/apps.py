from __future__ import annotations

from django.apps import AppConfig


class SchedulerConfig(AppConfig):
    name = "scheduler"
    label = "scheduler"
    verbose_name = "Delivery"

    def ready(self) -> None:
        from libsocial.audit import sentences
        from libsocial.notices import catalogue
        from scheduler import messages

        sentences.register(messages.SENTENCES)
        catalogue.register(messages.MESSAGES)
