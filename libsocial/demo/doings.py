"""What colleagues do around the posts: campaigns, short links, pictures put in order, remarks, repeats, languages."""

from __future__ import annotations

import uuid
from datetime import time, timedelta

from libsocial.core import localtime
from libsocial.demo import pictures
from libsocial.demo.story import Story
from libsocial.links.models import ClickHour, Link
from libsocial.links.services import links
from posts.drafting import Draft
from posts.models import Asset, Campaign, Post, Repeat
from posts.services import campaigns, drafts, library, media, repeats, review, talk
from posts.services.campaigns import Plan

CAMPAIGN_POSTS = ("Winter reading challenge", "Coding club for ages", "Author talk on Thursday")
WINTER = "https://riverbend.example/winter-reading"
CARDS = "https://riverbend.example/join"


class Doings:
    """Told after the month, of whose posts it speaks."""

    def __init__(self, story: Story) -> None:
        self.story, self.house, self.now = story, story.house, story.now
        self.today = localtime.wall_of(story.now, story.house.root.zone).date()

    def tell(self) -> None:
        self._campaigns()
        self._pictures()
        self._talk()
        self._repeat()
        self._in_two_languages()
        self._on_second_thoughts()

    # --- campaigns and links --------------------------------------------------
    def _campaigns(self) -> None:
        winter = self._campaign(
            Plan(
                name="Winter reading",
                starts=self.today - timedelta(days=10),
                ends=self.today + timedelta(days=60),
                brief="Ten books, ten weeks, one mug. We speak to those who think they have no time for reading.",
                goal="Everybody who starts comes back once more",
                goal_kind="clicks",
                goal_number=400,
                colour="blue",
                tags="#WinterReading #RiverbendReads",
            )
        )
        month = self._campaign(
            Plan(
                name="A card for everybody",
                starts=self.today + timedelta(days=30),
                ends=self.today + timedelta(days=58),
                brief="A library card is free and takes five minutes. Show people who have just got theirs.",
                goal="200 new cards",
                goal_kind="hand",
                goal_number=200,
                colour="amber",
                tags="#LibraryCard",
            )
        )
        for words in CAMPAIGN_POSTS:
            campaigns.put_in(self._post(words), winter.pk)
        self._link("winter", WINTER, "Winter reading: sign up", winter, (9, 14, 22, 31, 18, 12, 26, 40, 21, 17))
        self._link("join", CARDS, "Get a library card", month, (4, 3, 6, 2, 5, 7, 3, 4, 6, 5))

    def _campaign(self, plan: Plan) -> Campaign:
        return campaigns.create(by=self.house.ada, unit=self.house.root, plan=plan)

    def _link(self, code: str, target: str, title: str, campaign: Campaign, days: tuple[int, ...]) -> None:
        """A short link as a person makes one; only nothing is asked of the internet, and nobody opened it last week."""
        link = Link.objects.create(
            unit=self.house.root,
            code=code,
            target=target,
            title=title,
            reference=f"campaign:{campaign.pk}",
            created_by=self.house.sam,
            next_check=self.now + timedelta(days=30),
        )
        poster = links.add_placement(by=self.house.sam, link=link, name="Poster at the entrance")
        hour = self.now.replace(minute=0, second=0, microsecond=0) - timedelta(days=len(days))
        for number, count in enumerate(days):
            at = hour + timedelta(days=number)
            rows = (("", "phone", count), ("", "desktop", count // 3), (poster.suffix, "phone", count // 4))
            ClickHour.objects.bulk_create(
                ClickHour(link=link, place=place, hour=at, device=device, count=many)
                for place, device, many in rows
                if many
            )

    # --- pictures -------------------------------------------------------------
    def _pictures(self) -> None:
        """Whose they are, and until when they may be shown."""
        folders = {
            unit.pk: library.make_folder(unit=unit, by=self.house.ada, name="Posters")
            for unit in (self.house.central, self.house.riverside, self.house.hill)
        }
        for asset in Asset.objects.living().select_related("unit"):
            self._said(asset, tags="poster", folder=folders[asset.unit_id], licence="own", credit="Riverbend Libraries")
        self._lent("Reading room", "by-sa", "Picture: Tom Sallow", people=4)
        volunteers = self._lent("Volunteers", "letter", "Picture: Ines Park", people=6)
        self._said(
            volunteers,
            shows_people=True,
            consent="Form 2026-114, in the folder of the branch manager",
            valid_until=self.today + timedelta(days=12),
            rights="May be shown on our own channels, not on paper.",
        )

    def _lent(self, words: str, licence: str, credit: str, *, people: int) -> Asset:
        """A picture somebody else made for the library."""
        file = pictures.group(words, people)
        asset = media.upload(by=self.house.alice, unit=self.house.central, file=file)
        alt = pictures.describe_group(people)
        return self._said(asset, tags=words.lower(), licence=licence, credit=credit, alt=alt)

    def _said(self, asset: Asset, *, tags: str = "", folder: object = None, **said: object) -> Asset:
        values = {name: getattr(asset, name) for name in library.WORDS} | said
        words = tags or ", ".join(asset.tag_list)
        return library.describe_fully(asset=asset, by=self.house.ada, values=values, tags=words, folder=folder)

    # --- talk, repeats, languages ----------------------------------------------
    def _talk(self) -> None:
        house, lantern = self.house, self._post("Late night in the library")
        asked = talk.say(
            post=lantern, by=house.sam, text="@Alice Moreau is the side door open that late? People will ask."
        )
        talk.say(post=lantern, by=house.alice, text="I asked the porter: until 22:30, with a light.", parent=asked)
        remark = talk.say(post=self._post("The toy library lends"), by=house.sam, text="Lovely last sentence. Keep it.")
        talk.resolve(comment=remark, by=house.erin)

    def _repeat(self) -> None:
        source = self._post("Storytime is back")
        repeats.start(
            by=self.house.sam,
            repeat=Repeat(
                unit=source.unit,
                source=source,
                rule="weekly",
                weekdays=[1],
                first_day=self.today + timedelta(days=2),
                clock=time(9),
                zone=source.unit.zone,
                count=8,
                lead_days=10,
            ),
        )
        repeats.make_due()

    def _in_two_languages(self) -> None:
        house = self.house
        english = "Homework help has room for six more children. Three afternoons, all subjects, no sign-up."
        spanish = "La ayuda con los deberes tiene sitio para seis niños más. Tres tardes, todas las materias, sin cita."
        draft = Draft.from_json(
            {
                "parts": [{"text": english}],
                "language": "en",
                "at": self.story.at(5),
                "zone": house.central.zone,
                "languages": [{"language": "es", "parts": [{"text": spanish}]}],
                "targets": [
                    {"channel": house.channels["central"].pk, "languages": ["en", "es"], "placement": "combined"}
                ],
                "note": "Erin reads the Spanish before it goes out.",
            }
        )
        post = drafts.create(by=house.alice, unit=house.central, token=uuid.uuid4(), draft=draft)
        review.submit(post=post, by=house.alice)

    def _on_second_thoughts(self) -> None:
        """Sent back with a question, written better, and in other words on the library's channel."""
        house = self.house
        draft = Draft.from_json(self._volunteers("Thank you to our many volunteers!"))
        post = drafts.create(by=house.erin, unit=house.central, token=uuid.uuid4(), draft=draft)
        review.submit(post=post, by=house.erin)
        post.refresh_from_db()
        review.request_changes(
            post=post, by=house.sam, digest=post.current.digest, reason="How many were they, and how many hours?"
        )
        post.refresh_from_db()
        better = "Thank you to sixty volunteers, who gave us 1,900 hours this year. We counted twice."
        drafts.save(
            post=post, by=house.erin, draft=Draft.from_json(self._volunteers(better)), version=post.current.version
        )
        post.refresh_from_db()
        review.submit(post=post, by=house.erin)

    def _volunteers(self, words: str) -> dict[str, object]:
        house, own = self.house, {"parts": [{"text": f"{words} Every branch of Riverbend says so."}]}
        asset = Asset.objects.get(unit=house.central, original_name="volunteers.jpg")
        picture = {"asset": asset.pk, "alt": asset.alt}
        return {
            "parts": [{"text": words, "media": [picture]}],
            "language": "en",
            "zone": house.central.zone,
            "targets": [
                {"channel": house.channels["central"].pk},
                {"channel": house.channels["library"].pk, "variant": own},
            ],
        }

    def _post(self, words: str) -> Post:
        return Post.objects.select_related("unit", "current", "author").get(title__startswith=words)
