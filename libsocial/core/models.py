from __future__ import annotations

from django.db import models


class SiteSetting(models.Model):
    """One setting of this installation that an administrator changes in the browser.

    Read and written through libsocial.core.site_settings only.
    """

    key = models.CharField(max_length=80, primary_key=True)
    value = models.JSONField()
    changed_at = models.DateTimeField(auto_now=True)
