from __future__ import annotations

from django.apps import AppConfig


class PostsConfig(AppConfig):
    name = "posts"
    label = "posts"
    verbose_name = "Posts"

    def ready(self) -> None:

        from channels_app import work
        from libsocial.audit import sentences, subjects
        from libsocial.hours import touching
        from libsocial.links import places
        from libsocial.notices import catalogue
        from posts import campaigning, closed_days, messages, on_channels, selectors, steps
        from posts.checks import sentences as rules
        from posts.services import outbox, touched
        from scheduler import groups, guards, listeners

        steps.register()
        sentences.register(messages.SENTENCES)
        subjects.register("posts.post", selectors.subjects, selectors.subjects_called)
        sentences.register(rules.SENTENCES)
        subjects.register("posts.campaign", campaigning.subjects)
        groups.register(campaigning.GROUPS)
        places.register_origin(campaigning.origin)
        catalogue.register(messages.MESSAGES)
        catalogue.register(rules.MESSAGES)
        guards.register(outbox.still_approved)
        listeners.register(listeners.Listener(outbox.who_cares, outbox.address))
        work.register(on_channels.work_of)
        touching.register(touched.find, touched.settle)
        closed_days.register()
