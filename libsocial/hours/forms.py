from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from libsocial.hours import publicdays
from libsocial.hours.models import RULES, WEEKDAYS, Closure
from libsocial.hours.reckoning import Hours

LONGEST = timedelta(days=366)


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


NO_CLOCK = {"invalid": _("This is not a time. Use 00:00 to 23:59.")}


class ClosureForm(forms.ModelForm):
    """One closure. No last day: the first day only; no hours: whole days."""

    class Meta:
        model = Closure
        fields = ["reason", "kind", "first_day", "last_day", "begins", "ends", "words"]
        labels = {
            "reason": _("Why"),
            "kind": _("What it means"),
            "first_day": _("First day"),
            "last_day": _("Last day"),
            "begins": _("From, on the first day"),
            "ends": _("Until, on the last day"),
            "words": _("Words for the public"),
        }
        help_texts = {
            "reason": _("Staff read this: stocktaking, staff training, Christmas."),
            "words": _("How you would say it in one sentence, for answers and posts."),
        }
        widgets = {
            "first_day": DayInput(),
            "last_day": DayInput(),
            "begins": ClockInput(),
            "ends": ClockInput(),
            "words": forms.Textarea(attrs={"rows": 2}),
            "reason": forms.TextInput(attrs={"autocomplete": "off"}),
        }
        error_messages = {"begins": NO_CLOCK, "ends": NO_CLOCK}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].required = False
        self.fields["last_day"].help_text = _("Empty: one day only.")
        self.fields["kind"].choices = Closure.Kind.choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_day"), cleaned.get("last_day") or cleaned.get("first_day")
        if first and last and "last_day" not in self.errors:
            cleaned["last_day"] = self.instance.last_day = last
            if last < first:
                self.add_error("last_day", _("It ends before it begins. Choose a later last day."))
            elif last - first > LONGEST:
                self.add_error("last_day", _("At most one year at a time."))
            elif first == last and _backwards(cleaned):
                self.add_error(
                    "ends", _("It ends before it begins. For hours past midnight choose the next day as last day.")
                )
        return cleaned


def _backwards(cleaned: dict[str, Any]) -> bool:
    begins, ends = cleaned.get("begins"), cleaned.get("ends")
    return bool(begins and ends and ends <= begins)


class QuietForm(forms.Form):
    """Hours in which nothing planned leaves. An end not after the beginning is on the next day."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("On"), choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple, initial=list(range(7))
    )
    begins = forms.TimeField(label=_("From"), widget=ClockInput(), error_messages=NO_CLOCK)
    ends = forms.TimeField(
        label=_("Until"),
        widget=ClockInput(),
        error_messages=NO_CLOCK,
        help_text=_("Earlier than the beginning: the next morning."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("begins") and cleaned.get("begins") == cleaned.get("ends"):
            self.add_error("ends", _("Beginning and end are the same. Choose another end."))
        return cleaned


class RulesForm(forms.Form):
    """What a post in a closure means here, and whose public holidays are proposed. Empty follows the unit above."""

    closed_rule = forms.ChoiceField(label=_("A post inside a closure or quiet hours"), required=False)
    outside_rule = forms.ChoiceField(
        label=_("A post outside opening hours"),
        required=False,
        help_text=_("Evening posts are usual: most libraries say nothing here."),
    )
    country = forms.CharField(label=_("Country of the public holidays"), required=False, max_length=2)
    region = forms.CharField(label=_("Region"), required=False, max_length=10)

    def __init__(self, *args: Any, above: Hours, country: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = dict(RULES)
        for name in ("closed_rule", "outside_rule"):
            follow = _("As above: %(value)s") % {"value": words[getattr(above, name)]}
            self.fields[name].choices = [("", follow), *RULES]
        self._offer("country", above.country, publicdays.countries())
        self._offer("region", "", publicdays.regions(country))
        self.fields["region"].help_text = _("Save the country first; its regions are then listed here.")

    def _offer(self, name: str, above: str, choices: tuple[tuple[str, str], ...]) -> None:
        named = dict(choices).get(above, _("none")) if name == "country" else _("the whole country")
        blank = _("As above: %(value)s") % {"value": named} if name == "country" else named
        self.fields[name].widget = forms.Select(choices=[("", blank), *choices])

    def clean_country(self) -> str:
        typed = self.cleaned_data["country"].strip()
        if typed and typed not in dict(publicdays.countries()):
            raise ValidationError(
                _("“%(typed)s” is not a country whose public holidays are known."), params={"typed": typed}
            )
        return typed

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        country, region = cleaned.get("country", ""), cleaned.get("region", "")
        if region and region not in dict(publicdays.regions(country)):
            # The list shown was that of the country before: another country has other regions.
            if country == self.initial.get("country") or region not in dict(
                publicdays.regions(self.initial["country"])
            ):
                said = _("“%(region)s” is not a region of this country. Choose one from the list.")
                self.add_error("region", said % {"region": region})
            cleaned["region"] = ""
        return cleaned
