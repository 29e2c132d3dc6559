from __future__ import annotations

from django.urls import path

from channels_app.feeds import views

app_name = "feeds"
urlpatterns = [
    path("<slug:slug>/", views.page, name="feed"),
    path("<slug:slug>/feed.rss", views.rss, name="rss"),
    path("<slug:slug>/feed.atom", views.atom, name="atom"),
    path("<slug:slug>/feed.json", views.json_feed, name="json"),
    path("<slug:slug>/block/", views.block, name="block"),
    path("<slug:slug>/screen/", views.screen, name="screen"),
    path("<slug:slug>/<uuid:identity>/", views.item, name="item"),
    path("<slug:slug>/<uuid:identity>/<int:index>", views.file, name="file"),
    path("<slug:slug>/<uuid:identity>/<int:index>/<int:number>.vtt", views.captions, name="captions"),
]
