"""What the library has set up for its work: opening hours, what colleagues write with, posting times, rules."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from libsocial.accounts.models import Unit
from libsocial.core import localtime
from libsocial.demo import words_kit
from libsocial.demo.cast import House
from libsocial.hours import publicdays
from libsocial.hours.reckoning import Span
from libsocial.hours.services import closing, keeping
from posts import tags
from posts.drafting import Draft, DraftPart
from posts.models import BannedTag, NamedAccount, Snippet, TagSet, Template
from posts.services import contacts, embargoes, kit, languages, rules, slotting

WEEK = {0: (10, 18), 1: (9, 19), 2: (9, 19), 3: (9, 20), 4: (9, 18), 5: (10, 16)}
HOLIDAYS_AHEAD = timedelta(days=60)
EVERY_DAY = range(7)


class Workspace:
    """Everything that was put in order before the month that the story tells."""

    def __init__(self, house: House, now: datetime) -> None:
        self.house, self.today = house, localtime.wall_of(now, house.root.zone).date()

    def furnish(self) -> None:
        """What is there before anybody writes."""
        self._hours()
        self._kit()
        self._rules()
        self._slots()
        self._languages()

    def close(self) -> None:
        """Days to come on which doors stay shut, and what may not be said yet."""
        self._holidays()
        hill = self.today + timedelta(days=5)
        hill += timedelta(days=-hill.weekday() % 7)  # a Monday, as the planned post says
        closing.declare(
            by=self.house.ada,
            unit=self.house.hill,
            first_day=hill,
            last_day=hill,
            reason="New shelves are put up",
            words="Hill Branch is closed for the new shelves. The book drop stays open.",
        )
        training = self.today + timedelta(days=9)
        closing.declare(
            by=self.house.ada,
            unit=self.house.central,
            first_day=training,
            last_day=training,
            begins=time(9),
            ends=time(12),
            kind="limited",
            reason="Staff training; the ground floor is open",
        )
        self._embargo()

    # --- hours --------------------------------------------------------------
    def _hours(self) -> None:
        ada, root = self.house.ada, self.house.root
        keeping.set_week(by=ada, unit=root, spans=_spans(WEEK))
        hill = {day: span for day, span in WEEK.items() if day != 2}
        keeping.set_week(by=ada, unit=self.house.hill, spans=_spans(hill))
        keeping.add_quiet(by=ada, unit=root, weekdays=EVERY_DAY, begins=time(21), ends=time(7))
        keeping.set_rules(by=ada, unit=root, country="GB", region="ENG", closed_rule="warn", outside_rule="off")

    def _holidays(self) -> None:
        until = self.today + HOLIDAYS_AHEAD
        near = [
            public.day
            for year in {self.today.year, until.year}
            for public in publicdays.of_year("GB", "ENG", year)
            if self.today < public.day <= until
        ]
        days = {day.isoformat() for day in near}
        closing.accept_holidays(by=self.house.ada, unit=self.house.root, days=days)

    def _embargo(self) -> None:
        wall = datetime.combine(self.today + timedelta(days=12), time(9))
        embargoes.place(
            by=self.house.sam,
            unit=self.house.root,
            words=words_kit.EMBARGOED,
            until=wall,
            zone=self.house.root.zone,
            reason="The winner of the Riverbend Book Prize hears it first",
        )

    # --- what colleagues write with -----------------------------------------
    def _kit(self) -> None:
        ada, root = self.house.ada, self.house.root
        kit.add_ours(by=ada, unit=root)
        for unit, said in self._snippets():
            for key, (name, text) in said.items():
                kit.keep(row=Snippet(), by=ada, unit=unit, values={"key": key, "name": name, "text": text})
        for name, found, note in words_kit.TAG_SETS:
            kit.keep(row=TagSet(), by=ada, unit=root, values={"name": name, "tags": list(found), "note": note})
        for tag, reason in words_kit.BANNED:
            values = {"name": tag, "folded": tags.fold(tag), "reason": reason}
            kit.keep(row=BannedTag(), by=ada, unit=root, values=values)
        for name, handles, note in words_kit.NAMES:
            kit.keep(row=NamedAccount(), by=ada, unit=root, values={"name": name, "handles": handles, "note": note})
        name, purpose, text = words_kit.TEMPLATE
        body = Draft(parts=(DraftPart(text),), language="en").body()
        kit.keep(row=Template(), by=ada, unit=root, values={"name": name, "purpose": purpose, "body": body})

    def _snippets(self) -> list[tuple[Unit, dict[str, tuple[str, str]]]]:
        house = self.house
        units = {"root": house.root, "central": house.central, "riverside": house.riverside, "hill": house.hill}
        return [(units[key], said) for key, said in words_kit.SNIPPETS.items()]

    def _rules(self) -> None:
        ada, root = self.house.ada, self.house.root
        for kind, value in words_kit.CONTACTS:
            contacts.add(by=ada, unit=root, kind=kind, value=value)
        contacts.add_card(by=ada, unit=root, prefix="21234", length=14, luhn=True)
        rules.choose(by=ada, unit=root, levels={"P6": "warn", "A9": "hint"})

    def _slots(self) -> None:
        channels, ada = self.house.channels, self.house.ada
        slotting.add_usual(by=ada, channel=channels["central"], unit=self.house.central)
        for weekday, at in ((1, time(10)), (3, time(16)), (5, time(11))):
            slotting.add(by=ada, channel=channels["riverside"], unit=self.house.riverside, weekday=weekday, at=at)
        for weekday in (2, 4):
            slotting.add(by=ada, channel=channels["hill"], unit=self.house.hill, weekday=weekday, at=time(15))

    def _languages(self) -> None:
        ada, root = self.house.ada, self.house.root
        languages.name_reviewer(by=ada, unit=root, language="es", person=self.house.erin)
        for term, said in words_kit.GLOSSARY:
            languages.keep_term(by=ada, unit=root, language="es", term=term, translation=said, stays=not said)


def _spans(week: dict[int, tuple[int, int]]) -> list[Span]:
    return [Span(day, time(opens), time(closes)) for day, (opens, closes) in week.items()]
