"""What the demo's library has written down: snippets, hashtags, names, contacts, terms."""

from __future__ import annotations

SNIPPETS: dict[str, dict[str, tuple[str, str]]] = {
    "root": {
        "website": ("Website", "https://riverbend.example"),
        "email": ("E-mail", "hello@riverbend.example"),
        "access": (
            "How to get in",
            "Step-free way in, hearing loop at the desk. Tell us a week before if you need an interpreter.",
        ),
        "renew": ("Renewing", "Renew online or by phone as often as you like, unless somebody is waiting."),
    },
    "central": {
        "phone": ("Phone", "020 7946 0100"),
        "hours": ("Opening hours", "Monday 10 to 18, Tuesday to Friday from 9, Saturday 10 to 16"),
        "address": ("Address", "1 Mill Lane, opposite the market hall"),
    },
    "riverside": {
        "phone": ("Phone", "020 7946 0120"),
        "hours": ("Opening hours", "Monday to Friday 10 to 18, Saturday 10 to 16"),
        "address": ("Address", "The Boathouse, Quay Street"),
    },
    "hill": {
        "phone": ("Phone", "020 7946 0140"),
        "hours": ("Opening hours", "Monday 10 to 18, Tuesday, Thursday and Friday from 9, Saturday 10 to 16"),
        "address": ("Address", "22 Chapel Hill, beside the school"),
    },
}

TAG_SETS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("Winter reading", ("WinterReading", "RiverbendReads", "TenBooksTenWeeks"), "From December to February"),
    ("For families", ("StoryTime", "HomeworkHelp", "ReadingTogether"), ""),
    ("Local history", ("RiverbendHistory", "LocalHistory", "FromTheArchive"), "With the historical society"),
    ("Access", ("AccessibleLibraries", "HearingLoop", "LargePrint"), ""),
)
BANNED: tuple[tuple[str, str], ...] = (
    ("FreeBooks", "It is full of swindlers who copy our pictures."),
    ("BookHaul", "Shops use it for selling; we lend."),
)
NAMES: tuple[tuple[str, dict[str, str], str], ...] = (
    ("Riverbend Historical Society", {"practice": "@riverbend-history"}, "They like to be asked before."),
    ("Friends of Riverbend Libraries", {"practice": "@friends-of-riverbend"}, ""),
    ("Riverbend Choir", {}, "No account yet: the name stands there by itself."),
)
TEMPLATE = (
    "Reading group",
    "Invites to the next evening of a reading group.",
    "The reading group at {branch} meets on {date} at {time}. We talk about {title} by {author}.\n\n"
    "New readers are welcome, also those who did not finish the book. {access}\n\n#RiverbendReads",
)
CONTACTS: tuple[tuple[str, str], ...] = (
    ("phone", "+44 20 7946 0100"),
    ("phone", "+44 20 7946 0120"),
    ("phone", "+44 20 7946 0140"),
    ("domain", "riverbend.example"),
    ("access", "Step-free way in, hearing loop at the desk. Tell us a week before if you need an interpreter."),
)
GLOSSARY: tuple[tuple[str, str], ...] = (
    ("library card", "carné de biblioteca"),
    ("story time", "hora del cuento"),
    ("Riverbend Libraries", ""),
)
EMBARGOED = "The Salt Road\nMara Quillfeather"
