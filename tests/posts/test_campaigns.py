"""Campaigns: who may, what they hold together, what a hold of them stops, and how they come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from channels_app.models import Channel
from channels_app.practice.services import ensure_practice
from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.links.models import ClickHour, Link
from posts import redating
from posts.drafting import Invalid
from posts.models import Campaign, Post
from posts.services import campaigns, cloning, drafts, review
from posts.services.campaigns import Plan
from posts.workflow import NotPossible
from scheduler import engine, holds
from scheduler.models import Delivery
from tests.cast import Library, signed_in
from tests.posts.conftest import NOW, again, approved, simple, submitted, written

PLAN = Plan("Card month", date(2026, 9, 1), date(2026, 9, 30))


@pytest.fixture
def campaign(lib: Library) -> Campaign:
    return campaigns.create(by=lib.erin, unit=lib.north, plan=PLAN)


def test_an_editor_begins_one_and_a_contributor_does_not(lib: Library) -> None:
    form = {"name": "Seeds", "unit": lib.north.pk, "starts": "2026-03-01", "ends": "2026-03-31", "colour": "green"}
    assert signed_in(lib.alice).post(reverse("posts:campaign_new"), form).status_code == 403
    response = signed_in(lib.erin).post(reverse("posts:campaign_new"), form)
    made = Campaign.objects.get()
    assert response["Location"] == reverse("posts:campaign", args=[made.pk])
    assert (made.name, made.days, made.colour) == ("Seeds", 31, "green")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends": date(2026, 8, 1)}, "ends"),
        ({"ends": date(2030, 8, 1)}, "ends"),
        ({"goal_kind": "clicks"}, "goal_number"),
        ({"advocacy": True}, "approver"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(lib: Library, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        campaigns.create(by=lib.erin, unit=lib.north, plan=replace(PLAN, **changes))
    assert refusal.value.field == field
    assert not Campaign.objects.exists()


def test_only_who_takes_part_may_use_it(lib: Library, campaign: Campaign) -> None:
    assert not Campaign.objects.usable_in(lib.south).exists()
    assert not Campaign.objects.visible_to(lib.olga).exists()
    campaigns.change(by=lib.erin, campaign=campaign, plan=replace(PLAN, units=[lib.south]))
    assert Campaign.objects.usable_in(lib.south).exists()
    assert Campaign.objects.visible_to(lib.olga).exists()
    campaigns.change(by=lib.erin, campaign=campaign, plan=replace(PLAN, opted_out=[lib.north]))
    assert not Campaign.objects.usable_in(lib.north).exists()


def test_a_post_joins_in_the_composer_and_its_approval_stays(
    lib: Library, channel: Channel, campaign: Campaign
) -> None:
    post = approved(lib.alice, lib.sam, lib.north, simple(channel, at="2199-01-10T10:00"))
    standing = drafts.drafting.of_revision(post.current)
    drafts.save(post=post, by=lib.alice, draft=replace(standing, campaign=campaign.pk), version=post.current.version)
    post = again(post)
    assert (post.state, post.campaign) == ("approved", campaign)
    assert Delivery.objects.get().group == f"campaign:{campaign.pk}"
    drafts.save(post=post, by=lib.alice, draft=replace(standing, campaign=0), version=post.current.version)
    assert again(post).campaign is None
    assert Delivery.objects.get().group == ""


def test_saving_words_alone_leaves_the_campaign(lib: Library, channel: Channel, campaign: Campaign) -> None:
    post = written(lib.alice, lib.north, simple(channel, campaign=campaign.pk))
    drafts.save(post=post, by=lib.alice, draft=simple(channel, text="Other words"), version=post.current.version)
    assert again(post).campaign == campaign


def test_a_campaign_out_of_reach_is_refused_by_name_of_the_field(lib: Library, channel: Channel) -> None:
    theirs = campaigns.create(by=lib.ada, unit=lib.south, plan=PLAN)
    with pytest.raises(Invalid) as invalid:
        written(lib.alice, lib.north, simple(channel, campaign=theirs.pk))
    assert [problem.field for problem in invalid.value.problems] == ["campaign"]
    assert not Post.objects.exists()


def test_a_hold_of_the_campaign_stops_its_posts_alone(lib: Library, campaign: Campaign, clock: Any) -> None:
    channel = ensure_practice(lib.north, by=lib.ada)
    inside = approved(lib.alice, lib.sam, lib.north, simple(channel, text="Inside", campaign=campaign.pk))
    outside = approved(lib.alice, lib.sam, lib.north, simple(channel, text="Outside"))
    page = signed_in(lib.sam).get(reverse("scheduler:pause")).content.decode()
    assert f"group:campaign:{campaign.pk}" in page
    hold = holds.place(by=lib.sam, scope="group", key=f"campaign:{campaign.pk}", reason="The date is wrong")
    assert holds.name_of(hold) == "Card month"
    assert not holds.may(lib.olga, "group", f"campaign:{campaign.pk}")
    for delivery in Delivery.objects.all():
        engine.deliver(delivery.pk, worker="test")
    states = dict(Delivery.objects.values_list("title", "state"))
    assert states == {inside.title: "held", outside.title: "published"}


def test_the_director_gives_the_last_yes_to_advocacy(lib: Library, channel: Channel) -> None:
    plan = replace(PLAN, advocacy=True, approver=lib.ada)
    campaign = campaigns.create(by=lib.erin, unit=lib.north, plan=plan)
    post = submitted(lib.alice, lib.north, simple(channel, at="2199-01-10T10:00", campaign=campaign.pk))
    with pytest.raises(NotPossible, match="Ada Administrator gives the last approval"):
        review.approve(post=post, by=lib.sam, digest=post.current.digest)
    assert again(post).state == "in_review"
    assert review.approve(post=post, by=lib.ada, digest=post.current.digest)
    assert again(post).state == "approved"


def test_whoever_may_not_approve_cannot_be_the_director(lib: Library) -> None:
    with pytest.raises(Refused, match="may not approve"):
        campaigns.create(by=lib.erin, unit=lib.north, plan=replace(PLAN, advocacy=True, approver=lib.alice))


def test_the_board_counts_clicks_of_people_for_its_goal(lib: Library, channel: Channel) -> None:
    plan = replace(PLAN, goal_kind="clicks", goal_number=200, starts=date(2198, 12, 30), ends=date(2199, 1, 20))
    campaign = campaigns.create(by=lib.erin, unit=lib.north, plan=plan)
    post = written(lib.alice, lib.north, simple(channel, at="2199-01-10T10:00", campaign=campaign.pk))
    link = Link.objects.create(unit=lib.north, code="cards", target="https://x.example", reference=f"post:{post.pk}")
    ClickHour.objects.create(link=link, hour=NOW, device="phone", count=50)
    ClickHour.objects.create(link=link, hour=NOW, device="other", bot=True, count=900)
    page = signed_in(lib.alice).get(reverse("posts:campaign", args=[campaign.pk])).content.decode()
    assert "50 of 200" in page
    assert "/s/cards" in page
    assert post.title in page


def test_the_list_of_posts_can_be_of_one_campaign(lib: Library, channel: Channel, campaign: Campaign) -> None:
    written(lib.alice, lib.north, simple(channel, text="Inside it", campaign=campaign.pk))
    written(lib.alice, lib.north, simple(channel, text="Outside it"))
    page = signed_in(lib.alice).get(reverse("posts:list"), {"campaign": campaign.pk}).content.decode()
    assert "Inside it" in page
    assert "Outside it" not in page


def test_it_is_put_away_and_brought_back(lib: Library, campaign: Campaign) -> None:
    client = signed_in(lib.erin)
    client.post(reverse("posts:campaign_act", args=[campaign.pk, "archive"]))
    assert not Campaign.objects.usable_in(lib.north).exists()
    assert campaign.name in client.get(reverse("posts:campaigns"), {"show": "archived"}).content.decode()
    client.post(reverse("posts:campaign_act", args=[campaign.pk, "restore"]))
    assert Campaign.objects.usable_in(lib.north).exists()


# --- again next year ------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "rule", "then"),
    [
        (date(2026, 9, 1), "weekday", date(2027, 8, 31)),
        (date(2026, 9, 1), "date", date(2027, 9, 1)),
        (date(2028, 2, 29), "date", date(2029, 2, 28)),
        (date(2026, 12, 31), "weekday", date(2027, 12, 30)),
        (date(2026, 11, 27), "weekday", date(2027, 11, 26)),  # the fourth Friday
    ],
)
def test_days_move_by_the_rule(day: date, rule: str, then: date) -> None:
    assert redating.moved(day, 1, rule) == then
    if rule == "weekday":
        assert then.weekday() == day.weekday()


def test_facts_of_last_time_are_marked_and_links_left_alone() -> None:
    text = "Summer 2026 is sold out! The 12th annual fair: https://library.example/2026/fair costs 2020."
    assert redating.marked(text) == (
        "Summer [2026?] is [sold out?]! The [12th annual?] fair: https://library.example/2026/fair costs [2020?]."
    )
    assert redating.marked(redating.marked(text)) == redating.marked(text)


def test_a_campaign_comes_back_as_drafts_to_check(lib: Library, channel: Channel, campaign: Campaign) -> None:
    draft = simple(channel, text="Cards 2026", at="2026-09-01T10:00", campaign=campaign.pk)
    post = written(lib.alice, lib.north, draft)
    again_url = reverse("posts:campaign_clone", args=[campaign.pk])
    page = signed_in(lib.erin).get(again_url).content.decode()
    assert "2026" in page
    assert Post.objects.count() == 1
    form = {"year": 2027, "rule": "weekday", "name": "Card month 2027", "channels": "on"}
    signed_in(lib.erin).post(again_url, form)
    copy = Post.objects.exclude(pk=post.pk).get()
    assert (copy.state, copy.author, copy.campaign.name) == ("draft", lib.erin, "Card month 2027")
    assert copy.campaign.starts == date(2027, 8, 31)
    assert copy.current.at == "2027-08-31T10:00"
    assert copy.current.body["parts"][0]["text"] == "Cards [2026?]"
    assert copy.note.startswith("Check")
    assert [target.channel for target in copy.current.targets.all()] == [channel]


@pytest.mark.parametrize("form", [{"year": 2026, "rule": "date"}, {"year": 2100, "rule": "date"}, {"year": 1999}])
def test_a_year_that_is_none_is_refused(lib: Library, campaign: Campaign, form: dict[str, Any]) -> None:
    url = reverse("posts:campaign_clone", args=[campaign.pk])
    response = signed_in(lib.erin).post(url, {"rule": "weekday", "name": "x"} | form)
    assert response.status_code == 422
    assert Campaign.objects.count() == 1


def test_a_contributor_cannot_bring_it_back(lib: Library, campaign: Campaign) -> None:
    with pytest.raises(policies.NotAllowed):
        cloning.clone(by=lib.alice, campaign=campaign, years=1, rule="date", name="x")


def test_a_link_made_for_a_campaign_counts_there(lib: Library, campaign: Campaign) -> None:
    form = {"target": "https://library.example/join", "code": "join", "unit": lib.north.pk}
    url = f"{reverse('links:new')}?of=campaign:{campaign.pk}"
    assert "Card month" in signed_in(lib.alice).get(url).content.decode()
    signed_in(lib.alice).post(url, form)
    assert Link.objects.get().reference == f"campaign:{campaign.pk}"
    assert "/s/join" in signed_in(lib.alice).get(reverse("posts:campaign", args=[campaign.pk])).content.decode()


def test_nobody_makes_a_link_for_what_they_cannot_see(lib: Library, campaign: Campaign) -> None:
    form = {"target": "https://library.example/join", "unit": lib.south.pk}
    signed_in(lib.olga).post(f"{reverse('links:new')}?of=campaign:{campaign.pk}", form)
    assert Link.objects.get().reference == ""
