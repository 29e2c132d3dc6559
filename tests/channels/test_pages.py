"""The pages of channels and of Practice, asked as a browser asks."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from channels_app import services, work
from channels_app.models import Channel, ChannelLoan, Credential, PracticeAccount, PracticePost
from channels_app.practice.services import ensure_practice
from tests import cast
from tests.channels.conftest import moored
from tests.channels.harbour import Harbour
from tests.channels.test_practice import picture, send, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel(harbour: Harbour, lib: cast.Library) -> Channel:
    return moored(lib.north)


def page(user: Any, name: str, *args: Any, **query: Any) -> Any:
    return cast.signed_in(user).get(reverse(name, args=args), query)


def post(user: Any, name: str, *args: Any, **data: Any) -> Any:
    return cast.signed_in(user).post(reverse(name, args=args), data)


# --- the list -----------------------------------------------------------------
def test_the_list_shows_each_visible_channel_with_its_state_and_next_step(channel: Channel, lib: cast.Library) -> None:
    services.mark_lost(channel, "channel.lost", {"reason": "The key was revoked."})
    answer = page(lib.ada, "channels:list")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Harbour Library" in text
    assert "The key was revoked." in text
    assert reverse("channels:reconnect", args=[channel.pk]) in text
    assert "Harbour Library" not in page(lib.olga, "channels:list").content.decode()


def test_the_filter_of_the_list_stands_in_the_address(channel: Channel, lib: cast.Library) -> None:
    assert "Harbour Library" in page(lib.ada, "channels:list", platform="harbour").content.decode()
    narrowed = page(lib.ada, "channels:list", state="paused").content.decode()
    assert "Harbour Library" not in narrowed
    assert "No channel fits this filter" in narrowed


def test_disconnected_channels_are_shown_when_asked_for(channel: Channel, lib: cast.Library) -> None:
    services.disconnect(by=lib.ada, channel=channel)
    assert "Harbour Library" not in page(lib.ada, "channels:list").content.decode()
    assert "Harbour Library" in page(lib.ada, "channels:list", state="disconnected").content.decode()


def test_the_list_asks_as_often_for_twenty_channels_as_for_two(harbour: Harbour, lib: cast.Library) -> None:
    browser, asked = cast.signed_in(lib.ada), []
    for number in range(20):
        ChannelLoan.objects.create(channel=moored(lib.north, remote_id=str(number)), unit=lib.south)
        if number in (1, 19):
            browser.get(reverse("channels:list"))  # the session is made at the first visit
            with CaptureQueriesContext(connection) as captured:
                assert browser.get(reverse("channels:list")).status_code == 200
            asked.append(len(captured))
    assert asked[0] == asked[1] <= 15


# --- connecting ---------------------------------------------------------------
def test_what_was_typed_is_kept_after_a_mistake_except_secrets(harbour: Harbour, lib: cast.Library) -> None:
    answer = post(
        lib.ada, "channels:connect_to", "harbour", server="harbour.example", password="wrong", unit=lib.north.pk
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Harbour does not know this password." in text
    assert 'value="harbour.example"' in text
    assert 'value="wrong"' not in text
    assert not Channel.objects.exists()


def test_a_good_form_leads_to_the_channel(harbour: Harbour, lib: cast.Library) -> None:
    answer = post(
        lib.ada, "channels:connect_to", "harbour", server="harbour.example", password="right", unit=lib.south.pk
    )
    channel = Channel.objects.get()
    assert answer.url == reverse("channels:detail", args=[channel.pk])
    assert channel.unit == lib.south


def test_a_browser_sign_in_goes_out_by_a_page_of_ours_and_comes_back(harbour: Harbour, lib: cast.Library) -> None:
    browser = cast.signed_in(lib.ada)
    out = browser.post(
        reverse("channels:connect_to", args=["harbour"]),
        {"server": "harbour.example", "password": "", "unit": lib.north.pk},
    )
    assert out.status_code == 200  # a redirect would be stopped by our own form-action policy
    assert f"https://harbour.example/authorize?state={harbour.asked['state']}" in out.content.decode()
    path = harbour.asked["redirect_uri"].removeprefix("http://127.0.0.1:8000")
    back = browser.get(path, {"state": harbour.asked["state"], "code": "good"})
    assert back.url == reverse("channels:detail", args=[Channel.objects.get().pk])
    again = browser.get(path, {"state": harbour.asked["state"], "code": "good"})
    assert again.status_code == 422
    assert "used already" in again.content.decode()


@pytest.mark.parametrize("query", [{}, {"state": "x"}, {"state": "x" * 9000, "code": "y"}, {"error": "access_denied"}])
def test_an_answer_nobody_asked_for_is_a_sentence(harbour: Harbour, lib: cast.Library, query: dict[str, str]) -> None:
    answer = page(lib.ada, "channels:callback", "harbour", "home", **query)
    assert answer.status_code == 422
    assert "Begin again" in answer.content.decode()


def test_reconnecting_prefills_what_is_known(channel: Channel, lib: cast.Library) -> None:
    text = page(lib.ada, "channels:reconnect", channel.pk).content.decode()
    assert 'value="harbour.example"' in text
    assert "Sign in as @anchor" in text


def test_a_unit_one_does_not_manage_cannot_be_chosen(harbour: Harbour, lib: cast.Library) -> None:
    nora = cast.person("Nora North", (cast.Role.ADMIN, lib.north))
    answer = post(nora, "channels:connect_to", "harbour", server="harbour.example", password="right", unit=lib.south.pk)
    assert answer.status_code == 422
    assert not Channel.objects.exists()


def test_an_unknown_platform_is_not_there(lib: cast.Library) -> None:
    assert page(lib.ada, "channels:connect_to", "nonsense").status_code == 404


# --- one channel --------------------------------------------------------------
READING = ("detail", "avatar")
ACTING = (
    "reconnect",
    "disconnect",
    "pause",
    "resume",
    "probe",
    "describe",
    "lend",
    "override",
    "remove_override",
    "practice",
)


@pytest.mark.parametrize("name", READING + ACTING)
def test_another_units_channel_is_not_there_and_strangers_sign_in_first(
    channel: Channel, lib: cast.Library, name: str
) -> None:
    address = reverse(f"channels:{name}", args=[channel.pk])
    verb = "get" if name in READING else "post"
    assert getattr(cast.signed_in(lib.olga), verb)(address).status_code == 404
    stranger = getattr(Client(), verb)(address)
    assert stranger.status_code == 302
    assert "login" in stranger.url


@pytest.mark.parametrize("name", ACTING)
def test_who_only_sees_a_channel_changes_nothing(channel: Channel, lib: cast.Library, name: str) -> None:
    before = Channel.objects.values().get()
    for person in (lib.alice, lib.sam, lib.audit):
        client = cast.signed_in(person)
        client.raise_request_exception = False
        assert client.post(reverse(f"channels:{name}", args=[channel.pk])).status_code == 403
    assert Channel.objects.values().get() == before


def test_the_page_shows_buttons_only_to_those_who_may_press_them(channel: Channel, lib: cast.Library) -> None:
    assert "Disconnect" in page(lib.ada, "channels:detail", channel.pk).content.decode()
    assert "Disconnect" not in page(lib.alice, "channels:detail", channel.pk).content.decode()


def test_a_borrower_sees_the_facts_but_not_the_notes(channel: Channel, lib: cast.Library) -> None:
    services.describe(by=lib.ada, channel=channel, owner_of_record="Head office", recovery_notes="Safe, second shelf")
    services.lend(by=lib.ada, channel=channel, unit=lib.south)
    text = page(lib.olga, "channels:detail", channel.pk).content.decode()
    assert "Characters in a post" in text
    assert "second shelf" not in text
    assert "second shelf" in page(lib.alice, "channels:detail", channel.pk).content.decode()


def test_disconnecting_asks_first_and_says_what_is_held_up(
    channel: Channel, lib: cast.Library, monkeypatch: Any
) -> None:
    monkeypatch.setattr(work, "_sources", [lambda ids: {pk: {"waiting": 3, "in_review": 1} for pk in ids}])
    text = page(lib.ada, "channels:disconnect", channel.pk).content.decode()
    assert "3 planned posts will not go out here" in text
    assert "one post in review names this channel" in text
    assert Credential.objects.exists()
    post(lib.ada, "channels:disconnect", channel.pk)
    assert not Credential.objects.exists()


def test_pressing_a_button_of_an_old_page_is_told_kindly(channel: Channel, lib: cast.Library) -> None:
    browser = cast.signed_in(lib.ada)
    for _twice in range(2):
        answer = browser.post(reverse("channels:pause", args=[channel.pk]), follow=True)
        assert answer.status_code == 200
    assert "Somebody changed this channel a moment ago" in answer.content.decode()


def test_every_form_of_the_page_does_its_work_and_names_its_mistakes(channel: Channel, lib: cast.Library) -> None:
    assert post(lib.ada, "channels:lend", channel.pk, unit=lib.south.pk).status_code == 302
    assert post(lib.ada, "channels:lend", channel.pk, unit=lib.south.pk).status_code == 422
    assert post(lib.ada, "channels:unlend", channel.pk, lib.south.pk).status_code == 302
    assert post(lib.ada, "channels:unlend", channel.pk, lib.south.pk).status_code == 404
    given = {"fact": "text.limit", "value": 250, "reason": "Seen there"}
    assert post(lib.ada, "channels:override", channel.pk, **given).status_code == 302
    assert "Seen there" in page(lib.ada, "channels:detail", channel.pk).content.decode()
    wrong = post(lib.ada, "channels:override", channel.pk, **{**given, "value": 0, "reason": "my words"})
    assert wrong.status_code == 422
    assert "Give a number from 1" in wrong.content.decode()
    assert "my words" in wrong.content.decode()
    assert post(lib.ada, "channels:remove_override", channel.pk, fact="text.limit").status_code == 302
    notes = {"owner_of_record": "Head office", "recovery_notes": "In the safe"}
    assert post(lib.ada, "channels:describe", channel.pk, **notes).status_code == 302
    channel.refresh_from_db()
    assert (channel.overrides, channel.owner_of_record) == ({}, "Head office")


def test_the_picture_is_sent_as_what_it_is_and_only_to_those_who_see_the_channel(
    channel: Channel, lib: cast.Library
) -> None:
    name = default_storage.save("avatars/a.png", ContentFile(b"\x89PNG"))
    Channel.objects.update(avatar=name)
    answer = page(lib.alice, "channels:avatar", channel.pk)
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert "private" in answer["Cache-Control"]
    Channel.objects.update(avatar="avatars/a.html")
    assert page(lib.alice, "channels:avatar", channel.pk).status_code == 404


def test_practice_is_told_to_fail_on_its_channels_page(lib: cast.Library) -> None:
    channel = ensure_practice(lib.north)
    assert "What should happen with the next post" in page(lib.ada, "channels:detail", channel.pk).content.decode()
    assert post(lib.ada, "channels:practice", channel.pk, mode="drop").status_code == 302
    assert PracticeAccount.objects.get().mode == "drop"
    assert post(lib.ada, "channels:practice", channel.pk, mode="explode").status_code == 422


# --- Practice for the public --------------------------------------------------
@pytest.fixture
def shown(lib: cast.Library) -> PracticePost:
    from channels_app.content import Content, Part

    send(ensure_practice(lib.north), Content(parts=(Part("Hello <b>town</b>", media=(picture(),)),), language="en"))
    return PracticePost.objects.get()


def at(name: str, shown: PracticePost) -> str:
    return reverse(f"practice:{name}", args=[shown.account.handle, shown.pk])


def test_anybody_reads_practice_without_a_cookie(shown: PracticePost) -> None:
    for address in (
        reverse("practice:timeline"),
        reverse("practice:account", args=["north-branch"]),
        at("post", shown),
    ):
        visitor = Client()
        answer = visitor.get(address)
        assert answer.status_code == 200
        assert "Hello &lt;b&gt;town&lt;/b&gt;" in answer.content.decode()
        assert 'alt="A red door"' in answer.content.decode()
        assert "sessionid" not in visitor.cookies
    shown.refresh_from_db()
    assert shown.views == 1


def test_a_picture_of_practice_is_sent_as_what_it_is(shown: PracticePost) -> None:
    answer = Client().get(reverse("practice:picture", args=[shown.pk, 0]))
    assert (answer.status_code, answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        200,
        "image/png",
        "nosniff",
    )
    assert Client().get(reverse("practice:picture", args=[shown.pk, 1])).status_code == 404


def test_a_like_counts_once_and_is_taken_back_by_pressing_again(shown: PracticePost) -> None:
    visitor, counts = Client(), []
    for _press in range(3):
        assert visitor.post(at("like", shown), {"from": "https://evil.example"}).url.startswith(
            "/practice/@north-branch/"
        )
        shown.refresh_from_db()
        counts.append(shown.likes)
    assert counts == [1, 0, 1]


def test_a_reply_stands_below_and_a_mistake_keeps_what_was_typed(shown: PracticePost) -> None:
    visitor = Client()
    visitor.post(at("reply", shown), {"author": "Pat", "text": "See you\r\nthere"})
    text = visitor.get(at("post", shown)).content.decode()
    assert "See you\nthere" in text
    long = visitor.post(at("reply", shown), {"author": "Pat", "text": "x" * 503})
    assert long.status_code == 422
    assert "3 characters too long" in long.content.decode()
    assert "x" * 503 in long.content.decode()
    assert "Write something first." in visitor.post(at("reply", shown), {"text": "  "}).content.decode()
    assert shown.replies.count() == 1


def test_an_account_may_close_its_replies(shown: PracticePost) -> None:
    PracticePost.objects.update(replies_closed=True)
    assert "Reply as a visitor" not in Client().get(at("post", shown)).content.decode()
    assert Client().post(at("reply", shown), {"text": "anyway"}).status_code == 422


def test_a_visitor_who_hammers_is_slowed_down(shown: PracticePost) -> None:
    visitor = Client()
    answers = [visitor.post(at("like", shown)).status_code for _press in range(21)]
    assert answers == [302] * 20 + [429]


def test_forms_of_practice_want_their_token(shown: PracticePost) -> None:
    assert Client(enforce_csrf_checks=True).post(at("like", shown)).status_code == 403


def test_a_post_still_processing_is_not_public(shown: PracticePost, lib: cast.Library) -> None:
    PracticeAccount.objects.update(mode="processing")
    send(ensure_practice(lib.north), words("Not yet"), key="later")
    assert "Not yet" not in Client().get(reverse("practice:timeline")).content.decode()
    hidden = PracticePost.objects.get(text="Not yet")
    assert Client().get(at("post", hidden)).status_code == 404


def test_a_thread_is_read_in_one_place(lib: cast.Library) -> None:
    from channels_app.content import Content, Part

    send(ensure_practice(lib.north), Content(parts=(Part("One"), Part("Two"), Part("Three"))))
    first = PracticePost.objects.order_by("pk").first()
    assert first
    text = Client().get(at("post", first)).content.decode()
    assert text.index("One") < text.index("Two") < text.index("Three")
    assert "Two" not in Client().get(reverse("practice:timeline")).content.decode()
