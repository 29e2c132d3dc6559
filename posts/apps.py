from __future__ import annotations

from django.apps import AppConfig


class PostsConfig(AppConfig):
    name = "posts"
    label = "posts"
    verbose_name = "Posts"

    def ready(self) -> None:
        from django.apps import apps

        from channels_app import work
        from libsocial.audit import sentences, subjects
        from libsocial.notices import catalogue
        from posts import messages, on_channels, selectors, steps
        from posts.services import outbox
        from scheduler import guards, listeners

        steps.register()
        sentences.register(messages.SENTENCES)
        subjects.register("posts.post", selectors.subjects)
        catalogue.register(messages.MESSAGES)
        guards.register(outbox.still_approved)
        listeners.register(listeners.Listener(outbox.who_cares, outbox.address))
        work.register(on_channels.work_of)
        if apps.is_installed("libsocial.hours"):
            from posts import closed_days

            closed_days.register()
