"""What people type about the languages of a unit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from libsocial.accounts import choices
from libsocial.accounts.models import User


def _language() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Language"), choices=lambda: [("", _("Choose a language")), *choices.languages()])


class ReviewerForm(forms.Form):
    person = forms.ModelChoiceField(User.objects.none(), label=_("Person"), empty_label=_("Choose a person"))

    def __init__(self, *args: Any, people: Q, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"] = _language()
        self.fields["person"].queryset = User.objects.filter(people, is_active=True).distinct().order_by("name")  # type: ignore[attr-defined]


class TermForm(forms.Form):
    term = forms.CharField(label=_("Term"), max_length=120, help_text=_("As it stands in the source text."))
    translation = forms.CharField(label=_("Translation"), max_length=120, required=False)
    stays = forms.BooleanField(label=_("Stays untranslated"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs, auto_id="term_%s")
        self.fields["language"] = _language()
        self.order_fields(["language", "term", "translation", "stays"])
