"""What people type about days of their own."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from posts.models import OwnDay
from posts.services.keeping import DayWords

LONGEST = 366  # days of one run
EARLIEST, LATEST = date(1970, 1, 2), date(2199, 12, 31)


def _day(**more: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class OwnDayForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    first = _day(label=_("First day"))
    last = _day(label=_("Last day"), required=False, help_text=_("Empty for a single day."))
    yearly = forms.BooleanField(label=_("Every year"), required=False)

    @classmethod
    def of(cls, day: OwnDay) -> OwnDayForm:
        last = day.last if day.last != day.first else None
        return cls(initial={"name": day.name, "first": day.first, "last": last, "yearly": day.yearly})

    def clean_first(self) -> date:
        first = self.cleaned_data["first"]
        if not EARLIEST <= first <= LATEST:
            raise forms.ValidationError(_("This year is out of reach."))
        return first

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        first, last = said.get("first"), said.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day is before the first. Choose a later one, or leave it empty."))
        elif first and last and (last - first).days >= LONGEST:
            self.add_error("last", _("That is longer than a year. Choose an earlier last day."))
        return said

    def words(self) -> DayWords:
        said = self.cleaned_data
        return DayWords(said["name"], said["first"], said["last"] or said["first"], said["yearly"])
