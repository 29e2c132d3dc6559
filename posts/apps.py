from __future__ import annotations

from django.apps import AppConfig


class PostsConfig(AppConfig):
    name = "posts"
    label = "posts"
    verbose_name = "Posts"

    def ready(self) -> None:
        from libsocial.audit import sentences
        from posts import messages

        sentences.register(messages.SENTENCES)
