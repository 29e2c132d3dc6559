"""What colleagues say to each other about a post. Never published."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from posts.models.writing import Post


class Comment(models.Model):
    """A remark about a post, or an answer to one (`parent`). `number` is the revision it was said about."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="comments")
    number = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="answers")
    mentioned = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["post", "at"], name="comment_post_at")]
