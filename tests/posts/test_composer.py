"""The composer's form: everything it sends is kept, every button works without script, nothing is doubled or lost."""

from __future__ import annotations

import io
import json
import re
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from channels_app import services as channels
from channels_app.models import Channel
from channels_app.practice.services import ensure_practice
from posts.models import Asset, Post
from posts.services import review
from tests.cast import Library, signed_in


@pytest.fixture
def channel(lib: Library) -> Channel:
    return ensure_practice(lib.north, by=lib.ada)


@pytest.fixture
def second(lib: Library) -> Channel:
    return ensure_practice(lib.root, by=lib.ada)


@pytest.fixture
def browser(lib: Library) -> Client:
    return signed_in(lib.alice)


def form(channel: Channel, text: str = "Storytime on Tuesday", **more: Any) -> dict[str, Any]:
    return {
        "token": str(uuid.uuid4()),
        "version": "0",
        "unit": str(channel.unit_id),
        "base-0-text": text,
        "channel": [str(channel.pk)],
        "when": "asap",
        "language": "en",
        **more,
    }


def save(browser: Client, data: dict[str, Any]) -> dict[str, Any]:
    answer = browser.post(reverse("posts:autosave"), data)
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def picture(name: str = "shelf.png") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


def test_a_repeated_autosave_never_makes_a_second_draft(browser: Client, channel: Channel) -> None:
    data = form(channel)
    first, again = save(browser, data), save(browser, data)
    assert Post.objects.count() == 1
    assert first["url"] == again["url"] and first["version"] == again["version"]


def test_every_save_carries_on_from_the_one_before(browser: Client, channel: Channel) -> None:
    data = form(channel)
    version = save(browser, data)["version"]
    later = save(browser, data | {"version": version, "base-0-text": "Storytime on Wednesday"})
    assert later["version"] == version + 1
    assert Post.objects.get().current.body["parts"][0]["text"] == "Storytime on Wednesday"


def test_two_editors_meet_and_nobody_is_overwritten(lib: Library, browser: Client, channel: Channel) -> None:
    data = form(channel)
    version = save(browser, data)["version"]
    erin = signed_in(lib.erin)
    save(erin, data | {"version": version, "base-0-text": "Erin's words"})
    answer = browser.post(reverse("posts:autosave"), data | {"version": version, "base-0-text": "Alice's words"})
    assert answer.status_code == 409
    shown = json.loads(answer.content)["conflict"]
    assert "Erin Editor" in shown and "Erin&#x27;s words" in shown
    assert Post.objects.get().current.body["parts"][0]["text"] == "Erin's words"


def test_keep_mine_is_a_choice_of_the_person(lib: Library, browser: Client, channel: Channel) -> None:
    data = form(channel)
    version = save(browser, data)["version"]
    theirs = save(signed_in(lib.erin), data | {"version": version, "base-0-text": "Erin's words"})["version"]
    post = Post.objects.get()
    mine = data | {"version": version, "base-0-text": "Alice's words", "do": f"keep-mine:{theirs}"}
    browser.post(reverse("posts:edit", args=[post.pk]), mine)
    post.refresh_from_db()
    assert post.current.body["parts"][0]["text"] == "Alice's words"


def test_a_conflict_without_script_keeps_what_was_typed_on_the_page(
    lib: Library, browser: Client, channel: Channel
) -> None:
    data = form(channel)
    version = save(browser, data)["version"]
    save(signed_in(lib.erin), data | {"version": version, "base-0-text": "Erin's words"})
    page = browser.post(
        reverse("posts:edit", args=[Post.objects.get().pk]),
        data | {"version": version, "base-0-text": "My own words", "do": "save"},
    )
    text = page.content.decode()
    assert "My own words" in text and "Erin Editor" in text


def test_what_a_platform_would_refuse_cannot_be_sent_for_approval(browser: Client, channel: Channel) -> None:
    data = form(channel, "a" * 501, do="submit")
    page = browser.post(reverse("posts:new"), data)
    assert page.status_code == 422
    assert "a" * 501 in page.content.decode()
    post = Post.objects.get()
    assert post.state == "draft"


def test_sent_for_approval_in_one_form(browser: Client, channel: Channel) -> None:
    answer = browser.post(reverse("posts:new"), form(channel, do="submit"))
    post = Post.objects.get()
    assert post.state == "in_review"
    assert answer["Location"] == reverse("posts:detail", args=[post.pk])


def test_a_person_who_works_alone_is_told_the_way_out(lib: Library, channel: Channel) -> None:
    for other in (lib.sam, lib.olga):
        other.memberships.all().delete()
    browser = signed_in(lib.ada)
    browser.post(reverse("posts:new"), form(channel, do="submit"))
    page = browser.get(reverse("posts:detail", args=[Post.objects.get().pk])).content.decode()
    assert reverse("accounts:invite") in page and "Nobody else here can approve" in page


def test_two_submits_at_once_are_one(browser: Client, channel: Channel) -> None:
    data = form(channel, do="submit")
    browser.post(reverse("posts:new"), data)
    second = browser.post(reverse("posts:new"), data)
    assert second.status_code in (302, 422)
    assert Post.objects.count() == 1 and Post.objects.get().state == "in_review"


def test_too_long_becomes_a_thread_by_one_button(browser: Client, channel: Channel) -> None:
    text = "One sentence of the library. " * 40
    data = form(channel, text.strip())
    answer = save(browser, data)
    html = answer["slots"]["base-0"]
    assert "fix:split_thread" in html
    button = html.split('value="fix:')[1].split('"')[0]
    post = Post.objects.get()
    browser.post(reverse("posts:edit", args=[post.pk]), data | {"version": answer["version"], "do": f"fix:{button}"})
    post.refresh_from_db()
    parts = post.current.body["parts"]
    assert len(parts) > 1 and all(len(part["text"]) <= 500 for part in parts)
    assert " ".join(part["text"] for part in parts).split() == text.split()


def test_a_fix_for_one_of_two_channels_leaves_the_other_alone(
    lib: Library, browser: Client, channel: Channel, second: Channel
) -> None:

    channels.lend(by=lib.ada, channel=second, unit=lib.north)
    text = ("One sentence of the library. " * 40).strip()
    data = form(channel, text) | {"channel": [str(channel.pk), str(second.pk)]}
    version = save(browser, data)["version"]
    where = f"fix:split_thread:{channel.pk}.check.too_long.0"
    post = Post.objects.get()
    browser.post(reverse("posts:edit", args=[post.pk]), data | {"version": version, "do": where})
    post.refresh_from_db()
    targets = {target.channel_id: target for target in post.current.targets.all()}
    assert len(targets[channel.pk].variant["parts"]) > 1
    assert targets[second.pk].variant is None and post.current.body["parts"][0]["text"] == text


def test_how_a_channel_s_own_words_differ_stands_beside_them(browser: Client, channel: Channel) -> None:
    scope = f"v{channel.pk}"
    own = {f"{scope}-own": "1", f"{scope}-0-text": "Storytime on Tuesday at ten"}
    differs = save(browser, form(channel, **own))["live"][f"{scope}-differs"]
    assert "How it differs" in differs and re.search(r"<ins>.*at ten</ins>", differs)
    page = browser.get(reverse("posts:edit", args=[Post.objects.get().pk])).content.decode()
    assert "How it differs" in page
    same = save(browser, form(channel, **own | {f"{scope}-0-text": "Storytime on Tuesday"}))["live"]
    assert "So far it says the same" in same[f"{scope}-differs"]
    assert save(browser, form(channel))["live"][f"{scope}-differs"].strip() == ""


def test_a_channel_s_own_words_are_kept_and_dropped_by_its_switch(browser: Client, channel: Channel) -> None:
    scope = f"v{channel.pk}"
    data = form(channel) | {f"{scope}-own": "1", f"{scope}-0-text": "Other words here"}
    version = save(browser, data)["version"]
    target = Post.objects.get().current.targets.get()
    assert target.variant["parts"][0]["text"] == "Other words here"
    del data[f"{scope}-own"]
    save(browser, data | {"version": version})
    assert Post.objects.get().current.targets.get().variant is None


def test_without_script_parts_pictures_and_cards_are_buttons(browser: Client, channel: Channel) -> None:
    data = form(channel)
    version = save(browser, data)["version"]
    address = reverse("posts:edit", args=[Post.objects.get().pk])
    browser.post(address, data | {"version": version, "do": "add-part:base"})
    assert len(Post.objects.get().current.body["parts"]) == 2
    version = Post.objects.get().current.version
    both = data | {"version": version, "base-1-text": "", "base-1-files": picture(), "do": "upload:base-1"}
    browser.post(address, both)
    post = Post.objects.get()
    assert post.current.body["parts"][1]["media"][0]["asset"] == Asset.objects.get().pk
    browser.post(address, data | {"version": post.current.version, "base-1-text": "", "do": "remove-part:base-1"})
    assert len(Post.objects.get().current.body["parts"]) == 1


def test_a_refused_file_is_named_and_the_text_stays(browser: Client, channel: Channel) -> None:
    data = form(channel, "Words I do not want to lose")
    version = save(browser, data)["version"]
    liar = SimpleUploadedFile("holiday.jpg", b"<html>not a picture</html>", "image/jpeg")
    page = browser.post(
        reverse("posts:edit", args=[Post.objects.get().pk]),
        data | {"version": version, "base-0-files": liar, "do": "upload:base-0"},
    ).content.decode()
    assert "holiday.jpg" in page and "Words I do not want to lose" in page
    assert Asset.objects.count() == 0


def test_upload_by_script_answers_with_the_asset_or_a_sentence(browser: Client, channel: Channel) -> None:
    good = browser.post(reverse("posts:upload"), {"unit": channel.unit_id, "file": picture()})
    assert good.status_code == 201 and browser.get(good.json()["thumb"]).status_code == 200
    bad = browser.post(reverse("posts:upload"), {"unit": channel.unit_id, "file": SimpleUploadedFile("a.png", b"")})
    assert bad.status_code == 422 and "a.png" in bad.json()["message"]
    none = browser.post(reverse("posts:upload"), {"unit": channel.unit_id})
    assert none.status_code == 400


def test_the_picker_shows_only_pictures_of_the_unit(lib: Library, browser: Client, channel: Channel) -> None:
    browser.post(reverse("posts:upload"), {"unit": channel.unit_id, "file": picture()})
    assert "data-asset" in browser.get(reverse("posts:picker"), {"unit": channel.unit_id}).content.decode()
    stranger = signed_in(lib.olga)
    assert stranger.get(reverse("posts:picker"), {"unit": channel.unit_id}).status_code == 404
    assert "data-asset" not in stranger.get(reverse("posts:picker"), {"unit": lib.south.pk}).content.decode()


def test_half_a_time_is_named_and_never_means_at_once(browser: Client, channel: Channel) -> None:
    data = form(channel, when="at", date="2031-05-01", time="", do="submit")
    page = browser.post(reverse("posts:new"), data)
    assert page.status_code == 422
    assert Post.objects.get().state == "draft"


@pytest.mark.parametrize(
    ("day", "clock", "said"),
    [
        ("", "", "Choose a day and a time."),
        ("2031-05-01", "", "The time is missing."),
        ("", "10:30", "The day is missing."),
    ],
)
@pytest.mark.parametrize("do", ["save", "submit"])
def test_half_a_time_stays_on_the_page_and_the_choice_with_it(
    browser: Client, channel: Channel, day: str, clock: str, said: str, do: str
) -> None:
    """The next press of the button must not mean 'as soon as it is approved'."""
    page = browser.post(reverse("posts:new"), form(channel, when="at", date=day, time=clock, do=do))
    html = page.content.decode()
    assert said in html
    assert f'name="date" value="{day}"' in html
    assert f'name="time" value="{clock}"' in html
    assert re.search(r'name="when" value="at" checked', html)


def test_a_time_that_does_not_exist_is_told(browser: Client, channel: Channel) -> None:
    data = form(channel, when="at", date="2031-03-30", time="01:30")  # the clocks go forward in London
    answer = save(browser, data)
    assert "02:30" in answer["slots"]["at"]


def test_a_time_in_the_past_blocks(browser: Client, channel: Channel) -> None:
    answer = save(browser, form(channel, when="at", date="2020-01-01", time="10:00"))
    assert "problem-block" in answer["slots"]["at"]


def test_an_edit_after_approval_says_what_it_will_cost(lib: Library, browser: Client, channel: Channel) -> None:
    browser.post(reverse("posts:new"), form(channel, when="at", date="2031-05-01", time="10:00", do="submit"))
    post = Post.objects.get()
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    page = browser.get(reverse("posts:edit", args=[post.pk])).content.decode()
    assert "must be approved again" in page


def test_a_new_page_blames_nobody(browser: Client, channel: Channel) -> None:
    page = browser.get(reverse("posts:new")).content.decode()
    assert "problem-block" not in page and f'value="{channel.pk}" checked' in page


def test_the_calendar_proposes_its_day(browser: Client, channel: Channel) -> None:
    page = browser.get(reverse("posts:new"), {"on": "2031-05-01"}).content.decode()
    assert 'value="2031-05-01"' in page


def test_another_unit_s_post_is_not_there(lib: Library, browser: Client, channel: Channel) -> None:
    save(browser, form(channel))
    post = Post.objects.get()
    stranger = signed_in(lib.olga)
    assert stranger.get(reverse("posts:edit", args=[post.pk])).status_code == 404
    answer = stranger.post(reverse("posts:autosave"), form(channel) | {"token": str(post.token), "version": "1"})
    assert answer.status_code in (403, 404)
    assert Post.objects.get().current.body["parts"][0]["text"] == "Storytime on Tuesday"


@pytest.mark.parametrize(
    "text",
    [
        "👩‍👩‍👧‍👦" * 30,
        "مرحبا بكم في المكتبة",
        "e\u0301" * 200,
        "a" * 100_000,
        "<script>alert(1)</script>",
        "\u202eevil",
    ],
)
def test_any_text_is_kept_as_typed(browser: Client, channel: Channel, text: str) -> None:
    answer = save(browser, form(channel, text))
    assert Post.objects.get().current.body["parts"][0]["text"] == text
    assert "<script>alert" not in answer["side"]


@pytest.mark.parametrize(
    "data", [{}, {"token": "x"}, {"token": "x", "unit": "9" * 30}, {"channel": ["x", "-1"], "base-0-text": "a"}]
)
def test_a_mangled_form_is_no_error_page(browser: Client, channel: Channel, data: dict[str, Any]) -> None:
    assert browser.post(reverse("posts:autosave"), data).status_code < 500
    assert browser.post(reverse("posts:new"), data).status_code < 500
