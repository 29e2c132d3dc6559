"""What the demo's library says: (unit, channels, text, picture title or '')."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    unit: str
    channels: tuple[str, ...]
    text: str
    picture: str = ""
    language: str = "en"
    warning: str = ""
    more: tuple[str, ...] = ()  # further parts of a thread
    card: tuple[str, str, str] | None = None  # address, title, description


PAST: tuple[Words, ...] = (
    Words("central", ("central", "library", "feed"), "Storytime is back. Every Tuesday at 10:00 we read picture books together, sing a little and wiggle a lot. No booking, no ticket, just come. #StoryTime", "Storytime"),
    Words("central", ("central",), "The new arrivals shelf has filled up again: 42 novels, nine graphic novels and a very large book about moss. It stands left of the entrance."),
    Words("riverside", ("riverside",), "Our meeting room has a hearing loop now. Ask at the desk and we switch it on for you. #AccessibleLibraries"),
    Words("hill", ("hill",), "Repair café on Saturday: bring the lamp that flickers, the zip that sticks or the toaster that does not. Volunteers help you mend it, 11:00 to 15:00.", "Repair day"),
    Words("central", ("central", "library", "feed"), "Exam season: we stay open until 22:00 on weekdays until the end of the month. The quiet floor is the third. Tea is on the second."),
    Words("riverside", ("riverside", "library"), "La hora del cuento en español vuelve el jueves a las 16:30. Para niñas y niños de 3 a 7 años, con quien quiera acompañarles.", "Hora del cuento", "es"),
    Words("central", ("central",), "Did you know? Your library card opens three newspapers and 200 magazines, on your own phone, at no cost. Ask us to show you how."),
    Words("hill", ("hill",), "Our reading group liked the book so much that nobody noticed the time. Next month: short stories. New readers welcome, second Monday, 18:30."),
    Words("central", ("central", "library", "feed"), "Seed library: take five packets, bring some back in autumn. Beans, poppies and a mystery squash are in today.", "Seed library"),
    Words("riverside", ("riverside",), "The lift works again. Thank you for your patience, and to the neighbour who carried books upstairs for three people."),
    Words("central", ("central",), "Genealogy help desk, Wednesday 14:00 to 16:00. Bring one name and one date, we bring the census."),
    Words("hill", ("hill",), "A family of swifts has moved in under our roof. The window seat on the first floor has the best view. Please whisper.", "Swifts"),
    Words("central", ("central", "library", "feed"), "Homework help starts on Monday: four volunteers, three afternoons, all subjects, ages 9 to 15. No sign-up."),
    Words("riverside", ("riverside",), "Lost and found this week: one red glove, a recipe for lentil soup (excellent), and a book due in 2009. No fines, we are just glad it is home."),
    Words("hill", ("hill", "library"), "ساعة القصة بالعربية تعود يوم السبت في الساعة 11:00 في مكتبة Hill Branch. الدخول مجاني والجميع مرحب بهم.", language="ar"),
    Words("riverside", ("riverside",), "Our local history evening on Thursday shows letters from the flood of 1953. Some of them are hard to read.", warning="Flood, loss of life", picture="The flood letters"),
    Words("central", ("central",), "How a book gets to your shelf, in three posts. First: a reader asks for it, or a review makes us curious.", more=("Second: it is ordered, catalogued and given a jacket. That takes nine days and four people.", "Third: it stands there for exactly as long as it takes you to find it. Ask us for one!")),
    Words("central", ("central",), "The opening hours of all branches, on one page, with the holidays in it.", card=("https://riverbend.example/hours", "Opening hours", "All branches of Riverbend Libraries, this week and over the holidays.")),
    Words("central", ("central",), "Large print shelf moved next to the entrance, at a height you can reach from a wheelchair. 300 titles, more every month."),
    Words("hill", ("hill",), "Board games for grown-ups, Friday 19:00. Somebody will explain the rules. Somebody else will argue with them."),
    Words("central", ("central", "library"), "Poetry night filled the hall. Thank you to eleven readers, one cellist and everyone who listened. Next one in the new year.", "Poetry night"),
    Words("riverside", ("riverside",), "Free hearing checks by the health service on Thursday, 9:00 to 12:00, in the small room. No appointment."),
)

# Of those above: how each begins, and how many days it rests.
EVERGREEN = (("Did you know?", 14), ("Large print shelf", 90))

PLANNED: tuple[Words, ...] = (
    Words("central", ("central", "library"), "Author talk on Thursday evening: how a river got its names. Doors open at 18:30, the talk is interpreted in sign language.", "Author talk"),
    Words("riverside", ("riverside",), "Baby signing starts next week: six Mondays, 10:30, for babies and whoever holds them."),
    Words("hill", ("hill",), "We are closed on Monday for the new shelves. The book drop stays open and your loans wait until Tuesday."),
    Words("central", ("central",), "Winter reading challenge: ten books, ten weeks, one very good mug. Sheets are at every desk.", "Winter reading"),
    Words("riverside", ("riverside", "library"), "Coding club for ages 10 to 14 has three free places. Laptops are ours, ideas are yours."),
)

WAITING: tuple[Words, ...] = (
    Words("central", ("central", "library"), "Late night in the library: lantern tour of the stacks on Friday at 21:00. Twenty places, free, book at the desk.", "Lantern tour"),
    Words("riverside", ("riverside",), "The toy library lends marble runs now. They come in a box with a count of the marbles. Please count back."),
    Words("hill", ("hill",), "Flu jabs at Hill Branch on Saturday, 10:00 to 13:00, no appointment. The children's corner stays open."),
)

DRAFTS: tuple[Words, ...] = (
    Words("central", ("central",), "Ideas for the summer programme:\n- story walk along the river\n- print your own bookplate"),
    Words("central", (), "Thank you note for the volunteers (ask for the number of hours first)"),
)
