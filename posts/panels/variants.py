"""How a channel's own text differs from the text of the others, beside it while one writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.template.loader import render_to_string

from posts import changes
from posts.panels import Panel

if TYPE_CHECKING:
    from posts.composer import Composer

TEMPLATE = "posts/compose/_differs.html"


class Variants(Panel):
    """The first sight of it is part of each channel's fold; this keeps it true."""

    def live(self, composer: Composer, request: HttpRequest) -> dict[str, str]:
        return {
            f"v{target.channel}-differs": render_to_string(
                TEMPLATE,
                {"scope": f"v{target.channel}", "own": bool(target.variant)}
                | {"differs": changes.from_base(composer.draft, target)},
                request,
            )
            for target in composer.draft.targets
        }
