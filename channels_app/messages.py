"""What the checks and the channels say. Ids and parameters travel; the words are chosen when a page is shown."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_app.capabilities import TextUnit
from libsocial.notices.catalogue import Message

_UNITS: dict[TextUnit, str | Promise] = {
    TextUnit.GRAPHEMES: _("characters"),
    TextUnit.CODEPOINTS: _("characters"),
    TextUnit.UTF16: _("characters"),
    TextUnit.BYTES: _("bytes"),
    TextUnit.MASTODON: _("characters"),
    TextUnit.WEIGHTED: _("characters, as X counts them"),
    TextUnit.EMOJI_BYTES: _("characters, an emoji as several"),
}


def unit_name(unit: TextUnit) -> str:
    """The unit as a reader knows it, in the language that is active now."""
    return str(_UNITS[unit])


def _bad(heading: str | Promise, body: str | Promise) -> Message:
    return Message(heading, body, "bad")


def _caution(heading: str | Promise, body: str | Promise) -> Message:
    return Message(heading, body, "caution")


CHECKS: dict[str, Message] = {
    "check.empty": _bad(_("Nothing to post yet"), _("Write something, or add a picture.")),
    "check.text_required": _bad(_("Words are needed here"), _("This platform takes no post without text.")),
    "check.only_blank": _bad(_("Only blank characters"), _("Readers would see an empty post. Write something.")),
    "check.too_long": _bad(
        _("{over} {unit} too long"),
        _("The text has {used} of {limit}. Shorten it for this channel, or make it a thread where that is possible."),
    ),
    "check.too_long_part": _bad(
        _("Part {number}: {over} {unit} too long"),
        _("This part has {used} of {limit}. Move some of it to the next part."),
    ),
    "check.unseen": _bad(
        _("Invisible control characters"),
        _("The text holds characters nobody sees that can garble it. They come along when pasting; remove them."),
    ),
    "check.pasted": _caution(
        _("Hidden characters from pasting"),
        _("They take up room and can break links. They can be removed without changing what is read."),
    ),
    "check.many_tags": _caution(
        _("{count} hashtags"), _("Screen readers speak every one, and many read as advertising. Keep the best few.")
    ),
    "check.many_mentions": _caution(
        _("{count} people are mentioned"), _("Each of them is notified. Platforms may take this for spam.")
    ),
    "check.no_threads": _bad(
        _("No threads here"),
        _("This platform takes one post at a time, and this has {parts} parts. Join them, or leave the channel out."),
    ),
    "check.too_many_parts": _bad(_("Too many parts"), _("A thread may have {most} parts here; this has {parts}.")),
    "check.language": _bad(
        _("Unknown language"), _("“{language}” is not a language code. Choose a language from the list.")
    ),
    "check.content_warning_unsupported": _bad(
        _("No content warnings here"),
        _("This platform cannot hide a text behind a warning. Leave the warning out for it, or leave the channel out."),
    ),
    "check.content_warning_long": _bad(
        _("Warning {over} {unit} too long"), _("The content warning has {used} of {limit}. Shorten it.")
    ),
    "check.option_unknown": _bad(
        _("A choice this platform does not have"), _("“{option}” is not known here. Remove it and save again.")
    ),
    "check.option_value": _bad(_("{option} cannot be “{value}”"), _("Choose one of the values offered.")),
    "check.option_required": _bad(_("{option} is missing"), _("This platform wants it. Fill it in.")),
    "check.option_refused": _bad(
        _("{option} cannot hold {characters}"), _("This platform refuses it. Write it in another way.")
    ),
    "check.refused": _bad(
        _("The text cannot hold {characters}"), _("This platform refuses it anywhere. Write it in another way.")
    ),
    "check.option_long": _bad(_("{option}: {over} {unit} too long"), _("It has {used} of {limit}. Shorten it.")),
    "check.option_lines": _bad(
        _("{option}: {have} given"), _("Between {least} and {most} are taken here, one on each line.")
    ),
    "check.no_comment": _bad(
        _("No first comment here"), _("This platform takes none from us. Remove it for this channel.")
    ),
    "check.comment_long": _bad(
        _("First comment: {over} {unit} too long"), _("It has {used} of {limit}. Shorten it for this channel.")
    ),
    "check.no_pictures": _bad(
        _("No pictures here"),
        _("This platform takes films only. Remove the pictures for it, or leave the channel out."),
    ),
    "check.no_films": _bad(
        _("No films here"),
        _("This platform takes no film from us. Remove it for this channel, or leave the channel out."),
    ),
    "check.no_documents": _bad(
        _("No documents here"), _("This platform takes no PDF. Put a link to it into the text instead.")
    ),
    "check.media_mixed": _bad(
        _("Different kinds together"),
        _("This platform takes pictures, a film or a document in one post, not several of them. Remove some for it."),
    ),
    "check.moving_alone": _bad(
        _("A moving picture stands alone here"),
        _("This platform takes one GIF and nothing beside it. Remove the others, or put them into another part."),
    ),
    "check.too_many_films": _bad(_("Too many films"), _("{most} fit into one post here; this has {have}.")),
    "check.too_many_documents": _bad(_("Too many documents"), _("{most} fit into one post here; this has {have}.")),
    "check.film_required": _bad(_("A film is needed"), _("No post goes without one on this platform. Add one.")),
    "check.too_few_media": _bad(_("Too few pictures"), _("At least {least} are needed here; this has {have}.")),
    "check.media_small": _bad(
        _("Picture {picture} is too small"), _("Its shorter side needs {least} pixels here. Use a larger one.")
    ),
    "check.media_stands_still": _caution(
        _("Picture {picture} will not move here"), _("Only its first image is shown on this platform.")
    ),
    "check.media_padded": _caution(
        _("Picture {picture} gets a border here"),
        _("This platform does not take its shape. Nothing is cut off: a border is added. Crop it to avoid that."),
    ),
    "check.film_long": _bad(
        _("The film is too long"),
        _("It lasts {seconds} seconds; at most {most} are taken here. Cut it before uploading."),
    ),
    "check.film_short": _bad(
        _("The film is too short"), _("It lasts {seconds} seconds; at least {least} are needed here.")
    ),
    "check.film_ratio": _bad(
        _("The film has a shape this platform does not take"), _("Turn or crop it before uploading.")
    ),
    "check.captions_nowhere": _caution(
        _("No captions here"),
        _("This platform takes no caption file. People who cannot hear it need the words in the film or in the text."),
    ),
    "check.captions_many": _bad(_("Too many caption files"), _("{most} fit here; this film has {have}.")),
    "check.document_heavy": _bad(_("The document is too large"), _("At most {most} MB are taken here.")),
    "check.document_long": _bad(_("The document has too many pages"), _("At most {most} are taken here.")),
    "check.no_media": _bad(
        _("No pictures here"), _("This platform takes no pictures. Remove them for it, or leave the channel out.")
    ),
    "check.too_many_media": _bad(
        _("Too many pictures"), _("{most} fit into one post here; this has {have}. Remove some for this channel.")
    ),
    "check.media_required": _bad(_("A picture is needed"), _("No post goes without one on this platform. Add one.")),
    "check.media_type": _bad(
        _("Picture {picture} has a kind that cannot be used"),
        _("“{type}” cannot be turned into a picture for this platform. Use a JPEG, PNG or WebP."),
    ),
    "check.media_broken": _bad(
        _("Picture {picture} cannot be read"), _("The file seems damaged. Remove it and upload it again.")
    ),
    "check.media_narrow": _caution(
        _("Picture {picture} is very narrow"), _("Made to fit, little of it would be seen. Crop it before uploading.")
    ),
    "check.alt_missing": _bad(
        _("Picture {picture} has no description"),
        _("People who cannot see it would miss it. Describe what matters in it, or mark it as decoration."),
    ),
    "check.film_undescribed": _bad(
        _("The film has no description"),
        _("People who cannot see it would miss it. Say what it shows, or mark it as decoration."),
    ),
    "check.alt_long": _bad(
        _("Description of picture {picture} is {over} {unit} too long"),
        _("It has {used} of {limit}. Shorten it; what does not fit can stand in the text."),
    ),
    "check.alt_file_name": _caution(
        _("The description of picture {picture} is a file name"), _("Say what the picture shows instead.")
    ),
    "check.alt_nowhere": _caution(
        _("No descriptions here"),
        _("This platform has no place for the description of picture {picture}. Say in the text what matters in it."),
    ),
    "check.card_address": _bad(
        _("The link cannot be opened"), _("Its address must begin with https://. Correct it or remove the link card.")
    ),
    "check.card_unsupported": _bad(
        _("No link cards here"), _("This platform shows links in the text only. Put the link into the text.")
    ),
    "check.card_from_text": _bad(
        _("The link is missing from the text"),
        _("This platform makes the card itself from a link in the text. Put the link into the text."),
    ),
    "check.card_with_media": _bad(
        _("Pictures or a link card, not both"),
        _("This platform shows one of them. Remove the card (the link can stay in the text) or the pictures."),
    ),
}
