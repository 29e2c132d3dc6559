"""The forms of the evergreen queue: how one post is used again, and how the queue fills posting times."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from libsocial.hours.forms import DayInput
from posts.evergreen_rows import LONGEST_AHEAD
from posts.models import EvergreenItem, EvergreenQueue, Post
from posts.selectors import usable_channels
from posts.services.evergreens import LONGEST_LOOK, Terms

_NO_DAY = _("This day is in no calendar. Choose another day or month.")
SEASONS = [("all", _("All year")), ("part", _("Only in a part of the year"))]


class DayOfYearInput(forms.MultiWidget):
    """A day and a month side by side."""

    use_fieldset = True

    def __init__(self) -> None:
        day = forms.NumberInput(attrs={"min": 1, "max": 31, "aria-label": _("Day")})
        month = forms.Select(choices=[("", "–"), *MONTHS.items()], attrs={"aria-label": _("Month")})
        super().__init__({"day": day, "month": month}, attrs={"class": "day-of-year"})

    def decompress(self, value: str | None) -> list[int | None]:
        month, _dash, day = (value or "").partition("-")
        return [int(day), int(month)] if month and day else [None, None]


class DayOfYear(forms.MultiValueField):
    """'11-15' from a day and a month; 29 February is one."""

    widget = DayOfYearInput

    def __init__(self, **kwargs: Any) -> None:
        fields = (
            forms.IntegerField(required=False, error_messages={"invalid": _NO_DAY}),
            forms.TypedChoiceField(choices=[("", ""), *MONTHS.items()], coerce=int, required=False),
        )
        super().__init__(fields, require_all_fields=False, **kwargs)

    def clean(self, value: Any) -> str:
        """Nothing is '': whether a day is wanted depends on the season."""
        return super().clean(value) if any(value or ()) else ""

    def compress(self, values: list[Any]) -> str:
        day, month = (*values, None, None)[:2]
        if day in (None, "") and month in (None, ""):
            return ""
        try:
            return f"{date(2000, int(month), int(day)):%m-%d}"  # a leap year: it has every day
        except (TypeError, ValueError) as error:
            raise ValidationError(_NO_DAY) from error


class EvergreenForm(forms.Form):
    use_required_attribute = False  # the days of a season are asked for only where there is one

    channels = forms.TypedMultipleChoiceField(
        label=_("Channels"), coerce=int, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one channel.")},
        help_text=_("Each use takes the next free posting time of every channel."),
    )  # fmt: skip
    gap_days = forms.IntegerField(
        label=_("Rest between two uses, in days"), min_value=1, max_value=1000, initial=90,
        help_text=_("Counted from the post itself, too."),
    )  # fmt: skip
    season = forms.ChoiceField(label=_("When in the year"), choices=SEASONS, initial="all", widget=forms.RadioSelect)
    season_first = DayOfYear(label=_("First day"))
    season_last = DayOfYear(label=_("Last day"), help_text=_("May lie in the next year."))
    most_uses = forms.IntegerField(
        label=_("How many times at most"), min_value=1, max_value=500, required=False,
        help_text=_("Empty: as often as its turn comes."),
    )  # fmt: skip
    look_again = forms.DateField(
        label=_("Look at it again on"), widget=DayInput(),
        help_text=_("From that day on it waits until somebody has said that it still holds. A year ahead at most."),
    )  # fmt: skip

    def __init__(self, post: Post, *args: Any, item: EvergreenItem | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial=_initial(post, item), **kwargs)
        usable = usable_channels(post.unit)
        self.fields["channels"].choices = [(channel.pk, channel.name) for channel in usable]

    def clean_look_again(self) -> date:
        day = self.cleaned_data["look_again"]
        if not timezone.localdate() < day <= timezone.localdate() + timedelta(days=LONGEST_LOOK):
            raise ValidationError(_("Choose a day after today, within a year."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("season_first", "season_last") if cleaned.get("season") == "part" else ():
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("Choose a day and a month."))
        return cleaned

    def terms(self) -> Terms:
        said = self.cleaned_data
        season = (said["season_first"], said["season_last"]) if said["season"] == "part" else None
        return Terms(said["channels"], said["gap_days"], season, said["most_uses"], said["look_again"])


def _initial(post: Post, item: EvergreenItem | None) -> dict[str, Any]:
    if item is None:
        chosen = [target.channel_id for target in post.current.targets.all()]
        latest = timezone.localdate() + timedelta(days=LONGEST_LOOK)
        return {"channels": chosen, "look_again": latest, "season": "all"}
    names = ("channels", "gap_days", "season_first", "season_last", "most_uses", "look_again")
    return {name: getattr(item, name) for name in names} | {"season": "part" if item.season_first else "all"}


class QueueForm(forms.ModelForm):
    class Meta:
        model = EvergreenQueue
        fields = ["filling", "per_week", "days_ahead"]

    filling = forms.BooleanField(label=_("Fill free posting times by itself"), required=False)
    per_week = forms.IntegerField(label=_("Posts in a week, at most"), min_value=1, max_value=50)
    days_ahead = forms.IntegerField(
        label=_("Days ahead"), min_value=2, max_value=LONGEST_AHEAD, help_text=_("How early each post is made.")
    )
