"""The form of a repeat."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from libsocial.accounts.models import User
from libsocial.hours.forms import NO_CLOCK, ClockInput, DayInput
from libsocial.hours.models import WEEKDAYS
from posts.models import Post, Repeat

RULES = [
    ("daily", _("Days")),
    ("weekly", _("Weeks, on chosen weekdays")),
    ("monthly_date", _("Months, on the same date")),
    ("monthly_weekday", _("Months, on the same weekday, such as the first Monday")),
]
NTH = [(1, _("first")), (2, _("second")), (3, _("third")), (4, _("fourth")), (-1, _("last"))]
ENDS = [("never", _("Until somebody ends it")), ("day", _("On a day")), ("count", _("After a number of times"))]
MOST = 366


class RepeatForm(forms.Form):
    every = forms.IntegerField(label=_("Every"), min_value=1, max_value=52, initial=1)
    rule = forms.ChoiceField(label=_("Of what"), choices=RULES, initial="weekly")
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On"), choices=WEEKDAYS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("For weeks. For months on a weekday the first one ticked counts."),
    )  # fmt: skip
    nth = forms.TypedChoiceField(
        label=_("Which one in the month"), choices=NTH, coerce=int, empty_value=1, required=False
    )
    first_day = forms.DateField(label=_("From"), widget=DayInput())
    clock = forms.TimeField(label=_("At"), widget=ClockInput(), error_messages=NO_CLOCK)
    ends = forms.ChoiceField(label=_("Ends"), choices=ENDS, initial="never")
    last_day = forms.DateField(label=_("Last day"), widget=DayInput(), required=False)
    count = forms.IntegerField(label=_("How many times"), min_value=1, max_value=MOST, required=False)
    on_closure = forms.ChoiceField(
        label=_("When you are closed that day"),
        choices=[("skip", _("Leave it out")), ("move", _("Move it to the next opening"))],
    )
    lead_days = forms.IntegerField(
        label=_("Days ahead"), min_value=1, max_value=90, initial=14, help_text=_("How early each draft is written.")
    )
    send = forms.BooleanField(
        label=_("Send each one for approval at once"),
        required=False,
        initial=True,
        help_text=_("Otherwise it stays a draft until somebody sends it. Nothing leaves without its approval."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("rule") == "weekly" and not cleaned.get("weekdays") and "weekdays" not in self.errors:
            self.add_error("weekdays", _("Tick at least one weekday."))
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        ends = cleaned.get("ends")
        if ends == "day" and not last and "last_day" not in self.errors:
            self.add_error("last_day", _("Choose the last day."))
        if ends == "day" and first and last and last < first:
            self.add_error("last_day", _("It ends before it begins. Choose a later last day."))
        if ends == "day" and first and last and last - first > timedelta(days=5 * 366):
            self.add_error("last_day", _("At most five years ahead."))
        if ends == "count" and not cleaned.get("count") and "count" not in self.errors:
            self.add_error("count", _("Say how many times."))
        return cleaned

    def repeat(self, post: Post, by: User) -> Repeat:
        """The repeat as typed, not saved."""
        said = self.cleaned_data
        names = ("rule", "every", "weekdays", "first_day", "clock", "on_closure", "lead_days", "send")
        return Repeat(
            unit=post.unit,
            source=post,
            zone=post.unit.zone,
            by=by,
            nth=said["nth"] or 1,
            last_day=said["last_day"] if said["ends"] == "day" else None,
            count=said["count"] if said["ends"] == "count" else None,
            **{name: said[name] for name in names},
        )
