"""What a person enters about a file of the library."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from posts.licences import LICENCES
from posts.models import Asset, Folder


class AssetForm(forms.Form):
    """Words, rights and place of one file."""

    alt = forms.CharField(
        label=_("What it shows"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("For people who cannot see it. It comes along to every post the file is added to."),
    )
    decorative = forms.BooleanField(label=_("Decorative: it adds nothing to a text"), required=False)
    alt_language = forms.CharField(
        label=_("Language of the description"),
        required=False,
        max_length=35,
        help_text=_("Such as en or es; empty: the language of the unit."),
    )
    original_name = forms.CharField(label=_("Name"), max_length=200, required=False)
    folder = forms.ModelChoiceField(label=_("Folder"), queryset=Folder.objects.none(), required=False)
    new_folder = forms.CharField(label=_("or a new folder"), max_length=80, required=False)
    tags = forms.CharField(
        label=_("Tags"), required=False, max_length=1500, help_text=_("With a comma between them: garden, story time")
    )
    credit = forms.CharField(label=_("Credit"), max_length=200, required=False, help_text=_("Who made it."))
    licence = forms.ChoiceField(
        label=_("Licence"),
        required=False,
        choices=[("", _("Not said")), *((key, licence.label) for key, licence in LICENCES.items())],
    )
    rights = forms.CharField(label=_("Rights statement"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    source = forms.URLField(label=_("Where it comes from"), max_length=500, required=False, assume_scheme="https")
    shows_people = forms.BooleanField(label=_("People can be recognised in it"), required=False)
    consent = forms.CharField(
        label=_("Where their permission is kept"),
        max_length=200,
        required=False,
        help_text=_("Such as: release form of 14 March, folder 3. Without it the file goes out with no post."),
    )
    valid_until = forms.DateField(
        label=_("May be used until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The last day. Afterwards it goes out with no post."),
    )

    def __init__(self, *args: Any, asset: Asset, **kwargs: Any) -> None:
        names = [name for name in self.base_fields if name not in ("new_folder", "tags")]
        initial = {name: getattr(asset, name) for name in names} | {"tags": ", ".join(asset.tag_list)}
        super().__init__(*args, initial=initial, **kwargs)
        self.asset = asset
        self.fields["folder"].queryset = Folder.objects.filter(unit=asset.unit)
        self.fields["folder"].empty_label = _("No folder")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("licence") in LICENCES and LICENCES[data["licence"]].credit and not data.get("credit"):
            self.add_error("credit", _("This licence wants the maker named. Enter who made it."))
        return data
