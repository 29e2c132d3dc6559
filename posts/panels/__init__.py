"""Rooms of the composer's page beyond text, pictures and channels.

A panel brings what one matter needs on that page: what its template shows, what it reads from the
form into the draft, what its buttons change, and the sentences its script says. The composer knows
no panel by name; a new one is a module here and a line in `every`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, QueryDict

if TYPE_CHECKING:
    from posts.composer import Composer
    from posts.drafting import Draft


class Panel:
    """One matter on the composer's page. Everything is optional."""

    # Beginnings of button values this panel answers: a button `do="insert:5"` is asked of who names "insert".
    acts: tuple[str, ...] = ()

    def context(self, composer: Composer, request: HttpRequest) -> dict[str, Any]:
        """What its template shows; names begin with the panel's own word, so that no two meet."""
        return {}

    def live(self, composer: Composer, request: HttpRequest) -> dict[str, str]:
        """HTML by the name of a `data-live` element that an autosave answer replaces."""
        return {}

    def read(self, form: QueryDict, data: dict[str, Any]) -> None:
        """Adds what its fields say to the draft in its JSON form (see posts.drafting)."""

    def act(self, composer: Composer, request: HttpRequest, do: str, rest: str) -> Draft:
        """The draft after one of its buttons; `composer.errors` and `composer.typed` hold what went wrong."""
        return composer.draft

    def words(self) -> dict[str, str]:
        """Sentences its script says."""
        return {}


def every() -> tuple[Panel, ...]:
    """The panels of the page, in its order."""
    from posts.panels.beside import Beside
    from posts.panels.campaigns import CampaignPanel
    from posts.panels.checks import Checks
    from posts.panels.kit import Kit
    from posts.panels.languages import LanguagesPanel
    from posts.panels.links import LinksPanel
    from posts.panels.media import MediaPanel
    from posts.panels.times import Times
    from posts.panels.variants import Variants

    return (
        LanguagesPanel(),
        Variants(),
        Times(),
        CampaignPanel(),
        LinksPanel(),
        MediaPanel(),
        Kit(),
        Checks(),
        Beside(),
    )


def of_act(do: str) -> Panel | None:
    """Who answers this button."""
    return next((panel for panel in every() if do in panel.acts), None)
