"""Each rule with a text that it names and one that it leaves alone; each fix silences its rule."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from posts import checks
from posts.checks import Contacts, Context, Finding, MediaFact, Piece, Said
from posts.checks.base import CardPattern
from posts.checks.repairs import FIXES as FIXES_OF_ALL
from posts.checks.sentences import MESSAGES

WRITTEN = datetime(2026, 11, 24, 9, 0)
LATER = datetime(2026, 12, 2, 10, 0)  # a Wednesday


class Known(Context):
    def read_contacts(self) -> Contacts:
        return Contacts(
            phones=frozenset({"+442079460000"}),
            emails=frozenset({"poet@guest.example"}),
            domains=frozenset({"library.example"}),
            hosts=frozenset({"books.council.example"}),
            names=frozenset({"Sarah Jones"}),
            cards=(CardPattern("77", 9, False),),
        )

    def can_insert_access(self) -> bool:
        return True


def context(**more: Any) -> Context:
    return Known(**({"region": "GB", "today": WRITTEN, "when": LATER} | more))


def look(text: str, language: str = "en", field: str = "text", **more: Any) -> list[Finding]:
    return checks.run(Said((Piece(field, 0, text),), language=language), context(**more))


def rules(text: str, language: str = "en", **more: Any) -> set[str]:
    return {finding.rule for finding in look(text, language, **more)}


FANCY = "Come to our 𝓼𝓽𝓸𝓻𝔂 𝓽𝓲𝓶𝓮"
SMALL = "ꜱᴛᴏʀʏ ᴛɪᴍᴇ for everyone"
HARD = (
    "Notwithstanding the considerable administrative complications occasioned by the reorganisation of municipal "
    "infrastructure, patrons are respectfully requested to familiarise themselves with the provisional arrangements "
    "governing the circulation of periodical publications and audiovisual materials."
)
EASY = (
    "Come and read with us. We meet each week in the big room. Bring a book you love. There is tea and cake. "
    "You do not have to sign up. All are welcome, and it costs nothing."
)
SPANISH = "Todos los martes leemos cuentos en la biblioteca para los niños y las familias de nuestro barrio con música."

FIRES = [
    # privacy
    ("P1", "Your card 21234000051789 is ready", "en"),
    ("P1", "Card 2123 4000 0517 89", "en"),
    ("P1", "El carné 21234-00005-1789 de Ana", "es"),
    ("P1", "Member 770001234", "en"),
    ("P2", "Look at 39999000000016", "en"),
    ("P2", "El ejemplar 39999000000016", "es"),
    ("P3", "Write to anna.smith@mail.example", "en"),
    ("P3", "Escriba a ana@correo.example", "es"),
    ("P4", "Call Ben on 020 7946 0958", "en"),
    ("P4", "Llame al +34 912 345 678", "es"),
    ("P5", "Hi Ben, your hold on Middlemarch is ready", "en"),
    ("P5", "Su reserva de Rayuela está lista", "es"),
    ("P5", "Votre réservation est disponible", "fr"),
    ("P6", "Thanks to Emma Baker for tidying", "en"),
    ("P7", "Maya, 7, read forty books", "en"),
    ("P7", "Well done to 3rd grader Lucas", "en"),
    ("P7", "Lucía, 8 años, leyó cuarenta libros", "es"),
    ("P8", "Pay with 4111 1111 1111 1111", "en"),
    ("P8", "SSN 219-09-9999", "en"),
    ("P8", "DNI 12345678Z", "es"),
    ("P8", "Date of birth: 3 March 2011", "en"),
    ("P8", "Fecha de nacimiento: 03/03/2011", "es"),
    ("P8", "She lives at 12 Elm Street", "en"),
    ("P9", "The door code is 4711#", "en"),
    ("P9", "Contraseña: Biblio2026", "es"),
    ("P9", "Mot de passe : Lire2026", "fr"),
    ("P9", "See http://intranet.council.example/rota", "en"),
    ("P9", "Log in at books.council.example", "en"),
    ("P9", "Server 192.168.1.20 is down", "en"),
    ("P11", "https://library.example/account?borrowernumber=51", "en"),
    ("P11", "https://library.example/reset-password/AbCdEf0123456789xyz", "en"),
    # accessibility
    ("A6", "Get yours #librarycardsignupmonth", "en"),
    ("A6", "Ven a la #feriadellibro", "es"),
    ("A7", "The #Library is #Open and #Warm for #All today at noon", "en"),
    ("A8", FANCY, "en"),
    ("A8", SMALL, "en"),
    ("A9", "Books 📚 tea ☕ cake 🍰 music 🎵 for all", "en"),
    ("A9", "Hooray 🎉🎉", "en"),
    ("A9", "We 📚 reading", "en"),
    ("A9", "📣 The library is open", "en"),
    ("A10", "Story time\n━━━━━━━━\nTuesday", "en"),
    ("A10", "Hello ¯\\_(ツ)_/¯ all", "en"),
    ("A11", "COME VISIT YOUR LIBRARY now", "en"),
    ("A12", HARD, "en"),
    ("A13", "To sign up, click here: https://library.example/a", "en"),
    ("A13", "Haz clic aquí", "es"),
    ("A13", "Cliquez ici", "fr"),
    ("A16", SPANISH, "en"),
    ("A16", EASY, ""),
    ("A17", "Author talk on Thursday at 7:30 pm in the hall", "en"),
    ("A17", "Taller el jueves a las 18:00", "es"),
    ("A18", "Li\u200dbrary news", "en"),
    # planning
    ("T3", "Story time tomorrow at ten", "en"),
    ("T3", "Join us this Friday", "en"),
    ("T3", "Mañana hay cuentos", "es"),
    ("T3", "Rendez-vous demain", "fr"),
    ("T3", "Come on 28 November", "en"),
    ("T3", "El 28 de noviembre abrimos", "es"),
]
SILENT = [
    ("P1", "Card 21234000051788", "en"),
    ("P1", "ISBN 978-0-465-03914-2 and 0465039146", "en"),
    ("P2", "The number 39999000000017", "en"),
    ("P3", "Write to desk@library.example or poet@guest.example", "en"),
    ("P3", "Follow @north@social.example", "en"),
    ("P4", "Call 020 7946 0000, ISBN 978-0-465-03914-2", "en"),
    ("P4", "Open 10-18, 3-5 March 2026, 0465039146, QA76.73.P98", "en"),
    ("P5", "Place your holds online and renew your card", "en"),
    ("P5", "Reserva tus libros en línea", "es"),
    ("P6", "A talk by author Emma Baker; thanks to Sarah Jones", "en"),
    ("P6", "Meet at Martin Library", "en"),
    ("P7", "For ages 7-12. Room 7, Tuesday 8 December", "en"),
    ("P7", "Para niños de 7 a 12 años", "es"),
    ("P8", "Call number 821.914, ISBN 9780465039142, 24/12/2026", "en"),
    ("P8", "Visit us at 12 Elm Street", "en"),
    ("P9", "Forgot your PIN? Reset your password at the desk.", "en"),
    ("P9", "Your password is required. See www.library.example", "en"),
    ("P11", "https://library.example/events?id=51&date=2026-12-01", "en"),
    ("P11", "https://library.example/help/reset-password", "en"),
    ("A6", "#LibraryCardSignUpMonth #books #lovelace", "en"),
    ("A7", "The library is open. #Library #Open #Warm #All", "en"),
    ("A8", "Café Ñandú № 5, H₂O, 図書館 ＡＢＣ", "en"),
    ("A8", "Say /ˈlaɪbrəri/ aloud", "en"),
    ("A9", "Story time is back 📚", "en"),
    ("A9", "👩‍👩‍👧‍👦🎉", "en"),
    ("A10", "Tea – cake – books (and more)… https://library.example/a----b", "en"),
    ("A11", "ESL and STEAM with YALSA, LGBTQ books, NASA", "en"),
    ("A12", EASY, "en"),
    ("A12", HARD, "fi"),
    ("A13", "Sign up on the events page: https://library.example/a", "en"),
    ("A16", SPANISH, "es"),
    ("A16", "Hola a todos", "en"),
    ("A17", "Author talk on Thursday at 7:30 pm. Step-free; ask for an interpreter by Monday.", "en"),
    ("A17", "The new novel is here on Thursday", "en"),
    ("A18", "می\u200cخواهم 👩\u200d👧 « Lire\u00a0!\u00a0»", "fa"),
    ("T3", "Story time on Wednesday 2 December", "en"),
    ("T3", "Published on 3 March 1924, today's news of old", "en"),
    ("T3", "Cuentos por la mañana", "es"),
]


@pytest.mark.parametrize(("rule", "text", "language"), FIRES)
def test_a_rule_names_what_it_is_for(rule: str, text: str, language: str) -> None:
    assert rule in rules(text, language)


@pytest.mark.parametrize(("rule", "text", "language"), SILENT)
def test_a_rule_leaves_alone_what_is_harmless(rule: str, text: str, language: str) -> None:
    assert rule not in rules(text, language)


FILM = MediaFact(0, 1, "video", "A poet reads", facts={"audio": "aac"})
CARD = MediaFact(0, 1, "image", "Poetry night", facts={"card_fields": {"when": "3 May, 19:00", "where": "Hall"}})
FILES = [
    ("A2", MediaFact(0, 1, "image", "Photo of children reading"), MediaFact(0, 1, "image", "Children read")),
    ("A2", MediaFact(0, 1, "image", "Books"), MediaFact(0, 1, "image", "Three shelves of new books")),
    ("A2", MediaFact(0, 1, "image", "📚📚"), MediaFact(0, 1, "image", "", decorative=True)),
    ("A2", MediaFact(0, 1, "image", "Poetry night in the hall"), MediaFact(0, 1, "document", "x")),
    ("A3", CARD, MediaFact(0, 1, "image", "Poetry, 3 May, 19:00, Hall", facts=CARD.facts)),
    ("A4", FILM, MediaFact(0, 1, "video", "A poet reads", captions=1, facts={"audio": "aac"})),
    ("A4", FILM, MediaFact(0, 1, "video", "A silent film", facts={"audio": ""})),
    ("A5", FILM, MediaFact(0, 1, "video", "A silent film", facts={"audio": ""})),
    ("A15", MediaFact(0, 1, "image", "A wild one", facts={"flashes": 5}), MediaFact(0, 1, "image", "A calm one")),
]


@pytest.mark.parametrize(("rule", "bad", "good"), FILES)
def test_rules_about_files(rule: str, bad: MediaFact, good: MediaFact) -> None:
    def found(media: MediaFact) -> set[str]:
        said = Said((Piece("text", 0, "Poetry night in the hall"),), (media,), "en")
        return {finding.rule for finding in checks.run(said, context())}

    assert rule in found(bad)
    assert rule not in found(good)


FIXES = [
    ("camel_case", "A6", "Get yours #librarycardsignupmonth now", "Get yours #LibraryCardSignUpMonth now"),
    ("camel_case", "A6", "#bannedbooksweek", "#BannedBooksWeek"),
    ("tags_to_end", "A7", "The #Library is #WideOpen for #All at noon",
     "The Library is Wide Open for All at noon\n\n#Library #WideOpen #All"),
    ("fold_letters", "A8", FANCY, "Come to our story time"),
    ("fold_letters", "A8", SMALL, "story time for everyone"),
    ("fold_letters", "A8", "🅣🅔🅐 and Ⓑⓞⓞⓚⓢ and ｂｏｏｋｓ", "TEA and Books and books"),
    ("one_emoji", "A9", "📣 Books 📚, tea ☕ and cake 🍰 for all!", "Books, tea and cake for all! 📣"),
    ("one_emoji", "A9", "Hooray 🎉🎉", "Hooray 🎉"),
    ("remove_drawings", "A10", "Story time\n━━━━━━━━\n\nTuesday", "Story time\n\nTuesday"),
    ("sentence_case", "A11", "COME VISIT YOUR LIBRARY. NASA TALK TODAY", "Come visit your library. NASA talk today"),
    ("tidy_unseen", "A18", "Li\u200dbrary\u00a0news", "Library news"),
    ("insert_access", "A17", "Talk on Thursday at 7:30 pm", "Talk on Thursday at 7:30 pm\n\nStep-free access."),
    ("trim_image_of", "A2", "Image of a photo of the children reading", "Children reading"),
]  # fmt: skip


@pytest.mark.parametrize(("fix", "rule", "text", "mended"), FIXES)
def test_a_fix_silences_its_rule(fix: str, rule: str, text: str, mended: str) -> None:
    field = "alt" if rule == "A2" else "text"
    assert checks.repair(fix, Piece(field, 0, text), "Step-free access.") == mended
    if field == "text":
        assert any((one.rule, one.fix) == (rule, fix) for one in look(text))
        assert rule not in rules(mended)


def test_facts_of_a_card_go_into_its_description() -> None:
    said = Said((Piece("text", 0, "Poetry night"),), (CARD,), "en")
    [finding] = [one for one in checks.run(said, context()) if one.rule == "A3"]
    missing = finding.params["missing"].replace(" · ", ". ")
    mended = checks.repair("insert_fields", Piece("alt", 0, "Poetry night."), missing)
    assert mended == "Poetry night. 3 May, 19:00. Hall"


def test_a_span_leads_to_the_very_words() -> None:
    text = "😀 Read this: click here, please"
    [finding] = [one for one in look(text) if one.rule == "A13"]
    assert text[finding.start : finding.end] == "click here"


def test_what_is_secret_is_shown_masked_only() -> None:
    for text in ("Card 21234000051789", "The door code is 4711#", "Pay with 4111 1111 1111 1111"):
        [finding] = [one for one in look(text) if one.rule in {"P1", "P8", "P9"}]
        assert "…" in finding.found and len(finding.found) <= 5
        assert finding.raw not in repr(finding)


def test_a_unit_decides_how_grave_a_rule_is() -> None:
    text = "Get yours #bannedbooksweek"
    severities = {level: [one.severity for one in look(text, levels={"A6": level})] for level in checks.LEVELS}
    assert severities == {"off": [], "hint": ["hint"], "warn": ["warn"], "block": ["block"]}
    assert [one.severity for one in look(text, levels={"A6": "nonsense"})] == ["warn"]


def test_answers_to_people_are_judged_more_strictly() -> None:
    text = "Hi, your hold on Middlemarch is ready"
    assert [one.severity for one in look(text)] == ["warn"]
    assert [(one.severity, one.message) for one in look(text, reply=True)] == [("block", "rule.P5.reply")]
    event = "Author talk on Thursday at 7:30 pm"
    assert [one.severity for one in look(event) if one.rule == "A17"] == ["hint"]
    assert [one.severity for one in look(event, announces=True) if one.rule == "A17"] == ["warn"]


def test_days_are_told_as_they_will_be_read() -> None:
    [finding] = [one for one in look("See you this Friday") if one.rule == "T3"]
    assert finding.params["means"].startswith("Dec. 4") or "4 Dec" in finding.params["means"]
    assert rules("See you tomorrow", when=WRITTEN) & {"T3"} == set()


def test_every_finding_has_a_sentence_without_gaps() -> None:
    from libsocial.notices import catalogue

    for _rule, text, language in FIRES:
        for finding in look(text, language):
            assert finding.message in MESSAGES
            shown = catalogue.render(finding.message, {**finding.params, "found": finding.found})
            assert "{" not in shown.heading + shown.body


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "😀" * 20_000, "a" + "\u0301" * 10_000, "مكتبة books 図書館 " * 3000, "x" * 60_000, "#" * 60_000,
        "1234 5678 " * 6000, "a@" * 30_000, "(" * 60_000, "- " * 30_000, "Anna Smith " * 5000, "your hold " * 6000,
        "https://x.example/?token=1 " * 2000, "#librarycardsignupmonth " * 2500, "𝓕𝓪 " * 20_000, "a." * 30_000,
    ],
    ids=lambda text: text[:12] or "nothing",
)  # fmt: skip
@pytest.mark.timeout(20)
def test_whatever_is_typed_is_answered(text: str) -> None:
    """The clock of a shared machine proves little: the limit is generous, a rule that backtracks takes minutes."""
    for language in ("en", "es", "fr", ""):
        look(text, language)
    for fix in FIXES_OF_ALL:
        checks.repair(fix, Piece("text", 0, text), "x")
