"""What people type about links."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from libsocial.accounts.models import Unit
from libsocial.core import localtime
from libsocial.links.services.links import Wanted

_NO_FILL = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


class LinkForm(forms.Form):
    """`code` and `unit` are asked of a new link only: what stands on paper does not change."""

    target = forms.CharField(
        label=_("Where it leads"),
        max_length=4000,
        help_text=_("The whole address, as the browser shows it."),
        widget=forms.URLInput(attrs={**_NO_FILL, "inputmode": "url", "placeholder": "https://"}),
    )
    title = forms.CharField(
        label=_("Name"), max_length=120, required=False, help_text=_("For your lists. Readers never see it.")
    )
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none(), empty_label=None)
    code = forms.CharField(
        label=_("Word of your own"),
        max_length=60,
        required=False,
        help_text=_("Such as seed-library. Left empty, six letters are chosen that cannot be misread."),
        widget=forms.TextInput(attrs=_NO_FILL),
    )
    campaign = forms.CharField(
        label=_("Campaign word"),
        max_length=80,
        required=False,
        help_text=_("What web statistics call the visits that come this way (utm_campaign)."),
        widget=forms.TextInput(attrs=_NO_FILL),
    )
    expires = forms.DateField(
        label=_("Works until"),
        required=False,
        help_text=_("The last day. Afterwards readers meet a friendly page."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, units: Any = None, zone: str = "UTC", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        if units is None:
            del self.fields["unit"], self.fields["code"]
        else:
            self.fields["unit"].queryset = units
            if units.count() == 1:
                self.fields["unit"].widget = forms.HiddenInput()
                self.initial.setdefault("unit", units.first())

    def wanted(self) -> Wanted:
        data = self.cleaned_data
        return Wanted(
            target=data["target"],
            title=data["title"],
            code=data.get("code", ""),
            campaign=data["campaign"],
            expires_at=self._end(),
        )

    def _end(self) -> datetime | None:
        """The end of that day on the clock of the unit."""
        day, unit = self.cleaned_data["expires"], self.cleaned_data.get("unit")
        zone = unit.zone if unit else self.zone
        last = datetime(day.year, day.month, day.day, 23, 59, 59) if day else None
        return localtime.resolve(last, zone).utc if last else None


class PlacementForm(forms.Form):
    name = forms.CharField(
        label=_("Place"), max_length=80, help_text=_("Such as Poster at the entrance, Bookmark, Shelf end.")
    )
    suffix = forms.CharField(
        label=_("Ending"),
        max_length=40,
        required=False,
        help_text=_("Left empty, it is made of the name."),
        widget=forms.TextInput(attrs=_NO_FILL),
    )


class Lines(forms.CharField):
    """One host a line, as a list."""

    widget = forms.Textarea(attrs={"rows": 3, **_NO_FILL})

    def to_python(self, value: Any) -> list[str]:
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> str:
        return value if isinstance(value, str) else "\n".join(value or [])


class RulesForm(forms.Form):
    """The rules of one unit. Nothing said at all means: as the unit above."""

    own = forms.BooleanField(
        label=_("Rules of its own"), required=False, help_text=_("Unticked, the unit follows the one above.")
    )
    only = Lines(
        label=_("Links may lead to these hosts only"),
        required=False,
        help_text=_("One a line; what is below them counts too. Empty: anywhere."),
    )
    tagged = forms.BooleanField(
        label=_("Add campaign words for web statistics (UTM)"),
        required=False,
        help_text=_("So that the library’s web statistics can tell visits from social media. No visitor is marked."),
    )
    plain = Lines(
        label=_("Never add anything for these hosts"),
        required=False,
        help_text=_("Catalogues whose addresses break then. Addresses with a session stay as they are anyway."),
    )
    source = forms.CharField(label="utm_source", max_length=80, required=False)
    medium = forms.CharField(label="utm_medium", max_length=80, required=False)
    campaign = forms.CharField(label="utm_campaign", max_length=80, required=False)
    content = forms.CharField(
        label="utm_content",
        max_length=80,
        required=False,
        help_text=_("Words in braces are filled in: {platform}, {campaign}, {post}, {account}, {placement}."),
    )

    def said(self) -> dict[str, Any]:
        """What change_rules takes: None everywhere where the unit follows the one above."""
        data = dict(self.cleaned_data)
        own = data.pop("own")
        return data if own else dict.fromkeys(data)
