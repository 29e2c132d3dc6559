from __future__ import annotations

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "channels_app"
    label = "channels_app"
    verbose_name = "Channels"

    def ready(self) -> None:
        from channels_app import places, steps, units
        from channels_app.messages import CHECKS
        from channels_app.notices import MESSAGES
        from channels_app.practice.services import ensure_practice
        from channels_app.sentences import SENTENCES
        from libsocial.accounts import firstrun
        from libsocial.accounts.services.units import object_to_archiving
        from libsocial.audit import sentences
        from libsocial.links import places as link_places
        from libsocial.notices import catalogue

        sentences.register(SENTENCES)
        catalogue.register(CHECKS)
        catalogue.register(MESSAGES)
        firstrun.on_open(ensure_practice)
        object_to_archiving(units.still_owns)
        link_places.register(places.named)
        steps.register()
