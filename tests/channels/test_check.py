"""Problems are named before anybody sends: which field, by how much, and what can be done."""

from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels_app import fixes, measure, platforms
from channels_app.capabilities import AltText, Capabilities, MediaRules, Option, TextLimit, TextUnit
from channels_app.check import blocks, check
from channels_app.content import Content, LinkCard, Media, Part
from channels_app.fixes import tidy
from channels_app.messages import CHECKS
from libsocial.notices import catalogue

WARN, BLOCK, OFF = (SimpleNamespace(alt_text_rule=rule) for rule in ("warn", "block", "off"))
CAN = Capabilities(
    text=TextLimit(20, TextUnit.GRAPHEMES, also=((40, TextUnit.BYTES),)),
    media=MediaRules(max_images=2),
    alt_text=AltText(field=True, limit=10),
    threads=3,
    content_warning=8,
    link_card="ours",
    options=(
        Option("visibility", "Visibility", "choice", "public", (("public", "Public"), ("unlisted", "Quiet"))),
        Option("pinned", "Pin it", "flag", False),
    ),
)


def content(*texts, media=(), card=None, **rest):
    parts = [Part(text=text) for text in texts]
    if parts:
        parts[0] = replace(parts[0], media=tuple(media), card=card)
    return Content(parts=tuple(parts), **rest)


def picture(alt="A cat", **changes):
    values = {"path": "a.jpg", "sha256": "0" * 64, "mime": "image/jpeg", "width": 800, "height": 600, "size": 9000}
    return Media(**{**values, "alt": alt, **changes})


def found(of, can=CAN, policy=BLOCK):
    return [(one.field, one.part, one.severity, one.message.removeprefix("check.")) for one in check(of, can, policy)]


def test_a_good_post_has_no_problem():
    assert found(content("Story time at ten", media=[picture()])) == []


@pytest.mark.parametrize(
    ("of", "can", "problem"),
    [
        (Content(parts=()), CAN, ("text", 0, "block", "empty")),
        (content(""), CAN, ("text", 0, "block", "empty")),
        (content(" \n\u200b\u00a0"), CAN, ("text", 0, "block", "only_blank")),
        (content("\u2800\u3164"), CAN, ("text", 0, "block", "only_blank")),
        (content("a" * 21), CAN, ("text", 0, "block", "too_long")),
        (content("👨‍👩‍👧‍👦" * 2), CAN, ("text", 0, "block", "too_long")),
        (content("ok", "b" * 25), CAN, ("text", 1, "block", "too_long_part")),
        (content("a", "b", "c", "d"), CAN, ("parts", 3, "block", "too_many_parts")),
        (content("a", "b"), replace(CAN, threads=1), ("parts", 1, "block", "no_threads")),
        (content("a\u0000b"), CAN, ("text", 0, "block", "unseen")),
        (content("a\u202eb"), CAN, ("text", 0, "block", "unseen")),
        (content("a\ud800b"), CAN, ("text", 0, "block", "unseen")),
        (content("a\u200bb"), CAN, ("text", 0, "warn", "pasted")),
        (content("a", content_warning="spoilers!"), CAN, ("content_warning", 0, "block", "content_warning_long")),
        (
            content("a", content_warning="x"),
            replace(CAN, content_warning=None),
            ("content_warning", 0, "block", "content_warning_unsupported"),
        ),
        (content("a", language="klingon!"), CAN, ("language", 0, "block", "language")),
        (content("a", options={"poll": "x"}), CAN, ("options.poll", 0, "block", "option_unknown")),
        (content("a", options={"visibility": "x"}), CAN, ("options.visibility", 0, "block", "option_value")),
        (content("a", options={"pinned": "yes"}), CAN, ("options.pinned", 0, "block", "option_value")),
        (content("a", media=[picture()] * 3), CAN, ("media", 0, "block", "too_many_media")),
        (content("a", media=[picture()]), replace(CAN, media=MediaRules()), ("media", 0, "block", "no_media")),
        (
            content("a"),
            replace(CAN, media=MediaRules(max_images=1, required=True)),
            ("media", 0, "block", "media_required"),
        ),
        (content("a", media=[picture(mime="video/mp4")]), CAN, ("media", 0, "block", "no_films")),
        (content("a", media=[picture(size=0)]), CAN, ("media", 0, "block", "media_broken")),
        (content("a", media=[picture(height=10)]), CAN, ("media", 0, "warn", "media_narrow")),
        (content("a", media=[picture(alt="x" * 11)]), CAN, ("alt", 0, "block", "alt_long")),
        (content("a", media=[picture(alt="a.jpg")]), CAN, ("alt", 0, "warn", "alt_file_name")),
        (content("a", media=[picture()]), replace(CAN, alt_text=AltText(False)), ("alt", 0, "warn", "alt_nowhere")),
        (content("a", card=LinkCard("javascript:alert(1)")), CAN, ("card", 0, "block", "card_address")),
        (
            content("a", card=LinkCard("https://a.example")),
            replace(CAN, link_card="none"),
            ("card", 0, "block", "card_unsupported"),
        ),
        (
            content("a", card=LinkCard("https://a.example")),
            replace(CAN, link_card="server"),
            ("card", 0, "block", "card_from_text"),
        ),
        (
            content("a", card=LinkCard("https://a.example"), media=[picture()]),
            CAN,
            ("card", 0, "block", "card_with_media"),
        ),
        (
            content("", media=[picture()]),
            replace(CAN, text=TextLimit(20, TextUnit.GRAPHEMES, required=True)),
            ("text", 0, "block", "text_required"),
        ),
    ],
    ids=lambda value: value[3] if isinstance(value, tuple) else "",
)
def test_each_problem_is_named_with_its_field(of, can, problem):
    assert found(of, can) == [problem]


@pytest.mark.parametrize(("policy", "severity"), [(WARN, "warn"), (BLOCK, "block")])
def test_a_missing_description_weighs_what_the_policy_says(policy, severity):
    of = content("a", media=[picture(alt=""), picture(alt="  "), picture(alt="", decorative=True)])
    can = replace(CAN, media=MediaRules(max_images=4))
    assert found(of, can, policy) == [("alt", 0, severity, "alt_missing")] * 2
    assert found(of, can, OFF) == []


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("\u2067Read\u2069", True),
        ("\u202eevil", True),
        ("\u202bمكتبة\u202c", False),
        ("ספר \u2068Lego\u2069", False),
        ("\u202eمكتبة", True),
    ],
)
def test_what_turns_the_writing_is_for_scripts_that_need_it(text, hidden):
    assert found(content(text)) == ([("text", 0, "block", "unseen")] if hidden else [])
    assert (tidy(text) == text) is not hidden
    assert found(content(tidy(text))) == []


def test_too_long_says_by_how_much():
    (problem,) = check(content("a" * 33), CAN, BLOCK)
    assert problem.params == {"used": 33, "limit": 20, "over": 13, "unit": "characters", "number": 1}
    assert "13 characters too long" in CHECKS[problem.message].heading.format_map(problem.params)


def test_characters_a_platform_takes_nowhere_are_named():
    title = Option("title", "Title", "text", limit=100, refused="<>")
    can = replace(CAN, text=replace(CAN.text, refused="<>"), options=(title,))
    assert found(content("1 > 0", options={"title": "<b>"}), can) == [
        ("options.title", 0, "block", "option_refused"),
        ("text", 0, "block", "refused"),
    ]
    assert check(content("1 > 0"), can, BLOCK)[0].params == {"characters": ">"}
    assert found(content("1 and 0", options={"title": "b"}), can) == []


def test_a_content_warning_that_shares_the_limit_is_counted_with_the_text():
    of = content("a" * 18, content_warning="food")
    assert found(of) == []
    assert found(of, replace(CAN, content_warning_counts=True)) == [("text", 0, "block", "too_long")]


def test_many_hashtags_and_mentions_are_remarked_on():
    can = replace(CAN, text=TextLimit(5000, TextUnit.GRAPHEMES))
    text = " ".join(f"#tag{n}x @p{n}.example" for n in range(12))
    assert found(content(text), can) == [("text", 0, "warn", "many_tags"), ("text", 0, "warn", "many_mentions")]


@pytest.mark.parametrize("piece", ["a", "é 👍🏽", "https://a.example/) ", "#a ", "@a.b ", "\u200b", "\u0301"])
def test_a_hundred_thousand_characters_are_answered_quickly(piece):
    began = time.thread_time()
    assert blocks(check(content((piece * 100_000)[:100_000]), CAN, BLOCK))
    assert time.thread_time() - began < 20  # of the processor alone; quadratic work takes minutes


def test_every_message_has_words_and_its_parameters_fit():
    catalogue_ids = set(CHECKS)
    assert catalogue_ids <= set(catalogue.MESSAGES), "the app registers its messages when it starts"
    for message in CHECKS.values():
        assert str(message.heading)
        assert str(message.body)


# --- fixes ----------------------------------------------------------------
@pytest.mark.parametrize(
    "of",
    [
        content("First words of it. " * 3),
        content("a\u0000\u202eb"),
        content("a", media=[picture(alt="")]),
        content("a", media=[picture(alt="word " * 9)]),
        content("a", card=LinkCard("https://a.example"), media=[picture()]),
        content("a", options={"poll": "x"}),
        content("a", options={"visibility": "x"}),
    ],
)
def test_a_fix_removes_its_problem(of):
    problem = next(one for one in check(of, CAN, BLOCK) if one.fix)
    after = check(fixes.apply(of, problem, CAN), CAN, BLOCK)
    assert (problem.message, problem.part) not in [(one.message, one.part) for one in after]


@pytest.mark.parametrize("link_card", ["none", "server"])
def test_the_link_of_a_card_can_go_into_the_text(link_card):
    can = replace(CAN, link_card=link_card, text=TextLimit(100, TextUnit.GRAPHEMES))
    of = content("Read", card=LinkCard("https://a.example/x"))
    (problem,) = check(of, can, BLOCK)
    fixed = fixes.apply(of, problem, can)
    assert fixed.parts[0].text == "Read\n\nhttps://a.example/x"
    assert check(fixed, can, BLOCK) == []


def test_splitting_breaks_between_sentences():
    limit = TextLimit(40, TextUnit.GRAPHEMES)
    pieces = fixes.split_text("The library opens at ten. Story time is at eleven. Bring a friend!", limit)
    assert pieces == ["The library opens at ten.", "Story time is at eleven. Bring a friend!"]


words = st.text(alphabet="abcé日👍🏽 .\n-https://", max_size=200)


@given(words, st.integers(min_value=8, max_value=60), st.sampled_from([TextUnit.GRAPHEMES, TextUnit.MASTODON]))
def test_splitting_keeps_every_word_and_every_piece_fits(text, most, unit):
    limit = TextLimit(most, unit)
    if unit is TextUnit.MASTODON:
        limit = replace(limit, link_length=5)
    pieces = fixes.split_text(text, limit)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(measure.count(piece, limit) <= most for piece in pieces)


strange = st.text(max_size=40)
media_of_any_kind = st.builds(
    picture,
    strange,
    mime=st.sampled_from(["image/png", "video/mp4", ""]),
    width=st.integers(-1, 9),
    decorative=st.booleans(),
)
parts_of_any_kind = st.builds(
    Part,
    text=st.one_of(strange, words),
    media=st.lists(media_of_any_kind, max_size=5).map(tuple),
    card=st.none()
    | st.builds(LinkCard, st.one_of(strange, st.just("https://a.example/["), st.just("https://a.example"))),
)
contents = st.builds(
    Content,
    parts=st.lists(parts_of_any_kind, max_size=5).map(tuple),
    language=strange,
    content_warning=strange,
    options=st.dictionaries(
        st.sampled_from(["visibility", "pinned", "poll"]), st.one_of(strange, st.booleans(), st.none())
    ),
)


@settings(max_examples=400)
@given(contents, st.sampled_from([platform.capabilities for platform in platforms.ALL] + [CAN]))
def test_whatever_is_written_is_answered_with_sentences_and_fixes_that_hold(of, can):
    for problem in check(of, can, BLOCK):
        shown = catalogue.render(problem.message, problem.params)
        assert shown.heading
        assert "{" not in shown.heading.replace(str(problem.params.get("value", "")), "")
        fixed = fixes.apply(of, problem, can)
        assert not problem.fix or fixed != of
