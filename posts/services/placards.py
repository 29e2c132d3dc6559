"""Text cards become pictures of the library, and can be written again; the look of a unit's cards."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image

from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit
from libsocial.core import images
from posts import edits, placards
from posts.models import Asset, Brand
from posts.placards import Drawn, Placard
from posts.services import media, renditions, replacing
from posts.services.media import Refused

BEHIND = 1920  # pixels: the longest side of a picture behind words


class Unreadable(Refused):
    """The card cannot be taken as it is; `problems` say why and what helps."""

    def __init__(self, problems: tuple[placards.Problem, ...]) -> None:
        super().__init__(problems[0].sentence)
        self.problems = problems


def brand_of(unit: Unit) -> Brand:
    """The look of the nearest unit above that has one; our own where none has."""
    ids = [int(pk) for pk in unit.path.strip("/").split("/")]
    found = Brand.objects.select_related("logo").filter(unit__in=ids).order_by("-unit__path").first()
    return found or Brand(unit=unit, colour=placards.COLOUR)


def preview(*, by: User, unit: Unit, card: Placard) -> Drawn:
    """The card half as large, for looking at; nothing is kept. Raises NotAllowed."""
    policies.require(by, "post.write", unit)
    return _drawn(by, unit, card, 0.5)


def _drawn(by: User, unit: Unit, card: Placard, scale: float = 1) -> Drawn:
    logo = brand_of(unit).logo if card.logo else None
    return placards.draw(card, picture=_behind(by, card.picture), logo=_opened(logo), scale=scale)


def _behind(by: User, pk: int) -> Image.Image | None:
    asset = Asset.objects.visible_to(by).filter(pk=pk, kind="image").first() if pk else None
    return _opened(asset)


def _opened(asset: Asset | None) -> Image.Image | None:
    """The picture as the library shows it; None for none, and for one whose file is gone."""
    if asset is None:
        return None
    try:
        made = renditions.copy_of(asset, edits.read(asset.edits) or edits.Edits(), BEHIND)
    except renditions.CannotRender:
        return None
    return Image.open(io.BytesIO(made.data))


def make(*, by: User, unit: Unit, card: Placard) -> Asset:
    """A new picture with these words, described by them. Raises NotAllowed, Unreadable, Refused."""
    policies.require(by, "post.write", unit)
    drawn = _drawn(by, unit, card)
    if drawn.problems:
        raise Unreadable(drawn.problems)
    picture = images.clean(placards.as_bytes(drawn.image, photo=bool(card.picture)))
    asset = media.keep(by=by, unit=unit, picture=picture, name=_name(card))
    with transaction.atomic():
        asset.facts = asset.facts | {"placard": card.to_json(), "card_fields": card.fields}
        asset.alt = asset.alt or card.words
        _take_rights(asset, card)
        asset.save()
        audit.record("asset.lettered", by=by, on=asset, unit=unit, data={"name": asset.original_name})
    return asset


def _name(card: Placard) -> str:
    return " ".join((card.title or card.text or card.date).split())[:120]


def _take_rights(asset: Asset, card: Placard) -> None:
    """What holds for the picture behind the words holds for the card."""
    behind = Asset.objects.filter(pk=card.picture).first() if card.picture else None
    if behind is None:
        return
    for name in ("credit", "licence", "rights", "source", "shows_people", "consent", "valid_until"):
        setattr(asset, name, getattr(behind, name))


def rewrite(*, asset: Asset, by: User, card: Placard) -> Asset:
    """Other words or another look, in the place of the card there was: drafts show the new one, what was sent keeps
    the old. Raises NotAllowed, Unreadable, Refused."""
    before = placards.read(asset.facts.get("placard"))
    if before is None:
        raise Refused(_("This picture is no text card: its words cannot be changed."))
    replacing.require_may(asset=asset, by=by)
    new = make(by=by, unit=asset.unit, card=card)
    if new.pk == asset.pk:
        return asset
    own_words = asset.alt != before.words and asset.alt
    name = _name(card) if asset.original_name == _name(before) else asset.original_name
    done = replacing.put_in_place(asset=asset, new=new, by=by)
    done.asset.alt = own_words or card.words
    done.asset.original_name = name
    done.asset.save(update_fields=["alt", "original_name"])
    return done.asset


def set_brand(*, unit: Unit, by: User, colour: str, logo: Asset | None) -> Brand:
    """How new cards of the unit and of those below it begin. Raises NotAllowed, Refused."""
    policies.require(by, "media.manage", unit)
    if logo is not None and logo.kind != "image":
        raise Refused(_("A logo has to be a picture."))
    with transaction.atomic():
        brand, _made = Brand.objects.update_or_create(unit=unit, defaults={"colour": colour, "logo": logo})
        audit.record("brand.set", by=by, on=unit, unit=unit, data={"colour": colour})
    return brand


def fresh(unit: Unit, **values: Any) -> Placard:
    """A card to begin with, in the colours of the unit."""
    return replace(Placard(colour=brand_of(unit).colour), **values)
