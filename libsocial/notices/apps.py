from __future__ import annotations

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "libsocial.notices"
    label = "notices"
    verbose_name = "Notices"

    def ready(self) -> None:
        from libsocial.audit import sentences
        from libsocial.notices import catalogue, messages

        sentences.register(messages.SENTENCES)
        catalogue.register(messages.MESSAGES)
