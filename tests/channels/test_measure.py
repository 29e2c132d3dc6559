"""What a text measures: one table for the server and the browser, and what must hold for any text."""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_app import measure
from channels_app.capabilities import TextLimit, TextUnit

CASES = json.loads((Path(__file__).parent / "measure_cases.json").read_text(encoding="utf-8"))
MODULE = Path(__file__).parents[2] / "static" / "js" / "measure.js"
UNITS = [unit.value for unit in TextUnit]


@pytest.mark.parametrize("case", CASES["counts"], ids=lambda case: case["text"][:20])
def test_every_unit_counts_as_the_table_says(case):
    counted = {unit: measure.count(case["text"], TextLimit(500, TextUnit(unit))) for unit in UNITS}
    assert counted == {unit: case[unit] for unit in UNITS}


@pytest.mark.parametrize("case", CASES["lengths"], ids=lambda case: case["unit"])
def test_a_fixed_link_length_counts_for_every_link(case):
    limit = TextLimit(500, TextUnit(case["unit"]), link_length=case["link_length"])
    assert measure.count(case["text"], limit) == case["count"]


@pytest.mark.parametrize("case", CASES["links"], ids=lambda case: case["text"][:20])
def test_links_are_found_as_the_table_says(case):
    assert [span.value for span in measure.links(case["text"])] == case["plain"]
    assert [span.value for span in measure.links(case["text"], bare=True)] == case["bare"]


@pytest.mark.browser
def test_the_browser_counts_exactly_as_the_server(page):
    answers = page.evaluate(
        """async ([source, cases, units]) => {
            const measure = await import("data:text/javascript;charset=utf-8," + encodeURIComponent(source));
            return {
                counts: cases.counts.map(({text}) => Object.fromEntries(units.map(
                    (unit) => [unit, measure.count(text, {limit: 500, unit})]))),
                lengths: cases.lengths.map(({text, ...limit}) => measure.count(text, limit)),
                plain: cases.links.map(({text}) => measure.links(text).map((span) => span.value)),
                bare: cases.links.map(({text}) => measure.links(text, {bare: true}).map((span) => span.value)),
                several: measure.countsFor("été", {limit: 3, unit: "graphemes", also: [[4, "bytes"]]}, "x"),
            };
        }""",
        [MODULE.read_text(encoding="utf-8"), CASES, UNITS],
    )
    assert answers["counts"] == [{unit: case[unit] for unit in UNITS} for case in CASES["counts"]]
    assert answers["lengths"] == [case["count"] for case in CASES["lengths"]]
    assert answers["plain"] == [case["plain"] for case in CASES["links"]]
    assert answers["bare"] == [case["bare"] for case in CASES["links"]]
    ours = measure.counts_for("été", TextLimit(3, TextUnit.GRAPHEMES, also=((4, TextUnit.BYTES),)), "x")
    assert [(one["used"], one["left"], one["fits"]) for one in answers["several"]] == [
        (one.used, one.left, one.fits) for one in ours
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hi @books.library.example, come", ["books.library.example"]),
        ("mail@library.example is no mention", []),
        ("@short is none, (@a.b.example) is", ["a.b.example"]),
    ],
)
def test_mentions_are_full_handles(text, found):
    assert [span.value for span in measure.mentions(text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#Books, #2026 #été! (#kids)", ["Books", "été", "kids"]),
        ("no#tag # alone #" + "a" * 65, []),
        ("＃本", ["本"]),
    ],
)
def test_hashtags_are_what_bluesky_takes_for_one(text, found):
    assert [span.value for span in measure.tags(text)] == found


def test_facets_point_at_bytes():
    text = "Été 📚 #livres https://bibliothèque.example/é @a.example"
    spans = measure.spans(text)
    assert [span.kind for span in spans] == ["tag", "link", "mention"]
    for span in spans:
        begin, end = measure.byte_range(text, span)
        assert text.encode()[begin:end].decode() == text[span.start : span.end]


alphabet = st.text(alphabet=st.sampled_from("ab #@.:/()-_é日👍🏽\u200d\n htps" + "\u0301"), max_size=60)


@given(st.one_of(st.text(max_size=80), alphabet))
def test_no_text_breaks_the_counters_and_units_agree_among_themselves(text):
    plain = measure.plain_newlines(text)
    graphemes, codepoints, utf16, size = (
        measure.count(text, TextLimit(1, unit))
        for unit in (TextUnit.GRAPHEMES, TextUnit.CODEPOINTS, TextUnit.UTF16, TextUnit.BYTES)
    )
    assert graphemes <= codepoints <= utf16 <= size <= 4 * codepoints
    assert bool(graphemes) == bool(plain)


@given(alphabet)
def test_spans_never_overlap_and_always_stand_in_the_text(text):
    spans = measure.spans(text)
    for before, after in itertools.pairwise(spans):
        assert before.end <= after.start
    for span in spans:
        assert 0 <= span.start < span.end <= len(text)
        assert measure.byte_range(text, span)[1] <= len(text.encode())


@given(st.text(alphabet="ab é", max_size=30), st.integers(min_value=1, max_value=300))
def test_a_link_counts_the_same_however_long_it_is(words, length):
    text = f"{words} https://library.example/{'a' * length} "
    assert measure.count(text, TextLimit(500, TextUnit.MASTODON)) == measure.count(
        f"{words} https://library.example/b ", TextLimit(500, TextUnit.MASTODON)
    )


@pytest.mark.parametrize(
    "piece", ["a", "é", "👍🏽", "a.b ", "https://a.example/) ", ")", "#a!", "@a.b ", "x-", "a.", "#!", "https://a)))"]
)
def test_a_hundred_thousand_characters_are_counted_at_once(piece):
    text = (piece * 100_000)[:100_000]
    began = time.thread_time()
    for unit in TextUnit:
        measure.count(text, TextLimit(500, unit))
    measure.spans(text)
    assert time.thread_time() - began < 20  # of the processor alone; quadratic work takes minutes
