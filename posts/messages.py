"""What posts say to people, and what the trail says about them. {title} is the first words of the post."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "post.created": _("{actor} began this post"),
    "post.duplicated": _("{actor} began this post as a copy of “{title}”"),
    "post.edited": _("{actor} changed the post (version {revision})"),
    "post.submitted": _("{actor} sent version {revision} for approval"),
    "post.approved": _("{actor} approved version {revision} for {unit}"),
    "post.approved_own": _("{actor} approved their own version {revision} for {unit}, as the policy allows"),
    "post.changes_requested": _("{actor} requested changes: {reason}"),
    "post.recalled": _("{actor} took the post back to work on it"),
    "post.withdrawn": _("{actor} withdrew the post"),
    "post.archived": _("{actor} archived the post"),
    "post.reopened": _("{actor} brought the post back"),
    "asset.uploaded": _("{actor} added the picture “{name}”"),
    "asset.described": _("{actor} described a picture: {after}"),
}
