from __future__ import annotations

from django.apps import AppConfig


class SchedulerConfig(AppConfig):
    name = "scheduler"
    label = "scheduler"
    verbose_name = "Delivery"

    def ready(self) -> None:
        from channels_app import work
        from libsocial.accounts.services import units
        from libsocial.audit import sentences
        from libsocial.notices import catalogue
        from scheduler import holds, messages, overdue, selectors

        work.register(selectors.work_on)
        work.on_return(overdue.hold_on_channel)
        units.follow_moves(holds.follow)
        sentences.register(messages.SENTENCES)
        catalogue.register(messages.MESSAGES)
