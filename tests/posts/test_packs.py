"""Packs: what goes out comes in equal, and what is dangerous is refused before anything is written."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from channels_app.models import Channel
from libsocial.links.models import Link
from posts import drafting
from posts.drafting import Draft, DraftCard, DraftMedia, DraftPart, DraftTarget
from posts.edits import Edits
from posts.models import Asset, Campaign, CaptionFile, Post
from posts.packs import form, reading, ready
from posts.packs.form import Bad
from posts.services import campaigns, drafts, media, packs
from posts.services.campaigns import Plan
from tests import reels
from tests.cast import Library, signed_in
from tests.posts.conftest import written

PICTURE = (Path(__file__).resolve().parents[1] / "data" / "images" / "hopper.jpg").read_bytes()
GOOD: dict[str, Any] = {
    "format": "libsocial-pack",
    "version": 1,
    "licence": "CC0 1.0",
    "campaign": {"name": "Seeds", "days": 14},
    "drafts": [{"day": 2, "time": "09:30", "parts": [{"text": "Sow.", "media": [{"file": "media/1.jpg"}]}]}],
}


def zipped(data: Any = GOOD, files: dict[str, bytes] | None = None, **more: Any) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pack.json", data if isinstance(data, (str, bytes)) else json.dumps(data))
        for name, content in ({"media/1.jpg": PICTURE} if files is None else files).items():
            archive.writestr(name, content)
    made.seek(0)
    return made


def link_in_zip() -> io.BytesIO:
    made = zipped()
    with zipfile.ZipFile(made, "a") as archive:
        info = zipfile.ZipInfo("media/2.jpg")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    made.seek(0)
    return made


def lying_list() -> io.BytesIO:
    """An entry whose list says it is small, and whose bytes are many."""
    made = zipped(files={"media/1.jpg": PICTURE, "media/zeros.bin": bytes(50 * 2**20)})
    data = bytearray(made.getvalue())
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(b"media/zeros.bin"))
    data[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    return io.BytesIO(bytes(data))


def twice() -> io.BytesIO:
    made = zipped()
    with zipfile.ZipFile(made, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("pack.json", "{}")
    made.seek(0)
    return made


def with_file(name: str) -> dict[str, Any]:
    return GOOD | {"drafts": [{"parts": [{"text": "x", "media": [{"file": name}]}]}]}


BAD: dict[str, tuple[Callable[[], io.BytesIO], str]] = {
    "no zip": (lambda: io.BytesIO(b"hello"), "not a zip"),
    "cut": (lambda: io.BytesIO(zipped().getvalue()[:-40]), "not a zip"),
    "a path upwards": (lambda: zipped(files={"../../etc/cron.d/x": b"x"}), "outside its own folder"),
    "a path from the root": (lambda: zipped(files={"/etc/x": b"x"}), "outside its own folder"),
    "a windows path": (lambda: zipped(files={"..\\x": b"x", "C:\\x": b"x"}), "outside its own folder"),
    "a symbolic link": (link_in_zip, "outside its own folder"),
    "named outside": (lambda: zipped(with_file("../1.jpg")), "a place it may not"),
    "named in a folder": (lambda: zipped(with_file("media/../../1.jpg")), "a place it may not"),
    "a bomb": (lambda: zipped(files={"media/1.jpg": bytes(300 * 2**20)}), "far too large"),
    "too many files": (lambda: zipped(files={f"media/{n}.jpg": b"" for n in range(600)}), "more than 500"),
    "another version": (lambda: zipped(GOOD | {"version": 2}), "reads version 1"),
    "another format": (lambda: zipped({"hello": "world"}), "not a pack"),
    "no pack.json": (lambda: zipped(files={}, data="x"), "cannot be read"),
    "nested without end": (lambda: zipped("[" * 60_000), "cannot be read"),
    "missing media": (lambda: zipped(files={}), "missing: media/1.jpg"),
    "no picture": (lambda: zipped(files={"media/1.jpg": b"#!/bin/sh\nrm -rf /"}), "no picture"),
    "two of one name": (twice, "two files of one name"),
    "a text without end": (lambda: zipped(GOOD | {"drafts": [{"parts": [{"text": "x" * 30_000}]}]}), "longer than"),
    "too many drafts": (lambda: zipped(GOOD | {"drafts": [{"parts": [{}]}] * 201}), "at most 200"),
    "a draft of nothing": (lambda: zipped(GOOD | {"drafts": [7]}), "Draft 1"),
    "an impossible time": (lambda: zipped(GOOD | {"drafts": [{"time": "25:00", "parts": [{}]}]}), "no time"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_dangerous_or_broken_is_refused_before_anything_is_written(lib: Library, case: str) -> None:
    make, words = BAD[case]
    with pytest.raises(Bad, match=words):
        packs.bring_in(by=lib.erin, unit=lib.north, starts=date(2026, 9, 1), file=make())
    assert not Campaign.objects.exists()
    assert not Post.objects.exists()
    assert not Asset.objects.exists()


def test_a_bomb_whose_list_lies_is_counted_while_it_is_unpacked(lib: Library) -> None:
    made = lying_list()
    found = reading.read(made)  # nothing names the entry: it is left out unread
    assert any("zeros.bin" in note for note in found.notes)
    made.seek(0)
    with reading.opened(made) as archive, pytest.raises(Bad):
        reading._bytes(archive, "media/zeros.bin", 2**20)


def full(lib: Library, channel: Channel, campaign: Campaign) -> Draft:
    asset = media.upload(by=lib.alice, unit=lib.north, file=SimpleUploadedFile("hopper.jpg", PICTURE))
    shown = DraftMedia(asset.pk, alt="A woman at a computer")
    card = DraftCard("https://library.example/seeds", "Seeds", "All of them")
    parts = (DraftPart("Sow now.\n\nIt is time.", (shown,)), DraftPart("And water.", (), card))
    target = (DraftTarget(channel.pk),)
    return Draft(parts, "en", "Mud", "2026-09-03T09:30", "Europe/London", target, "Private note", campaign=campaign.pk)


def test_what_goes_out_comes_in_equal_without_people_accounts_and_dates(lib: Library, channel: Channel) -> None:
    campaign = campaigns.create(by=lib.erin, unit=lib.north, plan=Plan("Seeds", date(2026, 9, 1), date(2026, 9, 14)))
    draft = full(lib, channel, campaign)
    written(lib.alice, lib.north, draft)
    written(lib.alice, lib.north, Draft(parts=(DraftPart("No day."),), zone="Europe/London", campaign=campaign.pk))
    made = packs.export(by=lib.erin, campaign=campaign, licence="CC BY 4.0")
    words = zipfile.ZipFile(io.BytesIO(made)).read("pack.json").decode()
    for private in ("Alice", "Erin", "2026", "Private note", channel.name, "library.example/s/", "North"):
        assert private not in words
    there = packs.bring_in(by=lib.ada, unit=lib.south, starts=date(2027, 3, 1), file=io.BytesIO(made))
    come = {drafting.of_revision(post.current).title(): post for post in there.posts.select_related("current")}
    assert {post.state for post in come.values()} == {"draft"}
    again = drafting.of_revision(come["Sow now. It is time."].current)
    assert again.at == "2027-03-03T09:30"
    assert again.targets == ()
    asset = Asset.objects.get(unit=lib.south)
    standing = replace(draft, at="", targets=(), note="", campaign=None)
    shown = (replace(draft.parts[0].media[0], asset=asset.pk),)
    expected = replace(standing, parts=(replace(draft.parts[0], media=shown), draft.parts[1]))
    assert replace(again, at="") == expected
    own = Asset.objects.get(unit=lib.north)
    assert (asset.width, asset.height) == (own.width, own.height)
    assert drafting.of_revision(come["No day."].current).at == ""


def test_films_travel_with_their_captions_and_pictures_as_they_are_cut(lib: Library) -> None:
    campaign = campaigns.create(by=lib.erin, unit=lib.north, plan=Plan("Seeds", date(2026, 9, 1), date(2026, 9, 14)))
    film = media.upload(by=lib.alice, unit=lib.north, file=reels.sent(reels.film()))
    picture = media.upload(by=lib.alice, unit=lib.north, file=SimpleUploadedFile("hopper.jpg", PICTURE))
    words = media.add_captions(by=lib.alice, asset=film, file=reels.sent(reels.SRT, "tour.srt"), language="es")
    cut = Edits(rotate=90, crop=(0.1, 0.1, 0.5, 0.5), focus=(0.2, 0.3))
    shown = (DraftMedia(film.pk, "A tour", captions=(words.pk,), poster=picture.pk), DraftMedia(picture.pk, edits=cut))
    written(lib.alice, lib.north, Draft(parts=(DraftPart("Look.", shown),), campaign=campaign.pk))
    made = packs.export(by=lib.erin, campaign=campaign, licence="CC BY 4.0")
    there = packs.bring_in(by=lib.ada, unit=lib.south, starts=date(2027, 3, 1), file=io.BytesIO(made))
    tour, other = drafting.of_revision(there.posts.get().current).parts[0].media
    (come,) = CaptionFile.objects.filter(asset__unit=lib.south)
    assert (come.asset_id, come.language, come.vtt_sha256) == (tour.asset, "es", words.vtt_sha256)
    assert (tour.captions, tour.poster, other.edits) == ((come.pk,), other.asset, cut)


def test_captions_that_are_none_stop_a_pack(lib: Library) -> None:
    shown = {"file": "media/1.jpg", "captions": [{"file": "media/1.vtt", "language": "en"}]}
    pack = GOOD | {"drafts": [{"parts": [{"text": "x", "media": [shown]}]}]}
    with pytest.raises(Bad, match=r"missing: media/1\.vtt"):
        packs.bring_in(by=lib.erin, unit=lib.north, starts=date(2026, 9, 1), file=zipped(pack))
    broken = zipped(pack, files={"media/1.jpg": PICTURE, "media/1.vtt": b"hello"})
    with pytest.raises(Bad, match=r"media/1\.vtt"):
        packs.bring_in(by=lib.erin, unit=lib.north, starts=date(2026, 9, 1), file=broken)
    assert not Asset.objects.exists()


def test_short_links_of_ours_travel_as_the_pages_they_lead_to(lib: Library, settings: Any) -> None:
    settings.LINK_URLS = ["https://go.library.example"]
    Link.objects.create(unit=lib.north, code="seeds", target="https://library.example/seeds")
    campaign = campaigns.create(by=lib.erin, unit=lib.north, plan=Plan("Seeds", date(2026, 9, 1), date(2026, 9, 14)))
    text = "See https://go.library.example/s/seeds. More: https://go.library.example/s/unknown"
    written(lib.alice, lib.north, Draft(parts=(DraftPart(text),), campaign=campaign.pk))
    made = packs.export(by=lib.erin, campaign=campaign, licence="CC0 1.0")
    assert "See https://library.example/seeds. More" in zipfile.ZipFile(io.BytesIO(made)).read("pack.json").decode()


def test_one_looks_before_one_takes(lib: Library) -> None:
    client = signed_in(lib.erin)
    file = SimpleUploadedFile("seeds.zip", zipped(GOOD | {"licence": ""}).getvalue())
    response = client.post(reverse("posts:pack_bring"), {"file": file})
    page = client.get(response["Location"]).content.decode()
    assert "Sow." in page
    assert "no licence" in page
    assert not Post.objects.exists()
    assert signed_in(lib.ada).get(response["Location"]).status_code == 404
    done = client.post(response["Location"], {"unit": lib.north.pk, "starts": "2199-03-01"})
    campaign = Campaign.objects.get()
    assert done["Location"] == reverse("posts:campaign", args=[campaign.pk])
    post = Post.objects.get()
    assert (post.state, post.author, post.current.at, post.campaign) == (
        "draft",
        lib.erin,
        "2199-03-03T09:30",
        campaign,
    )
    assert client.get(response["Location"]).status_code == 404


def test_a_bad_pack_is_said_beside_the_file(lib: Library) -> None:
    file = SimpleUploadedFile("x.zip", zipped(GOOD | {"version": 9}).getvalue())
    response = signed_in(lib.erin).post(reverse("posts:pack_bring"), {"file": file})
    assert response.status_code == 422
    assert "reads version 1" in response.content.decode()


@pytest.mark.parametrize("name", ready.PACKS)
def test_the_packs_that_come_along_are_whole_and_begin_with_one_button(lib: Library, name: str) -> None:
    pack, _about = ready.PACKS[name]
    assert form.of_json(json.loads(json.dumps(form.to_json(pack)))) == pack
    assert all(0 <= (draft.day or 0) < pack.days for draft in pack.drafts)
    url = reverse("posts:pack_ready", args=[name])
    signed_in(lib.erin).post(url, {"unit": lib.north.pk, "starts": "2199-09-01"})
    assert Post.objects.filter(state="draft").count() == len(pack.drafts)
    assert drafts.Post.objects.filter(campaign__licence="CC0 1.0").count() == len(pack.drafts)
