"""The rows of posts, by what they are about. Everything is imported from here."""

from posts.models.approving import Step
from posts.models.calendars import CalendarAddress, ImportBatch, ImportRow, KeptDays, OwnDay
from posts.models.campaigns import Campaign, CampaignQuerySet
from posts.models.checking import CheckOverride, Contact, LinkCheck
from posts.models.evergreen import EvergreenItem, EvergreenItemQuerySet, EvergreenQueue, EvergreenUse
from posts.models.kit import BannedTag, NamedAccount, Snippet, TagSet, Template
from posts.models.languages import GlossaryTerm, LanguageReview, LanguageReviewer, Translation
from posts.models.media import Arrival, Asset, AssetQuerySet, AssetUse, Brand, CaptionFile, Folder, Rendition
from posts.models.planning import Embargo, Repeat, RepeatDate
from posts.models.planning_slots import Slot
from posts.models.reviewing import BreakGlass, DecisionLink, Guest, GuestWord, Review, Seen
from posts.models.talk import Comment
from posts.models.writing import Post, PostQuerySet, Revision, Target

__all__ = [
    "Arrival",
    "Asset",
    "AssetQuerySet",
    "AssetUse",
    "BannedTag",
    "Brand",
    "BreakGlass",
    "CalendarAddress",
    "Campaign",
    "CampaignQuerySet",
    "CaptionFile",
    "CheckOverride",
    "Comment",
    "Contact",
    "DecisionLink",
    "Embargo",
    "EvergreenItem",
    "EvergreenItemQuerySet",
    "EvergreenQueue",
    "EvergreenUse",
    "Folder",
    "GlossaryTerm",
    "Guest",
    "GuestWord",
    "ImportBatch",
    "ImportRow",
    "KeptDays",
    "LanguageReview",
    "LanguageReviewer",
    "LinkCheck",
    "NamedAccount",
    "OwnDay",
    "Post",
    "PostQuerySet",
    "Rendition",
    "Repeat",
    "RepeatDate",
    "Review",
    "Revision",
    "Seen",
    "Slot",
    "Snippet",
    "Step",
    "TagSet",
    "Target",
    "Template",
    "Translation",
]
