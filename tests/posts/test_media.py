from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from channels_app.capabilities import MediaRules
from channels_app.models import Channel
from libsocial.accounts import policies
from posts import drafting
from posts.drafting import Draft, DraftCard, DraftMedia, DraftPart, DraftTarget
from posts.models import Asset, Rendition
from posts.services import media, renditions, review, storage
from scheduler.models import Delivery
from tests import cast
from tests.cast import Library
from tests.posts.conftest import approved, lend, make_channel, simple, submitted, written

DATA = Path(__file__).resolve().parent.parent / "data" / "images"


def sent(name: str = "hopper.jpg", as_name: str = "") -> SimpleUploadedFile:
    return SimpleUploadedFile(as_name or name, (DATA / name).read_bytes(), content_type="text/html")


def asset_of(lib: Library, name: str = "hopper.jpg") -> Asset:
    return media.upload(by=lib.alice, unit=lib.north, file=sent(name))


def with_picture(channel: Channel, asset: Asset, alt: str = "Grace Hopper", **fields: object) -> Draft:
    part = DraftPart("See", (DraftMedia(asset.pk, alt),))
    return Draft(parts=(part,), targets=(DraftTarget(channel.pk),), **({"zone": "Europe/London"} | fields))


def test_a_picture_is_kept_with_its_size_and_a_small_copy(lib: Library) -> None:
    asset = asset_of(lib)
    assert (asset.mime, asset.width, asset.height, asset.original_name) == ("image/jpeg", 128, 128, "hopper.jpg")
    assert len(storage.get(asset.path)) == asset.size
    assert Image.open(io.BytesIO(storage.get(asset.thumb))).format == "WEBP"


def test_the_same_picture_is_kept_once_in_a_unit_and_apart_in_another(lib: Library) -> None:
    first = asset_of(lib)
    again = media.upload(by=lib.ada, unit=lib.north, file=sent(as_name="other.jpg"))
    elsewhere = media.upload(by=lib.olga, unit=lib.south, file=sent())
    assert again.pk == first.pk
    assert elsewhere.pk != first.pk


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\x\\<script>.jpg", "a" * 400 + ".jpg", "\u202egpj.exe", ""])
def test_the_name_of_a_file_is_text_only(lib: Library, name: str) -> None:
    file = io.BytesIO((DATA / "hopper.jpg").read_bytes())
    file.name, file.size = name, len(file.getvalue())  # type: ignore[attr-defined]
    asset = media.upload(by=lib.alice, unit=lib.north, file=file)  # type: ignore[arg-type]
    assert asset.path == f"assets/{asset.sha256[:2]}/{asset.sha256}.jpg"
    assert len(asset.original_name) <= 200


@pytest.mark.parametrize("lie", [b"<svg onload=alert(1)>", b"MZ\x90\x00", b"", b"\x89PNG\r\n\x1a\n"])
def test_a_file_that_lies_about_its_type_is_refused_and_nothing_is_stored(lib: Library, lie: bytes) -> None:
    with pytest.raises(media.Refused):
        media.upload(by=lib.alice, unit=lib.north, file=SimpleUploadedFile("a.png", lie, content_type="image/png"))
    assert not Asset.objects.exists()


def test_a_file_over_the_limit_is_refused_by_what_is_read_not_by_what_is_said(lib: Library, settings) -> None:
    settings.UPLOAD_MAX_BYTES = 1024
    file = sent()
    file.size = 10
    with pytest.raises(media.Refused, match="too large"):
        media.upload(by=lib.alice, unit=lib.north, file=file)


def test_a_full_disk_is_said_and_leaves_no_half_file(lib: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    real = default_storage._wrapped.__class__._save  # type: ignore[attr-defined]

    def full(self: object, name: str, content: object) -> str:
        path = Path(default_storage.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(default_storage._wrapped.__class__, "_save", full)
    with pytest.raises(media.Refused, match="no room"):
        asset_of(lib)
    monkeypatch.setattr(default_storage._wrapped.__class__, "_save", real)
    asset = asset_of(lib)
    assert len(storage.get(asset.path)) == asset.size


def test_a_stranger_uploads_nothing(lib: Library) -> None:
    with pytest.raises(policies.NotAllowed):
        media.upload(by=lib.olga, unit=lib.north, file=sent())


# --- who may see it ---------------------------------------------------------------


def test_a_picture_is_served_with_its_own_type_and_privately(lib: Library) -> None:
    asset = asset_of(lib)
    answer = cast.signed_in(lib.erin).get(f"/posts/pictures/{asset.pk}/full/")
    assert answer.status_code == 200
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert "private" in answer["Cache-Control"]
    assert b"".join(answer.streaming_content) == storage.get(asset.path)
    assert cast.signed_in(lib.erin).get(f"/posts/pictures/{asset.pk}/thumb/")["Content-Type"] == "image/webp"


def test_another_branchs_picture_is_not_there(lib: Library) -> None:
    asset = asset_of(lib)
    assert cast.signed_in(lib.olga).get(f"/posts/pictures/{asset.pk}/full/").status_code == 404


def test_who_owns_a_lent_channel_sees_the_pictures_of_the_post_that_asks_and_no_other(lib: Library) -> None:
    channel = make_channel(lib.south)
    lend(channel, lib.north)
    asset, other = asset_of(lib), asset_of(lib, "flower_thumbnail.png")
    post = submitted(lib.alice, lib.north, with_picture(channel, asset))
    olga = cast.signed_in(lib.olga)
    assert olga.get(f"/posts/{post.pk}/pictures/{asset.pk}/full/").status_code == 200
    assert olga.get(f"/posts/{post.pk}/pictures/{other.pk}/full/").status_code == 404


def test_a_picture_whose_file_is_gone_is_a_404(lib: Library) -> None:
    asset = asset_of(lib)
    default_storage.delete(asset.path)
    assert cast.signed_in(lib.alice).get(f"/posts/pictures/{asset.pk}/full/").status_code == 404


def test_what_was_said_about_a_picture_comes_along_with_it_next_time(lib: Library, channel: Channel) -> None:
    asset = asset_of(lib)
    submitted(lib.alice, lib.north, with_picture(channel, asset, alt=" Grace Hopper "))
    asset.refresh_from_db()
    assert asset.alt == "Grace Hopper"
    submitted(lib.alice, lib.north, with_picture(channel, asset, alt="Another view"))
    asset.refresh_from_db()
    assert asset.alt == "Grace Hopper"


def test_only_who_writes_in_its_unit_describes_a_picture(lib: Library) -> None:
    asset = asset_of(lib)
    with pytest.raises(policies.NotAllowed):
        media.describe(asset=asset, by=lib.audit, alt="x")


# --- renditions -----------------------------------------------------------------------

SMALL = MediaRules(max_images=1, mime_types=("image/jpeg",), max_bytes=3000, max_side=64)


def test_a_rendition_is_made_once_and_keeps_its_bytes(lib: Library) -> None:
    asset = asset_of(lib)
    first, second = renditions.make(asset, SMALL), renditions.make(asset, SMALL)
    assert first == second
    assert Rendition.objects.count() == 1
    assert (first.size, max(first.width, first.height)) == (len(storage.get(first.path)), 64)


def test_what_fits_goes_out_as_it_is(lib: Library) -> None:
    asset = asset_of(lib)
    assert renditions.make(asset, MediaRules(max_images=1)).sha256 == asset.sha256
    assert not Rendition.objects.exists()


def test_the_approved_payload_names_the_very_bytes_of_the_picture(lib: Library, channel: Channel) -> None:
    asset = asset_of(lib)
    approved(lib.alice, lib.sam, lib.north, with_picture(channel, asset))
    shown = Delivery.objects.get().payload["parts"][0]["media"][0]
    assert (shown["alt"], shown["sha256"]) == ("Grace Hopper", asset.sha256)


def test_a_picture_missing_from_the_disk_stops_the_approval_with_a_sentence(
    lib: Library, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = asset_of(lib)
    post = submitted(lib.alice, lib.north, with_picture(channel, asset))
    Channel.objects.filter(pk=channel.pk).update(overrides={})
    default_storage.delete(asset.path)
    monkeypatch.setattr("posts.services.renditions.resolve.fits", lambda _asset, _rules: False)
    with pytest.raises(review.NotPossible, match="missing from the media folder"):
        review.approve(post=post, by=lib.sam, digest=post.current.digest)
    assert not Delivery.objects.exists()


def test_a_picture_without_a_description_does_not_pass_where_the_policy_blocks(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, with_picture(channel, asset_of(lib), alt=""))
    with pytest.raises(review.problems.Blocked) as caught:
        review.submit(post=post, by=lib.alice)
    assert [problem.message for problem in caught.value.report.all] == ["check.alt_missing"]


def test_the_picture_of_a_link_card_is_an_asset_like_any_other(lib: Library, channel: Channel) -> None:
    asset = asset_of(lib)
    part = DraftPart("https://l.example/", (), DraftCard("https://l.example/", "T", "D", asset.pk))
    draft = Draft(parts=(part,), targets=(DraftTarget(channel.pk),))
    post = written(lib.alice, lib.north, draft)
    assert drafting.of_revision(post.current).asset_ids() == {asset.pk}
    assert simple(channel).asset_ids() == set()
