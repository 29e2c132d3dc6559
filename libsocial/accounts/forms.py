from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from libsocial.accounts import choices, policy
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Role, Unit, User
from libsocial.core import localtime

NO_ZONE = _("This is not a time zone. Choose one from the list, such as Europe/London.")


class ZoneInput(forms.TextInput):
    """A text box that searches the list of zones while one types; without the list it is still a text box."""

    template_name = "accounts/widgets/zone.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        list_id = f"{context['widget']['attrs'].get('id', name)}_list"
        context["widget"]["attrs"].update({"list": list_id, "autocomplete": "off", "spellcheck": "false"})
        context["widget"]["list_id"] = list_id
        context["zones"] = choices.zones()
        return context


class ZoneField(forms.CharField):
    widget = ZoneInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=64, **kwargs)

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value).replace(" ", "_")
        return next((name for name in choices.zones() if name.casefold() == typed.casefold()), typed)

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not localtime.is_zone(value):
            raise ValidationError(NO_ZONE)


class LanguageField(forms.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=choices.languages, **kwargs)


class PersonName(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "name"}
        super().__init__(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs=attrs), **kwargs)


class NewPassword(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "new-password", "minlength": 10}
        super().__init__(
            label=_("Password"),
            max_length=200,
            strip=False,
            help_text=_("At least 10 characters, not a common word. Three or four words you can remember are good."),
            widget=forms.PasswordInput(attrs=attrs),
            **kwargs,
        )


class WithNewPassword(forms.Form):
    """Checks `password` by the house's rules, against name and address too."""

    def person(self) -> User:
        return User(email=self.cleaned_data.get("email", ""), name=self.cleaned_data.get("name", ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("password"):
            try:
                password_validation.validate_password(cleaned["password"], self.person())
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class FirstRunForm(WithNewPassword):
    code = forms.CharField(
        label=_("Code from the terminal"),
        max_length=40,
        help_text=_("It was printed where LibSocial was started, and shows that this is your library."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    library = forms.CharField(
        label=_("Name of the library"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    zone = ZoneField(label=_("Time zone"), help_text=_("Posts are planned in this zone. Type a city to search."))
    language = LanguageField(label=_("Language of the posts"), initial="en")
    name = PersonName()
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = NewPassword()


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none(), empty_label=None)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.CONTRIBUTOR)
    by_mail = forms.BooleanField(label=_("Send the link by mail"), required=False, initial=True)

    def __init__(self, *args: Any, units: Any, mail: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units
        self.fields["unit"].label_from_instance = unit_label
        if not mail:
            del self.fields["by_mail"]


class AcceptForm(WithNewPassword):
    name = PersonName()
    password = NewPassword()

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def person(self) -> User:
        return User(email=self.email, name=self.cleaned_data.get("name", ""))


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none(), empty_label=None)

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units
        self.fields["unit"].label_from_instance = unit_label


def unit_label(unit: Unit) -> str:
    """The unit's name, set in by its depth in the tree."""
    depth = unit.path.count("/") - 2
    return "\u2003" * depth + unit.name


class DeputyForm(forms.Form):
    """Somebody is away, and who approves in their place."""

    person = forms.ModelChoiceField(label=_("Who is away"), queryset=User.objects.none(), empty_label=None)
    deputy = forms.ModelChoiceField(
        label=_("Who approves in their place"),
        queryset=User.objects.none(),
        help_text=_("May be somebody without a role there. They never approve what they wrote themselves."),
    )
    unit = forms.ModelChoiceField(label=_("In the unit"), queryset=Unit.objects.none(), empty_label=None)
    first = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        required=False,
        help_text=_("The deputy reads it. Leave out what is private."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, people: Any, deputies: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people
        self.fields["deputy"].queryset = deputies
        self.fields["unit"].queryset = units
        self.fields["unit"].label_from_instance = unit_label


ALT_RULES = [("off", _("Do not ask")), ("warn", _("Warn")), ("block", _("Refuse to send"))]


GUEST_RULES = [
    ("no", _("see nothing")),
    ("see", _("look")),
    ("comment", _("look and comment")),
    ("approve", _("approve, besides a person of ours")),
    ("alone", _("approve, even as the only one")),
]


class UnitForm(forms.ModelForm):
    zone = ZoneField(label=_("Time zone"))
    language = LanguageField(label=_("Language of the posts"))

    class Meta:
        model = Unit
        fields = ["name", "zone", "language"]


class NewUnitForm(UnitForm):
    parent = forms.ModelChoiceField(label=_("Below"), queryset=Unit.objects.none(), empty_label=None)
    field_order = ["name", "parent", "zone", "language"]

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = units
        self.fields["parent"].label_from_instance = unit_label


class MoveForm(forms.Form):
    parent = forms.ModelChoiceField(label=_("Below"), queryset=Unit.objects.none(), empty_label=None)

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = units
        self.fields["parent"].label_from_instance = unit_label


class PolicyForm(forms.ModelForm):
    """Empty means: as the unit above says. `above` is shown as what that is now."""

    class Meta:
        model = Unit
        fields = list(policy.FIELDS)

    def __init__(self, *args: Any, above: policy.Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        follow = _("As above: %(value)s")
        yes_no = {True: _("Yes"), False: _("No")}
        rules = dict(ALT_RULES)
        self.fields["approvals_needed"] = forms.TypedChoiceField(
            label=_("Approvals a post needs"),
            required=False,
            coerce=int,
            empty_value=None,
            choices=[("", follow % {"value": above.approvals_needed}), *((n, str(n)) for n in range(1, 6))],
        )
        self.fields["own_approval"] = forms.TypedChoiceField(
            label=_("May people approve their own posts?"),
            required=False,
            coerce=lambda value: value == "True",
            empty_value=None,
            choices=[("", follow % {"value": yes_no[above.own_approval]}), ("True", _("Yes")), ("False", _("No"))],
            help_text=_("The trail says so each time somebody does."),
        )
        self.fields["alt_text_rule"] = forms.ChoiceField(
            label=_("A picture without a description"),
            required=False,
            choices=[("", follow % {"value": rules[above.alt_text_rule]}), *ALT_RULES],
            help_text=_("People who cannot see hear the description. A picture marked as decorative needs none."),
        )
        self.fields["late_hours"] = forms.IntegerField(
            label=_("Hours after which a late post no longer leaves"),
            required=False,
            min_value=1,
            max_value=24 * 14,
            help_text=follow % {"value": above.late_hours},
        )
        self.fields["language_review"] = forms.ChoiceField(
            label=_("A translation nobody has reviewed"),
            required=False,
            choices=[("", follow % {"value": rules[above.language_review]}), *ALT_RULES],
            help_text=_(
                "One that was reviewed before the source text changed is never sent as it is, unless this says not to "
                "ask."
            ),
        )
        self._waiting_fields(above, follow)
        guests = dict(GUEST_RULES)
        self.fields["guests_may"] = forms.ChoiceField(
            label=_("Guests outside the library, by a link, may"),
            required=False,
            choices=[("", follow % {"value": guests[above.guests_may]}), *GUEST_RULES],
        )
        self.fields["break_glass"] = forms.TypedChoiceField(
            label=_("May an approver let urgent words of their own out alone?"),
            required=False,
            coerce=lambda value: value == "True",
            empty_value=None,
            choices=[("", follow % {"value": yes_no[above.break_glass]}), ("True", _("Yes")), ("False", _("No"))],
            help_text=_("For emergencies. The others are told at once, and one of them judges it within 24 hours."),
        )

    def _waiting_fields(self, above: policy.Policy, follow: Any) -> None:
        for name, label in (
            ("remind_after_hours", _("Opening hours until who was asked is reminded")),
            ("escalate_after_hours", _("Opening hours until those above are told")),
        ):
            said = follow % {"value": getattr(above, name)}
            self.fields[name] = forms.IntegerField(
                label=label,
                required=False,
                min_value=0,
                max_value=24 * 14,
                help_text=format_lazy("{} {}", said, _("0: never.")),
            )


class LibraryForm(UnitForm):
    class Meta(UnitForm.Meta):
        labels = {"name": _("Name of the library")}


class HostsForm(forms.Form):
    hosts = forms.CharField(
        label=_("Private hosts that may be reached"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("One per line: a name, name:port, an address, or a network such as 10.20.0.0/16."),
    )

    def lines(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["hosts"].splitlines() if line.strip()]


class RegistrationForm(forms.Form):
    open_registration = forms.BooleanField(
        label=_("Anybody may register an account"),
        required=False,
        help_text=_("They see nothing until an administrator gives them a role. Off, people come by invitation."),
    )


class ProfileForm(forms.ModelForm):
    zone = ZoneField(label=_("Time zone"), required=False, help_text=_("Empty: the zone of your unit."))
    language = forms.ChoiceField(label=_("Language of the pages"), required=False)

    class Meta:
        model = User
        fields = ["name", "language", "zone", "theme", "contrast", "density", "shortcuts"]
        labels = {
            "theme": _("Appearance"),
            "contrast": _("Contrast"),
            "density": _("Spacing"),
            "shortcuts": _("Single keys act as shortcuts"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("As the browser asks")), *choices.spoken()]
        self.fields["name"].widget.attrs["autocomplete"] = "name"


class RegisterForm(forms.Form):
    """What allauth's registration form asks besides address and password."""

    name = PersonName()
    field_order = ["name", "email", "password1"]

    def signup(self, request: Any, user: User) -> None:
        """allauth calls this; the adapter has saved the name already."""


class AuditForm(forms.Form):
    """Narrows the trail; every part of it may be empty."""

    q = forms.CharField(
        label=_("Words"), required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    person = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none(), required=False)
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none(), required=False)
    action = forms.ChoiceField(label=_("What"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    subject = forms.CharField(required=False, widget=forms.HiddenInput, max_length=100)

    def __init__(self, *args: Any, people: Any, actions: list[str], units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units
        self.fields["unit"].empty_label = _("Every unit")
        self.fields["unit"].label_from_instance = unit_label
        self.fields["person"].queryset = people
        self.fields["person"].empty_label = _("Anybody")
        self.fields["action"].choices = [("", _("Anything")), *((name, name) for name in actions)]


def put_refusal(form: forms.BaseForm, refusal: Refused) -> None:
    """Shows why the act was not done beside the field it is about."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
