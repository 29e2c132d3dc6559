from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from libsocial.accounts.forms import ZoneField, unit_label
from libsocial.accounts.models import Unit
from libsocial.core.localtime import wall_of
from libsocial.core.localtime import zone as zone_of
from posts import emergency
from posts.models import Asset

OTHER = ("other", _("something else"))


class LocalMoment(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class WallTimeField(forms.Field):
    """A wall time without zone: the zone is a field of its own."""

    widget = LocalMoment

    def to_python(self, value: Any) -> datetime | None:
        if not value:
            return None
        try:
            typed = datetime.fromisoformat(str(value).replace("\x00", "")[:16])
        except ValueError as error:
            raise forms.ValidationError(_("This is not a date and time. Choose a day and a time.")) from error
        if not 2000 <= typed.year <= 2200:
            raise forms.ValidationError(_("Choose a year between 2000 and 2200."))
        return typed.replace(tzinfo=None)


class EmbargoForm(forms.Form):
    unit = forms.ModelChoiceField(label=_("For"), queryset=Unit.objects.none(), empty_label=None)
    words = forms.CharField(
        label=_("What may not be said"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A title, a name, an ISBN; one on each line. A post that contains one of them is stopped."),
    )
    until = WallTimeField(label=_("Until"))
    zone = ZoneField(label=_("Time zone of that moment"))
    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("Whoever is stopped reads this: publication day, award, decision of the board."),
    )

    asset = forms.ModelChoiceField(queryset=Asset.objects.none(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, units: Any, assets: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units
        self.fields["unit"].label_from_instance = unit_label
        self.fields["asset"].queryset = assets

    def clean_zone(self) -> str:
        zone_of(self.cleaned_data["zone"])
        return self.cleaned_data["zone"]


class CloseNowForm(forms.Form):
    """Who closes, why, until when, and what that means for loans, holds and events."""

    units = forms.ModelMultipleChoiceField(
        label=_("Which of us close"), queryset=Unit.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    why = forms.ChoiceField(label=_("Why"), widget=forms.RadioSelect, choices=[*emergency.REASONS.items(), OTHER])
    other = forms.CharField(
        label=_("In your words"), max_length=100, required=False, help_text=_("“… because of a burst pipe.”")
    )
    until = WallTimeField(label=_("Closed until"))
    due = forms.ChoiceField(label=_("Due dates"), required=False, choices=list(emergency.CHOICES["due"].items()))
    holds = forms.ChoiceField(
        label=_("Reserved items"), required=False, choices=list(emergency.CHOICES["holds"].items())
    )
    programmes = forms.ChoiceField(
        label=_("Events"), required=False, choices=list(emergency.CHOICES["programmes"].items())
    )

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].queryset = units
        self.fields["units"].label_from_instance = unit_label

    def clean_units(self) -> list[Unit]:
        """A unit below a chosen one closes with it, so it is not closed twice."""
        chosen = list(self.cleaned_data["units"])
        paths = {unit.path for unit in chosen}
        return [unit for unit in chosen if not any(unit.path.startswith(p) and unit.path != p for p in paths)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("why") == "other" and not cleaned.get("other"):
            self.add_error("other", _("Say in a few words why you close."))
        units, until = cleaned.get("units"), cleaned.get("until")
        if units and until and until <= wall_of(timezone.now(), units[0].zone):
            self.add_error("until", _("This moment has passed. Choose when you open again."))
        return cleaned

    @property
    def reason(self) -> str:
        """A key of emergency.REASONS, or words of one's own."""
        return self.cleaned_data["other"] if self.cleaned_data["why"] == "other" else self.cleaned_data["why"]


class WordsForm(forms.Form):
    """The wordings, as they will be said."""

    short = forms.CharField(label=_("Short"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    medium = forms.CharField(label=_("Medium"), max_length=3000, widget=forms.Textarea(attrs={"rows": 5}))
    long = forms.CharField(label=_("Long"), max_length=5000, widget=forms.Textarea(attrs={"rows": 7}))
    reopening = forms.CharField(
        label=_("When it is over"), max_length=3000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept as a draft for the moment of opening; look at it again before it is approved."),
    )  # fmt: skip
