"""The rows of posts, by what they are about. Everything is imported from here."""

from posts.models.calendars import CalendarAddress, ImportBatch, ImportRow, KeptDays
from posts.models.media import Asset, AssetQuerySet, CaptionFile, Rendition
from posts.models.planning_slots import Slot
from posts.models.reviewing import Review
from posts.models.writing import Post, PostQuerySet, Revision, Target

__all__ = [
    "Asset",
    "AssetQuerySet",
    "CalendarAddress",
    "CaptionFile",
    "ImportBatch",
    "ImportRow",
    "KeptDays",
    "Post",
    "PostQuerySet",
    "Rendition",
    "Review",
    "Revision",
    "Slot",
    "Target",
]
