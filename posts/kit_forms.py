"""Forms of the kit: templates, snippets, hashtag sets, banned hashtags, and people who are mentioned."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app import platforms
from libsocial.accounts.models import Unit
from posts import drafting, fields, tags
from posts.drafting import Draft, DraftPart
from posts.models.kit import KitRow

_KEY = re.compile(r"[a-z][a-z0-9_]{1,29}")
_PART = re.compile(r"^\s*-{3,}\s*$", re.MULTILINE)
MOST_TAGS = 60


class Words(forms.CharField):
    """Text as posts keep it: one kind of line end, nothing a database cannot hold."""

    def __init__(self, *, rows: int = 0, **options: Any) -> None:
        if rows:
            options["widget"] = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
        super().__init__(**options)

    def to_python(self, value: Any) -> str:
        return drafting.text_of(super().to_python(value))


class KitForm(forms.Form):
    """What every row has: a name and the unit it belongs to. `values()` is what the row keeps."""

    name = Words(label=gettext_lazy("Name"), max_length=120)
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Belongs to"),
        queryset=Unit.objects.none(),
        empty_label=None,
        help_text=gettext_lazy("It can be used there and in every unit below."),
    )

    def __init__(self, *args: Any, row: KitRow, units: Iterable[Unit], **options: Any) -> None:
        self.row = row
        super().__init__(*args, initial=self.first(row), **options)
        self.fields["unit"].queryset = Unit.objects.filter(pk__in=[unit.pk for unit in units])
        self.order_fields([name for name in self.fields if name != "unit"] + ["unit"])

    def first(self, row: KitRow) -> dict[str, Any]:
        """What stands in the fields at first."""
        return {"name": row.name, "unit": row.unit_id}

    def values(self) -> dict[str, Any]:
        return {"name": self.cleaned_data["name"]}


class TemplateForm(KitForm):
    purpose = Words(
        label=gettext_lazy("What it is for"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("One line, for whoever looks for the right template."),
    )
    text = Words(
        label=gettext_lazy("Text"),
        rows=10,
        help_text=gettext_lazy(
            "Words in braces are asked for when somebody starts from it: {title}, {date}, {time}, {author}. "
            "{branch}, {phone}, {hours}, {address}, {access}, {email} and {website} are filled in from the snippets. "
            "A line of three dashes begins the next part of a thread."
        ),
    )

    def first(self, row: Any) -> dict[str, Any]:
        texts = [part.text for part in Draft.from_json(row.body).parts]
        return super().first(row) | {"purpose": row.purpose, "text": "\n---\n".join(texts)}

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        for found in re.findall(r"\{([^{}\n]{1,60})\}", text):
            if not _KEY.fullmatch(found):
                raise ValidationError(
                    _("“{%(field)s}” cannot be a field. Write it in small letters, digits and _: {%(better)s}")
                    % {"field": found, "better": _key_of(found) or "title"}
                )
        return text

    def values(self) -> dict[str, Any]:
        old = Draft.from_json(self.row.body)
        texts = [piece.strip("\n") for piece in _PART.split(self.cleaned_data["text"])]
        parts = [
            {**(old.parts[place] if place < len(old.parts) else DraftPart()).to_json(), "text": text}
            for place, text in enumerate(texts)
        ]
        body = {**old.body(), "parts": parts}
        return super().values() | {"purpose": self.cleaned_data["purpose"], "body": body}


class SnippetForm(KitForm):
    key = Words(
        label=gettext_lazy("Word in braces"),
        max_length=32,
        required=False,
        help_text=gettext_lazy("phone, hours, address, access, email and website are known to templates."),
    )
    text = Words(label=gettext_lazy("Words"), rows=4, max_length=2000)

    def first(self, row: Any) -> dict[str, Any]:
        return super().first(row) | {"key": row.key, "text": row.text}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        typed = cleaned.get("key", "").strip().strip("{}") or _key_of(cleaned.get("name", ""))
        if not _KEY.fullmatch(typed):
            self.add_error("key", _("Two to thirty small letters, digits or _, a letter first: for example parking"))
        cleaned["key"] = typed
        if fields.FIELD.search(cleaned.get("text", "")):
            self.add_error("text", _("A snippet cannot hold a field in braces. Write the words themselves."))
        return cleaned

    def values(self) -> dict[str, Any]:
        return super().values() | {"key": self.cleaned_data["key"], "text": self.cleaned_data["text"].strip()}


class TagSetForm(KitForm):
    tags = Words(
        label=gettext_lazy("Hashtags"),
        rows=6,
        help_text=gettext_lazy("One to a line, each word with a capital to be read out well: #LibraryCardSignUp"),
    )
    owner = Words(label=gettext_lazy("Who looks after it"), required=False, max_length=120)
    note = Words(label=gettext_lazy("When to use it"), required=False, max_length=300)

    def first(self, row: Any) -> dict[str, Any]:
        typed = "\n".join(f"#{tag}" for tag in row.tags)
        return super().first(row) | {"tags": typed, "owner": row.owner, "note": row.note}

    def clean_tags(self) -> list[str]:
        found = tags.lines(self.cleaned_data["tags"])
        wrong = [sentence for tag in found if (sentence := tags.trouble(tag))]
        if wrong:
            raise ValidationError(wrong)
        if not found:
            raise ValidationError(_("Write at least one hashtag."))
        if len(found) > MOST_TAGS:
            raise ValidationError(_("At most %(most)s hashtags belong to one set.") % {"most": MOST_TAGS})
        return found

    def values(self) -> dict[str, Any]:
        return super().values() | {name: self.cleaned_data[name] for name in ("tags", "owner", "note")}


class BannedForm(KitForm):
    name = Words(label=gettext_lazy("Hashtag"), max_length=120)
    reason = Words(
        label=gettext_lazy("Why it is not used"),
        max_length=300,
        help_text=gettext_lazy("Whoever writes it reads this. A post with it cannot be sent."),
    )

    def first(self, row: Any) -> dict[str, Any]:
        return super().first(row) | {"reason": row.reason}

    def clean_name(self) -> str:
        if wrong := tags.trouble(self.cleaned_data["name"]):
            raise ValidationError(wrong)
        return tags.bare(self.cleaned_data["name"])

    def values(self) -> dict[str, Any]:
        name = self.cleaned_data["name"]
        return {"name": name, "folded": tags.fold(name), "reason": self.cleaned_data["reason"].rstrip(".") + "."}


class NamedAccountForm(KitForm):
    """A handle for each platform that has mentions."""

    name = Words(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("As it stands in the text: @[Friends of the Library]"),
    )
    note = Words(label=gettext_lazy("Note"), required=False, max_length=300)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for key, label in handles_of():
            self.fields[f"at_{key}"] = Words(
                label=label, required=False, max_length=200, widget=forms.TextInput(attrs={"placeholder": "@name"})
            )
        self.initial |= {f"at_{key}": handle for key, handle in self.row.handles.items()}
        self.order_fields(["name", *(f"at_{key}" for key, _label in handles_of()), "note", "unit"])

    def first(self, row: Any) -> dict[str, Any]:
        return super().first(row) | {"note": row.note}

    def clean_name(self) -> str:
        name: str = " ".join(self.cleaned_data["name"].split())
        if "[" in name or "]" in name:
            raise ValidationError(_("A name cannot hold [ or ]. Leave them out."))
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for key, label in handles_of():
            typed = cleaned.get(f"at_{key}", "").strip()
            if typed and re.search(r"\s", typed):
                self.add_error(f"at_{key}", _("A handle on %(platform)s has no spaces: @name") % {"platform": label})
        return cleaned

    def values(self) -> dict[str, Any]:
        typed = {key: self.cleaned_data.get(f"at_{key}", "").strip() for key, _label in handles_of()}
        handles = {key: handle if handle[0] == "@" else f"@{handle}" for key, handle in typed.items() if handle}
        return super().values() | {"handles": handles, "note": self.cleaned_data["note"]}


# Where a handle in the text makes a mention; elsewhere the plain name is published.
WITH_HANDLES = frozenset(
    {"mastodon", "bluesky", "x", "threads", "instagram", "facebook", "tiktok", "youtube", "pixelfed", "practice"}
)


def handles_of() -> list[tuple[str, str]]:
    """(key, name) of each platform on which somebody can be mentioned by a handle."""
    named = [(adapter.key, str(adapter.name)) for adapter in platforms.ALL if adapter.key in WITH_HANDLES]
    return sorted(named, key=lambda one: one[1].casefold())


def _key_of(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:30]


class StartForm(forms.Form):
    """What a template asks for; facts of the branch stand in it already."""

    def __init__(self, *args: Any, asked: list[fields.Asked], facts: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.asked = [one for one in asked if one.kind != "fact" or not facts.get(one.key)]
        for one in self.asked:
            self.fields[one.key] = _input(one)

    def words(self, language: str) -> dict[str, str]:
        """The values as the post says them."""
        kinds = {one.key: one.kind for one in self.asked}
        return {key: fields.said(kinds[key], str(value), language) for key, value in self.cleaned_data.items()}


def _input(one: fields.Asked) -> forms.Field:
    if one.kind == "date":
        return forms.DateField(label=one.label, widget=forms.DateInput(attrs={"type": "date"}))
    if one.kind == "time":
        return forms.TimeField(label=one.label, widget=forms.TimeInput(attrs={"type": "time", "step": "60"}))
    long = one.key in {"books", "why", "access"}
    fact = one.kind == "fact"
    help_text = _("Not among the snippets of this branch yet. Empty: it is left out.") if fact else ""
    return Words(label=one.label, max_length=2000, rows=3 if long else 0, help_text=help_text, required=not fact)
