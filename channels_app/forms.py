"""What people type about channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from channels_app import appkeys, platforms
from channels_app.connect import FieldProblem
from channels_app.facts import FACTS
from channels_app.models import Channel
from channels_app.platforms.base import Adapter, ConnectField
from channels_app.practice import network
from libsocial.accounts import choices
from libsocial.accounts.models import Unit

_INPUTS: dict[str, type[forms.Widget]] = {
    "text": forms.TextInput,
    "url": forms.TextInput,  # people type 'social.example' as well; the adapter understands both
    "password": forms.PasswordInput,  # never written back into the page
}
LONGEST = 500


class ConnectForm(forms.Form):
    """The fields an adapter asks for, and the unit where there is a choice."""

    def __init__(
        self,
        *args: Any,
        adapter: Adapter,
        units: QuerySet[Unit] | None = None,
        channel: Channel | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("initial", {}).update(_prefilled(channel) if channel else {})
        super().__init__(*args, **kwargs)
        self.adapter = adapter
        for asked in adapter.connect_fields:
            self.fields[asked.name] = _field(asked)
        if units is not None and channel is None:
            self.fields["unit"] = forms.ModelChoiceField(
                units, label=_("Belongs to"), empty_label=None, help_text=_("The unit that answers for this channel.")
            )

    def typed(self) -> dict[str, str]:
        """What the adapter gets: every field it asked for, as text without blanks around it."""
        return {asked.name: self.cleaned_data.get(asked.name) or "" for asked in self.adapter.connect_fields}

    def refuse(self, problem: FieldProblem) -> None:
        """Shows the sentence beside its field."""
        self.add_error(problem.field if problem.field in self.fields else None, problem.sentence)


def _field(asked: ConnectField) -> forms.Field:
    if asked.kind == "choice":
        return forms.ChoiceField(
            label=asked.label, help_text=asked.help, choices=asked.choices, required=not asked.optional
        )
    widget = _INPUTS[asked.kind](attrs={"placeholder": asked.placeholder, "autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(
        label=asked.label, help_text=asked.help, widget=widget, required=not asked.optional, max_length=LONGEST,
        strip=asked.kind != "password", error_messages={"required": _("Please fill this in.")},
    )  # fmt: skip


def _prefilled(channel: Channel) -> dict[str, str]:
    """What a reconnection need not be typed again, by the names adapters give their fields."""
    handle = channel.handle.lstrip("@")
    server = channel.server.removeprefix("https://")
    return {"server": server, "instance": server, "handle": handle, "identifier": handle, "name": handle}


class KeysForm(forms.Form):
    """The keys of our application at a platform. What is there already is never shown; an empty field keeps it."""

    def __init__(self, *args: Any, adapter: Adapter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.adapter, given, typed = adapter, appkeys.from_environment(adapter), appkeys.entered(adapter)
        for asked in adapter.app_fields:
            there = asked.name in given or asked.name in typed
            self.fields[asked.name] = _field(replace(asked, optional=asked.optional or there))
            self.fields[asked.name].disabled = asked.name in given
            if there:
                self.fields[asked.name].help_text = _given_by(asked.name in given)

    def typed(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}

    def refuse(self, problem: FieldProblem) -> None:
        self.add_error(problem.field if problem.field in self.fields else None, problem.sentence)


def _given_by(environment: bool) -> str:
    if environment:
        return _("Given by the environment of this installation; change it there.")
    return _("Entered already. Leave it empty to keep it.")


class LendForm(forms.Form):
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Lend to"), empty_label=_("Choose a unit"))

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


class DescribeForm(forms.ModelForm):
    class Meta:
        model = Channel
        fields = ["owner_of_record", "recovery_notes"]
        widgets = {"recovery_notes": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "owner_of_record": _("Who answers for the account at the platform: a post, a person, an address."),
            "recovery_notes": _(
                "How to get back in when the person who made it has left: which mailbox, where the second factor "
                "lies. Never a password: everyone who may see this channel reads it."
            ),
        }


class LanguagesForm(forms.Form):
    """The languages a channel speaks, in their order; empty ones are skipped."""

    NAMES = ("first", "second", "third")

    def __init__(self, *args: Any, languages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = (_("First language"), _("Second language"), _("Third language"))
        none = (_("Whatever a post is written in"), _("None"), _("None"))
        for number, name in enumerate(self.NAMES):
            self.fields[name] = forms.ChoiceField(
                label=labels[number],
                required=False,
                choices=[("", none[number]), *choices.languages()],
                initial=languages[number] if number < len(languages) else "",
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        given = [(name, cleaned[name]) for name in self.NAMES if cleaned.get(name)]
        for place, (name, tag) in enumerate(given):
            if tag in (earlier for _name, earlier in given[:place]):
                self.add_error(name, _("This language is chosen above already. Choose another one, or none."))
        return cleaned

    def tags(self) -> list[str]:
        return [tag for name in self.NAMES if (tag := self.cleaned_data.get(name))]


class OverrideForm(forms.Form):
    fact = forms.ChoiceField(label=_("What"), choices=[])
    value = forms.IntegerField(label=_("Value"))
    reason = forms.CharField(
        label=_("Where you know it from"), max_length=300, help_text=_("The next administrator will want to know.")
    )

    def __init__(self, *args: Any, channel: Channel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain = platforms.get(channel.platform).capabilities_for(channel.facts)
        self.fields["fact"].choices = [  # type: ignore[attr-defined]
            (fact.name, _("%s, in bytes") % fact.label if fact.name.endswith("bytes") else fact.label)
            for fact in FACTS
            if fact.read(plain) is not None
        ]


MODE_WORDS = {
    "normal": _("It is published, as always"),
    "reject": _("It is refused because of its text"),
    "rate_limit": _("Practice asks to wait a minute"),
    "slow": _("The answer takes its time"),
    "drop": _("It is published, but the answer is lost"),
    "unauthorized": _("The key is refused: the channel must be reconnected"),
    "processing": _("It is accepted and becomes public after twenty seconds"),
}


class ModeForm(forms.Form):
    mode = forms.ChoiceField(
        label=_("With the next post"),
        choices=[(mode, MODE_WORDS[mode]) for mode in network.MODES],
        widget=forms.RadioSelect,
    )
