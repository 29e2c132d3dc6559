"""The address map. Each app owns its part."""

from __future__ import annotations

from django.urls import include, path

from libsocial import installable, metrics
from libsocial.core import health
from libsocial.help import help_chapter, help_page
from libsocial.palette import palette
from libsocial.search import search
from libsocial.shell import views as shell
from libsocial.status import status
from libsocial.today import figures, house, today, trail

handler400 = shell.bad_request
handler403 = shell.permission_denied
handler404 = shell.not_found
handler500 = shell.server_error

urlpatterns = [
    path("", today, name="today"),
    path("today/figures/", figures, name="today_figures"),
    path("today/house/", house, name="today_house"),
    path("today/trail/", trail, name="today_trail"),
    path("search/", search, name="search"),
    path("status/", status, name="status"),
    path("palette/", palette, name="palette"),
    path("help/", help_page, name="help"),
    path("help/<slug:key>/", help_chapter, name="help_chapter"),
    path("app/manifest.webmanifest", installable.manifest, name="app_manifest"),
    path("app/icon-<int:size>.png", installable.icon, name="app_icon"),
    path("app/worker.js", installable.worker, name="app_worker"),
    path("app/offline/", installable.offline, name="app_offline"),
    path("analytics/", include("analytics.urls")),
    path("posts/", include("posts.urls")),
    path("deliveries/", include("scheduler.urls")),
    path("theme/", shell.theme, name="theme"),
    path("design/", shell.design, name="design"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("health/metrics", metrics.metrics, name="health_metrics"),
    path("account/", include("allauth.urls")),
    path("", include("libsocial.accounts.urls")),
    path("hours/", include("libsocial.hours.urls")),
    path("notices/", include("libsocial.notices.urls")),
    path("audit/", include("libsocial.accounts.trail_urls")),
    path("channels/", include("channels_app.urls")),
    path("feeds/", include("channels_app.feeds.urls")),
    path("links/", include("libsocial.links.urls")),
    path("s/", include("libsocial.links.public_urls")),
    path("practice/", include("channels_app.practice.urls")),
]
