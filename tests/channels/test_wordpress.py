"""WordPress' adapter against a site that behaves as version 6 does, and against the habits of others."""

from __future__ import annotations

import re
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from channels_app import errors, services
from channels_app.check import check
from channels_app.connect import Context, FieldProblem
from channels_app.content import Content, LinkCard, Part
from channels_app.models import Channel
from channels_app.platforms import _wordpress_posts as posts
from channels_app.platforms.base import Redirect
from channels_app.platforms.wordpress import WordPress
from libsocial.accounts.policy import DEFAULT
from tests.contracts.platform import AT, HttpContract, words
from tests.fakes.server import Failure, Reply, running
from tests.fakes.session import TestSession, captions, document, film, picture
from tests.fakes.wordpress import ME, PASSWORD, USER, FakeWordPress

pytestmark = pytest.mark.django_db
ADAPTER = WordPress()
BACK = "https://libsocial.example/channels/callback"


class FarWordPress(FakeWordPress):
    def drop_next(self) -> None:
        self.fail(Failure(store=True, cut=True))


@pytest.fixture
def far(settings):
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    with running(FarWordPress()) as far:
        yield far


@pytest.fixture
def here(far):
    return Context("wordpress")


def begin(here, **fields):
    return ADAPTER.begin(fields, redirect_uri=BACK, state="s-1", context=here)


@pytest.fixture
def session(far, here):
    return open_session(far, here)


def open_session(far, here):
    connected = begin(here, server=far.site, user=USER, app_password=PASSWORD)
    return TestSession(ADAPTER, connected.account, connected.secret)


def ready(session, content, key="k"):
    prepared = ADAPTER.prepare(session, content, 0, key, AT)
    while (further := ADAPTER.ready(session, content, 0, prepared)) != prepared:
        prepared = further
    return prepared


def send(session, content, key="k"):
    return ADAPTER.publish_part(session, content, 0, ready(session, content, key), [])


def stored(far):
    (post,) = far.posts.values()
    return post


class TestContract(HttpContract):
    adapter = ADAPTER
    liked = "replies"
    ends_by = "DELETE"


class TestPublishing:
    def test_everything_reaches_the_site(self, far, session):
        options = {
            "title": "Story <time> & more",
            "category": "5",
            "tags": "summer\nReading",
            "excerpt": "Bring <3 a cushion",
            "comments": "closed",
        }
        text = "Ten o’clock [gallery] & <b>\nSee https://library.example/a?b=1&c=2."
        receipt = send(session, words(text, options=options))
        post = stored(far)
        assert post["title"] == "Story &lt;time&gt; &amp; more"
        assert post["content"] == (
            "<!-- wp:paragraph -->\n<p>Ten o’clock &#91;gallery] &amp; &lt;b&gt;<br>See "
            '<a href="https://library.example/a?b=1&amp;c=2">https://library.example/a?b=1&amp;c=2</a>.</p>\n'
            "<!-- /wp:paragraph -->"
        )
        assert (post["status"], post["categories"], post["excerpt"]) == ("publish", [5], "Bring &lt;3 a cushion")
        assert [far.tags[one] for one in post["tags"]] == ["summer", "Reading"]
        assert post["comment_status"] == "closed"
        assert receipt.url == f"{far.site}/2026/{post['slug']}/"
        assert post["slug"].startswith("story-time-more-")

    @pytest.mark.parametrize(
        ("text", "title", "rest"),
        [
            ("Story time\nAt ten", "Story time", "At ten"),
            ("\n\nStory time \n\nAt ten\n\nFor all\n", "Story time", "At ten\n\nFor all"),
            ("Story time", "Story time", ""),
            ("word " * 60, "word " * 14 + "word word…", "word " * 60),
            ("w" * 300, "w" * 80 + "…", "w" * 300),
            ("", "", ""),
        ],
    )
    def test_the_first_line_is_the_title_unless_it_is_long(self, text, title, rest):
        assert posts.title_and_text(words(text)) == (title, rest)

    def test_one_title_never_makes_two_addresses_alike(self, session):
        content = words("Story time")
        slugs = {ready(session, content, key).data["slug"] for key in ("a", "b")}
        assert len(slugs) == 2
        assert posts.slug_of(words("日本語"), "a").startswith("post-")

    @pytest.mark.parametrize("status", ["draft", "pending", "private"])
    def test_it_may_wait_on_the_site(self, far, session, status):
        content = words("Story time", options={"status": status})
        receipt = send(session, content)
        assert stored(far)["status"] == status
        assert receipt.remote_id == send(session, content).remote_id
        assert ADAPTER.find(session, content, 0, ready(session, content), timezone.now()).state == "present"

    def test_the_first_picture_stands_above_and_the_others_below(self, far, session):
        media = [picture("A sofa"), picture('A "red" <lamp>'), picture("", decorative=True)]
        receipt = send(session, words("Look\nhere", media=media))
        post = stored(far)
        assert far.media[post["featured_media"]]["alt_text"] == "A sofa"
        assert post["content"].count("<img ") == 2
        assert 'alt="A &quot;red&quot; &lt;lamp&gt;"' in post["content"]
        assert 'alt=""' in post["content"]
        assert far.alts() == ["A sofa", 'A "red" <lamp>', ""]
        assert receipt.alt == "delivered"

    def test_all_pictures_may_stand_in_the_post(self, far, session):
        send(session, words("Look", media=[picture("A <sofa>")], options={"header": False}))
        post = stored(far)
        assert (post["featured_media"], post["content"].count("<img ")) == (0, 1)
        assert next(iter(far.media.values()))["alt_text"] == "A &lt;sofa>"  # a whole tag would be taken out

    def test_a_film_comes_with_its_captions_and_its_picture(self, far, session):
        media = film("A tour", captions=(captions(),), poster=picture())
        send(session, words("Look", media=[media]))
        content = stored(far)["content"]
        assert '<video controls src="' in content
        assert 'aria-label="A tour"' in content
        assert "poster=" in content
        assert '.vtt" srclang="en" label="en">' in content
        assert [one["mime_type"] for one in far.media.values()] == ["video/mp4", "text/vtt", "image/png"]

    def test_a_document_is_linked_by_its_name(self, far, session):
        send(session, words("Look", media=[document("Programme & more.pdf")]))
        assert ">Programme &amp; more.pdf</a>" in stored(far)["content"]

    def test_a_card_is_a_link_unless_the_text_has_it(self, far, session):
        card = LinkCard("https://library.example/e", "Evening & talk", "In the hall")
        send(session, Content((Part("Hello\nCome", card=card),)), "a")
        send(session, Content((Part("Hello\nhttps://library.example/e", card=card),)), "b")
        one, two = far.posts.values()
        assert '<a href="https://library.example/e">Evening &amp; talk</a><br>In the hall' in one["content"]
        assert "Evening" not in two["content"]

    def test_each_file_is_stored_before_the_next_and_none_twice(self, far, session):
        content = words("Look", media=[picture("a"), picture("b")])
        begun = ADAPTER.prepare(session, content, 0, "k", AT)
        one = ADAPTER.ready(session, content, 0, begun)
        far.fail(Failure(cut=True), pattern="/media$")
        with pytest.raises(errors.Temporary):
            ADAPTER.ready(session, content, 0, one)
        two = ADAPTER.ready(session, content, 0, one)
        assert ADAPTER.ready(session, content, 0, two) == two
        assert len(far.media) == 2

    def test_a_tag_in_another_way_of_writing_is_the_sites(self, far, session):
        far.tags[9] = "Book Club!"
        send(session, words("Hello", options={"tags": "book-club"}))
        assert stored(far)["tags"] == [9]

    def test_a_server_that_dies_over_a_picture_is_asked_to_go_on(self, far, session):
        far.gives_up = 3
        send(session, words("Look", media=[picture("A sofa")]))
        assert far.alts() == ["A sofa"]
        assert len(far.media) == 1

    def test_a_picture_too_large_for_the_server_leaves_nothing_behind(self, far, session):
        far.gives_up = 9
        with pytest.raises(errors.Temporary, match="too large"):
            ready(session, words("Look", media=[picture()]))
        assert far.media == {}

    @pytest.mark.parametrize(
        "reply",
        [
            Reply(413, raw=b"<html>"),
            Reply(500, {"code": "rest_upload_sideload_error", "message": "not allowed to upload this file type"}),
            Reply(400, {"code": "rest_upload_no_data", "message": "No data supplied."}),
        ],
    )
    def test_a_file_the_site_does_not_take_names_the_media(self, far, session, reply):
        far.fail(Failure(reply), pattern="/media$")
        with pytest.raises(errors.Rejected) as caught:
            ready(session, words("Look", media=[picture()]))
        assert caught.value.field == "media"


class TestOnce:
    """The draft is laid down where nobody reads it; publishing it may be said twice."""

    def look(self, session, content, prepared):
        return ADAPTER.find(session, content, 0, prepared, timezone.now())

    def test_a_draft_whose_answer_got_lost_is_used_and_not_laid_down_again(self, far, session):
        content = words("Hello")
        prepared = ready(session, content)
        far.fail(Failure(store=True, cut=True), pattern="/posts$")
        with pytest.raises(errors.Temporary):
            ADAPTER.publish_part(session, content, 0, prepared, [])
        assert (len(far.drafts()), far.texts()) == (1, [])
        assert self.look(session, content, prepared).state == "absent"
        ADAPTER.publish_part(session, content, 0, prepared, [])
        assert (far.drafts(), far.texts()) == ([], ["Hello"])

    def test_a_draft_laid_down_twice_is_published_once(self, far, session):
        content = words("Hello")
        prepared = ready(session, content)
        receipt = ADAPTER.publish_part(session, content, 0, prepared, [])
        far.posts[999] = {**stored(far), "id": 999, "status": "draft"}
        assert ADAPTER.publish_part(session, content, 0, prepared, []).remote_id == receipt.remote_id
        assert self.look(session, content, prepared).receipt.remote_id == receipt.remote_id
        assert far.texts() == ["Hello"]

    def test_what_staff_moved_to_the_trash_proves_nothing(self, far, session):
        content = words("Hello")
        prepared = ready(session, content)
        ADAPTER.delete(session, ADAPTER.publish_part(session, content, 0, prepared, []))
        found = self.look(session, content, prepared)
        assert found.state == "unknown"
        assert found.look_at.startswith(f"{far.site}/wp-admin/edit.php")

    def test_a_draft_deleted_there_meanwhile_is_laid_down_again(self, far, session):
        content = words("Hello")
        prepared = ready(session, content)
        gone = {"code": "rest_post_invalid_id", "message": "Invalid post ID.", "data": {"status": 404}}
        far.fail(Failure(Reply(404, gone)))
        with pytest.raises(errors.Temporary):
            ADAPTER.publish_part(session, content, 0, prepared, [])
        ADAPTER.publish_part(session, content, 0, prepared, [])
        assert far.texts() == ["Hello"]

    def test_a_page_instead_of_a_list_proves_nothing(self, far, session):
        content = words("Hello")
        prepared = ready(session, content)
        far.fail(Failure(Reply(raw=b"<html>cached</html>")), method="GET", pattern="/posts$")
        with pytest.raises(errors.Temporary):
            self.look(session, content, prepared)

    def test_a_post_is_recognised_by_its_number_too(self, far, session):
        receipt = send(session, words("Hello"))
        assert ADAPTER.recognise(session, f"{far.site}/?p={receipt.remote_id}").remote_id == receipt.remote_id
        stored(far)["author"] = 9
        with pytest.raises(errors.Rejected):
            ADAPTER.recognise(session, receipt.url)


class TestFigures:
    def test_a_site_out_of_order_makes_nothing_gone(self, far, session):
        receipt = send(session, words("Hello"))
        far.fail(Failure(Reply(404, raw=b"<html>")), method="GET", pattern=r"/posts/\d+$")
        with pytest.raises(errors.Temporary):
            ADAPTER.metrics(session, [receipt])

    def test_what_was_deleted_for_good_is_gone(self, far, session):
        receipt = send(session, words("Hello"))
        far.posts.clear()
        assert ADAPTER.metrics(session, [receipt])[receipt.remote_id].gone

    def test_a_total_that_is_not_told_is_not_zero(self, far, session):
        far.fail(Failure(Reply(data=[])), method="GET", pattern="/posts$")
        assert ADAPTER.audience(session).values == {}


class TestSite:
    SPREADS: ClassVar = ["oembed/1.0", "wp/v2", "jetpack/v4", "activitypub/1.0"]

    def test_categories_and_tags_of_the_site_are_the_options(self, far, session):
        can = ADAPTER.capabilities_for(ADAPTER.probe(session).facts)
        options = {option.name: option for option in can.options}
        assert dict(options["category"].choices)["5"] == "Events & talks"
        assert "summer" in str(options["tags"].help)
        assert check(words("Hello", options={"category": "5", "tags": "summer\nnew"}), can, DEFAULT) == []
        (problem,) = check(words("Hello", options={"category": "77"}), can, DEFAULT)
        assert problem.message == "check.option_value"

    def test_plugins_that_spread_posts_are_told(self, far, session):
        far.namespaces = self.SPREADS
        notes = [str(note) for note in ADAPTER.capabilities_for(ADAPTER.probe(session).facts).notes]
        assert [name for name in ("ActivityPub", "Jetpack") if any(name in note for note in notes)]
        assert len(notes) == len(ADAPTER.capabilities.notes) + 2

    def test_a_site_that_tells_no_terms_is_connected_all_the_same(self, far, here):
        for kind in ("categories", "tags"):
            far.fail(Failure(Reply(403, raw=b"<html>")), method="GET", pattern=kind)
        connected = begin(here, server=far.site, user=USER, app_password=PASSWORD)
        assert connected.account.facts["categories"] == []
        assert ADAPTER.capabilities_for(connected.account.facts).options

    def test_plain_addresses_work_throughout(self, far, here):
        far.plain_addresses = True
        session = open_session(far, here)
        assert session.facts["root"] == f"{far.site}/?rest_route=/"
        assert session.server == far.site
        receipt = send(session, words("Look", media=[picture("A sofa")]))
        assert receipt.url == f"{far.site}/?p={receipt.remote_id}"
        assert ADAPTER.recognise(session, receipt.url).remote_id == receipt.remote_id
        assert ADAPTER.metrics(session, [receipt])[receipt.remote_id].values == {"comments": 0}
        assert far.alts() == ["A sofa"]


class TestConnecting:
    @pytest.mark.parametrize("page", ["", "/", "/2026/some-post/", "/wp-admin/", "/wp-login.php", "/?p=3"])
    def test_any_page_of_the_site_leads_to_it(self, far, here, page):
        grouped = " ".join(PASSWORD[at : at + 4] for at in range(0, 24, 4))
        connected = begin(here, server=far.site + page, user=f" {USER} ", app_password=grouped)
        account = connected.account
        assert (account.remote_id, account.handle, account.server) == (str(ME), "@author", far.site)
        assert account.name == "Town Library & Friends"
        assert connected.secret == {"user": USER, "password": PASSWORD}
        assert connected.expires_at is None

    @pytest.mark.parametrize("plain", [False, True])
    def test_a_site_that_does_not_tell_is_asked_at_the_usual_places(self, far, here, plain):
        far.tells_root, far.plain_addresses = False, plain
        assert begin(here, server=far.site, user=USER, app_password=PASSWORD).account.server == far.site

    def test_without_a_password_a_person_allows_it_on_the_site(self, far, here):
        redirect = begin(here, server=far.site, user="", app_password="")
        assert isinstance(redirect, Redirect)
        query = {name: values[0] for name, values in parse_qs(urlsplit(redirect.url).query).items()}
        assert redirect.url.startswith(f"{far.site}/wp-admin/authorize-application.php?")
        assert query["success_url"] == f"{BACK}?state=s-1"
        assert query["reject_url"] == f"{BACK}?state=s-1&error=access_denied"
        assert re.fullmatch(r"LibSocial \d{4}-\d\d-\d\d \d\d:\d\d", query["app_name"])  # each name may be used once
        answer = {"site_url": "https://elsewhere.example", "user_login": USER, "password": PASSWORD}
        connected = ADAPTER.finish(redirect.keep, answer, redirect_uri=BACK, context=here)
        assert connected.account.server == far.site
        assert ADAPTER.probe(TestSession(ADAPTER, connected.account, connected.secret)) == connected.account

    @pytest.mark.parametrize(
        "answer", [{"error": "access_denied"}, {"success": "false"}, {}, {"user_login": USER}, {"password": PASSWORD}]
    )
    def test_a_declined_consent_connects_nothing(self, far, here, answer):
        keep = begin(here, server=far.site).keep
        with pytest.raises(FieldProblem, match="not completed"):
            ADAPTER.finish(keep, answer, redirect_uri=BACK, context=here)

    def test_a_password_that_opens_nothing_is_not_believed(self, far, here):
        keep = begin(here, server=far.site).keep
        with pytest.raises(FieldProblem, match="does not accept"):
            ADAPTER.finish(keep, {"user_login": USER, "password": "x" * 24}, redirect_uri=BACK, context=here)

    def test_the_consent_page_needs_https_here(self, far, here):
        with pytest.raises(FieldProblem, match="https only"):
            ADAPTER.begin({"server": far.site}, redirect_uri="http://localhost/cb", state="s", context=here)

    def test_a_site_without_application_passwords_is_told(self, far, here):
        far.gives_passwords = False
        with pytest.raises(FieldProblem, match="no application passwords"):
            begin(here, server=far.site)

    def test_a_user_who_may_not_publish_is_told_which_role_it_needs(self, far, here, session):
        far.rights = {"edit_posts": True}
        with pytest.raises(FieldProblem, match="author or editor") as caught:
            begin(here, server=far.site, user=USER, app_password=PASSWORD)
        assert caught.value.field == "user"
        with pytest.raises(errors.NeedsReconnect, match="publish_posts"):
            ADAPTER.probe(session)

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"server": ""}, "server"),
            ({"server": "not a site"}, "server"),
            ({"server": "http://93.184.216.34/blog"}, "server"),
            ({"user": USER}, "app_password"),
            ({"app_password": PASSWORD}, "user"),
            ({"user": USER, "app_password": "wrong"}, "app_password"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(self, far, here, fields, field):
        with pytest.raises(FieldProblem) as caught:
            begin(here, **{"server": far.site, **fields})
        assert caught.value.field == field

    def test_a_web_site_that_is_no_wordpress_is_told(self, far, here):
        far.namespaces = ["acme/v1"]
        with pytest.raises(FieldProblem, match="no WordPress"):
            begin(here, server=far.site, user=USER, app_password=PASSWORD)

    def test_a_private_place_is_refused(self, far, here, settings):
        settings.PRIVATE_HOSTS = []
        with pytest.raises(FieldProblem):
            begin(here, server=far.site, user=USER, app_password=PASSWORD)
        assert far.asked == []

    def test_a_root_over_plain_http_gets_no_password(self, far, here, settings):
        far.url = "http://93.184.216.34"  # what the site says of itself
        place = f"http://127.0.0.1:{far.port}/news"
        with pytest.raises(FieldProblem, match="in the open"):
            begin(here, server=place, user=USER, app_password=PASSWORD)
        assert not [one for one in far.asked if "authorization" in one.headers]

    def test_the_whole_way_by_our_own_pages_and_again(self, far, lib, settings):
        settings.BASE_URL = "https://libsocial.example"
        for channel in (None, "the same"):
            known = Channel.objects.get() if channel else None
            begun = services.connect_begin(
                by=lib.ada, unit=lib.north, platform="wordpress", fields={"server": far.site}, channel=known
            )
            back = urlsplit(parse_qs(urlsplit(begun.url).query)["success_url"][0])
            kept = services.connect_finish(
                by=lib.ada,
                state=parse_qs(back.query)["state"][0],
                answer={"site_url": far.site, "user_login": USER, "password": PASSWORD},
                arrived_at=f"https://{back.netloc}{back.path}",
            )
        assert Channel.objects.get() == kept
        assert (kept.name, kept.server) == ("Town Library & Friends", far.site)
        assert kept.credential.secret == {"user": USER, "password": PASSWORD}
        ended = services.disconnect(by=lib.ada, channel=kept)
        assert ended.there
        assert far.password == ""

    def test_from_a_file(self, far, here):
        fields = {"server": far.site, "user": USER, "token": PASSWORD}
        assert ADAPTER.from_token(fields, context=here).account.handle == "@author"
        for missing in ("user", "token"):
            with pytest.raises(FieldProblem) as caught:
                ADAPTER.from_token({**fields, missing: ""}, context=here)
            assert caught.value.field == missing

    def test_a_dead_password_is_told_while_the_list_hides_it(self, far, session):
        """To a stranger the site does not say 401, but that `status` is wrong."""
        content = words("Hello")
        prepared = ready(session, content)
        far.revoke()
        for act in (
            lambda: ADAPTER.publish_part(session, content, 0, prepared, []),
            lambda: ADAPTER.find(session, content, 0, prepared, timezone.now()),
            lambda: ADAPTER.recognise(session, f"{far.site}/2026/x/"),
        ):
            with pytest.raises(errors.NeedsReconnect):
                act()

    def test_the_account_stays_the_one_it_was_connected_as(self, far, session):
        assert ADAPTER.probe(session).server == session.server
        session.server = f"{far.site}/"
        assert ADAPTER.probe(session).server == f"{far.site}/"
