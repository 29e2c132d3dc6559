"""What Meta's refusals mean: the code decides, the subcode is more exact, the header says how long."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import requests
from django.utils import timezone

from channels_app import errors
from channels_app.platforms import _graph
from channels_app.platforms._graph import Meaning
from channels_app.platforms._wire import Answer, Wire

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OWN = {9007: Meaning("later", pause=_graph.MOMENT), 2207009: Meaning("refused", "media")}


def said(status: int = 400, headers: dict[str, str] | None = None, **error: object) -> Answer:
    return Answer(status, {"error": error}, requests.structures.CaseInsensitiveDict(headers or {}), "words")


def meant(answer: Answer, *, creating: bool = True) -> errors.PlatformError | None:
    try:
        _graph.raise_for(answer, "Instagram", creating=creating, meanings=OWN)
    except errors.PlatformError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("error", "creating", "before"),
    [
        ({"code": 190, "error_subcode": 463}, errors.NeedsReconnect, errors.NeedsReconnect),
        ({"code": 102}, errors.NeedsReconnect, errors.NeedsReconnect),
        ({"code": 10}, errors.NeedsReconnect, errors.NeedsReconnect),
        ({"code": 200}, errors.NeedsReconnect, errors.NeedsReconnect),
        ({"code": 299}, errors.NeedsReconnect, errors.NeedsReconnect),
        ({"code": 1}, errors.Unclear, errors.Temporary),
        ({"code": 2, "is_transient": True}, errors.Unclear, errors.Temporary),
        ({"code": 77777, "is_transient": True}, errors.Unclear, errors.Temporary),
        ({"code": 4}, errors.RateLimited, errors.RateLimited),
        ({"code": 80002}, errors.RateLimited, errors.RateLimited),
        ({"code": "613"}, errors.RateLimited, errors.RateLimited),
        ({"code": 368}, errors.RateLimited, errors.RateLimited),
        ({"code": 100}, errors.Rejected, errors.Rejected),
        ({"code": 100, "error_subcode": 33}, errors.Gone, errors.Gone),
        ({"code": 506}, errors.Rejected, errors.Rejected),
        ({"code": 9007, "error_subcode": 2207027}, errors.Temporary, errors.Temporary),
        ({"code": 36003, "error_subcode": 2207009}, errors.Rejected, errors.Rejected),
        ({"code": 77777}, errors.Rejected, errors.Temporary),
        ({"code": True}, errors.Rejected, errors.Temporary),
        ({"code": None}, errors.Rejected, errors.Temporary),
        ({"code": float("nan")}, errors.Rejected, errors.Temporary),
        ({}, errors.Unclear, errors.Temporary),
    ],
)
def test_the_code_decides(error, creating, before):
    status = 400 if error else 500
    assert type(meant(said(status, **error))) is creating
    assert type(meant(said(status, **error), creating=False)) is before


def test_the_code_decides_whatever_the_status():
    for status in (200, 400, 401, 403, 500):
        assert type(meant(said(status, code=100, message="Text too long"))) is errors.Rejected
        assert type(meant(said(status, code=190))) is errors.NeedsReconnect


def test_an_error_nobody_described_in_a_good_answer_proves_nothing():
    assert type(meant(said(200, code=20, error_subcode=1772107))) is errors.Unclear
    assert type(meant(said(200, code=20), creating=False)) is errors.Temporary
    assert meant(Answer(200, {"id": "1"}, {}, "")) is None


def test_a_page_of_something_in_between_is_no_verdict_on_the_content():
    assert type(meant(Answer(400, None, {}, "HTTP 400"))) is errors.Temporary
    assert type(meant(Answer(404, None, {}, "HTTP 404"))) is errors.Temporary
    assert type(meant(Answer(502, None, {}, "HTTP 502"))) is errors.Unclear


@pytest.mark.parametrize(
    ("message", "field"),
    [("The image is too wide", "media"), ("alt_text must be short", "alt"), ("Param caption is too long", "text")],
)
def test_a_refusal_names_what_to_change(message, field):
    assert meant(said(code=100, message=message)).field == field


def test_every_way_a_key_dies_is_told_in_words():
    assert len({meant(said(code=190, error_subcode=number)).reason for number in (458, 459, 460, 463, 464, 467)}) == 6
    assert "no longer accepts" in meant(said(code=190, error_subcode=999)).reason


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        ({}, 60),
        ({"X-Business-Use-Case-Usage": '{"17": [{"type": "instagram", "estimated_time_to_regain_access": 19}]}'}, 19),
        ({"X-Business-Use-Case-Usage": '{"1": [{"call_count": 1}, {"estimated_time_to_regain_access": 90}]}'}, 90),
        ({"X-Business-Use-Case-Usage": '{"1": [{"estimated_time_to_regain_access": 99999999}]}'}, 1440),
        ({"X-Business-Use-Case-Usage": '{"1": [{"estimated_time_to_regain_access": -7}]}'}, 60),
        ({"X-Business-Use-Case-Usage": '{"1": [{"estimated_time_to_regain_access": 0}]}', "Retry-After": "120"}, 2),
        ({"X-Business-Use-Case-Usage": "[7, null"}, 60),
        ({"X-App-Usage": '{"call_count": 104}'}, 60),
        ({"Retry-After": "Mon, 23 Nov 2026 09:30:00 GMT"}, 30),
    ],
)  # fmt: skip
def test_a_limit_says_how_long(headers, minutes):
    folded = requests.structures.CaseInsensitiveDict(headers)
    assert _graph.pause_until(folded, now=NOW) - NOW == timedelta(minutes=minutes)


def test_a_limit_of_the_application_is_told_from_one_of_the_account():
    assert meant(said(code=4)).scope == "app"
    assert meant(said(code=32)).scope == "channel"
    error = meant(said(code=368))
    assert timedelta(hours=5) < error.until - timezone.now() <= timedelta(hours=6)


@pytest.mark.parametrize(
    ("headers", "used"),
    [
        ({}, 0),
        ({"X-App-Usage": '{"call_count": 28, "total_time": 91, "total_cputime": 3}'}, 91),
        ({"X-Business-Use-Case-Usage": '{"17": [{"call_count": 95}]}', "X-App-Usage": "{}"}, 95),
        ({"X-App-Usage": "nonsense", "X-Page-Usage": "[[[7]]]"}, 0),
        ({"X-App-Usage": '{"call_count": "many"}'}, 0),
    ],
)
def test_how_much_of_the_limits_is_used(headers, used):
    assert _graph.usage(requests.structures.CaseInsensitiveDict(headers)) == used


def test_what_it_says_is_kept_without_secrets():
    error = {"message": "No", "error_user_msg": "Bad tok-1234567890", "code": 36003, "error_subcode": 2207009}
    answer = said(**error, fbtrace_id="Az8")
    wire = Wire(requests.Session(), ["tok-1234567890"])
    assert _graph.told(wire, answer).words == "Bad … (36003/2207009, Az8)"
    assert json.dumps(answer.data)  # the answer itself is left as it came


def test_what_is_missing_is_known():
    assert _graph.is_missing(said(code=100, error_subcode=33))
    assert _graph.is_missing(said(code=803))
    assert not _graph.is_missing(said(code=100))
    assert not _graph.is_missing(Answer(404, None, {}, ""))
