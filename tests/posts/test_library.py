"""The media library: words and rights of files, what follows from them, the bin, replacing, cutting."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from channels_app.models import Channel
from channels_app.practice.services import ensure_practice
from libsocial.accounts import policies
from libsocial.audit.models import Entry
from libsocial.notices.models import Notice
from posts import drafting, edits, problems
from posts.drafting import Draft, DraftMedia, DraftPart, DraftTarget
from posts.edits import Edits
from posts.models import Asset, AssetUse, Folder, Post
from posts.services import binning, consenting, drafts, expiring, library, media, replacing, review, storage, uses
from posts.services.media import Refused
from scheduler import engine
from scheduler.models import Delivery
from tests import reels
from tests.cast import Library, signed_in
from tests.posts.conftest import again, approved, submitted, written

pytestmark = pytest.mark.bothdbs
PEOPLE = {"shows_people": True, "consent": "", "valid_until": None}


def picture(
    lib: Library, *, colour: str = "teal", size: tuple[int, int] = (400, 200), name: str = "garden.png"
) -> Asset:
    out = io.BytesIO()
    image = Image.new("RGB", size, colour)
    image.paste("white", (0, 0, size[0] // 2, size[1]))  # the left half is white
    image.save(out, "PNG")
    return media.upload(by=lib.alice, unit=lib.north, file=SimpleUploadedFile(name, out.getvalue()))


def file_of(colour: str, size: tuple[int, int] = (400, 200)) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return SimpleUploadedFile("new.png", out.getvalue())


def showing(channel: Channel, asset: Asset, *, at: str = "", cut: Edits | None = None) -> Draft:
    part = DraftPart("Story time on Tuesday", (DraftMedia(asset.pk, "A garden", edits=cut),))
    return Draft(parts=(part,), targets=(DraftTarget(channel.pk),), zone="Europe/London", language="en", at=at)


def messages_of(post: Post) -> dict[str, str]:
    report = problems.of(again(post).current)
    return {problem.message: problem.severity for problem in report.all}


# --- finding ----------------------------------------------------------------------


def test_words_tags_folders_and_kinds_find_a_file_and_nothing_else(lib: Library) -> None:
    garden, desk = picture(lib), picture(lib, colour="red", name="desk.png")
    folder = library.make_folder(unit=lib.north, by=lib.alice, name=" Summer  reading ")
    library.tag(assets=[garden], by=lib.alice, tags="#Story Time, garden")
    library.move(assets=[garden], by=lib.alice, folder=folder)
    page = signed_in(lib.alice)
    for query in ("q=summer", "q=story+garden", "tag=story+time", f"folder={folder.pk}", "kind=image&q=garden"):
        shown = page.get(f"{reverse('posts:media')}?{query}").content.decode()
        assert "garden.png" in shown, query
        assert "desk.png" not in shown, query
    assert "desk.png" in page.get(f"{reverse('posts:media')}?only=no_alt").content.decode()
    picker = page.get(reverse("posts:picker"), {"unit": lib.north.pk, "folder": folder.pk}).content.decode()
    assert f'"id": {garden.pk}' in picker.replace("&quot;", '"')
    assert f'"id": {desk.pk},' not in picker.replace("&quot;", '"')


def test_a_folder_of_another_unit_is_refused_and_nothing_moves(lib: Library) -> None:
    asset = picture(lib)
    elsewhere = library.make_folder(unit=lib.south, by=lib.olga, name="South")
    with pytest.raises(Refused, match="another unit"):
        library.move(assets=[asset], by=lib.ada, folder=elsewhere)
    asset.refresh_from_db()
    assert asset.folder is None


def test_removing_a_folder_keeps_its_files(lib: Library) -> None:
    asset = picture(lib)
    library.move(assets=[asset], by=lib.alice, folder=library.make_folder(unit=lib.north, by=lib.alice, name="Old"))
    with pytest.raises(policies.NotAllowed):
        library.remove_folder(folder=Folder.objects.get(), by=lib.alice)
    library.remove_folder(folder=Folder.objects.get(), by=lib.sam)
    asset.refresh_from_db()
    assert asset.folder is None


def test_the_page_of_a_file_keeps_what_is_entered_and_says_what_is_wrong(lib: Library) -> None:
    asset = picture(lib)
    page, where = signed_in(lib.alice), reverse("posts:media_asset", args=[asset.pk])
    said = {"alt": "A garden", "licence": "by", "tags": "Garden", "valid_until": "2027-01-31", "new_folder": "Summer"}
    refused = page.post(where, said)
    assert refused.status_code == 422
    assert "wants the maker named" in refused.content.decode()
    assert "A garden" in refused.content.decode()  # typed words stay
    assert not Folder.objects.exists()
    assert page.post(where, said | {"credit": "Ada"}).status_code == 302
    asset.refresh_from_db()
    assert (asset.alt, asset.licence, asset.tag_list, asset.valid_until, asset.folder.name) == (
        "A garden", "by", ["garden"], date(2027, 1, 31), "Summer",
    )  # fmt: skip
    assert Entry.objects.filter(action="asset.catalogued", subject_id=str(asset.pk)).count() == 1


def test_who_may_only_read_enters_nothing(lib: Library) -> None:
    asset = picture(lib)
    page = signed_in(lib.audit)
    assert page.post(reverse("posts:media_asset", args=[asset.pk]), {"alt": "x"}).status_code == 403
    assert page.post(reverse("posts:media_act", args=[asset.pk, "bin"])).status_code == 403
    asset.refresh_from_db()
    assert (asset.alt, asset.binned_at) == ("", None)


# --- what follows from rights -----------------------------------------------------


def test_a_picture_of_people_without_their_permission_goes_nowhere(lib: Library, channel: Channel) -> None:
    asset = picture(lib)
    Asset.objects.filter(pk=asset.pk).update(**PEOPLE)
    post = written(lib.alice, lib.north, showing(channel, asset))
    assert messages_of(post)["post.asset_no_consent"] == "block"
    with pytest.raises(problems.Blocked):
        review.submit(post=post, by=lib.alice)
    Asset.objects.filter(pk=asset.pk).update(consent="Form of 14 March, folder 3")
    assert "post.asset_no_consent" not in messages_of(post)


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("2026-12-01", {"post.asset_expired": "block"}),
        ("2026-12-02", {"post.asset_expires_soon": "warn"}),
        ("2026-12-16", {"post.asset_expires_soon": "warn"}),
        ("2026-12-17", {}),
    ],
)
def test_the_day_it_goes_out_decides(lib: Library, channel: Channel, clock, until: str, expected: dict) -> None:
    asset = picture(lib)
    Asset.objects.filter(pk=asset.pk).update(valid_until=until)
    post = written(lib.alice, lib.north, showing(channel, asset, at="2026-12-02T10:00"))
    assert {name: level for name, level in messages_of(post).items() if name.startswith("post.asset")} == expected


def test_a_permission_taken_back_after_approval_stops_the_sending(lib: Library) -> None:
    asset, channel = picture(lib), ensure_practice(lib.north, by=lib.ada)
    post = approved(lib.alice, lib.sam, lib.north, showing(channel, asset))
    Asset.objects.filter(pk=asset.pk).update(**PEOPLE)
    engine.deliver(Delivery.objects.get().pk)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.message) == ("failed", "post.asset_withheld")
    assert again(post).state == "approved"


# --- a yes and a no of the people shown -------------------------------------------


def test_permission_is_noted_for_many_at_once_and_needs_its_words(lib: Library) -> None:
    assets = [picture(lib, colour=colour) for colour in ("teal", "red")]
    page, where = signed_in(lib.alice), reverse("posts:media_do")
    chosen = {"do": "consent", "asset": [asset.pk for asset in assets]}
    assert "Say how permission was given" in page.post(where, chosen, follow=True).content.decode()
    assert not Asset.objects.filter(shows_people=True).exists()
    page.post(where, chosen | {"consent": " Notice at the door  was read "})
    noted = set(Asset.objects.values_list("shows_people", "consent"))
    assert noted == {(True, "Notice at the door was read")}
    assert Entry.objects.filter(action="asset.consent_noted").count() == 2


def test_a_no_deletes_the_picture_everywhere_and_what_was_approved_is_asked_again(
    lib: Library, channel: Channel, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    asset, other = picture(lib), picture(lib, colour="red")
    both = DraftPart("Story time", (DraftMedia(asset.pk, "A garden in May"), DraftMedia(other.pk, "A red door there")))
    draft = Draft(parts=(both,), targets=(DraftTarget(channel.pk),), zone="Europe/London", at="2190-01-10T10:00")
    planned = approved(lib.alice, lib.sam, lib.north, replace(draft, language="en"))
    begun = written(lib.alice, lib.north, replace(draft, language="en"))
    page = signed_in(lib.erin)
    asked = page.get(reverse("posts:media_refuse", args=[asset.pk])).content.decode()
    assert asked.count(planned.title) == 2  # both posts are named before anything happens
    files = [asset.path, asset.thumb]
    with django_capture_on_commit_callbacks(execute=True):
        page.post(reverse("posts:media_act", args=[asset.pk, "refuse"]))
    assert not Asset.objects.filter(pk=asset.pk).exists()
    assert not any(default_storage.exists(name) for name in files)
    for post, state in ((planned, "in_review"), (begun, "draft")):
        now = again(post)
        assert now.state == state
        assert drafting.of_revision(now.current).asset_ids() == {other.pk}
    assert set(Delivery.objects.values_list("state", flat=True)) == {"cancelled"}
    told = Notice.objects.filter(message="post.picture_withdrawn", subject_id=str(planned.pk))
    assert {notice.recipient for notice in told} == {lib.alice, lib.sam}
    assert Entry.objects.get(action="asset.refused").data["changed"] == 2


def test_a_no_to_what_is_out_keeps_it_from_sight_and_names_where_it_stands(lib: Library) -> None:
    asset, channel = picture(lib), ensure_practice(lib.north, by=lib.ada)
    out = approved(lib.alice, lib.sam, lib.north, showing(channel, asset))
    engine.deliver(Delivery.objects.get().pk, worker="test")
    done = consenting.refuse(asset=asset, by=lib.sam)
    assert (done.changed, [post.pk for post in done.left], done.deleted) == ((), [out.pk], False)
    assert Asset.objects.get(pk=asset.pk).binned_at is not None
    assert again(out).state == "approved"


def test_only_who_may_throw_a_picture_away_notes_a_no(lib: Library) -> None:
    asset = picture(lib)
    assert signed_in(lib.audit).get(reverse("posts:media_refuse", args=[asset.pk])).status_code == 403
    with pytest.raises(policies.NotAllowed):
        consenting.refuse(asset=asset, by=lib.audit)
    assert Asset.objects.filter(pk=asset.pk).exists()


def test_editors_hear_once_two_weeks_before(lib: Library, channel: Channel, clock) -> None:
    asset = picture(lib)
    Asset.objects.filter(pk=asset.pk).update(valid_until=date(2026, 12, 8))
    approved(lib.alice, lib.sam, lib.north, showing(channel, asset, at="2026-12-07T10:00"))
    assert (expiring.warn(), expiring.warn()) == (1, 1)
    told = Notice.objects.filter(message="asset.expires_with_posts")
    assert told.filter(recipient=lib.sam).count() == 1
    assert not told.filter(recipient=lib.olga).exists()


# --- the bin ----------------------------------------------------------------------


def test_what_is_planned_cannot_be_thrown_away(lib: Library, channel: Channel) -> None:
    asset, other = picture(lib), picture(lib, colour="red")
    post = submitted(lib.alice, lib.north, showing(channel, asset))
    with pytest.raises(Refused, match="Story time on Tuesday"):
        binning.throw(assets=[other, asset], by=lib.sam)
    assert not Asset.objects.exclude(binned_at=None).exists()  # all of them or none
    review.withdraw(post=again(post), by=lib.alice)
    assert binning.throw(assets=[other, asset], by=lib.sam) == 2


def test_only_editors_throw_away_what_others_added(lib: Library) -> None:
    asset = picture(lib)
    Asset.objects.filter(pk=asset.pk).update(uploaded_by=lib.sam)
    with pytest.raises(policies.NotAllowed):
        binning.throw(assets=[again_asset(asset)], by=lib.alice)


def test_a_thrown_file_is_out_of_sight_blocks_drafts_and_comes_back(lib: Library, channel: Channel) -> None:
    asset = picture(lib)
    post = written(lib.alice, lib.north, showing(channel, asset))
    page = signed_in(lib.alice)
    answer = page.post(reverse("posts:media_do"), {"do": "bin", "asset": [asset.pk]}, follow=True)
    assert "1 file put into the bin" in answer.content.decode()
    assert f'value="{asset.pk}" data-media-tick' not in answer.content.decode()
    assert "garden.png" in page.get(reverse("posts:media_bin")).content.decode()
    assert messages_of(post)["post.asset_binned"] == "block"
    page.post(f"{reverse('posts:media_do')}?do=restore&asset={asset.pk}")
    assert "post.asset_binned" not in messages_of(post)


def test_adding_the_same_file_again_brings_it_back(lib: Library) -> None:
    asset = picture(lib)
    binning.throw(assets=[asset], by=lib.alice)
    assert picture(lib).pk == asset.pk
    asset.refresh_from_db()
    assert asset.binned_at is None


def test_after_thirty_days_it_goes_with_its_bytes_unless_something_needs_it(
    lib: Library, channel: Channel, clock
) -> None:
    unused, sent, shared = picture(lib), picture(lib, colour="red"), picture(lib, colour="blue")
    post = submitted(lib.alice, lib.north, showing(channel, sent))
    review.withdraw(post=again(post), by=lib.alice)
    elsewhere = media.upload(by=lib.olga, unit=lib.south, file=SimpleUploadedFile("b.png", storage.get(shared.path)))
    binning.throw(assets=[unused, sent, shared], by=lib.sam)
    assert binning.purge() == 0
    clock.shift(timedelta(days=31))
    AssetUse.objects.all().delete()  # written before uses were: found again before anything goes
    assert binning.purge() == 2
    assert set(Asset.objects.values_list("pk", flat=True)) == {sent.pk, elsewhere.pk}
    assert [default_storage.exists(one.path) for one in (unused, sent, elsewhere)] == [False, True, True]


def test_uses_are_found_again_also_in_a_channels_own_version(lib: Library, channel: Channel) -> None:
    asset = picture(lib)
    own = drafting.DraftVariant((DraftPart("Here", (DraftMedia(asset.pk, "A garden"),)),))
    draft = Draft(parts=(DraftPart("There"),), targets=(DraftTarget(channel.pk, own),), zone="Europe/London")
    post = written(lib.alice, lib.north, draft)
    assert AssetUse.objects.get().revision_id == post.current_id
    AssetUse.objects.all().delete()
    uses.catch_up()
    assert AssetUse.objects.get().asset_id == asset.pk
    drafts.save(post=post, by=lib.alice, draft=replace(draft, targets=(DraftTarget(channel.pk),)), version=1)
    assert not AssetUse.objects.exists()


# --- replacing --------------------------------------------------------------------


def test_a_better_file_takes_over_words_and_drafts_and_leaves_what_was_sent(lib: Library, channel: Channel) -> None:
    asset = picture(lib)
    library.tag(assets=[asset], by=lib.alice, tags="garden")
    draft = written(lib.alice, lib.north, showing(channel, asset))
    sent = approved(lib.alice, lib.sam, lib.north, showing(channel, asset, at="2199-01-01T10:00"))
    before = sent.current.digest
    done = replacing.replace_file(asset=again_asset(asset), by=lib.sam, file=file_of("green"))
    assert (done.drafts, done.left, done.asset.tag_list) == (1, 1, ["garden"])
    assert drafting.of_revision(again(draft).current).asset_ids() == {done.asset.pk}
    now = again(sent)
    assert (now.state, now.current.digest, drafting.of_revision(now.current).asset_ids()) == (
        "approved", before, {asset.pk},
    )  # fmt: skip
    shown = signed_in(lib.alice).get(reverse("posts:media")).content.decode()
    assert reverse("posts:media_asset", args=[asset.pk]) not in shown


def test_the_same_file_another_kind_and_one_that_is_there_are_no_replacement(lib: Library) -> None:
    asset, other = picture(lib), picture(lib, colour="red", name="desk.png")
    for data, said in ((storage.get(asset.path), "same file"), (storage.get(other.path), "in the library already")):
        with pytest.raises(Refused, match=said):
            replacing.replace_file(asset=asset, by=lib.sam, file=SimpleUploadedFile("x.png", data))
    with pytest.raises(Refused, match="another kind"):
        replacing.replace_file(asset=asset, by=lib.sam, file=reels.sent(reels.film()))
    assert not Asset.objects.exclude(replaced_by=None).exists()
    assert not Asset.objects.living().filter(kind="video").exists()


def again_asset(asset: Asset) -> Asset:
    return Asset.objects.select_related("unit").get(pk=asset.pk)


# --- cutting ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"rotate": 90}, {"rotate": 90}),
        ({"rotate": 45, "crop": [0, 0, 1, 1]}, None),
        ({"crop": [0.5, 0, 0.9, 1]}, {"crop": [0.5, 0.0, 0.5, 1.0]}),
        ({"crop": [0, 0, "x", 1], "focus": [2, 0], "fit": "stretch"}, None),
        ({"crop": [0, 0, float("nan"), 1]}, None),
        ([1], None),
        ({"focus": [0.2, 0.8], "fit": "cut"}, {"focus": [0.2, 0.8], "fit": "cut"}),
    ],
)
def test_numbers_of_a_cut_are_read_or_left_out(typed: object, kept: dict | None) -> None:
    found = edits.read(typed)
    assert (found.to_json() if found else None) == kept


def test_a_draft_without_a_cut_says_nothing_of_it() -> None:
    assert DraftMedia(7, "A garden").to_json() == {"asset": 7, "alt": "A garden", "decorative": False}


def test_what_is_cut_is_sent_cut_and_the_approval_is_bound_to_it(lib: Library, channel: Channel) -> None:
    asset = picture(lib)
    right_half = Edits(crop=(0.5, 0.0, 0.5, 1.0))
    post = approved(lib.alice, lib.sam, lib.north, showing(channel, asset, cut=right_half, at="2199-01-01T10:00"))
    sent = Delivery.objects.get().payload["parts"][0]["media"][0]
    assert (sent["width"], sent["height"]) == (200, 200)
    shown = Image.open(io.BytesIO(storage.get(sent["path"]))).convert("RGB")
    assert shown.getpixel((5, 100)) == (0, 128, 128)
    whole = approved(lib.alice, lib.sam, lib.north, showing(channel, asset, at="2199-01-01T10:00"))
    assert post.current.digest != whole.current.digest


def test_our_own_copy_is_turned_and_cut(lib: Library) -> None:
    asset = picture(lib)
    answer = signed_in(lib.alice).get(f"/posts/pictures/{asset.pk}/full/?rotate=90&crop=0,0.5,1,0.5")
    shown = Image.open(io.BytesIO(b"".join(answer.streaming_content))).convert("RGB")
    assert shown.size == (200, 200)  # a quarter to the right: what was left is above
    assert shown.getpixel((100, 100))[0] < 40


def test_the_composer_takes_the_cut_of_the_library_and_keeps_its_own(lib: Library, channel: Channel) -> None:
    asset = picture(lib)
    page = signed_in(lib.alice)
    numbers = {"rotate": "0", "crop_x": "50", "crop_y": "0", "crop_w": "50", "crop_h": "100", "focus_x": "50"}
    page.post(reverse("posts:media_act", args=[asset.pk, "shape"]), numbers | {"focus_y": "50", "do": "keep"})
    asset.refresh_from_db()
    assert asset.edits == {"crop": [0.5, 0.0, 0.5, 1.0]}
    post = written(lib.alice, lib.north, showing(channel, asset, cut=edits.read(asset.edits)))
    shown = page.get(reverse("posts:edit", args=[post.pk])).content.decode()
    assert "crop=0.5%2C0%2C0.5%2C1" in shown
    assert 'data-field="edits"' in shown
