"""Text cards: written with the picture of them beside the words, kept as a picture of the library, written again."""

from __future__ import annotations

import base64
import io
from typing import Any
from urllib.parse import parse_qsl

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from libsocial.accounts import policies
from libsocial.accounts.models import Unit
from libsocial.core import asked
from libsocial.core.flash import flash
from posts import composer_files, library, placards
from posts.models import Asset
from posts.placard_forms import BrandForm, PlacardForm
from posts.placards import Drawn, Placard
from posts.services import placards as making
from posts.services.media import Refused

OFFERED = 24  # pictures to put behind the words
_FIXABLE = ("dim", "ink", "layout")


def _unit(request: HttpRequest) -> Unit:
    """The unit a card is for: the one named, the chosen one, or the first the person may write for."""
    units = policies.units_where(request.user, "post.write")
    named = request.POST.get("unit") or request.GET.get("unit")
    if named:
        return get_object_or_404(units, pk=asked.number(named))
    chosen = getattr(request, "unit", None)
    found = units.filter(pk=chosen.pk).first() if chosen else None
    found = found or units.first()
    if found is None:
        raise Http404
    return found


def _pictures(request: HttpRequest, card: Placard) -> list[Asset]:
    """What may stand behind the words: the one chosen, then the newest that are no cards themselves."""
    rows = Asset.objects.visible_to(request.user).living().filter(kind="image")
    newest = [one for one in rows.order_by("-pk")[: 2 * OFFERED] if "placard" not in one.facts][:OFFERED]
    chosen = Asset.objects.visible_to(request.user).filter(pk=card.picture, kind="image").first()
    return [chosen, *(one for one in newest if one.pk != chosen.pk)] if chosen else newest


def _said(request: HttpRequest) -> QueryDict:
    """The fields, with what a button that mends something changes."""
    said = request.POST.copy()
    for name, value in parse_qsl(said.get("fix", ""), keep_blank_values=True):
        if name in _FIXABLE:
            said[name] = value
    return said


def _form(request: HttpRequest, start: Placard) -> PlacardForm:
    if request.method != "POST":
        return PlacardForm(initial=start.to_json(), pictures=_pictures(request, start))
    said = _said(request)
    chosen = Placard(picture=asked.number(said.get("picture")) or 0)
    return PlacardForm(said, pictures=_pictures(request, chosen))


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """A card to write; `picture` in the address puts one of the library behind the words."""
    unit = _unit(request)
    form = _form(request, making.fresh(unit, picture=asked.number(request.GET.get("picture")) or 0))
    return _answer(request, unit, form, None)


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A card of the library with other words or another look."""
    asset = get_object_or_404(Asset.objects.visible_to(request.user).select_related("unit"), pk=pk)
    card = placards.read(asset.facts.get("placard"))
    if card is None or not policies.can(request.user, "post.write", asset.unit):
        raise Http404
    return _answer(request, asset.unit, _form(request, card), asset)


def _answer(request: HttpRequest, unit: Unit, form: PlacardForm, asset: Asset | None) -> HttpResponse:
    if request.method != "POST":
        return _page(request, unit, form, asset)
    if not form.is_valid():
        return _page(request, unit, form, asset, status=422)
    do = request.POST.get("do", "")
    if do not in {"save", "new"}:
        return _page(request, unit, form, asset)
    try:
        made = _saved(request, unit, form.card, asset if do == "save" else None)
    except making.Unreadable:
        return _page(request, unit, form, asset, status=422)
    except Refused as error:
        form.add_error(None, str(error))
        return _page(request, unit, form, asset, status=422)
    flash(request, _("The card is in the library. Its words are its description."))
    return redirect("posts:media_asset", made.pk)


def _saved(request: HttpRequest, unit: Unit, card: Placard, asset: Asset | None) -> Asset:
    if asset is None:
        return making.make(by=request.user, unit=unit, card=card)
    return making.rewrite(asset=asset, by=request.user, card=card)


def _page(
    request: HttpRequest, unit: Unit, form: PlacardForm, asset: Asset | None, *, status: int = 200
) -> HttpResponse:
    user, brand = request.user, making.brand_of(unit)
    card = _card_of(form)
    context = {
        "form": form,
        "unit": unit,
        "asset": asset,
        "units": list(policies.units_where(user, "post.write")),
        "pictures": [(one, composer_files.asset_json(one, brief=True)) for one in _pictures(request, card)],
        "chosen": card.picture,
        "palette": placards.PALETTE,
        "layouts": [(key, label, said) for key, (label, said) in placards.LAYOUTS.items()],
        "has_logo": brand.logo_id is not None,
        "may_save": asset is not None and library.may_throw(asset, user),
        "may_brand": policies.can(user, "media.manage", unit),
        "brand": BrandForm(initial={"colour": brand.colour, "logo": brand.logo_id}, user=user),
    } | _shown(making.preview(by=user, unit=unit, card=card))
    return render(request, "posts/media/card.html", context, status=status)


def _card_of(form: PlacardForm) -> Placard:
    """What can be drawn of a form, also of one with mistakes."""
    if form.is_bound:
        form.is_valid()
        return Placard(**{name: value for name, value in form.cleaned_data.items() if value is not None})
    return Placard(**form.initial)


def _shown(drawn: Drawn) -> dict[str, Any]:
    out = io.BytesIO()
    drawn.image.save(out, "WEBP", quality=85)
    return {
        "drawn": drawn,
        "ratio": f"{drawn.ratio:.1f}",
        "source": "data:image/webp;base64," + base64.b64encode(out.getvalue()).decode(),
        "problems": [
            (one, [(said, "&".join(f"{key}={value}" for key, value in change.items())) for said, change in one.fixes])
            for one in drawn.problems
        ],
    }


@login_required
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The card as it is being written, for the side of the page."""
    unit, form = _unit(request), _form(request, Placard())
    return render(
        request,
        "posts/media/_card_preview.html",
        _shown(making.preview(by=request.user, unit=unit, card=_card_of(form))),
    )


@login_required
@require_POST
def brand(request: HttpRequest, pk: int) -> HttpResponse:
    """How the cards of a unit look from now on."""
    unit = get_object_or_404(policies.units_where(request.user, "media.manage"), pk=pk)
    form = BrandForm(request.POST, user=request.user)
    if form.is_valid():
        said = form.cleaned_data
        making.set_brand(unit=unit, by=request.user, colour=said["colour"], logo=said["logo"])
        flash(request, _("New cards of %(unit)s begin like this.") % {"unit": unit.name})
    else:
        flash(request, _("Choose a colour, or write it like #0b5a61."), level="error")
    return redirect(f"{reverse('posts:media_card_new')}?unit={unit.pk}")
