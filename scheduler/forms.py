from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.accounts.models import User
from scheduler import groups, holds

Choice = tuple[str, str]


class HoldForm(forms.Form):
    """What to hold back, out of what this person may hold, and why."""

    what = forms.ChoiceField(label=_("What is held back"))
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_("Everyone whose post waits will read this."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    until = forms.DateTimeField(
        label=_("Until about"),
        required=False,
        help_text=_("May stay empty. Nothing resumes by itself: at that time you are asked whether to."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: object, user: User, grouped: bool = True, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = list(_choices(user, grouped))

    def clean_until(self) -> datetime | None:
        until = self.cleaned_data["until"]
        if until is not None and until <= timezone.now():
            raise forms.ValidationError(_("This time has passed. Choose a later one, or leave it empty."))
        return until

    @property
    def scope(self) -> str:
        return self.cleaned_data["what"].partition(":")[0]

    @property
    def key(self) -> str:
        return self.cleaned_data["what"].partition(":")[2]


def _choices(user: User, grouped: bool) -> Iterator[Choice | tuple[str, list[Choice]]]:
    if holds.may(user, "all", ""):
        yield "all:", str(_("Everything, on every channel"))
    units = policies.units_where(user, "hold.place")
    if any(unit.parent_id is None for unit in units):  # who may hold the root may hold everything
        yield "all:", str(_("Everything, on every channel"))
    yield str(_("A unit, with those below it")), [(f"unit:{unit.path}", unit.name) for unit in units]
    channels = Channel.objects.living().filter(unit__in=units)
    yield str(_("A channel")), [(f"channel:{channel.pk}", channel.name) for channel in channels]
    for label, found in groups.choices(units) if grouped else ():
        yield label, [(f"group:{key}", name) for key, name in found]


class FoundForm(forms.Form):
    """Where a person found the post."""

    url = forms.CharField(
        label=_("Address of the post"),
        max_length=500,
        help_text=_("Open the post on the platform and copy the address from the browser."),
        widget=forms.URLInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )
