"""The demo: a post in every state, figures that agree with Practice, and nothing mixed with a library in use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from analytics.models import PostFigure, Reading
from channels_app.models import Channel, PracticeAccount, PracticePost
from libsocial import demo
from libsocial.accounts.models import Invitation, User
from libsocial.hours.models import Closure, OpeningHours
from libsocial.links.models import ClickHour
from libsocial.notices.models import Notice
from posts import problems
from posts.models import (
    Asset,
    BannedTag,
    Campaign,
    Comment,
    Contact,
    Embargo,
    NamedAccount,
    Post,
    Slot,
    Snippet,
    TagSet,
    Template,
)
from scheduler.models import Delivery

ROOT = Path(__file__).resolve().parent.parent
POSTS = {"draft", "in_review", "changes_requested", "approved", "withdrawn", "archived"}
DELIVERIES = {
    "planned",
    "published",
    "failed",
    "waiting",
    "unclear",
    "needs_person",
    "held",
    "expired",
    "removed",
    "cancelled",
}


@pytest.fixture
def riverbend(db: None) -> None:
    demo.fill("a long password for the demo")


def test_every_state_a_page_can_show_has_its_post(riverbend: None) -> None:
    assert set(Post.objects.values_list("state", flat=True)) == POSTS
    assert set(Delivery.objects.values_list("state", flat=True)) == DELIVERIES
    assert set(Channel.objects.values_list("state", flat=True)) == {"active", "needs_reconnect"}
    bodies = [post.current.body for post in Post.objects.select_related("current")]
    assert {"en", "es", "ar"} <= {body["language"] for body in bodies}
    assert any(len(body["parts"]) == 3 for body in bodies)
    assert any(body["content_warning"] for body in bodies)
    assert any(part["card"] for body in bodies for part in body["parts"])
    assert Invitation.objects.count() == 2
    assert Notice.objects.filter(seen_at=None).exists()
    assert PracticePost.objects.exclude(author_name="").exists()


def test_what_a_library_sets_up_for_its_work_is_there(riverbend: None) -> None:
    assert OpeningHours.objects.exists() and Closure.objects.filter(state="in_force").count() >= 2
    assert Embargo.objects.get().state == "standing"
    assert Campaign.objects.count() == 2 and Post.objects.exclude(campaign=None).count() == 3
    assert ClickHour.objects.filter(link__code="winter").exists()
    for kind in (Template, Snippet, TagSet, BannedTag, NamedAccount, Slot, Contact):
        assert kind.objects.exists(), kind.__name__
    assert Comment.objects.filter(mentioned__name="Alice Moreau").count() == 1
    assert Post.objects.filter(repeat_date__repeat__rule="weekly", state="in_review").exists()
    bodies = [post.current.body for post in Post.objects.select_related("current")]
    assert any(one["language"] == "es" for body in bodies for one in body.get("languages", []))
    consent = Asset.objects.get(shows_people=True)
    assert consent.licence == "letter" and consent.consent and consent.valid_until


def test_what_waits_for_approval_may_be_approved(riverbend: None) -> None:
    """Nobody who tries the queue meets a post of ours that breaks our own rules."""
    for post in Post.objects.filter(state="in_review").select_related("current", "unit"):
        assert not problems.of(post.current).blocking, post.title


def test_the_figures_on_the_pages_are_those_of_practice(riverbend: None) -> None:
    for name in ("views", "likes", "shares"):
        there = sum(PracticePost.objects.values_list(name, flat=True))
        assert there > 0
        assert _here(name) == there
    assert _here("replies") == PracticePost.objects.exclude(author_name="").count()


def test_the_followers_end_where_practice_says_they_are(riverbend: None) -> None:
    for channel in Channel.objects.filter(platform="practice"):
        newest = Reading.objects.filter(channel=channel, delivery=None, metric="followers").latest("at")
        assert newest.value == PracticeAccount.objects.get(pk=int(channel.remote_id)).followers


def _here(name: str) -> int:
    return sum(PostFigure.objects.filter(metric=name).values_list("value", flat=True))


def test_the_pages_of_the_demo_open_for_everybody_who_works_there(riverbend: None) -> None:
    for person in User.objects.order_by("pk"):
        browser = Client()
        browser.force_login(person)
        paths = ("/", "/posts/", "/posts/calendar/", "/posts/media/", "/posts/campaigns/", "/hours/", "/channels/")
        for path in (*paths, "/analytics/", "/notices/"):
            assert browser.get(path).status_code == 200, (str(person), path)


def test_a_second_demo_in_the_same_folder_is_refused_in_words(
    riverbend: None, settings: object, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    posts = Post.objects.count()
    with pytest.raises(CommandError, match="folder of its own"):
        call_command("demo")
    assert Post.objects.count() == posts


def test_the_command_makes_its_own_folder(tmp_path: Path) -> None:
    """As typed in a terminal, in a folder that does not exist yet."""
    folder = tmp_path / "demo-data"
    command = [sys.executable, str(ROOT / "manage.py"), "demo", "--data", str(folder), "--password", "quiet river bend"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LIBSOCIAL_", "DJANGO_"))}
    done = subprocess.run(command, env=kept, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "ada@riverbend.example" in done.stdout
    assert f"python3 manage.py up --data {folder}" in done.stdout
    assert (folder / "libsocial.sqlite3").stat().st_size > 100_000
