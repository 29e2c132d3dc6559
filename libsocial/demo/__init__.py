"""A library to look around in: branches, people of every role, Practice channels, a month of posts and figures,
and everything a library sets up for its work.

Everything is made through the product's own services; only dates are moved back
afterwards, because nobody can publish last Tuesday.
"""

from __future__ import annotations


def fill(password: str) -> None:
    """The whole demo, or nothing of it. Raises Refused when a library is open here already."""
    from django.db import transaction

    from libsocial.demo import cast
    from libsocial.demo.doings import Doings
    from libsocial.demo.story import Story
    from libsocial.demo.trouble import Trouble
    from libsocial.demo.workspace import Workspace

    with transaction.atomic():
        story = Story(cast.build(password))
        workspace = Workspace(story.house, story.now)
        workspace.furnish()
        story.tell()
        Trouble(story).tell()
        Doings(story).tell()
        workspace.close()
        story.end()
