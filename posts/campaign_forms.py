"""What people type about campaigns and packs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from posts.models import Campaign
from posts.services.campaigns import Plan


def _day(**more: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class CampaignForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none(), empty_label=None)
    starts = _day(label=_("First day"))
    ends = _day(label=_("Last day"))
    brief = forms.CharField(
        label=_("Brief"),
        required=False,
        max_length=5000,
        help_text=_("What it is about, for whom, and what to say. Everyone who writes for it reads this."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    goal = forms.CharField(
        label=_("Goal in words"), required=False, max_length=200, help_text=_("Such as: a card for every newcomer.")
    )
    goal_kind = forms.ChoiceField(label=_("Counted as"), required=False, choices=Campaign.Goal.choices)
    goal_number = forms.IntegerField(label=_("Number to reach"), required=False, min_value=1, max_value=2**31 - 1)
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=300,
        help_text=_("With spaces between, as they are read: #LibraryCardSignUpMonth."),
    )
    colour = forms.ChoiceField(label=_("Colour"), choices=Campaign.Colour.choices)
    licence = forms.CharField(
        label=_("Licence of its words and pictures"),
        required=False,
        max_length=80,
        help_text=_("Stated in the pack when you pass it on, such as CC BY 4.0."),
    )
    units = forms.ModelMultipleChoiceField(
        label=_("Units that take part besides"),
        required=False,
        queryset=Unit.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The unit itself and those below it take part anyway."),
    )
    opted_out = forms.ModelMultipleChoiceField(
        label=_("Units that do not take part"),
        required=False,
        queryset=Unit.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    advocacy = forms.BooleanField(
        label=_("It speaks for the library in public matters (advocacy)"),
        required=False,
        help_text=_("Then the person named below gives the last approval of each post."),
    )
    approver = forms.ModelChoiceField(
        label=_("Last approval by"), required=False, queryset=User.objects.none(), empty_label=_("Nobody in particular")
    )

    def __init__(self, *args: Any, user: User, campaign: Campaign | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        managed = policies.units_where(user, "campaign.manage")
        self.fields["unit"].queryset = managed
        if campaign is not None:
            del self.fields["unit"]
        elif managed.count() == 1:
            self.fields["unit"].widget = forms.HiddenInput()
            self.initial.setdefault("unit", managed.first())
        every = Unit.objects.filter(archived_at=None)
        self.fields["units"].queryset = self.fields["opted_out"].queryset = every
        if every.count() < 2:
            del self.fields["units"], self.fields["opted_out"]
        who = policies.people_who("post.approve", campaign.unit) if campaign else _approvers(managed)
        self.fields["approver"].queryset = who

    def plan(self) -> Plan:
        data = {name: value for name, value in self.cleaned_data.items() if name != "unit"}
        return Plan(**data | {name: list(data.get(name) or ()) for name in ("units", "opted_out")})


def _approvers(units: Any) -> Any:
    found = User.objects.filter(is_active=True)
    ids = {person.pk for unit in units for person in policies.people_who("post.approve", unit)}
    return found.filter(pk__in=ids)


class ReachedForm(forms.Form):
    reached = forms.IntegerField(label=_("Reached so far"), min_value=0, max_value=2**31 - 1)


class CloneForm(forms.Form):
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2199)
    rule = forms.ChoiceField(
        label=_("How the days move"),
        choices=[("weekday", _("Same weekday, nearest to the date")), ("date", _("Same date"))],
        initial="weekday",
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    channels = forms.BooleanField(label=_("Keep the channels of each post"), required=False, initial=True)


class PackFileForm(forms.Form):
    file = forms.FileField(label=_("Pack"), help_text=_("A zip. Nothing is written before you say so."))


class BeginForm(forms.Form):
    """Where and when a pack begins."""

    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none(), empty_label=None)
    starts = _day(label=_("First day"), help_text=_("Every post keeps its distance from this day."))
    approver = forms.ModelChoiceField(label=_("Last approval by"), required=False, queryset=User.objects.none())

    def __init__(self, *args: Any, user: User, advocacy: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        managed = policies.units_where(user, "campaign.manage")
        self.fields["unit"].queryset = managed
        if managed.count() == 1:
            self.fields["unit"].widget = forms.HiddenInput()
            self.initial.setdefault("unit", managed.first())
        if advocacy:
            self.fields["approver"].queryset = _approvers(managed)
            self.fields["approver"].required = True
        else:
            del self.fields["approver"]


class ExportForm(forms.Form):
    licence = forms.CharField(
        label=_("Licence"),
        max_length=80,
        help_text=_("What others may do with its words and pictures, such as CC0 1.0 or CC BY 4.0."),
    )
