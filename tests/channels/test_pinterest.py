"""Pinterest's adapter against an interface that behaves as version 5 does."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.utils import timezone

from channels_app import errors, services
from channels_app.check import check
from channels_app.connect import Context, FieldProblem
from channels_app.content import LinkCard
from channels_app.platforms import _pinterest_pins as pins
from channels_app.platforms.base import Account
from channels_app.platforms.pinterest import Pinterest
from channels_app.selectors import capabilities_of
from libsocial.accounts.policy import DEFAULT
from tests.contracts.platform import AT, HttpContract, words
from tests.fakes.pinterest import APP, BACK, BOARD, CODE, ME, OTHER, SCOPES, SECTION, FakePinterest
from tests.fakes.server import Failure, Reply, running
from tests.fakes.session import PIXEL, TestSession, film, picture

pytestmark = pytest.mark.django_db
ADAPTER = Pinterest()
HOUR = timedelta(hours=1)
PAGE = "https://www.pinterest.com/townlibrary/"
BOARDS = [[BOARD, "Books"], [f"{BOARD}/{SECTION}", "Books: For children"], [OTHER, "Events"]]


class FarPinterest(FakePinterest):
    def drop_next(self) -> None:
        self.fail(Failure(store=True, cut=True))


@pytest.fixture
def far(settings):
    with running(FarPinterest()) as far:
        settings.PLATFORM_HOSTS = {"PINTEREST_API": far.url, "PINTEREST_UPLOAD": far.url}
        yield far


@pytest.fixture
def session(far):
    account = Account(ME, "Town Library", "@townlibrary", PAGE, facts={"boards": BOARDS, "tier": "standard"})
    return TestSession(ADAPTER, account, far.secret(), APP)


def pin(text="Hello", media=(), card=None, **options):
    content = words(text, media=list(media) or [picture("A sofa")], options={"board": BOARD, **options})
    if card:
        content = dataclasses.replace(content, parts=(dataclasses.replace(content.parts[0], card=card),))
    return content


def ready(session, content, key="k"):
    prepared = ADAPTER.prepare(session, content, 0, key, AT)
    while (further := ADAPTER.ready(session, content, 0, prepared)) != prepared:
        prepared = further
    return prepared


def send(session, content, key="k"):
    return ADAPTER.publish_part(session, content, 0, ready(session, content, key), [])


def only(far):
    return far.created()[-1].json


class TestContract(HttpContract):
    adapter = ADAPTER
    keys_are_known = False

    @property
    def can(self):
        return ADAPTER.capabilities_for({"boards": BOARDS, "tier": "standard"})

    def content(self, *texts, **rest):
        rest["media"] = rest.get("media") or [picture("")]
        return words(*(texts or (self.text,)), options={"board": BOARD}, **rest)


class TestPublishing:
    def test_everything_reaches_the_pin(self, far, session):
        receipt = send(
            session, pin("Read it", board=f"{BOARD}/{SECTION}", title="A book", link="https://l.example/b?u=1")
        )
        body = only(far)
        source = body.pop("media_source")
        assert body == {
            "board_id": BOARD,
            "board_section_id": SECTION,
            "title": "A book",
            "description": "Read it",
            "alt_text": "A sofa",
            "link": "https://l.example/b?u=1",
        }
        assert (source["source_type"], source["content_type"]) == ("image_base64", "image/png")
        assert far.pictures[receipt.remote_id] == [PIXEL]
        assert receipt.url == f"https://www.pinterest.com/pin/{receipt.remote_id}/"

    def test_what_is_empty_is_left_out(self, far, session):
        receipt = send(session, pin("", [picture("", decorative=True)]))
        assert set(only(far)) == {"board_id", "media_source"}
        assert receipt.alt == "none"

    def test_the_card_of_the_post_is_where_the_pin_leads(self, far, session):
        card = LinkCard("https://library.example/e", "Evening")
        send(session, pin(card=card))
        assert only(far)["link"] == card.url
        send(session, pin(card=card, link="https://library.example/other"), "b")
        assert only(far)["link"] == "https://library.example/other"

    def test_several_pictures_are_one_pin_with_one_description(self, far, session):
        receipt = send(session, pin(media=[picture("A sofa"), picture("", decorative=True), picture("A lamp")]))
        source = only(far)["media_source"]
        assert (source["source_type"], source["index"], len(source["items"])) == ("multiple_image_base64", 0, 3)
        assert far.alts() == ["A sofa | A lamp"]
        assert receipt.alt == "delivered"

    def test_descriptions_too_long_together_are_refused_before(self, far, session):
        with pytest.raises(errors.Rejected, match="together") as caught:
            ready(session, pin(media=[picture("a" * 300), picture("b" * 300)]))
        assert caught.value.field == "alt"
        assert far.asked == []

    def test_heavy_pictures_are_fetched_from_us(self, far, session):
        media = [picture("A sofa", size=9_000_000), picture("A lamp", size=9_000_000)]
        send(session, pin(media=media))
        source = only(far)["media_source"]
        assert source["source_type"] == "multiple_image_urls"
        assert [one["url"] for one in source["items"]] == [session.public_url(one) for one in media]
        send(session, pin(media=[picture(size=16_000_000)]), "b")
        assert only(far)["media_source"]["source_type"] == "image_url"

    def test_heavy_pictures_go_along_where_nobody_reaches_us(self, far, session, monkeypatch):
        def closed(media):
            raise errors.Rejected("not from outside", field="media")

        monkeypatch.setattr(session, "public_url", closed)
        send(session, pin(media=[picture(size=16_000_000)]))
        assert only(far)["media_source"]["source_type"] == "image_base64"

    @pytest.mark.parametrize("board", ["", "Books", f"{BOARD}/", f"{BOARD}/x", "/1"])
    def test_without_a_board_nothing_is_sent(self, far, session, board):
        if board == f"{BOARD}/":
            assert pins.place_of(pin(board=board)) == (BOARD, "")
            return
        with pytest.raises(errors.Rejected) as caught:
            ready(session, pin(board=board))
        assert caught.value.field == "options.board"

    def test_a_board_deleted_there_asks_for_another(self, far, session):
        prepared = ready(session, pin())
        far.boards.pop(0)
        with pytest.raises(errors.Rejected) as caught:
            ADAPTER.publish_part(session, pin(), 0, prepared, [])
        assert caught.value.field == "options.board"
        with pytest.raises(errors.Rejected) as caught:
            ready(session, pin())
        assert caught.value.field == "options.board"

    def test_an_ended_token_is_renewed_and_the_pin_made_once(self, far, session):
        session._secret = {"token": "pina_of_yesterday", "refresh": far.refresh_token}
        send(session, pin())
        assert session.renewals == 1
        assert far.texts() == ["Hello"]


class TestFilm:
    def step(self, session, content, prepared):
        return ADAPTER.ready(session, content, 0, prepared)

    def test_it_is_named_sent_and_waited_for_without_sleeping(self, far, session):
        far.processing = 2
        content = pin(media=[film("A tour", poster=picture())])
        begun = ADAPTER.prepare(session, content, 0, "k", AT)
        named = self.step(session, content, begun)
        sent = self.step(session, content, named)
        assert "fields" not in sent.data["film"]  # what opens the storage is not kept longer than needed
        with time_machine.travel(datetime.fromisoformat(sent.data["film"]["sent"]), tick=False):
            with pytest.raises(errors.Temporary) as caught:
                self.step(session, content, sent)
            assert caught.value.until - timezone.now() == timedelta(seconds=5)
        with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
            with pytest.raises(errors.Temporary) as caught:
                self.step(session, content, sent)
            assert caught.value.until - timezone.now() == timedelta(minutes=5)
        done = self.step(session, content, sent)
        assert self.step(session, content, done) == done
        ADAPTER.publish_part(session, content, 0, done, [])
        (there,) = far.media.values()
        assert there["data"] == b"film" * 1000
        source = only(far)["media_source"]
        assert (source["source_type"], source["cover_image_content_type"]) == ("video_id", "image/png")
        assert far.alts() == ["A tour"]

    def test_without_a_picture_one_of_its_own_is_chosen(self, far, session):
        send(session, pin(media=[film()], cover="3"))
        assert only(far)["media_source"]["cover_image_key_frame_time"] == 3
        send(session, pin(media=[film()]), "b")
        assert only(far)["media_source"]["cover_image_key_frame_time"] == 1

    def test_a_film_pinterest_cannot_use_names_the_media(self, far, session):
        far.fails = True
        with pytest.raises(errors.Rejected) as caught:
            ready(session, pin(media=[film()]))
        assert caught.value.field == "media"

    def test_a_film_that_never_gets_ready_is_given_up(self, far, session):
        far.processing = 99
        content = pin(media=[film()])
        sent = self.step(session, content, self.step(session, content, ADAPTER.prepare(session, content, 0, "k", AT)))
        with (
            time_machine.travel(timezone.now() + timedelta(hours=7)),
            pytest.raises(errors.Rejected, match="could not use"),
        ):
            self.step(session, content, sent)

    def test_an_ended_permission_to_send_is_asked_for_anew(self, far, session):
        content = pin(media=[film()])
        named = self.step(session, content, ADAPTER.prepare(session, content, 0, "k", AT))
        far.policy = "policy-2"
        again = self.step(session, content, named)
        assert again.data["film"] == {}
        done = again
        while (further := self.step(session, content, done)) != done:
            done = further
        ADAPTER.publish_part(session, content, 0, done, [])
        assert len(far.media) == 2

    def test_a_storage_out_of_order_is_tried_again(self, far, session):
        content = pin(media=[film()])
        named = self.step(session, content, ADAPTER.prepare(session, content, 0, "k", AT))
        for failure in (Failure(Reply(503, raw=b"<Error/>")), Failure(cut=True)):
            far.fail(failure, pattern="/storage")
            with pytest.raises(errors.Temporary):
                self.step(session, content, named)
        assert self.step(session, content, named).data["film"]["sent"]

    def test_a_place_over_plain_http_gets_no_film(self, far, session, settings):
        settings.PLATFORM_HOSTS = {"PINTEREST_API": far.url}
        content = pin(media=[film()])
        prepared = ADAPTER.prepare(session, content, 0, "k", AT)
        told = {"media_id": "1", "upload_url": "http://93.184.216.34/x", "upload_parameters": {"key": "k"}}
        far.fail(Failure(Reply(201, told)), pattern="/media$")
        with pytest.raises(errors.Temporary, match="not safe"):
            self.step(session, content, self.step(session, content, prepared))

    def test_the_storage_may_be_set(self, far, session):
        content = pin(media=[film()])
        prepared = ADAPTER.prepare(session, content, 0, "k", AT)
        named = self.step(session, content, prepared)
        named.data["film"]["url"] = "https://pinterest-media-upload.example/storage"
        assert self.step(session, content, named).data["film"]["sent"]

    @pytest.mark.parametrize(
        "told", [{}, {"media_id": "1"}, {"media_id": {}, "upload_url": "x", "upload_parameters": {}}, [], None]
    )
    def test_nonsense_about_a_film_is_temporary(self, far, session, told):
        content = pin(media=[film()])
        prepared = ADAPTER.prepare(session, content, 0, "k", AT)
        far.fail(Failure(Reply(201, told)), pattern="/media$")
        with pytest.raises(errors.Temporary):
            self.step(session, content, prepared)


class TestFinding:
    def look(self, session, content, prepared, ago=HOUR):
        return ADAPTER.find(session, content, 0, prepared, timezone.now() - ago)

    def dropped(self, far, session, content):
        prepared = ready(session, content)
        far.drop_next()
        with pytest.raises(errors.Unclear):
            ADAPTER.publish_part(session, content, 0, prepared, [])
        return prepared

    def test_a_pin_in_a_section_is_found(self, far, session):
        content = pin(board=f"{BOARD}/{SECTION}", title="A book")
        found = self.look(session, content, self.dropped(far, session, content))
        assert (found.state, found.receipt.alt) == ("present", "delivered")

    def test_a_list_that_lags_proves_nothing_yet(self, far, session):
        content = pin()
        prepared = self.dropped(far, session, content)
        far.late = set(far.pins)
        assert self.look(session, content, prepared, timedelta(seconds=30)).state == "unknown"
        far.late = set()
        assert self.look(session, content, prepared, timedelta(seconds=30)).state == "present"

    def test_what_never_arrived_is_absent_after_a_while(self, far, session):
        content = pin()
        prepared = ready(session, content)
        assert self.look(session, content, prepared, timedelta(seconds=91)).state == "absent"
        found = self.look(session, content, prepared, timedelta(0))
        assert (found.state, found.look_at) == ("unknown", PAGE)

    @pytest.mark.parametrize(
        ("theirs", "state"),
        [
            ({"description": "Another thing", "link": "https://l.example/x"}, "absent"),
            ({"description": "Hello", "title": "By hand"}, "unknown"),
            ({"description": "By hand", "link": "https://l.example/b"}, "unknown"),
            ({}, "unknown"),
        ],
    )
    def test_a_pin_by_hand_that_may_be_ours_is_no_proof(self, far, session, theirs, state):
        content = pin("Hello", title="A book", link="https://l.example/b")
        prepared = ready(session, content)
        far.pin_by_hand(**theirs)
        assert self.look(session, content, prepared).state == state

    def test_older_pins_that_move_up_are_not_ours(self, far, session):
        content = pin()
        old = far.pin_by_hand(description="Hello", alt_text="A sofa")
        far.age(old, timedelta(days=3))
        numbers = [far.pin_by_hand(description=f"Pin {number}") for number in range(25)]
        for number in numbers:
            far.age(number, timedelta(days=1))
        prepared = ready(session, content)
        del far.pins[numbers[0]]
        assert self.look(session, content, prepared).state == "absent"

    def test_a_board_full_of_newer_pins_proves_nothing(self, far, session):
        content = pin()
        prepared = self.dropped(far, session, content)
        for number in range(25):
            far.pin_by_hand(description=f"Pin {number}")
        assert self.look(session, content, prepared).state == "unknown"

    def test_a_picture_without_words_is_never_taken_for_ours(self, far, session):
        content = pin("", [picture("", decorative=True)])
        prepared = self.dropped(far, session, content)
        for one in far.pins.values():
            one.pop("description")
            one.pop("title")
            one.pop("link")
        assert self.look(session, content, prepared).state == "unknown"

    @pytest.mark.parametrize(
        "form",
        ["https://pinterest.com/pin/{}", "https://de.pinterest.com/pin/{}/", "https://www.pinterest.co.uk/pin/x--{}"],
    )
    def test_a_pin_is_recognised_in_every_country(self, far, session, form):
        receipt = send(session, pin())
        assert ADAPTER.recognise(session, form.format(receipt.remote_id)) == dataclasses.replace(receipt, alt="none")
        far.pins[receipt.remote_id]["is_owner"] = False
        with pytest.raises(errors.Rejected):
            ADAPTER.recognise(session, receipt.url)


class TestFigures:
    def test_figures_of_a_whole_life_and_of_days(self, far, session):
        receipt = send(session, pin())
        values = ADAPTER.metrics(session, [receipt])[receipt.remote_id].values
        assert values == {
            "impressions": 70,
            "pin_clicks": 7,
            "outbound_clicks": 3,
            "saves": 5,
            "reactions": 0,
            "comments": 2,
        }

    def test_a_film_is_asked_for_its_views(self, far, session):
        receipt = send(session, pin(media=[film()]))
        assert ADAPTER.metrics(session, [receipt])[receipt.remote_id].values["video_views"] == 11

    def test_what_is_no_longer_told_is_not_zero(self, far, session):
        receipt = send(session, pin())
        far.age(receipt.remote_id, timedelta(days=120))
        assert "saves" not in ADAPTER.metrics(session, [receipt])[receipt.remote_id].values
        assert not [one for one in far.asked if one.path.endswith("/analytics")]

    def test_an_account_that_is_not_shown_days_has_the_rest(self, far, session):
        far.business = False
        receipt = send(session, pin())
        values = ADAPTER.metrics(session, [receipt])[receipt.remote_id].values
        assert (values["impressions"], "saves" in values) == (70, False)


class TestLimits:
    @pytest.mark.parametrize(
        ("header", "seconds"),
        [
            ({"x-ratelimit-reset": "37"}, 37),
            ({"x-ratelimit-reset": "1, 40000;w=86400, 3;w=60"}, 40000),
            ({"x-ratelimit-reset": "0"}, 1),
            ({"x-ratelimit-reset": "99999999"}, 86_400),
            ({"x-ratelimit-reset": "soon"}, 300),
            ({"Retry-After": "9", "x-ratelimit-reset": "40"}, 9),
        ],
    )
    def test_how_long_is_understood(self, far, session, header, seconds):
        prepared = ready(session, pin())
        far.fail(Failure(Reply(429, {"code": 8, "message": "Slow down"}, header)))
        with pytest.raises(errors.RateLimited) as caught:
            ADAPTER.publish_part(session, pin(), 0, prepared, [])
        assert abs((caught.value.until - timezone.now()).total_seconds() - seconds) < 2


class TestConnecting:
    @pytest.fixture
    def here(self, far):
        return Context("pinterest", app=dict(APP))

    def finish(self, here, **answer):
        return ADAPTER.finish({}, answer or {"code": CODE}, redirect_uri=BACK, context=here)

    def test_a_person_is_sent_to_sign_in(self, far, here):
        redirect = ADAPTER.begin({}, redirect_uri=BACK, state="s-1", context=here)
        query = {name: values[0] for name, values in parse_qs(urlsplit(redirect.url).query).items()}
        assert redirect.url.startswith("https://www.pinterest.com/oauth/?")
        assert query == {
            "client_id": APP["client_id"],
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": "boards:read,boards:write,pins:read,pins:write,user_accounts:read",
            "state": "s-1",
        }

    def test_the_code_becomes_a_token_that_lasts_and_an_account_with_its_boards(self, far, here):
        connected = self.finish(here)
        account = connected.account
        assert (account.remote_id, account.name, account.handle) == (ME, "Town Library", "@townlibrary")
        assert account.facts["boards"] == BOARDS
        assert far.forms[-1]["continuous_refresh"] == "true"
        assert connected.secret == {"token": far.token, "refresh": far.refresh_token}
        assert timedelta(days=29) < connected.expires_at - timezone.now() <= timedelta(days=30)
        assert timedelta(days=59) < connected.ends_at - timezone.now() <= timedelta(days=60)

    @pytest.mark.parametrize("answer", [{"error": "access_denied"}, {"code": ""}, {"state": "s"}])
    def test_a_declined_sign_in_connects_nothing(self, far, here, answer):
        with pytest.raises(FieldProblem, match="not completed"):
            self.finish(here, **answer)

    def test_rights_left_out_are_named(self, far, here):
        far.granted = SCOPES.replace(" pins:write", "").replace(" ", ",")
        with pytest.raises(FieldProblem, match="pins:write"):
            self.finish(here)

    def test_a_wrong_code_is_told(self, far, here):
        with pytest.raises(FieldProblem, match="did not accept"):
            self.finish(here, code="of-somebody-else")

    def test_wrong_keys_of_the_application_are_told_as_such(self, far, here, session):
        with pytest.raises(FieldProblem, match="keys of your application"):
            ADAPTER.finish(
                {}, {"code": CODE}, redirect_uri=BACK, context=Context("pinterest", app={**APP, "client_secret": "x"})
            )
        session._app = {**APP, "client_secret": "x"}
        with pytest.raises(errors.NeedsReconnect, match="keys of your application"):
            ADAPTER.renew(session, {"token": "t", "refresh": far.refresh_token})

    def test_a_key_that_opens_nothing_is_not_believed(self, far, here):
        far.fail(Failure(Reply(data={"access_token": "pina_of_nobody", "scope": SCOPES})), pattern="/oauth/token")
        with pytest.raises(FieldProblem, match="no longer accepts"):
            self.finish(here)

    def test_the_whole_way_by_our_own_pages(self, far, lib, settings):
        settings.PLATFORM_APPS = {f"PINTEREST_{name}".upper(): value for name, value in APP.items()}
        begun = services.connect_begin(by=lib.ada, unit=lib.north, platform="pinterest", fields={})
        query = {name: values[0] for name, values in parse_qs(urlsplit(begun.url).query).items()}
        far.back = query["redirect_uri"]
        channel = services.connect_finish(
            by=lib.ada, state=query["state"], answer={"code": CODE}, arrived_at=query["redirect_uri"]
        )
        assert (channel.name, channel.handle, channel.facts["boards"]) == ("Town Library", "@townlibrary", BOARDS)
        assert channel.credential.secret["refresh"] == far.refresh_token
        assert "board" in {option.name for option in capabilities_of(channel).options}

    def test_without_keys_of_the_application_nobody_connects(self, lib):
        with pytest.raises(FieldProblem, match="keys of your application"):
            services.connect_begin(by=lib.ada, unit=lib.north, platform="pinterest", fields={})

    def test_every_renewal_brings_the_next_key(self, far, here):
        connected = self.finish(here)
        session = TestSession(ADAPTER, connected.account, connected.secret, APP)
        renewed = ADAPTER.renew(session, connected.secret)
        assert renewed.secret == {"token": far.token, "refresh": far.refresh_token} != connected.secret
        assert renewed.ends_at - timezone.now() > timedelta(days=59)
        with pytest.raises(errors.NeedsReconnect):
            ADAPTER.renew(session, connected.secret)

    def test_a_renewal_without_a_new_refresh_token_keeps_the_old(self, far, session):
        far.fail(Failure(Reply(data={"access_token": "pina_new", "expires_in": 60})), pattern="/oauth/token")
        assert ADAPTER.renew(session, {"token": "t", "refresh": "r"}).secret == {"token": "pina_new", "refresh": "r"}

    @pytest.mark.parametrize("reply", [Reply(503), Reply(raw=b"<html>"), Reply(data={})])
    def test_a_trouble_while_renewing_is_not_the_end(self, far, session, reply):
        far.fail(Failure(reply), pattern="/oauth/token")
        with pytest.raises(errors.Temporary):
            ADAPTER.renew(session, {"token": "t", "refresh": far.refresh_token})

    def test_what_cannot_be_renewed_needs_a_person(self, session):
        with pytest.raises(errors.NeedsReconnect):
            ADAPTER.renew(session, session.secret)

    def test_from_a_file(self, far, here):
        connected = ADAPTER.from_token({"token": far.token, "refresh": far.refresh_token}, context=here)
        assert connected.account.handle == "@townlibrary"
        for token in ("", "pina_of_nobody"):
            with pytest.raises(FieldProblem) as caught:
                ADAPTER.from_token({"token": token}, context=here)
            assert caught.value.field == "token"


class TestBoards:
    def test_boards_and_sections_are_the_options(self, far, session):
        can = ADAPTER.capabilities_for(ADAPTER.probe(session).facts)
        (board,) = [one for one in can.options if one.name == "board"]
        assert [key for key, _label in board.choices] == ["", BOARD, f"{BOARD}/{SECTION}", OTHER]
        assert check(pin(), can, DEFAULT) == []
        assert [one.message for one in check(pin(board=""), can, DEFAULT)] == ["check.option_required"]
        assert [one.message for one in check(pin(board="77"), can, DEFAULT)] == ["check.option_value"]

    def test_an_only_board_needs_no_choosing(self):
        can = ADAPTER.capabilities_for({"boards": [[BOARD, "Books"]]})
        assert can.options[0].default == BOARD

    def test_many_boards_are_read_page_by_page(self, far, session):
        far.page = 2
        assert ADAPTER.probe(session).facts["boards"] == BOARDS

    def test_sections_that_cannot_be_read_cost_no_board(self, far, session):
        far.fail(Failure(Reply(403, {"code": 29, "message": "No"})), method="GET", pattern="/sections")
        assert ADAPTER.probe(session).facts["boards"] == [[BOARD, "Books"], [OTHER, "Events"]]

    @pytest.mark.parametrize(("tier", "warned"), [("", True), ("trial", True), ("standard", False)])
    def test_trial_access_is_told(self, far, session, tier, warned):
        session._app = {**APP, "tier": tier}
        notes = [str(note) for note in ADAPTER.capabilities_for(ADAPTER.probe(session).facts).notes]
        assert any("trial access" in note for note in notes) == warned

    def test_a_post_without_a_picture_is_named_before(self):
        can = ADAPTER.capabilities_for({"boards": BOARDS})
        assert "check.media_required" in [
            one.message for one in check(words("Hi", options={"board": BOARD}), can, DEFAULT)
        ]
