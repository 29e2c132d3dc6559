"""What a Mastodon-compatible server says about itself, believed only as far as it makes sense."""

from __future__ import annotations

from typing import ClassVar

import pytest

from channels_app.capabilities import TextUnit
from channels_app.connect import Context
from channels_app.platforms._wire import server_url
from tests.channels.test_mastodon import ADAPTER, BACK, open_session
from tests.fakes.mastodon import FakeMastodon
from tests.fakes.server import running

pytestmark = pytest.mark.django_db


@pytest.fixture
def far():
    with running(FakeMastodon()) as far:
        yield far


@pytest.fixture
def here(settings):
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    return Context("mastodon")


class TestFacts:
    cases: ClassVar = [
        ({"software": "mastodon", "text": 500, "link": 23}, 500, TextUnit.MASTODON, 4, False),
        ({"software": "glitchsoc", "text": 2000}, 2000, TextUnit.MASTODON, 4, False),
        ({"software": "gotosocial", "text": 5000, "images": 6}, 5000, TextUnit.CODEPOINTS, 6, False),
        ({"software": "pixelfed", "text": 500}, 500, TextUnit.CODEPOINTS, 4, True),
        ({"software": ""}, 500, TextUnit.CODEPOINTS, 4, False),
    ]

    @pytest.mark.parametrize(("facts", "limit", "unit", "images", "required"), cases)
    def test_each_server_has_its_own_limits(self, facts, limit, unit, images, required):
        can = ADAPTER.capabilities_for(facts)
        assert (can.text.limit, can.text.unit) == (limit, unit)
        assert (can.media.max_images, can.media.required) == (images, required)

    def test_what_a_server_does_not_say_is_taken_to_be_small(self):
        can = ADAPTER.capabilities_for({"software": "unheard-of"})
        assert can.media.mime_types == ("image/jpeg", "image/png")
        assert can.text.limit == 500
        assert can.budget.metrics_batch == 1

    def test_the_first_version_of_the_description_is_enough(self, far, here):
        far.versions, far.software, far.version = ("v1",), "", "4.0.0 (not true; really snac/2.96)"
        facts = ADAPTER.begin({"server": far.url}, redirect_uri=BACK, state="s", context=here).keep["facts"]
        assert facts["software"] == "snac"
        assert facts["domain"] == "library.example"

    @pytest.mark.parametrize(
        ("configuration"),
        [None, [], {"statuses": None}, {"statuses": {"max_characters": "many"}, "media_attachments": 7}],
    )
    def test_a_strange_description_breaks_nothing(self, far, here, configuration):
        far.configuration = configuration
        facts = ADAPTER.begin({"server": far.url}, redirect_uri=BACK, state="s", context=here).keep["facts"]
        assert ADAPTER.capabilities_for(facts).text.limit == 500

    @pytest.mark.parametrize(
        ("said", "limit"),
        [("5000", 5000), (0, 500), (None, 500), (-3, 500), ("", 500), (True, 500), (10**15, 100_000), (1e9, 100_000)],
    )
    def test_a_limit_is_read_as_it_is_meant(self, far, here, said, limit):
        far.configuration = {
            "statuses": {"max_characters": said, "max_media_attachments": said},
            "media_attachments": {"description_limit": said, "image_size_limit": said, "supported_mime_types": said},
        }
        facts = ADAPTER.begin({"server": far.url}, redirect_uri=BACK, state="s", context=here).keep["facts"]
        can = ADAPTER.capabilities_for(facts)
        assert can.text.limit == can.content_warning == limit
        assert 4 <= can.media.max_images <= 16
        assert 1500 <= can.alt_text.limit <= 100_000
        assert 1_000_000 <= can.media.max_bytes <= 8_000_000
        assert can.media.mime_types == ("image/jpeg", "image/png")

    def test_one_server_has_one_address(self, here):
        for typed in ("lib.example", "https://LIB.example:443/", "lib.example./about", " @me@lib.example\u200b"):
            assert server_url(typed.rpartition("@")[2], "server") == "https://lib.example"

    def test_probing_reads_the_limits_again(self, far, here):
        session = open_session(far)
        far.configuration = {"statuses": {"max_characters": 7777}}
        assert ADAPTER.probe(session).facts["text"] == 7777
        far.versions = ()
        assert ADAPTER.probe(session).facts == session.facts
