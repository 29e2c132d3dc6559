"""Large files in pieces: where they go on, who may send them, what they become, and what is cleaned up."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as conf
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from libsocial.accounts import policies
from posts.models import Arrival, Asset
from posts.services import arriving, binning, media
from tests import reels
from tests.cast import Library, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.bothdbs]
PIECE = 20_000


@pytest.fixture(autouse=True)
def small_pieces(settings: Any) -> None:
    settings.UPLOAD_PIECE_BYTES = PIECE


def begun(lib: Library, data: bytes, name: str = "tour.mp4", mark: str = "one") -> Arrival:
    return arriving.begin(by=lib.alice, unit=lib.north, name=name, size=len(data), mark=mark)


def sent(arrival: Arrival, data: bytes, pieces: int = 1000) -> Arrival:
    """Sends up to so many further pieces."""
    for _ in range(pieces):
        if arrival.received == len(data):
            break
        at = arrival.received
        piece = SimpleUploadedFile("piece", data[at : at + PIECE])
        arrival = arriving.take(arrival=arrival, file=piece, offset=at)
    return arrival


def stored() -> list[Path]:
    folder = Path(conf.MEDIA_ROOT) / arriving.FOLDER
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def test_a_film_in_pieces_becomes_the_same_asset_as_in_one(lib: Library) -> None:
    data = reels.film()
    assert len(data) > 2 * PIECE
    film = arriving.finish(arrival=sent(begun(lib, data), data), by=lib.alice)
    assert (film.kind, film.original_name, film.unit, film.uploaded_by) == ("video", "tour.mp4", lib.north, lib.alice)
    assert media.upload(by=lib.alice, unit=lib.north, file=reels.sent(data)).pk == film.pk
    assert not stored()
    assert not list(Path(conf.WORK_DIR).glob("*"))


def test_the_same_file_chosen_again_goes_on_where_it_stopped(lib: Library) -> None:
    data = reels.film()
    sent(begun(lib, data), data, pieces=2)
    again = begun(lib, data)
    assert again.received == 2 * PIECE
    assert arriving.waiting_for(lib.alice) == [again]
    assert arriving.finish(arrival=sent(again, data), by=lib.alice).kind == "video"
    assert arriving.waiting_for(lib.alice) == []
    assert begun(lib, data, mark="another").received == 0


def test_another_size_under_the_same_mark_begins_anew(lib: Library) -> None:
    data = reels.film()
    sent(begun(lib, data), data, pieces=2)
    assert begun(lib, data[:-1]).received == 0
    assert not stored()


def test_an_answer_that_never_came_is_given_again_and_one_asset_is_there(lib: Library) -> None:
    data = reels.film()
    film = arriving.finish(arrival=sent(begun(lib, data), data), by=lib.alice)
    again = begun(lib, data)
    assert again.received == len(data)
    assert arriving.finish(arrival=again, by=lib.alice) == film
    binning.throw(assets=[film], by=lib.alice)
    assert begun(lib, data).received == 0  # who adds it again wants it again
    assert Asset.objects.filter(kind="video").count() == 1


def test_a_piece_at_another_place_is_refused_with_where_the_file_stands(lib: Library) -> None:
    data = reels.film()
    arrival = sent(begun(lib, data), data, pieces=1)
    stale = Arrival.objects.get(pk=arrival.pk)
    sent(arrival, data, pieces=1)
    piece = SimpleUploadedFile("piece", data[PIECE : 2 * PIECE])
    with pytest.raises(arriving.OutOfStep) as found:  # a second window, a moment later
        arriving.take(arrival=stale, file=piece, offset=PIECE)
    assert found.value.received == 2 * PIECE
    assert len(stored()) == 2


@pytest.mark.parametrize("extra", [0, 1])
def test_a_piece_too_many_or_too_large_changes_nothing(lib: Library, extra: int) -> None:
    arrival = begun(lib, b"x" * 10)
    with pytest.raises(arriving.OutOfStep):
        arriving.take(arrival=arrival, file=SimpleUploadedFile("piece", b"x" * (11 if extra else PIECE + 1)), offset=0)
    assert not stored()


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(lib: Library, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = settings.UPLOAD_DOCUMENT_BYTES = 2**20
    settings.UPLOAD_VIDEO_BYTES = 3 * 2**20
    with pytest.raises(media.Refused, match="at most 3 MB"):
        arriving.begin(by=lib.alice, unit=lib.north, name="tour.mp4", size=4 * 2**20, mark="one")
    arrival = arriving.begin(by=lib.alice, unit=lib.north, name="poster.png", size=2 * 2**20, mark="two")
    with pytest.raises(media.Refused, match="at most 1 MB"):  # the first piece tells that it is no film
        arriving.take(arrival=arrival, file=SimpleUploadedFile("p", b"\x89PNG\r\n\x1a\n" + b"x" * 500), offset=0)
    assert not Arrival.objects.exists()


def test_what_is_no_file_of_ours_is_refused_at_the_end_and_forgotten(lib: Library) -> None:
    data = b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 3 * PIECE
    with pytest.raises(media.Refused):
        arriving.finish(arrival=sent(begun(lib, data), data), by=lib.alice)
    assert not Arrival.objects.exists()
    assert not Asset.objects.exists()
    assert not stored()


def test_a_piece_lost_on_the_server_is_said(lib: Library) -> None:
    data = reels.film()
    arrival = sent(begun(lib, data), data)
    default_storage.delete(arrival.pieces[1])
    with pytest.raises(media.Refused, match="Choose it again"):
        arriving.finish(arrival=arrival, by=lib.alice)
    assert not Arrival.objects.exists()


def test_two_requests_do_not_open_the_file_at_once(lib: Library) -> None:
    data = reels.film()
    arrival = sent(begun(lib, data), data)
    Arrival.objects.filter(pk=arrival.pk).update(lease=timezone.now() + timedelta(minutes=1))
    with pytest.raises(arriving.StillLooking):
        arriving.finish(arrival=arrival, by=lib.alice)
    Arrival.objects.filter(pk=arrival.pk).update(lease=timezone.now() - timedelta(minutes=1))
    assert arriving.finish(arrival=arrival, by=lib.alice).kind == "video"


def test_what_nobody_went_on_with_is_forgotten(lib: Library) -> None:
    data = reels.film()
    old = sent(begun(lib, data), data, pieces=2)
    fresh = sent(begun(lib, data, mark="two"), data, pieces=1)
    Arrival.objects.filter(pk=old.pk).update(touched_at=timezone.now() - timedelta(days=3))
    assert arriving.tidy() == 1
    assert list(Arrival.objects.all()) == [fresh]
    assert len(stored()) == 1


def test_nobody_leaves_more_than_a_few_unfinished(lib: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "MOST_OPEN", 2)
    for mark in ("one", "two"):
        begun(lib, b"x" * 10, mark=mark)
    with pytest.raises(media.Refused, match="Too many uploads"):
        begun(lib, b"x" * 10, mark="three")
    assert begun(lib, b"x" * 10, mark="one").received == 0


def test_only_who_may_write_there_begins(lib: Library) -> None:
    for person in (lib.olga, lib.audit):
        with pytest.raises(policies.NotAllowed):
            arriving.begin(by=person, unit=lib.north, name="a.mp4", size=10, mark="one")


# --- pages ----------------------------------------------------------------------


def asked(client: Client, lib: Library, size: int) -> dict[str, Any]:
    said = {"unit": lib.north.pk, "name": "tour.mp4", "size": size, "mark": "one"}
    return client.post(reverse("posts:arriving"), said).json()


def test_the_way_through_the_pages(lib: Library) -> None:
    data, client = reels.film(), signed_in(lib.alice)
    standing = asked(client, lib, len(data))
    address = reverse("posts:arriving_piece", args=[standing["arrival"]])
    wrong = client.post(address, {"offset": 5, "file": SimpleUploadedFile("piece", data[:PIECE])})
    assert (wrong.status_code, wrong.json()["received"]) == (409, 0)
    early = client.post(reverse("posts:arriving_finish", args=[standing["arrival"]]))
    assert early.status_code == 409
    while standing["received"] < len(data):
        at = standing["received"]
        standing = client.post(address, {"offset": at, "file": SimpleUploadedFile("p", data[at : at + PIECE])}).json()
    made = client.post(reverse("posts:arriving_finish", args=[standing["arrival"]]))
    assert (made.status_code, made.json()["kind"]) == (201, "video")


def test_an_upload_is_its_owners_alone_and_can_be_dropped_from_the_page(lib: Library) -> None:
    data = reels.film()
    arrival = sent(begun(lib, data), data, pieces=1)
    for name in ("piece", "finish", "drop"):
        assert signed_in(lib.sam).post(reverse(f"posts:arriving_{name}", args=[arrival.pk])).status_code == 404
    client = signed_in(lib.alice)
    page = client.get(reverse("posts:media")).content.decode()
    assert "tour.mp4" in page
    assert "goes on where it stopped" in page
    assert "goes on where it stopped" not in signed_in(lib.sam).get(reverse("posts:media")).content.decode()
    client.post(reverse("posts:arriving_drop", args=[arrival.pk]))
    assert not Arrival.objects.exists()
    assert not stored()


def test_nonsense_is_answered_with_a_sentence(lib: Library) -> None:
    client = signed_in(lib.alice)
    answer = client.post(reverse("posts:arriving"), {"unit": lib.north.pk, "size": "many", "mark": "x"})
    assert (answer.status_code, "empty" in answer.json()["message"]) == (422, True)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(lib.alice)
    assert strict.post(reverse("posts:arriving"), {"unit": lib.north.pk}).status_code == 403
