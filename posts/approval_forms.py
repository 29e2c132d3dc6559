"""What people fill in about who approves."""

from __future__ import annotations

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from libsocial.accounts.models import Role, User
from posts.models import Step


class People(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple


class StepForm(forms.Form):
    name = forms.CharField(
        label=_("What it is called"),
        max_length=60,
        required=False,
        help_text=_("For example: Facts, Tone, Director. May stay empty."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("Who is asked"),
        required=False,
        choices=[
            ("", _("Everybody who may approve, or the people below")),
            (Role.SUPERVISOR.value, _("Supervisors")),
            (Role.ADMIN.value, _("Administrators")),
        ],
    )
    people = People(label=_("These people"), queryset=User.objects.none(), required=False)
    kind = forms.ChoiceField(label=_("How many of them"), choices=Step.Kind.choices, widget=forms.RadioSelect)
    number = forms.IntegerField(label=_("Approvals, where some are enough"), min_value=1, max_value=5, initial=1)

    def __init__(self, *args: object, people: QuerySet[User], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = people


class ReviewersForm(forms.Form):
    people = People(
        label=_("Reviewers of this channel"),
        queryset=User.objects.none(),
        required=False,
        help_text=_(
            "What goes out here needs their approval besides that of the unit. Nobody chosen: nobody is asked."
        ),
    )
    every = forms.BooleanField(label=_("Every one of them has to approve"), required=False)

    def __init__(self, *args: object, people: QuerySet[User], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = people
