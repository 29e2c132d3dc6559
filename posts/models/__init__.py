"""The rows of posts, by what they are about. Everything is imported from here."""

from posts.models.media import Asset, AssetQuerySet, AssetUse, CaptionFile, Folder, Rendition
from posts.models.reviewing import Review
from posts.models.writing import Post, PostQuerySet, Revision, Target

__all__ = [
    "Asset",
    "AssetQuerySet",
    "AssetUse",
    "CaptionFile",
    "Folder",
    "Post",
    "PostQuerySet",
    "Rendition",
    "Review",
    "Revision",
    "Target",
]
