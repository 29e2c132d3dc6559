"""What the composer brings for writing: emoji, hashtags, snippets, names, templates; and fields nobody filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from posts import fields, kit
from posts.models import Template
from posts.panels import Panel

if TYPE_CHECKING:
    from posts.composer import Composer
    from posts.drafting import Draft

MOST_TEMPLATES = 6  # offered on an empty page; the others are one press away


class Kit(Panel):
    acts = ("fill",)

    def context(self, composer: Composer, request: HttpRequest) -> dict[str, Any]:
        new = composer.post is None and composer.untouched
        found = _templates(composer) if new else []
        return {
            "kit_data": reverse("posts:kit_data"),
            "kit_templates": found[:MOST_TEMPLATES],
            "kit_more": len(found) > MOST_TEMPLATES,
            "kit_fresh": new,
            "kit_manage": policies.can(composer.user, "kit.manage", composer.unit),
            "kit_open": _open(composer),
        }

    def live(self, composer: Composer, request: HttpRequest) -> dict[str, str]:
        return {"kit-fill": render_to_string("posts/compose/_fill.html", {"kit_open": _open(composer)}, request)}

    def act(self, composer: Composer, request: HttpRequest, do: str, rest: str) -> Draft:
        """What the branch knows of itself put in the place of its fields."""
        return fields.filled(composer.draft, kit.facts_of(composer.unit))

    def words(self) -> dict[str, str]:
        return {
            "kitFailed": _("This could not be loaded. Close it and try again."),
            "kitNothing": _("Nothing is called that."),
            "kitRecent": _("Used lately"),
            "kitOften": _("Often used by libraries"),
            "kitFound": _("Found"),
            "kitBanned": _("Not used here:"),
            "kitCapitals": _("Read word by word"),
            "kitMention": _("Name in the address book"),
            "kitPlain": _("plain name"),
            "kitEmoji": _("Emoji"),
            "kitTags": _("Hashtags"),
            "kitSnippets": _("Snippets"),
            "kitNames": _("Names"),
            "kitNoTags": _("There are no hashtag sets yet."),
            "kitNoSnippets": _("There are no snippets yet."),
            "kitNoNames": _("The address book is empty."),
            "kitChoices": _("Suggestions: arrow keys to choose, Enter to take one."),
        }


def _templates(composer: Composer) -> list[Template]:
    """Those of the unit, the last changed first; one more than is shown, if there is one."""
    return list(Template.objects.for_unit(composer.unit).order_by("-changed_at")[: MOST_TEMPLATES + 1])


def _open(composer: Composer) -> list[str]:
    """Fields of the text that this branch can fill in by itself."""
    found = fields.names_in(fields.texts_of(composer.draft))
    if not found:
        return []
    facts = kit.facts_of(composer.unit)
    return ["{" + key + "}" for key in found if facts.get(key)]
