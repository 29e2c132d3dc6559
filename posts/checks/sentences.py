"""What the rules say: what was found, and what to do about it. {found} is the very words, masked where secret."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from libsocial.notices.catalogue import Message

Text = str | Promise


def _bad(heading: Text, body: Text = "") -> Message:
    return Message(heading, body, "bad")


def _care(heading: Text, body: Text = "") -> Message:
    return Message(heading, body, "caution")


def _hint(heading: Text, body: Text = "") -> Message:
    return Message(heading, body, "info")


MESSAGES = {
    # --- privacy ---
    "rule.P1": _bad(_("This looks like a library card number: {found}"), _("Take it out; it opens an account.")),
    "rule.P2": _care(_("This looks like the barcode of an item: {found}"), _("It may tell what somebody borrowed.")),
    "rule.P3": _care(
        _("{found} is not an address of the library"),
        _("Is it meant to be public? An administrator can add it to the known contacts."),
    ),
    "rule.P4": _care(
        _("{found} is not a number of the library"),
        _("Is it meant to be public? An administrator can add it to the known contacts."),
    ),
    "rule.P5": _care(_("This speaks of one person’s loans: “{found}”"), _("What people borrow is confidential.")),
    "rule.P5.reply": _bad(
        _("This speaks of one person’s loans: “{found}”"),
        _("Answer instead: please contact us privately, we are glad to help."),
    ),
    "rule.P6": _hint(_("“{found}” is named in full"), _("If it is a private person, ask whether they agree.")),
    "rule.P7": _care(
        _("A child may be recognised: “{found}”"),
        _("Take the name or the age out, or make sure that a guardian’s consent is on file."),
    ),
    "rule.P8.payment": _bad(_("This looks like a payment card: {found}"), _("Take it out.")),
    "rule.P8.identity": _bad(_("This looks like an identity number: {found}"), _("Take it out.")),
    "rule.P8.birth": _bad(_("A date of birth stands here: {found}"), _("Take it out.")),
    "rule.P8.home": _bad(_("A home address stands here: {found}"), _("Take it out.")),
    "rule.P9": _bad(_("This looks like a password, PIN or code: {found}"), _("It is for staff only. Take it out.")),
    "rule.P9.host": _bad(
        _("This is a server inside the house: {found}"), _("The public cannot and should not reach it.")
    ),
    "rule.P11": _bad(
        _("This link carries somebody’s sign-in: {found}"),
        _("Open the page without signing in, and copy the address again."),
    ),
    # --- accessibility ---
    "rule.A2.image_of": _care(
        _("Picture {picture}: “image of” is said by every screen reader already"), _("Begin with what is to be seen.")
    ),
    "rule.A2.short": _care(
        _("Picture {picture}: the description says very little"), _("Who or what is there, and what happens?")
    ),
    "rule.A2.emoji": _care(_("Picture {picture}: the description is only emoji"), _("Say it in words.")),
    "rule.A2.caption": _care(
        _("Picture {picture}: the description repeats the text"), _("Say what is to be seen; the text is read anyway.")
    ),
    "rule.A3": _bad(_("Only picture {picture} tells: {missing}"), _("Say it in the text or in the description too.")),
    "rule.A4": _care(
        _("Film {picture} has sound and no captions"),
        _("Add a caption file below the film, or leave it if the words are written in the picture."),
    ),
    "rule.A4.overlap": _care(
        _("Film {picture}: two captions stand over each other at {at}"),
        _("Let one end before the next begins, then add the file again."),
    ),
    "rule.A4.quick": _care(
        _("Film {picture}: a caption is gone within a second at {at}"),
        _("Nobody can read that. Show it longer, or join it with the next."),
    ),
    "rule.A4.tall": _care(
        _("Film {picture}: a caption has more than two lines at {at}"),
        _("It covers the picture. Make two captions of it."),
    ),
    "rule.A4.wide": _care(
        _("Film {picture}: a caption line is longer than 42 characters at {at}"),
        _("On a telephone it breaks or is cut. Make two lines of it."),
    ),
    "rule.A4.late": _care(
        _("Film {picture}: the first caption comes at {at}"),
        _("If somebody speaks before that, caption it; tell sounds that matter too."),
    ),
    "rule.A5": _hint(
        _("Film {picture} has no transcript or audio description"),
        _("Link one, or leave it if everything that matters is spoken."),
    ),
    "rule.A6": _care(_("{found} is read as one long word"), _("{better} is read word by word.")),
    "rule.A7": _hint(_("{count} hashtags inside the sentences"), _("At the end they disturb nobody.")),
    "rule.A8": _bad(
        _("Fancy letters: “{found}”"), _("Screen readers cannot read them, and no search finds them. Use plain ones.")
    ),
    "rule.A9.many": _care(_("{count} emoji"), _("Each is read out by its name. One or two say as much.")),
    "rule.A9.repeated": _care(_("The same emoji again and again"), _("It is read out each time. Once is enough.")),
    "rule.A9.word": _care(_("An emoji in place of a word"), _("Write the word; put the emoji at the end.")),
    "rule.A9.first": _care(_("An emoji before the first word"), _("Whoever listens waits for the words. Put it last.")),
    "rule.A10": _care(_("A drawing of characters: {found}"), _("It is read out sign by sign. Leave it out.")),
    "rule.A11": _care(_("{count} words in capitals"), _("They are harder to read and sound like shouting.")),
    "rule.A12": _hint(_("Hard to read"), _("Shorter sentences and plainer words reach more people.")),
    "rule.A12.long": _hint(
        _("Hard to read; one sentence has {count} words"), _("Make two of it, or use plainer words.")
    ),
    "rule.A13": _care(_("“{found}” says nothing about where the link leads"), _("Name the page instead.")),
    "rule.A13.short": _hint(
        _("A short link leads there already: {short}"),
        _("It is easier to read aloud, and the clicks are counted in one place."),
    ),
    "rule.A15": _care(
        _("Picture {picture} flashes {count} times a second"),
        _("More than three can cause a seizure. Use a calmer one."),
    ),
    "rule.A15.film": _care(
        _("Film {picture} flashes {count} times a second"),
        _("More than three can cause a seizure. Cut that place, or use a calmer film."),
    ),
    "rule.A16": _hint(
        _("The text does not look like the language that is named"),
        _("Named is {named}, it looks like {guess}. Screen readers choose their voice by it."),
    ),
    "rule.A16.missing": _hint(_("No language is named"), _("Screen readers choose their voice by it.")),
    "rule.A17": _hint(
        _("An event without a word on access"),
        _("Step-free way in, interpreter, whom to ask for help and until when?"),
    ),
    "rule.A18": _care(
        _("Hidden characters between letters"), _("They come along when pasting and break searches and links.")
    ),
    # --- links and planning ---
    "rule.L1": _care(_("This link leads nowhere: {found}"), _("The page is gone, or its server is. Looked at {when}.")),
    "rule.L2": _care(
        _("The public cannot open this link: {found}"), _("It asks for a sign-in, or is inside the house.")
    ),
    "rule.L3": _hint(_("This link leads on to {final}"), _("The new address lasts longer than the old one.")),
    "rule.T1": _care(
        _("The same words are on this channel on {day}"),
        _("Some platforms refuse repeats, and readers notice. Say it differently, or leave this channel out."),
    ),
    "rule.T2": _care(
        _("Another post goes out here at {time}"), _("Within an hour one takes the readers of the other.")
    ),
    "rule.T3": _care(_("“{found}” will be read on {day}"), _("There it means {means}. Is that what you want to say?")),
    "rule.T3.over": _care(_("“{found}” will be over"), _("The post goes out on {day}.")),
}
# What the machine writes about rules in the trail.
SENTENCES = {
    "check.asked": _("{actor} asked for an exception: {rule}, {excerpt}. Reason: {reason}"),
    "check.left": _("{actor} left a warning as it is: {rule}, {excerpt}"),
    "check.taken_back": _("{actor} took back an exception: {rule}, {excerpt}"),
    "check.accepted": _("{actor} accepted an exception with the approval: {rule}, {excerpt}. Reason: {reason}"),
    "contact.added": _("{actor} added {value} to the known contacts of {unit} ({kind})"),
    "contact.removed": _("{actor} took {value} from the known contacts of {unit} ({kind})"),
}
