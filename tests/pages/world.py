"""One of everything that has a page: made through the services, so that every address leads somewhere."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from channels_app.feeds import store
from channels_app.models import Channel, FeedItem, PracticePost
from channels_app.practice.services import ensure_practice
from libsocial.accounts.models import Deputy, Membership, Role, Unit, User
from libsocial.accounts.services import deputies, invitations
from libsocial.hours.models import Closure
from libsocial.hours.services import closing
from libsocial.links.models import Link, Placement
from libsocial.notices.models import Notice
from posts import tokens
from posts.drafting import Draft
from posts.models import (
    Asset,
    BreakGlass,
    Campaign,
    CaptionFile,
    Comment,
    Contact,
    DecisionLink,
    Embargo,
    EvergreenItem,
    ImportBatch,
    OwnDay,
    Post,
    Repeat,
    Step,
    Template,
)
from posts.placards import Placard
from posts.services import (
    campaigns,
    contacts,
    drafts,
    embargoes,
    evergreens,
    guests,
    importing,
    keeping,
    media,
    placards,
    repeats,
    review,
    stepping,
    talk,
)
from posts.services.campaigns import Plan
from posts.services.evergreens import Terms
from posts.services.keeping import DayWords
from scheduler import engine, holds
from scheduler.models import Delivery, Heartbeat, Hold
from scheduler.pulse import KINDS
from tests import reels
from tests.cast import Library

PICTURE = Path(__file__).resolve().parents[1] / "data" / "images" / "hopper.jpg"
LATER = "2199-01-10T10:00"


@dataclass(frozen=True)
class World:
    """The things of North Branch that addresses name."""

    lib: Library
    channel: Channel
    asset: Asset
    placard: Asset
    captions: CaptionFile
    waiting: Post
    out: Post
    delivery: Delivery
    shown: PracticePost
    notice: Notice
    invitation: invitations.Made
    membership: Membership
    hold: Hold
    news: FeedItem
    closure: Closure
    embargo: Embargo
    repeat: Repeat
    evergreen: EvergreenItem
    guest_token: str
    decide_token: str
    step: Step
    glass: BreakGlass
    absence: Deputy
    contact: Contact
    link: Link
    campaign: Campaign
    brought: ImportBatch
    template: Template
    comment: Comment
    own_day: OwnDay


def build(lib: Library) -> World:
    """A post that waits, one that is out with a picture, and what came of them."""
    for kind in KINDS:  # dispatcher and workers are alive, however long a walk through all pages takes
        Heartbeat.objects.create(name=kind, kind=kind, at=timezone.now() + timedelta(hours=1))
    channel = ensure_practice(lib.north, by=lib.ada)
    asset = picture(lib.north, lib.alice)
    out = sent(approved(lib, channel, "The seed library is open.", asset))
    waiting = written(lib.alice, channel, "Story time on Tuesday", at=LATER)
    review.submit(post=waiting, by=lib.alice)
    hold = holds.place(by=lib.ada, scope="unit", key=lib.south.path, reason="Inventory")
    return World(
        lib=lib,
        channel=channel,
        asset=asset,
        placard=placards.make(by=lib.alice, unit=lib.north, card=Placard("Poetry night")),
        captions=captions_of_a_film(lib.north, lib.alice),
        waiting=again(waiting),
        out=again(out),
        delivery=Delivery.objects.get(reference__startswith=f"post:{out.pk}:"),
        shown=PracticePost.objects.get(),
        notice=Notice.objects.filter(recipient=lib.sam).first(),
        invitation=invitations.invite(by=lib.ada, email="new@library.example", unit=lib.north, role=Role.EDITOR),
        membership=Membership.objects.get(user=lib.erin),
        hold=hold,
        news=item_of_a_feed(asset),
        closure=closing.declare(
            by=lib.sam, unit=lib.north, reason="Stocktaking", first_day=date(2199, 1, 1), last_day=date(2199, 1, 2)
        ),
        embargo=embargoes.place(
            by=lib.sam,
            unit=lib.north,
            words="The Silent Lighthouse",
            until=datetime(2199, 1, 1, 0, 1),
            zone="Europe/London",
            reason="Publication day",
        ),
        repeat=repeated(again(waiting), lib.alice),
        evergreen=evergreens.put_in(by=lib.alice, post=again(out), terms=Terms([channel.pk])),
        **approving(lib, channel, again(waiting)),
        contact=contacts.add(by=lib.ada, unit=lib.north, kind="email", value="desk@north.example", note="Desk"),
        link=a_link(lib),
        campaign=a_campaign(lib, waiting),
        brought=importing.begin(by=lib.alice, unit=lib.north, name="autumn.csv", data=b"Text,Day\nHello,x\n"),
        template=Template.objects.create(
            unit=lib.north, name="Closed", body={"parts": [{"text": "Closed on {date}. {phone}"}]}
        ),
        own_day=keeping.add_day(
            by=lib.sam, unit=lib.north, words=DayWords("Book fair", date(2199, 5, 1), date(2199, 5, 3), yearly=True)
        ),
        comment=talk.say(post=again(waiting), by=lib.sam, text="Which garden?"),
    )


def a_link(lib: Library) -> Link:
    """A link with a poster; its target is not asked for."""
    link = Link.objects.create(unit=lib.north, code="seeds", target="https://library.example/seeds")
    Placement.objects.create(link=link, name="Poster", suffix="poster")
    return link


def a_campaign(lib: Library, post: Post) -> Campaign:
    plan = Plan("Seed week", date(2150, 1, 5), date(2150, 1, 20), goal_kind="hand", goal_number=50)
    campaign = campaigns.create(by=lib.erin, unit=lib.north, plan=plan)
    Post.objects.filter(pk=post.pk).update(campaign=campaign)
    return campaign


def repeated(post: Post, by: User) -> Repeat:
    """Every Tuesday at four, from the day of the post on."""
    row = Repeat(unit=post.unit, source=post, rule="weekly", weekdays=[1], zone="Europe/London")
    row.first_day, row.clock = date(2199, 1, 10), time(16)
    return repeats.start(by=by, repeat=row)


def approving(lib: Library, channel: Channel, waiting: Post) -> dict[str, object]:
    """What belongs to approval: a guest's link, a link from a mail, a step, urgent words, and somebody away."""
    made = guests.invite(post=waiting, by=lib.sam, name="Petra Partner")
    token = tokens.new()
    DecisionLink.objects.create(
        person=lib.sam,
        revision=waiting.current,
        digest=waiting.current.digest,
        token_hash=tokens.hashed(token),
        expires_at=timezone.now() + timedelta(hours=1),
    )
    Unit.objects.filter(pk=lib.north.pk).update(break_glass=True)
    urgent = written(lib.sam, channel, "We are closed today", at="2199-02-10T10:00")
    review.break_glass(post=urgent, by=lib.sam, reason="Flood")
    today = timezone.localdate()
    return {
        "guest_token": made.link.rstrip("/").rpartition("/")[2],
        "decide_token": token,
        "step": stepping.put_step(by=lib.ada, unit=lib.south),
        "glass": BreakGlass.objects.get(),
        "absence": deputies.name_deputy(
            by=lib.ada,
            person=lib.ada,
            deputy=lib.sam,
            unit=lib.south,
            first=today + timedelta(days=9),
            last=today + timedelta(days=10),
        ),
    }


def item_of_a_feed(asset: Asset) -> FeedItem:
    """One item with a picture in a feed of ours."""
    _feed, token = store.open_feed("news", title="News of the library", about="What is on", home="https://lib.example")
    media = {
        "path": asset.path, "mime": asset.mime, "alt": asset.alt, "width": asset.width, "height": asset.height,
        "size": asset.size,
    }  # fmt: skip
    words = store.Entry("Story time on Tuesday", "Story time on Tuesday\n\nAt ten, in the garden.", media=[media])
    return store.put(token, "one", words)


def picture(unit: Unit, by: User) -> Asset:
    file = SimpleUploadedFile("hopper.jpg", PICTURE.read_bytes(), "image/jpeg")
    return media.describe(asset=media.upload(by=by, unit=unit, file=file), by=by, alt="Grace Hopper, smiling")


def captions_of_a_film(unit: Unit, by: User) -> CaptionFile:
    film = media.upload(by=by, unit=unit, file=reels.sent(reels.film()))
    return media.add_captions(by=by, asset=film, file=reels.sent(reels.VTT, "tour.vtt"), language="en")


def written(by: User, channel: Channel, text: str, asset: Asset | None = None, *, at: str = "") -> Post:
    """A draft of this person for one channel."""
    shown = [{"asset": asset.pk, "alt": asset.alt}] if asset else []
    data = {
        "parts": [{"text": text, "media": shown}],
        "language": "en",
        "zone": "Europe/London",
        "at": at,
        "targets": [{"channel": channel.pk}],
    }
    return drafts.create(by=by, unit=channel.unit, token=uuid.uuid4(), draft=Draft.from_json(data))


def approved(lib: Library, channel: Channel, text: str, asset: Asset | None = None, *, at: str = "") -> Post:
    """Written by Alice, sent, approved by Sam."""
    post = written(lib.alice, channel, text, asset, at=at)
    review.submit(post=post, by=lib.alice)
    review.approve(post=again(post), by=lib.sam, digest=again(post).current.digest)
    return again(post)


def sent(post: Post) -> Post:
    """What the worker does at the post's time, done now."""
    for pk in Delivery.objects.filter(reference__startswith=f"post:{post.pk}:").values_list("pk", flat=True):
        engine.deliver(pk)
    return again(post)


def again(post: Post) -> Post:
    """The post as the database has it now."""
    return Post.objects.select_related("unit", "author", "current", "approved").get(pk=post.pk)
