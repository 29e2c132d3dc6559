"""Quay: made-up platforms with every kind of choice, a first comment, films, documents, and one look each.

They stand for whatever a real platform may declare; nothing is ever sent to them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from channels_app import platforms
from channels_app.capabilities import (
    AltText,
    Capabilities,
    DocumentRules,
    MediaRules,
    Option,
    Preview,
    Shape,
    TextLimit,
    TextUnit,
    VideoRules,
)
from channels_app.models import Channel
from channels_app.platforms.base import Adapter
from libsocial.accounts.models import Unit

LAYOUTS = ("microblog", "page", "picture", "video", "article", "message")
KINDS = (("post", "Post"), ("story", "Story"), ("event", "Event"))
OPTIONS = (
    Option("kind", "What it is", "choice", default="post", choices=KINDS),
    Option("title", "Title", "text", help="Shown in large letters.", required=True, limit=80),
    Option("starts", "Begins", "moment", only=("kind", ("event",)), required=True),
    Option("ends", "Ends", "moment", only=("kind", ("event",))),
    Option("poll", "Answers of a poll", "lines", help="People choose one.", least=2, most=4, limit=25),
    Option("multiple", "Several answers may be chosen", "flag", default=False, help="Only with a poll."),
    Option("button", "Address of the button", "url", help="Where the button leads."),
    Option("button_text", "Words on the button", "choice", choices=(("", "None"), ("book", "Book"), ("more", "More"))),
    Option("place", "Place", "text"),
    Option("audience", "Who sees it", "choice", default="all", choices=(("all", "Everyone"), ("adults", "Adults"))),
    Option("replies", "Who may reply", "choice", default="all", choices=(("all", "Everyone"), ("none", "Nobody"))),
    Option("made_for_children", "Made for children", "flag", default=False),
    Option("synthetic", "Made with help of a machine", "flag", default=False),
    Option("tags", "Key words", "text", limit=500),
    Option("license", "Licence", "choice", default="own", choices=(("own", "All rights"), ("cc", "Creative Commons"))),
)
STORY = Shape("kind", "story", {"text": TextLimit(40, TextUnit.CODEPOINTS)})


def adapter(layout: str) -> Adapter:
    """A platform that looks like this."""
    can = Capabilities(
        text=TextLimit(2200, TextUnit.CODEPOINTS),
        media=MediaRules(
            max_images=10,
            animated=True,
            ratio=(0.5, 2.0),
            video=VideoRules(captions=("srt",), caption_files=3, poster=True),
            document=DocumentRules(),
        ),
        alt_text=AltText(field=True, limit=500, video=True),
        comment=TextLimit(300, TextUnit.CODEPOINTS),
        link_card="ours",
        options=OPTIONS,
        shapes=(STORY,),
        preview=Preview(layout, fold_after=120 if layout in {"page", "picture"} else None),
    )
    return type("Quay", (Adapter,), {"key": f"quay{layout}", "name": f"Quay {layout}", "capabilities": can})()


@pytest.fixture
def quays(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Adapter]]:
    """One platform of each look, for the length of a test."""
    made = [adapter(layout) for layout in LAYOUTS]
    for one in made:
        monkeypatch.setitem(platforms._BY_KEY, one.key, one)
    monkeypatch.setattr(platforms, "ALL", (*platforms.ALL, *made))
    yield made


def moored(unit: Unit, layout: str, name: str = "", **fields: Any) -> Channel:
    """A channel there."""
    name = name or f"Quay {layout}"
    return Channel.objects.create(
        unit=unit, platform=f"quay{layout}", name=name, handle=f"@{layout}", remote_id=uuid.uuid4().hex, **fields
    )
