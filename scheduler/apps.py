from __future__ import annotations

from django.apps import AppConfig


class SchedulerConfig(AppConfig):
    name = "scheduler"
    label = "scheduler"
    verbose_name = "Delivery"

    def ready(self) -> None:
        from channels_app import work
        from libsocial.audit import sentences
        from libsocial.notices import catalogue
        from scheduler import messages, overdue, selectors

        work.register(selectors.work_on)
        work.on_return(overdue.hold_on_channel)
        sentences.register(messages.SENTENCES)
        catalogue.register(messages.MESSAGES)
