"""What a person enters for a text card, and for how the cards of a unit look."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from libsocial.accounts.models import User
from posts import placards
from posts.models import Asset
from posts.placards import Placard

_colour = RegexValidator(r"^#[0-9a-fA-F]{6}\Z", _("Choose a colour, or write it like #0b5a61."))


def _colour_field(label: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"type": "color", "list": "card-colours"})
    return forms.CharField(label=label, max_length=7, validators=[_colour], widget=widget)


class PlacardForm(forms.Form):
    """The words and the look of a card."""

    title = forms.CharField(
        label=_("Title"), max_length=placards.TITLE, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"})
    )
    text = forms.CharField(
        label=_("Text"),
        max_length=placards.TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    date = forms.CharField(
        label=_("Date line"),
        max_length=placards.DATE,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=_("Such as: Friday 3 May, 19:00 · Main Hall"),
    )
    layout = forms.ChoiceField(
        label=_("Layout"),
        choices=[(key, label) for key, (label, _help) in placards.LAYOUTS.items()],
        widget=forms.RadioSelect,
    )
    size = forms.ChoiceField(label=_("Size"), choices=[(key, label) for key, (_s, label) in placards.SIZES.items()])
    colour = _colour_field(_("Colour"))
    ink = forms.ChoiceField(label=_("Letters"), choices=list(placards.INKS.items()), required=False)
    dim = forms.TypedChoiceField(
        label=_("Dim the picture"),
        coerce=int,
        choices=[(dim, f"{dim} %") for dim in placards.DIMS],
        help_text=_("The more, the better its words can be read."),
    )
    logo = forms.BooleanField(label=_("With the logo of the unit"), required=False)
    picture = forms.TypedChoiceField(
        label=_("Picture behind the words"), coerce=int, empty_value=0, required=False, choices=[]
    )

    def __init__(self, *args: Any, pictures: list[Asset], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["picture"].choices = [(0, _("None")), *((one.pk, one.title) for one in pictures)]

    @property
    def card(self) -> Placard:
        """The card as it was entered, once the form is valid."""
        return Placard(**self.cleaned_data)


class BrandForm(forms.Form):
    """Colour and logo of a unit."""

    colour = _colour_field(_("Colour"))
    logo = forms.ModelChoiceField(
        label=_("Logo"), queryset=Asset.objects.none(), required=False, empty_label=_("No logo")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Asset.objects.visible_to(user).living().filter(kind="image", replaced_by=None)
        self.fields["logo"].queryset = rows
        self.fields["logo"].label_from_instance = lambda asset: asset.title[:80]
