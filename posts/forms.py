from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from libsocial.accounts.forms import ZoneField, unit_label
from libsocial.accounts.models import Unit
from libsocial.core.localtime import zone as zone_of


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

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units
        self.fields["unit"].label_from_instance = unit_label

    def clean_zone(self) -> str:
        zone_of(self.cleaned_data["zone"])
        return self.cleaned_data["zone"]
