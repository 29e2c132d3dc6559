from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "libsocial.accounts"
    label = "accounts"
    verbose_name = "People and units"

    def ready(self) -> None:
        from libsocial.accounts import messages, sentences, signals, steps  # noqa: F401
        from libsocial.audit import sentences as trail
        from libsocial.notices import catalogue

        trail.register(sentences.SENTENCES)
        catalogue.register(messages.MESSAGES)
        steps.register()
