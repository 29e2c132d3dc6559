"""Reading what far sides answer: nothing they send goes deeper into us than an answer may."""

from __future__ import annotations

import json

import pytest

from channels_app.platforms import _wire


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def test_an_answer_as_deep_as_answers_are_is_read() -> None:
    assert _wire.json_of(nested(_wire.DEEPEST)) == json.loads(nested(_wire.DEEPEST))


@pytest.mark.parametrize(
    "data",
    [nested(_wire.DEEPEST + 1), b"[" * 50_000, b'{"a":' * 50_000, b'{"a":"[]"}' + b"[" * 50_000],
    ids=["one too many", "lists without end", "objects without end", "after something good"],
)
def test_what_is_nested_deeper_is_no_answer(data: bytes) -> None:
    with pytest.raises(ValueError):
        _wire.json_of(data)


@pytest.mark.parametrize("text", ["[" * 5000, '\\"' * 5000 + "[" * 5000, "{[\\" * 3000, '"' * 900])
def test_brackets_in_words_are_words(text: str) -> None:
    assert _wire.json_of(json.dumps({"text": text}).encode()) == {"text": text}


def test_many_brackets_side_by_side_are_not_deep() -> None:
    rows = [{"numbers": [number]} for number in range(5000)]
    assert _wire.json_of(json.dumps(rows).encode()) == rows


@pytest.mark.parametrize("data", [b'"' + b"\\" * 1_000_000 + b"[" * 300, b'"' + b'\\"[' * 400_000, b"\xff" * 10_000])
def test_a_word_that_never_ends_is_refused_and_holds_nobody_up(data: bytes) -> None:
    with pytest.raises(ValueError):
        _wire.json_of(data)
