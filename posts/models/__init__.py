"""The rows of posts, by what they are about. Everything is imported from here."""

from posts.models.kit import BannedTag, Contact, Snippet, TagSet, Template
from posts.models.media import Asset, AssetQuerySet, CaptionFile, Rendition
from posts.models.reviewing import Review
from posts.models.talk import Comment
from posts.models.writing import Post, PostQuerySet, Revision, Target

__all__ = [
    "Asset",
    "AssetQuerySet",
    "BannedTag",
    "CaptionFile",
    "Comment",
    "Contact",
    "Post",
    "PostQuerySet",
    "Rendition",
    "Review",
    "Revision",
    "Snippet",
    "TagSet",
    "Target",
    "Template",
]
