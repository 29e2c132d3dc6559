"""The table of checks: for every rule of the register one text that it names and one that it leaves alone; where the
product can mend it, the mended text, on which that rule alone has fallen silent.

Quotations marked COPY are programme texts libraries published (judell/community-calendar, Apache-2.0, addresses of
people replaced there); the others are written for this table.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest
import time_machine
from PIL import Image

from channels_app import check, fixes
from channels_app.content import Content, Media, Part
from channels_app.models import Channel
from channels_app.platforms import get
from libsocial.accounts.policy import Policy
from libsocial.core import captions, contrast, images
from posts import checks, problems
from posts.checks import Contacts, Context, Finding, MediaFact, Piece, Said
from posts.checks.base import CardPattern
from posts.checks.repairs import FIXES
from posts.models import LinkCheck
from posts.services import link_checks
from tests.cast import Library
from tests.posts.conftest import NOW, approved, simple

COPY = "judell/community-calendar"
WRITTEN = datetime(2026, 11, 24, 9, 0)
LATER = datetime(2026, 12, 2, 10, 0)  # a Wednesday
ACCESS = "Step-free access; ask for an interpreter by Monday."


class House(Context):
    """A county library with its desk, its branch, its staff and its cards."""

    def read_contacts(self) -> Contacts:
        return Contacts(
            phones=frozenset({"+19195608592"}),
            domains=frozenset({"dconc.gov"}),
            hosts=frozenset({"books.council.example"}),
            names=frozenset({"Emma Baker"}),
            cards=(CardPattern("77", 9, False),),
        )

    def can_insert_access(self) -> bool:
        return True


@dataclass(frozen=True)
class Row:
    """A text that fires and one that does not; `mended` is the first after `fix` ('': nothing can mend it)."""

    rule: str
    fires: str
    quiet: str
    fix: str = ""
    mended: str = ""
    language: str = "en"
    field: str = "text"
    source: str = ""


PRIVACY = [
    Row("P1", "Your card 21234000051789 is ready", "Your card 21234000051788 is ready"),
    Row("P1", "El carné 2123 4000 0517 89 de Ana", "El ISBN 978-84-376-0494-7 y el 0465039146", language="es"),
    Row("P1", "Member 770001234", "Member 780001234"),
    Row("P2", "Look for 39999000000016 on the shelf", "Look for 39999000000017 on the shelf"),
    Row("P2", "El ejemplar 39999000000016", "El ejemplar 3999900000001", language="es"),
    Row(
        "P3",
        "If you have questions or need assistance, please email Anthony Forte, program instructor at "
        "NutleyLibraryESL@outlook.com",
        "Registration is appreciated, but not required. Questions? Please email staff23@dconc.gov",
        source=COPY,
    ),
    Row("P3", "Escriba a ana.lopez@correo.example", "Siga a @biblioteca@redes.example", language="es"),
    Row(
        "P4",
        "Questions?  Please call the library at 973-667-0405 ext. 2604",
        "Registration is appreciated, but not required. Questions? Please call (919) 560-8592",
        source=COPY,
    ),
    Row("P4", "Llame al +34 912 345 678", "Abierto de 10 a 18, del 3 al 5 de marzo de 2026", language="es"),
    Row(
        "P5",
        "Hi Ben, your hold on Middlemarch is ready",
        "We ask that you save and hold onto the items you will be donating.",
        source=f"quiet: {COPY}",
    ),
    Row("P5", "Su reserva de Rayuela está lista", "Reserve sus libros en línea y renueve su carné", language="es"),
    Row("P5", "Votre réservation est disponible", "Réservez vos livres en ligne", language="fr"),
    Row(
        "P6",
        "When Lorelei goes on a cruise accompanied only by her best friend, Dorothy Shaw",
        "you can email Sara Gibson at staff16@dconc.gov to receive a PDF of the tracker",
        source=COPY,
    ),
    Row("P6", "Gracias a Lucía Ferrer por su ayuda", "Charla de la escritora Lucía Ferrer", language="es"),
    Row("P6", "Thanks to Lucas Grant, who shelved the books", "Thanks to Emma Baker, who shelved the books"),
    Row(
        "P7",
        "Maya, 7, read forty books",
        "Each participants receive a copy of Persepolis 2, available for pickup",
        source=f"quiet: {COPY}",
    ),
    Row("P7", "Well done to 3rd grader Lucas", "This program is ideal for kids in grades 2-5", source=f"quiet: {COPY}"),
    Row("P7", "Lucía, alumna de 3.º de primaria, leyó más", "Para niños de 3.º de primaria", language="es"),
    Row("P7", "Zoé, élève de CM1, a lu le plus", "Pour les élèves de CM1", language="fr"),
    Row("P8", "Pay with 4111 1111 1111 1111", "Read 9780465039142, call number 821.914"),
    Row("P8", "DNI 12345678Z", "DNI 12345678A", language="es"),
    Row("P8", "Fecha de nacimiento: 03/03/2011", "Fecha del taller: 03/03/2026", language="es"),
    Row(
        "P8",
        "She lives at 701 Stadium Drive",
        "(Rock Quarry Park located at 701 Stadium Drive Durham, NC 27704)",
        source=f"quiet: {COPY}",
    ),
    Row("P9", "The door code is 4711#", "Forgot your PIN? Reset your password at the desk."),
    Row("P9", "Passcode: 160872", "Meeting ID: 869 0409 1976\nPasscode: 160872", source=f"quiet: {COPY}"),
    Row("P9", "Contraseña: Biblio2026", "¿Olvidó su contraseña? Pregunte en el mostrador.", language="es"),
    Row("P9", "Log in at books.council.example", "See www.council.example"),
    Row(
        "P11",
        "https://library.example/account?borrowernumber=51",
        "https://us06web.zoom.us/j/86904091976?pwd=hG1UPpvDeLg5EfcrgDxkypqI8Jn1bD.1",
        source=f"quiet: {COPY}",
    ),
    Row(
        "P11",
        "https://library.example/reset-password/AbCdEf0123456789xyz",
        "https://biblioteca.example/ayuda/reset-password",
        language="es",
    ),
]
ACCESSIBILITY = [
    Row("A2", "Image of children reading", "Children read under a tree", "trim_image_of", "Children reading",
        field="alt"),
    Row("A2", "Photo d’une lectrice au jardin", "Une lectrice au jardin", "trim_image_of", "Une lectrice au jardin",
        language="fr", field="alt"),
    Row("A6", "Get yours #librarycardsignupmonth now", "Get yours #LibraryCardSignUpMonth now, #books",
        "camel_case", "Get yours #LibraryCardSignUpMonth now"),
    Row("A6", "Ven a la #feriadellibro", "Ven a la #FeriaDelLibro", "camel_case", "Ven a la #FeriaDelLibro",
        language="es"),
    Row("A7", "The #Library is #WideOpen for #All at noon", "Open at noon. #Library #WideOpen #All",
        "tags_to_end", "The Library is Wide Open for All at noon\n\n#Library #WideOpen #All"),
    Row("A8", "Come to our 𝓼𝓽𝓸𝓻𝔂 𝓽𝓲𝓶𝓮, № 5", "Café, H₂O, № 5, 図書館 ＡＢＣ, /ˈlaɪbrəri/",
        "fold_letters", "Come to our story time, № 5"),
    Row("A9", "📣 Books 📚, tea ☕ and cake 🍰 for all!", "this program is for you! "
        "(This program is also for you if you answered no to both questions! ☺️)",
        "one_emoji", "Books, tea and cake for all! 📣", source=f"quiet: {COPY}"),
    Row("A10", "The hunt is geared for ages 4-6.\n\n--------------\n\nVen a Rock Quarry Park",
        "A one-time pass – for adults (18+)…", "remove_drawings",
        "The hunt is geared for ages 4-6.\n\nVen a Rock Quarry Park", source=f"fires: {COPY}"),
    Row("A11", "PLEASE NOTE: You must sign up for EACH INDIVIDUAL SESSION.",
        "LEGO in the library is a drop in club geared for kids interested in a time of unstructured LEGO building, "
        "with the MILL @ MPL and the SOAR Clinic",
        "sentence_case", "Please note: You must sign up for each individual session.", source=COPY),
    Row("A11", "STORY TIME IS CANCELLED ON SATURDAY DUE TO SNOW. NASA TALK IS ON.", "NASA, ESL and STEAM on SATURDAY",
        "sentence_case", "Story time is cancelled on Saturday due to snow. NASA talk is on."),
    Row("A12", "Join our weekly open lab to master everything from basic typing to online security and job readiness.  "
        "Whether you are a beginner or looking to advance, we are here to help you succeed in a supportive "
        "environment and meet your technology needs.",
        "Stomp on over to Rock Quarry Park and join Ms. Sara and Ms. Patty. Let's explore, play and see if we can spy "
        "some dinosaurs. Our hunt will take place on a flat, paved trail. All ages are welcome on the hunt.",
        source=COPY),
    Row("A13", "To play on the weekend, please register for the Meetup by clicking here",
        "Register for the Meetup - Weekly Saturday Afternoon", source=COPY),
    Row("A13", "Haz clic aquí", "Apúntate en la página de talleres", language="es"),
    Row("A13", "Cliquez ici", "Inscrivez-vous sur la page des ateliers", language="fr"),
    Row("A16", "Esta clase prenatal gratuita sobre lactancia materna esta diseñada para ayudarte a prepararte para la "
        "llegada de tu bebé. Nuestra clase esta repleta de charlas y un obsequio al final. El cupo es limitado.",
        "This is an excellent opportunity to join in a group activity and share a fun experience with other "
        "parents/caregivers.", source=COPY),
    Row("A17", "Halloween Story Time\n\nWednesday, October 28 at 10:30 AM\n\nGet spooky with stories, fun games!",
        "Register by Friday.\n\n" + "Yarn must be acrylic, cotton or cotton/poly blend (no wool) and washable. " * 3
        + "Open until 6 pm.", "insert_access",
        f"Halloween Story Time\n\nWednesday, October 28 at 10:30 AM\n\nGet spooky with stories, fun games!\n\n{ACCESS}",
        source=COPY),
    Row("A18", "National Treasure by Lindsay Gibb (ISBN-13: \u200e978-1770412361)",
        "National Treasure by Lindsay Gibb (ISBN-13: 978-1770412361), « Lire\u00a0! », می\u200cخواهم",
        "tidy_unseen", "National Treasure by Lindsay Gibb (ISBN-13: 978-1770412361)", source=f"fires: {COPY}"),
]  # fmt: skip
PLANNING = [
    Row("T3", "We'll be doing a Spanish lapsit at this time instead today!",
        "This is a cumulative series program. Sign up today!", source=COPY),
    Row("T3", "Come on 1 December", "kids in grades K-1 may participate as well with adult support", source=COPY),
    Row("T3", "Mañana hay cuentos", "Hoy en día se lee más por la mañana. Inscríbete hoy.", language="es"),
    Row("T3", "Rendez-vous demain", "Rendez-vous le 3 décembre", language="fr"),
]  # fmt: skip
TEXTS = [*PRIVACY, *ACCESSIBILITY, *PLANNING]


def read(row: Row, text: str) -> list[Finding]:
    """What is found in this text, written on 24 November for 2 December."""
    media = (MediaFact(0, 1, "image", text),) if row.field == "alt" else ()
    said = Said((Piece(row.field, 0, text, len(media)),), media, row.language)
    return checks.run(said, House(region="US", today=WRITTEN, when=LATER))


def rules(found: list[Finding]) -> set[str]:
    return {finding.rule for finding in found}


@pytest.mark.parametrize("row", TEXTS, ids=lambda row: f"{row.rule}-{row.language}-{row.fires[:20]}")
def test_a_rule_names_one_text_and_leaves_the_other(row: Row) -> None:
    assert row.rule in rules(read(row, row.fires))
    assert row.rule not in rules(read(row, row.quiet))


@pytest.mark.parametrize("row", [row for row in TEXTS if row.fix], ids=lambda row: f"{row.rule}-{row.fires[:20]}")
def test_a_fix_silences_its_rule_alone_and_leaves_the_other_words(row: Row) -> None:
    before = read(row, row.fires)
    assert {finding.fix for finding in before if finding.rule == row.rule} == {row.fix}
    mended = checks.repair(row.fix, Piece(row.field, 0, row.fires), ACCESS)
    assert mended == row.mended
    assert rules(read(row, mended)) == rules(before) - {row.rule}


def test_what_can_be_mended_is_mended_in_the_table() -> None:
    """No fix of the register without a row that proves it; facts of a card are put in below."""
    assert {row.fix for row in TEXTS if row.fix} | {"insert_fields"} == set(FIXES)


# --- pictures, films and what is kept elsewhere ------------------------------------------
FILM = MediaFact(0, 1, "video", "A poet reads aloud", facts={"audio": "aac"}, captions=1)
CARD = {"card_fields": {"title": "Poetry night", "date": "3 May, 19:00"}}


def media_rules(media: MediaFact, text: str = "Poems in the hall") -> set[str]:
    said = Said((Piece("text", 0, text),), (media,), "en")
    return rules(checks.run(said, House(today=WRITTEN, when=LATER)))


def vtt(cues: str) -> MediaFact:
    found = captions.read(f"WEBVTT\n\n{cues}".encode())
    return MediaFact(0, 1, "video", FILM.alt, captions=1, faults=found.faults, facts=FILM.facts)


FILES: list[tuple[str, set[str], set[str]]] = [
    ("A2", media_rules(MediaFact(0, 1, "image", "📚📚")), media_rules(MediaFact(0, 1, "image", "", decorative=True))),
    ("A2", media_rules(MediaFact(0, 1, "image", "Poems in the hall")),
     media_rules(MediaFact(0, 1, "image", "A poet reads"))),
    ("A3", media_rules(MediaFact(0, 1, "image", "Poetry night", facts=CARD)),
     media_rules(MediaFact(0, 1, "image", "Poetry night. 3 May, 19:00", facts=CARD))),
    ("A4", media_rules(MediaFact(0, 1, "video", FILM.alt, facts=FILM.facts)),
     media_rules(MediaFact(0, 1, "video", FILM.alt, facts={"audio": ""}))),
    ("A4", media_rules(vtt("00:01.000 --> 00:03.000\nOne\n\n00:02.000 --> 00:04.000\nTwo\n")),
     media_rules(vtt("00:01.000 --> 00:03.000\nOne\n\n00:03.000 --> 00:05.000\nTwo\n"))),
    ("A5", media_rules(FILM), media_rules(FILM, "Poems in the hall. Transcript: https://library.example/poems")),
    ("A15", media_rules(MediaFact(0, 1, "image", "Fireworks", facts={"flashes": 5})),
     media_rules(MediaFact(0, 1, "image", "Fireworks", facts={"flashes": 3}))),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "fires", "quiet"), FILES)
def test_a_rule_about_files(rule: str, fires: set[str], quiet: set[str]) -> None:
    assert rule in fires
    assert rule not in quiet


def test_facts_of_a_card_go_into_its_description() -> None:
    missing = "3 May, 19:00"
    mended = checks.repair("insert_fields", Piece("alt", 0, "Poetry night."), missing)
    assert mended == "Poetry night. 3 May, 19:00"
    assert "A3" not in media_rules(MediaFact(0, 1, "image", mended, facts=CARD))


def undescribed() -> None:
    """A1: by the platform's own check, so that it knows where a description can go."""
    can = get("mastodon").capabilities
    bare = Content(parts=(Part("Look", (Media("a.jpg", "0" * 64, "image/jpeg", 800, 600, 9000),)),), language="en")
    [found] = check.check(bare, can, Policy(alt_text_rule="block"))
    assert (found.message, found.severity) == ("check.alt_missing", "block")
    assert check.check(fixes.apply(bare, found, can), can, Policy(alt_text_rule="block")) == []


def faint() -> None:
    """A14: what draws words on a picture asks for the worst place behind them."""
    cloudy = Image.new("RGB", (200, 100), "black")
    cloudy.paste("white", (100, 0, 200, 100))
    white = (255, 255, 255)
    assert not contrast.enough(contrast.worst_behind(cloudy, (0, 0, 200, 100), white))
    assert contrast.enough(contrast.worst_behind(cloudy, (0, 0, 90, 100), white))


def located() -> None:
    """P10: place, device and name go out of every picture that comes in."""
    picture, exif, file = Image.new("RGB", (40, 30), "teal"), Image.Exif(), io.BytesIO()
    exif[0x010F], exif[0x013B] = "A camera", "A name"
    exif.get_ifd(0x8825)[1] = "N"
    picture.save(file, "JPEG", exif=exif)
    assert b"A camera" in file.getvalue()
    cleaned = images.clean(file.getvalue()).data
    assert b"A camera" not in cleaned and b"A name" not in cleaned
    assert not Image.open(io.BytesIO(cleaned)).getexif()


ELSEWHERE: dict[str, Callable[[], None]] = {"A1": undescribed, "A14": faint, "P10": located}


@pytest.mark.parametrize("rule", ELSEWHERE)
def test_a_rule_that_is_kept_elsewhere(rule: str) -> None:
    assert checks.BY_ID[rule].fixed
    ELSEWHERE[rule]()


# --- what only the library knows ----------------------------------------------------------
LINKS = {"L1": ("gone", "ok"), "L2": ("private", "unsure"), "L3": ("moved", "ok")}
NEIGHBOURS = {
    "T1": ("Story time is back on the big carpet", "2026-12-20T10:00", "2027-01-20T10:00"),
    "T2": ("Poems in the hall", "2026-12-01T10:59", "2026-12-01T11:01"),
}


@pytest.mark.parametrize("rule", LINKS)
def test_a_rule_about_links(rule: str, lib: Library, channel: Channel) -> None:
    link_checks.want(["https://library.example/a"])

    def found(outcome: str) -> list[str]:
        LinkCheck.objects.update(outcome=outcome, final_url="https://library.example/b", checked_at=NOW)
        report = problems.of_draft(simple(channel, text="Read https://library.example/a"), unit=lib.north)
        return [one.params["rule"] for one in report.all]

    fires, quiet = LINKS[rule]
    assert found(fires) == [rule]
    assert found(quiet) == []


@pytest.mark.parametrize("rule", NEIGHBOURS)
def test_a_rule_about_neighbours(rule: str, lib: Library, channel: Channel, clock: time_machine.Traveller) -> None:
    there = simple(channel, text="Story time is back on the big carpet", at="2026-12-01T10:00")
    approved(lib.alice, lib.sam, lib.north, there)
    text, fires, quiet = NEIGHBOURS[rule]

    def found(at: str) -> list[str]:
        report = problems.of_draft(simple(channel, text=text, at=at), unit=lib.north)
        return [one.params["rule"] for one in report.all]

    assert found(fires) == [rule]
    assert found(quiet) == []


def test_the_table_is_whole() -> None:
    """Every rule of the register has a row; every rule about privacy in English and in Spanish."""
    filed = {rule for rule, _fires, _quiet in FILES}
    assert {row.rule for row in TEXTS} | filed | set(ELSEWHERE) | set(LINKS) | set(NEIGHBOURS) == set(checks.BY_ID)
    privacy = {rule.id for rule in checks.RULES if rule.family == "privacy" and rule.id not in ELSEWHERE}
    for language in ("en", "es"):
        assert {row.rule for row in PRIVACY if row.language == language} == privacy
