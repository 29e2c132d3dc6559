"""The card of a link: read once through the guarded door, its picture kept as an asset of the unit."""

from __future__ import annotations

from django.core.cache import cache
from django.utils.translation import gettext as _

from channels_app import measure
from channels_app.content import digest_of
from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.core import images, opengraph
from libsocial.core.opengraph import NoCard as NoCard  # what callers catch
from libsocial.links import selectors as links
from posts.drafting import DraftCard
from posts.services import media

REMEMBER = 600  # seconds a read page is not asked again


def card_for_text(*, by: User, unit: Unit, text: str) -> DraftCard:
    """The card of the first link in a text. Raises NotAllowed, NoCard (also when there is no link)."""
    found = measure.links(text)
    if not found:
        raise NoCard(_("There is no link in this text. A link begins with https://."))
    return card_for(by=by, unit=unit, url=found[0].value)


def card_for(*, by: User, unit: Unit, url: str) -> DraftCard:
    """The card of one link. A picture that cannot be had is left out. Raises NotAllowed, NoCard."""
    policies.require(by, "post.write", unit)
    card = _read(links.target_of(url))
    return DraftCard(url=url, title=card.title, description=card.description, thumb=_thumb(by, unit, card))


def _read(url: str) -> opengraph.Card:
    key = f"card:{digest_of(url)}"
    known = cache.get(key)
    if known is None:
        known = opengraph.read(url)
        cache.set(key, known, REMEMBER)
    return known


def _thumb(by: User, unit: Unit, card: opengraph.Card) -> int | None:
    if not card.image_url:
        return None
    try:
        picture = images.clean(opengraph.picture(card.image_url))
        return media.keep(by=by, unit=unit, picture=picture, name=card.title[:200]).pk
    except (opengraph.NoCard, images.NotAPicture, media.Refused):
        return None
