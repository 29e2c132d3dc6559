"""Further languages on the composer's page: a tab each, the source beside it, and which channel gets which.

Names of the form: `lang` (tags), for each of them the parts `l-<tag>-<n>-…` as composing names parts,
`l-<tag>-warning`, `l-<tag>-machine`; `v<channel>-speaks`: '' (by itself), a tag, or 'combined:en,es' and
'thread:en,es'.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from channels_app.models import Channel
from libsocial.accounts import choices, policies
from posts import languages, tongues
from posts.drafting import DraftLanguage, DraftPart, DraftTarget, FieldProblem
from posts.panels import Panel
from posts.services import drafts
from posts.services import languages as service
from posts.workflow import NotPossible

if TYPE_CHECKING:
    from posts.composer import Composer
    from posts.drafting import Draft
    from posts.languages import Term
    from posts.tongues import Standing

MOST_ORDERS = 4  # languages whose every order is offered; of more, each one first


class LanguagesPanel(Panel):
    """Further languages of the post."""

    acts = ("add-language", "remove-language", "reviewed")

    # --- what the page shows -------------------------------------------------
    def context(self, composer: Composer, request: HttpRequest) -> dict[str, Any]:
        draft = composer.draft
        rows, terms = _standings(composer), _glossary(composer)
        there = set(languages.every(draft))
        return {
            "lang_rows": [self._row(composer, row, terms[row.tag]) for row in rows],
            "lang_base": {"name": languages.name_of(draft.language), "dir": languages.direction(draft.language)},
            "lang_choices": [(tag, name) for tag, name in choices.languages() if tag not in there],
            "lang_error": composer.errors.get("languages", ""),
            "lang_channels": [_speaks(composer, channel) for channel in composer.channels] if rows else [],
            "lang_line": languages.LINE,
        }

    def _row(self, composer: Composer, row: Standing, terms: list[Term]) -> dict[str, Any]:
        scope, draft = f"l-{row.tag}", composer.draft
        return {
            "standing": row,
            "scope": scope,
            "parts": [_part(composer, row.language, scope, n, terms) for n in range(_length(draft, row.language))],
            "empty_part": _empty_part(draft, scope),
            "empty_alt": {"asset": "__asset__", "source": "", "alt": ""},
            "problems": composer.found.get(scope, []),
            "terms": languages.hits("\n".join(part.text for part in draft.parts), terms),
            "warned": bool(draft.content_warning) or bool(row.language.content_warning),
        }

    def live(self, composer: Composer, request: HttpRequest) -> dict[str, str]:
        drawn: dict[str, str] = {}
        if not composer.draft.languages:
            return drawn
        terms = _glossary(composer)
        for row in _standings(composer):
            one = self._row(composer, row, terms[row.tag])
            draw = lambda name, **more: render_to_string(f"posts/compose/{name}.html", more, request)  # noqa: E731
            drawn[f"{one['scope']}-state"] = draw("_language_state", row=one)
            drawn[f"{one['scope']}-tab"] = draw("_language_tab", row=one)
            drawn[f"{one['scope']}-terms"] = draw("_language_terms", row=one)
            for part in one["parts"]:
                drawn[f"{part['name']}-source"] = draw("_language_source", part=part)
        return drawn

    # --- what it reads ---------------------------------------------------------
    def read(self, form: QueryDict, data: dict[str, Any]) -> None:
        from posts.composing import parts_of

        data["languages"] = [
            {
                "language": tag,
                "parts": parts_of(form, f"l-{tag}"),
                "content_warning": form.get(f"l-{tag}-warning", ""),
                "machine": f"l-{tag}-machine" in form,
            }
            for tag in dict.fromkeys(form.getlist("lang"))
        ]
        for target in data["targets"]:
            way, _colon, tags = form.get(f"v{target['channel']}-speaks", "").rpartition(":")
            target["languages"], target["placement"] = [tag for tag in tags.split(",") if tag], way

    # --- what its buttons do ----------------------------------------------------
    def act(self, composer: Composer, request: HttpRequest, do: str, rest: str) -> Draft:
        draft = composer.draft
        if do == "remove-language":
            return replace(draft, languages=tuple(one for one in draft.languages if one.language != rest))
        if do == "add-language":
            return _added(composer, request.POST.get("add_language", ""))
        _reviewed(composer, request, rest)
        return draft


def _standings(composer: Composer) -> list[Standing]:
    post, draft = composer.post, composer.draft
    if not draft.languages:
        return []
    given = composer.known.language_reviews.get(post.pk, {}) if post else {}
    hands = tongues.translators([post.pk]) if post else {}
    return tongues.standings(post, draft, composer.unit, given, tongues.right_of(composer.user), hands)


def _glossary(composer: Composer) -> dict[str, list[Term]]:
    return tongues.glossary(composer.unit, [one.language for one in composer.draft.languages])


def _length(draft: Draft, one: DraftLanguage) -> int:
    """As many parts as the source has, and those beyond it that somebody wrote."""
    written = [n for n, part in enumerate(one.parts, start=1) if part.text.strip()]
    return max(len(draft.parts), *written, 1)


def _empty_part(draft: Draft, scope: str) -> dict[str, Any]:
    """What the script makes a further part of."""
    source = {"source": [], "source_dir": languages.direction(draft.language), "source_language": draft.language}
    return {"name": f"{scope}-__index__", "text": "", "media": [], "counts": [], "problems": []} | source


def _part(composer: Composer, one: DraftLanguage, scope: str, number: int, terms: list[Term]) -> dict[str, Any]:
    """One part in one language beside its source, with a field for each picture that is described."""
    base = composer.draft.parts
    source = base[number] if number < len(base) else DraftPart()
    own = one.parts[number] if number < len(one.parts) else DraftPart()
    alts = {item.asset: item.alt for item in own.media}
    name = f"{scope}-{number}"
    return {
        "name": name,
        "number": number + 1,
        "of": max(len(base), number + 1),
        "text": own.text,
        "source": languages.stretches(source.text, terms),
        "source_dir": languages.direction(composer.draft.language),
        "source_language": composer.draft.language,
        "media": [
            {"asset": item.asset, "source": item.alt, "alt": alts.get(item.asset, "")}
            for item in source.media
            if item.asset in composer.assets and composer.assets[item.asset].kind != "document"
        ],
        "counts": composer._counts(name),
        "problems": composer.found.get(name, []),
    }


def _added(composer: Composer, tag: str) -> Draft:
    draft, tag = composer.draft, tag.strip()
    if not tag:
        return _refused(composer, _("Choose the language to add."))
    if any(tag.lower() == known.lower() for known in languages.every(draft)):
        said = _("The post has %(language)s already. Choose another language.")
        return _refused(composer, said % {"language": languages.called(tag)})
    if tag not in dict(choices.languages()):
        return _refused(composer, _("“%(typed)s” is not a language of the list.") % {"typed": tag[:35]})
    return replace(draft, languages=(*draft.languages, DraftLanguage(tag)))


def _refused(composer: Composer, sentence: str) -> Draft:
    composer.errors["languages"] = sentence
    composer.typed.append(FieldProblem("languages", sentence))
    return composer.draft


def _reviewed(composer: Composer, request: HttpRequest, tag: str) -> None:
    """Saves what is on the page, then gives the reviewer's yes to it."""
    from libsocial.core import asked

    one, post = composer.draft.in_language(tag), composer.post
    if one is None or post is None:
        raise NotPossible(_("Save the draft first, then review it."))
    version = asked.number(request.POST.get("version")) or 0
    drafts.save(post=post, by=composer.user, draft=composer.draft, version=version)
    try:
        service.review(
            post=post,
            by=composer.user,
            language=tag,
            source=languages.source_digest(composer.draft),
            text=languages.text_digest(one),
        )
    except policies.NotAllowed:
        said = _("Only a reviewer of %(language)s may do that.") % {"language": languages.called(tag)}
        raise NotPossible(said) from None


# --- which channel gets which ----------------------------------------------------


def _speaks(composer: Composer, channel: Channel) -> dict[str, Any]:
    draft, target = composer.draft, composer.draft.target(channel.pk)
    alone = DraftTarget(channel.pk)
    by_itself = languages.routed(replace(draft, targets=(alone,)), {channel.pk: channel.languages}).targets[0]
    there = [tag for tag in languages.every(draft) if tag]
    offered = [(tag, _("%(language)s only") % {"language": languages.called(tag)}, tag) for tag in there]
    offered += [_together("combined", order) for order in _orders(there)]
    if composer.abilities[channel.pk].threads > 1:
        offered += [_together("thread", order) for order in _orders(there)]
    own = languages.spoken(draft, by_itself)
    return {
        "channel": channel,
        "chosen": target is not None,
        "own": target is not None and target.variant is not None,
        "auto": ",".join(own),
        "auto_label": " + ".join(languages.called(tag) for tag in own),
        "offered": offered,
        "value": _value(target),
    }


def _value(target: DraftTarget | None) -> str:
    if target is None or not target.languages:
        return ""
    tags = ",".join(target.languages)
    return f"{target.placement or 'combined'}:{tags}" if len(target.languages) > 1 else tags


def _orders(there: list[str]) -> list[tuple[str, ...]]:
    """Every pair in both orders, and all of them together with each one first."""
    pairs = list(permutations(there, 2)) if len(there) <= MOST_ORDERS else []
    turned = [tuple(there[n:] + there[:n]) for n in range(len(there))] if len(there) > 2 else []
    return pairs + turned


def _together(way: str, order: tuple[str, ...]) -> tuple[str, str, str]:
    names = [languages.called(tag) for tag in order]
    if way == "combined":
        label = _("%(languages)s in one post") % {"languages": " + ".join(names)}
    else:
        label = _("%(first)s, then %(rest)s as replies") % {"first": names[0], "rest": " + ".join(names[1:])}
    return f"{way}:{','.join(order)}", label, ",".join(order)
