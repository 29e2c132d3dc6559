from __future__ import annotations

from collections.abc import Iterator

from django import forms
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.accounts.models import User
from scheduler import groups

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

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = list(_choices(user))

    @property
    def scope(self) -> str:
        return self.cleaned_data["what"].partition(":")[0]

    @property
    def key(self) -> str:
        return self.cleaned_data["what"].partition(":")[2]


def _choices(user: User) -> Iterator[Choice | tuple[str, list[Choice]]]:
    units = policies.units_where(user, "hold.place")
    if any(unit.parent_id is None for unit in units):  # who may hold the root may hold everything
        yield "all:", str(_("Everything, on every channel"))
    yield str(_("A unit, with those below it")), [(f"unit:{unit.path}", unit.name) for unit in units]
    channels = Channel.objects.living().filter(unit__in=units)
    yield str(_("A channel")), [(f"channel:{channel.pk}", channel.name) for channel in channels]
    for label, found in groups.choices(units):
        yield label, [(f"group:{key}", name) for key, name in found]


class FoundForm(forms.Form):
    """Where a person found the post."""

    url = forms.CharField(
        label=_("Address of the post"),
        max_length=500,
        help_text=_("Open the post on the platform and copy the address from the browser."),
        widget=forms.URLInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )
