from __future__ import annotations

from django.apps import AppConfig


class LinksConfig(AppConfig):
    name = "libsocial.links"
    label = "links"
    verbose_name = "Short links"

    def ready(self) -> None:
        from libsocial.audit import sentences, subjects
        from libsocial.links import messages, selectors
        from libsocial.notices import catalogue

        sentences.register(messages.SENTENCES)
        subjects.register("links.link", selectors.subjects)
        catalogue.register(messages.MESSAGES)
