from __future__ import annotations

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "channels_app"
    label = "channels_app"
    verbose_name = "Channels"

    def ready(self) -> None:
        from channels_app.messages import CHECKS
        from channels_app.sentences import SENTENCES
        from libsocial.audit import sentences
        from libsocial.notices import catalogue

        sentences.register(SENTENCES)
        catalogue.register(CHECKS)
