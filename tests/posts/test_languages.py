"""One post in several languages: which channel gets which, who says it is right, and what falls behind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from channels_app.models import Channel
from channels_app.practice.services import ensure_practice
from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.audit.models import Entry
from libsocial.notices.models import Notice
from posts import changes, digest, drafting, languages, problems, resolve
from posts.drafting import Draft, DraftLanguage, DraftMedia, DraftPart, DraftTarget
from posts.models import GlossaryTerm, LanguageReviewer, Post, Target, Translation
from posts.problems import Blocked
from posts.services import drafts, review
from posts.services import languages as service
from posts.workflow import NotPossible
from tests.cast import Library
from tests.posts.conftest import again, make_channel, simple, submitted, written

SPANISH = DraftLanguage("es", (DraftPart("Hora de cuentos el martes"),))
NOTHING = resolve.Pictures({})


def bilingual(*channels: Channel, spanish: DraftLanguage = SPANISH, **fields: Any) -> Draft:
    return replace(simple(*channels), languages=(spanish,), **fields)


def speaking(lib: Library, *tags: str) -> Channel:
    return make_channel(lib.north, f"Practice {' '.join(tags)}", languages=list(tags))


def saved(post: Post, by: User, draft: Draft) -> Post:
    drafts.save(post=post, by=by, draft=draft, version=again(post).current.version)
    return again(post)


def stored(post: Post) -> Draft:
    return drafting.of_revision(again(post).current)


def reviewer(lib: Library, person: User, tag: str = "es") -> None:
    service.name_reviewer(by=lib.ada, unit=lib.north, language=tag, person=person)


def reviewed(post: Post, by: User, tag: str = "es") -> None:
    draft = stored(post)
    one = draft.in_language(tag)
    assert one is not None
    source, text = languages.source_digest(draft), languages.text_digest(one)
    service.review(post=post, by=by, language=tag, source=source, text=text)


def messages(draft: Draft, lib: Library) -> list[tuple[str, str]]:
    report = problems.of_draft(draft, unit=lib.north)
    return [(problem.message, problem.severity) for problem in report.all if problem.message.startswith("language.")]


# --- what each channel says -----------------------------------------------------


def test_a_channel_gets_its_own_languages_and_one_without_any_the_text_as_written(
    lib: Library, channel: Channel
) -> None:
    spanish, both = speaking(lib, "es"), speaking(lib, "en", "es")
    post = written(lib.alice, lib.north, bilingual(channel, spanish, both))
    draft = stored(post)
    said = {one.channel: resolve.content_for(draft, one, NOTHING) for one in draft.targets}
    assert [part.text for part in said[channel.pk].parts] == ["Story time on Tuesday"]
    assert said[spanish.pk].parts[0].text == "Hora de cuentos el martes"
    assert (said[channel.pk].language, said[spanish.pk].language) == ("en", "es")
    assert said[both.pk].parts[0].text == f"Story time on Tuesday{languages.LINE}Hora de cuentos el martes"


def test_a_person_may_choose_otherwise_and_the_order_is_theirs(lib: Library) -> None:
    spanish = speaking(lib, "es")
    target = DraftTarget(spanish.pk, languages=("es", "en"), placement="thread")
    draft = stored(written(lib.alice, lib.north, bilingual(targets=(target,))))
    content = resolve.content_for(draft, draft.targets[0], NOTHING)
    assert [(part.text, part.lang) for part in content.parts] == [
        ("Hora de cuentos el martes", ""),
        ("Story time on Tuesday", "en"),
    ]
    assert content.language == "es"


def test_a_region_is_met_by_the_plain_language_and_the_exact_one_wins(lib: Library) -> None:
    mexican = replace(SPANISH, language="es-mx")
    there = replace(simple(make_channel(lib.north)), languages=(SPANISH, mexican))
    routed = languages.routed(there, {there.targets[0].channel: ["es-mx"]})
    assert languages.spoken(routed, routed.targets[0]) == ("es-mx",)
    plain = languages.routed(replace(there, languages=(SPANISH,)), {there.targets[0].channel: ["es-mx"]})
    assert languages.spoken(plain, plain.targets[0]) == ("es",)


def test_descriptions_of_pictures_are_said_in_the_language(lib: Library, channel: Channel) -> None:
    picture, own = DraftMedia(7, alt="A cat"), DraftMedia(7, alt="Un gato")
    draft = replace(
        simple(channel),
        parts=(DraftPart("Story", (picture,)),),
        languages=(DraftLanguage("es", (DraftPart("Cuento", (own,)),)),),
    )
    assert languages.version(draft, "es")[0].media[0].alt == "Un gato"
    both = replace(draft.targets[0], languages=("en", "es"), placement="combined")
    assert languages.said(draft, both)[0].part.media[0].alt == "A cat / Un gato"


def test_a_post_in_one_language_is_kept_and_approved_as_before(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    assert "languages" not in post.current.body
    assert Target.objects.get(revision=post.current).speech == {}
    content = resolve.content_for(stored(post), stored(post).targets[0], NOTHING)
    assert "lang" not in content.to_json()["parts"][0]


def test_the_digest_follows_the_words_of_every_language_that_goes_out(lib: Library) -> None:
    spanish = speaking(lib, "es")
    first = languages.routed(bilingual(spanish), {spanish.pk: ["es"]})
    other = replace(first, languages=(replace(SPANISH, parts=(DraftPart("Otra cosa"),)),))
    assert digest.of_draft(first, {}) != digest.of_draft(other, {})


def test_the_channels_own_version_stands_in_place_of_every_language(lib: Library) -> None:
    spanish = speaking(lib, "es")
    own = DraftTarget(spanish.pk, variant=drafting.DraftVariant((DraftPart("Solo aquí"),)))
    draft = languages.routed(bilingual(targets=(own,)), {spanish.pk: ["es"]})
    assert resolve.content_for(draft, draft.targets[0], NOTHING).parts[0].text == "Solo aquí"
    assert languages.used(draft, draft.targets[0]) == ()


# --- what stands in the way -------------------------------------------------------


def test_what_nobody_reviewed_warns_and_the_policy_can_refuse_it(lib: Library) -> None:
    draft = languages.routed(bilingual(spanish := speaking(lib, "es")), {spanish.pk: ["es"]})
    assert messages(draft, lib) == [("language.unreviewed", "warn")]
    lib.north.language_review = "block"
    lib.north.save()
    assert messages(draft, lib) == [("language.unreviewed", "block")]
    lib.north.language_review = "off"
    lib.north.save()
    assert messages(draft, lib) == []


def test_what_a_machine_wrote_is_called_so_until_somebody_read_it(lib: Library) -> None:
    spanish = speaking(lib, "es")
    draft = languages.routed(bilingual(spanish, spanish=replace(SPANISH, machine=True)), {spanish.pk: ["es"]})
    assert messages(draft, lib) == [("language.machine", "warn")]


@pytest.mark.parametrize(
    ("further", "expected"),
    [
        ((DraftLanguage("es"),), [("language.empty", "block")]),
        ((DraftLanguage("en", (DraftPart("Twice"),)),), [("language.twice", "block")]),
        ((DraftLanguage("fr", (DraftPart("Bonjour"),)),), [("language.unplaced", "warn")]),
    ],
)
def test_bad_input_is_named(lib: Library, further: tuple[DraftLanguage, ...], expected: list[tuple[str, str]]) -> None:
    both = speaking(lib, "en", "es")
    draft = languages.routed(replace(simple(both), languages=further), {both.pk: ["en", "es"]})
    assert messages(draft, lib) == expected


def test_a_thread_that_is_translated_in_part_does_not_go_out(lib: Library) -> None:
    spanish = speaking(lib, "es")
    draft = replace(bilingual(spanish), parts=(DraftPart("One"), DraftPart("Two")))
    assert messages(languages.routed(draft, {spanish.pk: ["es"]}), lib)[0] == ("language.incomplete", "block")


def test_words_in_a_language_that_has_no_code_stay_out_and_are_named() -> None:
    reading = drafting.read({"languages": [{"language": "not a language!", "parts": []}]})
    assert reading.draft.languages == ()
    assert [problem.field for problem in reading.problems] == ["languages"]


# --- review ------------------------------------------------------------------------


def test_a_source_changed_after_the_review_stops_that_language_and_tells_its_reviewer_once(lib: Library) -> None:
    spanish = speaking(lib, "es")
    reviewer(lib, lib.sam)
    post = written(lib.alice, lib.north, bilingual(spanish))
    reviewed(post, lib.sam)
    assert problems.of(again(post).current).warnings == 0
    for text in ("Story time on Wednesday", "Story time on Thursday"):
        saved(post, lib.alice, replace(stored(post), parts=(DraftPart(text),)))
    assert list(Notice.objects.filter(message="language.now_stale").values_list("recipient", flat=True)) == [lib.sam.pk]
    with pytest.raises(Blocked, match="changed after the Spanish version was reviewed"):
        review.submit(post=again(post), by=lib.alice)
    reviewed(post, lib.sam)
    review.submit(post=again(post), by=lib.alice)
    assert again(post).state == "in_review"


def test_a_translation_touched_after_the_source_moved_on_is_still_stale(lib: Library) -> None:
    reviewer(lib, lib.sam)
    post = written(lib.alice, lib.north, bilingual(speaking(lib, "es")))
    reviewed(post, lib.sam)
    both = replace(stored(post), parts=(DraftPart("Other"),), languages=(replace(SPANISH, parts=(DraftPart("Otro"),)),))
    post = saved(post, lib.alice, both)
    assert [found.message for found in problems.of(post.current).all] == ["language.stale"]


def test_its_own_words_changed_after_the_review_make_it_a_draft_again(lib: Library) -> None:
    reviewer(lib, lib.sam)
    post = written(lib.alice, lib.north, bilingual(speaking(lib, "es")))
    reviewed(post, lib.sam)
    post = saved(post, lib.erin, replace(stored(post), languages=(replace(SPANISH, parts=(DraftPart("Otro"),)),)))
    assert [found.message for found in problems.of(post.current).all] == ["language.unreviewed"]
    assert Translation.objects.get(post=post).translator == lib.erin


def test_only_who_was_named_for_the_language_may_review_it(lib: Library) -> None:
    reviewer(lib, lib.sam, "fr")
    post = written(lib.alice, lib.north, bilingual(speaking(lib, "es")))
    with pytest.raises(policies.NotAllowed):
        reviewed(post, lib.sam)


def test_a_reviewer_of_a_unit_above_counts_and_one_beside_does_not(lib: Library) -> None:
    service.name_reviewer(by=lib.ada, unit=lib.root, language="es", person=lib.sam)
    service.name_reviewer(by=lib.ada, unit=lib.south, language="es", person=lib.olga)
    post = written(lib.alice, lib.north, bilingual(speaking(lib, "es")))
    with pytest.raises(policies.NotAllowed):
        reviewed(post, lib.olga)
    reviewed(post, lib.sam)
    assert Entry.objects.filter(action="post.language_reviewed").count() == 1


def test_a_yes_to_other_words_than_those_that_stand_is_refused(lib: Library) -> None:
    reviewer(lib, lib.sam)
    post = written(lib.alice, lib.north, bilingual(speaking(lib, "es")))
    with pytest.raises(NotPossible, match="changed after you opened"):
        service.review(post=post, by=lib.sam, language="es", source="x", text="y")
    with pytest.raises(NotPossible, match="nothing in this language"):
        service.review(post=post, by=lib.sam, language="es-AR", source="x", text="y")


def test_naming_needs_the_right_and_happens_once(lib: Library) -> None:
    with pytest.raises(policies.NotAllowed):
        service.name_reviewer(by=lib.sam, unit=lib.north, language="es", person=lib.sam)
    reviewer(lib, lib.sam)
    with pytest.raises(service.Refused):
        reviewer(lib, lib.sam)
    assert LanguageReviewer.objects.count() == 1


# --- changes, pages, the composer -----------------------------------------------------


def test_changes_are_told_language_by_language(lib: Library) -> None:
    spanish = speaking(lib, "es")
    old = bilingual(spanish)
    new = replace(old, languages=(replace(SPANISH, parts=(DraftPart("Hora de cuentos el lunes"),)),))
    told = changes.between(old, new, {spanish.pk: spanish.name})
    assert [(change.what, change.channel) for change in told] == [("Text", "Spanish")]


@pytest.fixture
def at(client: Client, lib: Library) -> Client:
    cache.clear()
    client.force_login(lib.alice)
    return client


def form(post: Post, **fields: Any) -> dict[str, Any]:
    revision = again(post).current
    base = {"token": post.token, "version": revision.version, "unit": post.unit_id, "when": "asap", "language": "en"}
    text = {"base-0-text": "Story time on Tuesday", "channel": [target.channel_id for target in revision.targets.all()]}
    return base | text | fields


def test_a_language_is_added_written_and_kept(at: Client, lib: Library) -> None:
    spanish = speaking(lib, "es")
    post = written(lib.alice, lib.north, simple(spanish))
    edit = reverse("posts:edit", args=[post.pk])
    at.post(edit, form(post, do="add-language", add_language="es"))
    assert 'name="l-es-0-text"' in at.get(edit).content.decode()
    at.post(edit, form(post, do="save", lang="es", **{"l-es-0-text": "Cuentos", f"v{spanish.pk}-speaks": "es"}))
    draft = stored(post)
    assert draft.languages == (DraftLanguage("es", (DraftPart("Cuentos"),)),)
    assert draft.targets[0].languages == ("es",)
    at.post(edit, form(post, do="remove-language:es", lang="es", **{"l-es-0-text": "Cuentos"}))
    assert stored(post).languages == ()


@pytest.mark.parametrize(
    ("typed", "sentence"), [("", "Choose the language to add"), ("en", "The post has English already")]
)
def test_a_language_that_cannot_be_added_is_named_and_nothing_is_lost(
    at: Client, lib: Library, typed: str, sentence: str
) -> None:
    post = written(lib.alice, lib.north, simple(speaking(lib, "es")))
    answer = at.post(reverse("posts:edit", args=[post.pk]), form(post, do="add-language", add_language=typed))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "Story time on Tuesday" in answer.content.decode()


def test_the_answer_to_a_save_shows_state_source_and_glossary(at: Client, lib: Library) -> None:
    GlossaryTerm.objects.create(unit=lib.root, language="es", term="story time", translation="hora de cuentos")
    spanish = speaking(lib, "es")
    post = written(lib.alice, lib.north, bilingual(spanish))
    answer = at.post(reverse("posts:autosave"), form(post, lang="es", **{"l-es-0-text": "Hola"})).json()
    assert "<mark>Story time</mark>" in answer["live"]["l-es-0-source"]
    assert "hora de cuentos" in answer["live"]["l-es-terms"]
    assert "draft" in answer["live"]["l-es-tab"]
    assert "Nobody has reviewed" in answer["slots"]["l-es"]


def test_too_long_a_translation_is_said_beside_the_translation(at: Client, lib: Library) -> None:
    spanish = speaking(lib, "es")
    post = written(lib.alice, lib.north, bilingual(spanish))
    answer = at.post(reverse("posts:autosave"), form(post, lang="es", **{"l-es-0-text": "x" * 100_000})).json()
    assert "problem" in answer["slots"]["l-es-0"]
    assert "base-0" not in answer["slots"]


def test_publish_without_takes_the_language_out_of_that_channel(at: Client, lib: Library) -> None:
    both = speaking(lib, "en", "es")
    post = written(lib.alice, lib.north, bilingual(both, spanish=DraftLanguage("es")))
    fix = f"fix:without_language:{both.pk}.language.empty.0"
    at.post(reverse("posts:edit", args=[post.pk]), form(post, do=fix, lang="es", **{"l-es-0-text": ""}))
    draft = stored(post)
    assert languages.spoken(draft, draft.targets[0]) == ("en",)
    assert draft.languages != ()


def test_the_reviewer_confirms_on_the_composer_and_on_the_posts_page(at: Client, lib: Library) -> None:
    spanish = speaking(lib, "es")
    post = written(lib.alice, lib.north, bilingual(spanish))
    edit, page = reverse("posts:edit", args=[post.pk]), reverse("posts:detail", args=[post.pk])
    assert at.post(edit, form(post, do="reviewed:es", lang="es", **{"l-es-0-text": "Hola"})).status_code == 422
    reviewer(lib, lib.alice)
    at.post(edit, form(post, do="reviewed:es", lang="es", **{"l-es-0-text": "Hola otra vez"}))
    assert problems.of(again(post).current).all == ()
    saved(post, lib.erin, replace(stored(post), parts=(DraftPart("Changed"),)))
    html = at.get(page).content.decode()
    assert "reviewed it before the source changed" in html
    draft = stored(post)
    yes = {
        "language": "es",
        "source": languages.source_digest(draft),
        "text": languages.text_digest(draft.languages[0]),
    }
    at.post(reverse("posts:language_review", args=[post.pk]), yes)
    assert problems.of(again(post).current).all == ()


def test_who_approves_sees_the_state_of_each_language(client: Client, lib: Library) -> None:
    submitted(lib.alice, lib.north, bilingual(speaking(lib, "es")))
    client.force_login(lib.sam)
    html = client.get(reverse("posts:review")).content.decode()
    assert "Not reviewed by anybody yet" in html
    assert 'lang="es" dir="ltr"' in html


def test_arabic_is_written_and_shown_from_right_to_left(at: Client, lib: Library) -> None:
    arabic = DraftLanguage("ar", (DraftPart("ساعة القصص يوم الثلاثاء"),))
    post = written(lib.alice, lib.north, bilingual(speaking(lib, "ar"), spanish=arabic))
    html = at.get(reverse("posts:edit", args=[post.pk])).content.decode()
    assert 'name="l-ar-0-text" rows="5" lang="ar" dir="rtl"' in html
    assert 'dir="rtl" lang="ar"' in html.partition("data-side")[2]


# --- the pages of a unit and a channel ----------------------------------------------------


def test_the_page_of_a_unit_keeps_reviewers_and_terms(client: Client, lib: Library) -> None:
    client.force_login(lib.ada)
    name, keep = (reverse(f"posts:{end}", args=[lib.north.pk]) for end in ("language_reviewer", "glossary_term"))
    client.post(name, {"person": lib.sam.pk, "language": "es"})
    client.post(keep, {"language": "es", "term": "library card", "translation": "carné de biblioteca"})
    client.post(keep, {"language": "es", "term": "Library card", "translation": "tarjeta"})
    assert LanguageReviewer.objects.get().person == lib.sam
    assert GlossaryTerm.objects.get().translation == "tarjeta"
    answer = client.post(keep, {"language": "es", "term": "hold", "translation": ""})
    assert answer.status_code == 422
    assert "tick that it stays untranslated" in answer.content.decode()
    again_named = client.post(name, {"person": lib.sam.pk, "language": "es"})
    assert "reviews Spanish here already" in again_named.content.decode()
    client.post(name, {"gone": LanguageReviewer.objects.get().pk})
    client.post(keep, {"gone": GlossaryTerm.objects.get().pk})
    assert not LanguageReviewer.objects.exists()
    assert not GlossaryTerm.objects.exists()


def test_a_channel_is_told_its_languages_once_each(client: Client, lib: Library) -> None:
    channel = ensure_practice(lib.north, lib.ada)
    client.force_login(lib.ada)
    address = reverse("channels:languages", args=[channel.pk])
    assert client.post(address, {"first": "es", "second": "es"}).status_code == 422
    client.post(address, {"first": "es", "second": "en"})
    channel.refresh_from_db()
    assert channel.languages == ["es", "en"]
    client.force_login(lib.alice)
    assert client.post(address, {"first": "fr"}).status_code == 403


def test_the_glossary_marks_whole_words_and_the_longest_term() -> None:
    terms = [languages.Term("hold", "reserva", False), languages.Term("hold shelf", "estante", False)]
    found = languages.stretches("The hold shelf holds your hold.", terms)
    assert [(text, term.translation) for text, term in found if term] == [
        ("hold shelf", "estante"),
        ("hold", "reserva"),
    ]
    assert [term.term for term in languages.hits("A hold", terms)] == ["hold"]
