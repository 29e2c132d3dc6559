"""Templates, snippets, hashtags and names: kept by those who may, used by everybody, and never said wrongly."""

from __future__ import annotations

from typing import Any

import pytest

from posts import drafting, emojis, fields, names, problems, resolve, tags
from posts.drafting import Draft
from posts.models import BannedTag, NamedAccount, Post, Snippet, TagSet, Template
from posts.services import drafts, review
from posts.services import kit as keeping
from scheduler.models import Delivery
from tests.cast import Library, signed_in
from tests.posts.conftest import again, make_channel, simple, submitted, written

pytestmark = pytest.mark.django_db


def posted(client: Any, path: str, **data: Any) -> Any:
    return client.post(f"/posts/kit/{path}", data)


def fact(unit: Any, key: str, text: str) -> Snippet:
    return Snippet.objects.create(unit=unit, key=key, name=key, text=text)


# --- hashtags -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("#123", "is a number"),
        ("#C++", "ends a hashtag"),
        ("Banned Books", "#BannedBooks"),
        ("Books📚", "ends a hashtag"),
        ("x" * 200, "at most 100"),
        ("#BannedBooksWeek", ""),
        ("#Bücherwoche_2026", ""),
    ],
)
def test_what_is_a_hashtag_and_what_is_not(typed: str, said: str) -> None:
    found = tags.trouble(typed)
    assert said in found if said else found == ""


def test_a_set_with_a_wrong_tag_is_not_kept_and_keeps_what_was_typed(lib: Library) -> None:
    client = signed_in(lib.erin)
    typed = {
        "name": "Banned Books Week",
        "unit": lib.north.pk,
        "tags": "#BannedBooksWeek\n#C++",
        "owner": "",
        "note": "",
    }
    answer = posted(client, "hashtags/new/", **typed)
    assert answer.status_code == 422 and not TagSet.objects.exists()
    assert "#C++" in answer.content.decode() and "ends a hashtag" in answer.content.decode()
    posted(client, "hashtags/new/", **{**typed, "tags": "#BannedBooksWeek, #ReadFreely"})
    assert TagSet.objects.get().tags == ["BannedBooksWeek", "ReadFreely"]


def test_a_banned_hashtag_keeps_a_post_from_being_sent_and_says_why(lib: Library) -> None:
    posted(
        signed_in(lib.ada), "banned/new/", name="#BookBurning", reason="It belongs to a campaign against us",
        unit=lib.root.pk,
    )  # fmt: skip
    post = written(lib.alice, lib.north, simple(make_channel(lib.north), text="Come and see #bookburning today"))
    with pytest.raises(problems.Blocked) as refused:
        review.submit(post=post, by=lib.alice)
    assert "#bookburning" in str(refused.value) and "a campaign against us" in str(refused.value)
    BannedTag.objects.update(archived_at="2026-01-01T00:00Z")
    review.submit(post=post, by=lib.alice)
    assert again(post).state == "in_review"


def test_a_ban_of_another_branch_does_not_hold_here(lib: Library) -> None:
    BannedTag.objects.create(unit=lib.south, name="News", folded="news", reason="Ours is another.")
    assert submitted(lib.alice, lib.north, simple(make_channel(lib.north), text="#News")).state == "in_review"


# --- who may --------------------------------------------------------------------


def test_authors_read_the_kit_and_editors_keep_it(lib: Library) -> None:
    assert signed_in(lib.alice).get("/posts/kit/snippets/").status_code == 200
    assert signed_in(lib.alice).get("/posts/kit/snippets/new/").status_code == 403
    form = {"name": "Phone", "key": "phone", "text": "020 7946 0000", "unit": lib.north.pk}
    assert posted(signed_in(lib.erin), "snippets/new/", **form).status_code == 302
    row = Snippet.objects.get()
    assert signed_in(lib.olga).get(f"/posts/kit/snippets/{row.pk}/").status_code == 404
    assert posted(signed_in(lib.erin), "snippets/new/", **{**form, "unit": lib.south.pk}).status_code == 422
    assert "already says {phone}" in posted(signed_in(lib.erin), "snippets/new/", **form).content.decode()
    posted(signed_in(lib.erin), f"snippets/{row.pk}/do/archive/")
    assert not Snippet.objects.living().exists()
    posted(signed_in(lib.erin), f"snippets/{row.pk}/do/restore/")
    assert Snippet.objects.living().get() == row


def test_a_row_of_the_library_holds_in_its_branches_and_a_branch_may_say_it_otherwise(lib: Library) -> None:
    fact(lib.root, "phone", "1")
    fact(lib.north, "phone", "2")
    for person, unit, said in ((lib.alice, lib.north, "2"), (lib.olga, lib.south, "1")):
        known = signed_in(person).get(f"/posts/kit/data/?unit={unit.pk}").json()
        assert [one["text"] for one in known["snippets"] if one["key"] == "phone"] == [said]
    assert signed_in(lib.olga).get(f"/posts/kit/data/?unit={lib.north.pk}").status_code == 404


# --- templates --------------------------------------------------------------------


def test_ours_are_added_once_and_only_what_is_missing(lib: Library) -> None:
    client = signed_in(lib.ada)
    client.post("/posts/kit/ours/")
    client.post("/posts/kit/ours/")
    assert Template.objects.count() == 6 and {row.unit for row in Template.objects.all()} == {lib.root}
    assert signed_in(lib.alice).post("/posts/kit/ours/").status_code == 403


def test_a_template_asks_for_its_fields_and_fills_in_what_the_branch_knows(lib: Library) -> None:
    channel = make_channel(lib.north)
    keeping.add_ours(by=lib.ada, unit=lib.root)
    fact(lib.north, "website", "north.example")
    fact(lib.north, "phone", "020 7946 0000")
    template = Template.objects.get(ours="closed")
    client = signed_in(lib.alice)
    path = f"/posts/kit/templates/{template.pk}/use/"
    assert "north.example" in client.get(path).content.decode()
    missing = client.post(path, {"start": "1", "date": "2026-12-24", "reason": "", "opens": "on Monday"})
    assert missing.status_code == 422 and "on Monday" in missing.content.decode() and not Post.objects.exists()
    client.post(path, {"start": "1", "date": "2026-12-24", "reason": "Christmas", "opens": "on Monday"})
    draft = drafting.of_revision(Post.objects.get().current)
    assert draft.parts[0].text == (
        "North Branch is closed on Thursday 24 December: Christmas.\n\nWe open again on Monday. "
        "Books can be renewed online at north.example or by phone: 020 7946 0000."
    )
    assert [target.channel for target in draft.targets] == [channel.pk]


def test_a_template_with_a_field_that_cannot_be_one_is_refused_with_a_better_name(lib: Library) -> None:
    form = {"name": "Talk", "purpose": "", "text": "Meet {Author Name}", "unit": lib.north.pk}
    answer = posted(signed_in(lib.erin), "templates/new/", **form)
    assert answer.status_code == 422 and "{author_name}" in answer.content.decode()


def test_a_post_is_kept_as_a_template_with_its_parts_and_edited_without_losing_them(lib: Library) -> None:
    post = written(lib.alice, lib.north, simple(make_channel(lib.north), text="One"))
    signed_in(lib.erin).post(f"/posts/{post.pk}/template/", {"template_name": "Kept"})
    row = Template.objects.get()
    form = {"name": "Kept", "purpose": "", "text": "One {title}\n---\nTwo", "unit": lib.north.pk}
    posted(signed_in(lib.erin), f"templates/{row.pk}/", **form)
    assert [part["text"] for part in Template.objects.get().body["parts"]] == ["One {title}", "Two"]
    assert signed_in(lib.alice).post(f"/posts/{post.pk}/template/", {"template_name": "Mine"}).status_code == 403


def test_a_fact_left_in_braces_keeps_the_post_back_and_a_button_fills_it_in(lib: Library) -> None:
    channel = make_channel(lib.north)
    post = written(lib.alice, lib.north, simple(channel, text="Call {phone}"))
    with pytest.raises(problems.Blocked):
        review.submit(post=post, by=lib.alice)
    fact(lib.north, "phone", "020 7946 0000")
    form = {
        "token": post.token, "version": 1, "unit": lib.north.pk, "channel": channel.pk, "base-0-text": "Call {phone}",
        "language": "en", "when": "asap", "do": "fill",
    }  # fmt: skip
    page = signed_in(lib.alice).get(f"/posts/{post.pk}/edit/").content.decode()
    assert "Fill it in" in page
    signed_in(lib.alice).post(f"/posts/{post.pk}/edit/", form)
    assert drafting.of_revision(again(post).current).parts[0].text == "Call 020 7946 0000"


def test_a_fact_left_empty_leaves_no_hole(lib: Library) -> None:
    draft = Draft.from_json({"parts": [{"text": "Come!\n{access}\n\nCall {phone} {name}"}]})
    said = fields.filled(draft, {"access": "", "phone": "1"})
    assert said.parts[0].text == "Come!\n\nCall 1 {name}"


def test_dates_and_times_are_said_in_the_language_of_the_post() -> None:
    assert fields.said("date", "2026-12-24", "de") == "Donnerstag 24 Dezember"
    assert fields.said("time", "10:30", "en") == "10:30"


# --- another branch ------------------------------------------------------------------


def test_another_for_a_branch_goes_to_its_channels_with_its_facts(lib: Library) -> None:
    here, there = make_channel(lib.north), make_channel(lib.south, "Practice South")
    fact(lib.south, "phone", "South 1")
    post = written(lib.alice, lib.north, simple(here, text="Call {phone}", at="2190-01-01T10:00"))
    client = signed_in(lib.ada)
    client.post(f"/posts/{post.pk}/copy/", {"for_unit": lib.south.pk})
    copy = Post.objects.exclude(pk=post.pk).get()
    draft = drafting.of_revision(copy.current)
    assert (copy.unit, copy.state, draft.parts[0].text, draft.at) == (lib.south, "draft", "Call South 1", "")
    assert [target.channel for target in draft.targets] == [there.pk]
    signed_in(lib.alice).post(f"/posts/{post.pk}/copy/", {"for_unit": lib.south.pk})
    assert Post.objects.count() == 2  # Alice writes for North alone


# --- names ----------------------------------------------------------------------------


@pytest.fixture
def friends(lib: Library) -> NamedAccount:
    return NamedAccount.objects.create(unit=lib.root, name="Friends of the Library", handles={"practice": "@friends"})


def test_a_name_is_the_handle_on_each_channel_and_the_plain_name_elsewhere(lib: Library, friends: NamedAccount) -> None:
    channel = make_channel(lib.north)
    other = make_channel(lib.north, "Elsewhere")
    type(other).objects.filter(pk=other.pk).update(platform="telegram")
    draft = names.bound(simple(channel, other, text="Thanks, @[Friends of the Library]!"), lib.north)
    said = [resolve.content_for(draft, target, resolve.originals({})).parts[0].text for target in draft.targets]
    assert said == ["Thanks, @friends!", "Thanks, Friends of the Library!"]


def test_what_was_approved_keeps_its_handle_whatever_the_book_says_later(lib: Library, friends: NamedAccount) -> None:
    post = submitted(lib.alice, lib.north, simple(make_channel(lib.north), text="Thanks, @[Friends of the Library]!"))
    NamedAccount.objects.update(handles={"practice": "@somebody-else"})
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    assert Delivery.objects.get().payload["parts"][0]["text"] == "Thanks, @friends!"


def test_lists_show_the_name_and_not_its_brackets(lib: Library) -> None:
    assert simple(text="Thanks, @[Friends of the Library]!").title() == "Thanks, Friends of the Library!"


def test_a_new_handle_gives_a_new_digest_when_it_is_sent_again(lib: Library, friends: NamedAccount) -> None:
    post = submitted(lib.alice, lib.north, simple(make_channel(lib.north), text="Thanks, @[Friends of the Library]!"))
    before = post.current.digest
    review.recall(post=post, by=lib.alice)
    NamedAccount.objects.update(handles={"practice": "@new"})
    review.submit(post=again(post), by=lib.alice)
    assert again(post).current.digest != before
    with pytest.raises(review.Changed):
        review.approve(post=again(post), by=lib.sam, digest=before)


def test_saving_only_the_note_keeps_an_approval_though_the_book_changed(lib: Library, friends: NamedAccount) -> None:
    draft = simple(make_channel(lib.north), text="Thanks, @[Friends of the Library]!")
    post = submitted(lib.alice, lib.north, draft)
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    NamedAccount.objects.update(handles={"practice": "@new"})
    standing = again(post).current
    noted = Draft.from_json(draft.to_json() | {"note": "for the record"})
    drafts.save(post=again(post), by=lib.alice, draft=noted, version=standing.version)
    assert again(post).state == "approved" and again(post).current == standing


def test_a_handle_a_browser_sends_is_not_believed(lib: Library, friends: NamedAccount) -> None:
    channel = make_channel(lib.north)
    forged = {"Friends of the Library": {str(channel.pk): "@villain"}}
    data = simple(channel, text="Thanks, @[Friends of the Library]!").to_json() | {"mentions": forged}
    post = written(lib.alice, lib.north, Draft.from_json(data))
    assert post.current.body["mentions"] == {"Friends of the Library": {str(channel.pk): "@friends"}}


def test_somebody_who_is_not_in_the_book_is_named_to_the_writer(lib: Library) -> None:
    report = problems.of_draft(simple(make_channel(lib.north), text="Hello @[Nobody]"), unit=lib.north)
    assert [(one.message, one.severity) for one in report.general] == [("post.name_unknown", "warn")]


# --- emoji ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "name"), [("en", "books"), ("es", "libros"), ("fr-CA", "livres"), ("xx", "books")]
)
def test_emoji_have_names_in_the_language_of_the_page(language: str, name: str) -> None:
    found = dict(emojis.named(language))
    assert name in found["📚"].lower() and not any("🏽" in sign for sign in found)


def test_emoji_stand_in_their_groups() -> None:
    all_of_them, at, groups = emojis.named("en"), 0, {}
    for group in emojis.groups("en"):
        groups[group["title"]] = dict(all_of_them[at : at + group["count"]])
        at += group["count"]
    assert at == len(all_of_them) and len(groups) == 9
    assert next(iter(groups["Smileys and feelings"])) == "😀"
    assert "📚" in groups["Objects"] and "🏳️‍🌈" in groups["Flags"] and "🧑‍🏫" in groups["People"]
    assert "🍄" in groups["Animals and nature"] and "🍄‍🟫" in groups["Food and drink"]


def test_the_names_of_emoji_are_kept_by_the_browser(lib: Library) -> None:
    answer = signed_in(lib.alice).get("/posts/kit/emoji/")
    assert dict(answer.json()["emoji"])["📚"] == "books" and "max-age=604800" in answer["Cache-Control"]
